"""As of a time: what was known then, whatever came since."""

import asyncio
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from store_rig import NOW, PLAYBOOK, captured, from_campaign, minutes, rows, spent, take, tell_all
from test_store_count import did, moved
from test_store_properties import histories, many

from funnel.counts import COUNTS, SPREADS, Ask, Cell, Cells, Clock
from funnel.dimension import Dimension
from funnel.errors import QuestionError
from funnel.events import Event, LeadForgotten, LeadMerged, LeadSplit, Person
from funnel.period import Period
from funnel.period_words import parse_period
from storage import hindsight, tables
from storage.database import Database, open_database
from storage.store import Store

DAY = 24 * 60
MONTH = parse_period("last 30 days", NOW, PLAYBOOK.zone)
NAMES = frozenset(COUNTS) | frozenset(SPREADS)


def asking(*names: str, as_of: datetime | None = None, by: Dimension | None = None) -> Ask:
    return Ask(frozenset(names), MONTH, "cohort", by, as_of=as_of)


async def counts(store: Store, *names: str, as_of: datetime | None = None) -> dict[str, float]:
    [cell] = (await store.count(asking(*names, as_of=as_of), PLAYBOOK, now=NOW)).values()
    return dict(cell.counts)


async def test_a_late_event_changes_the_cells_it_belongs_to_and_no_others(store: Store) -> None:
    await take(store, [captured("1", "ana@x.io", form="Guide", origin=from_campaign("spring")),
                       captured("2", "bo@x.io", form="Guide", origin=from_campaign("autumn"))])  # fmt: skip
    before = datetime.now(UTC)
    asked = asking("leads", "mqls", "our_touches", "spend", by="campaign")
    told = await store.count(asked, PLAYBOOK, now=NOW)
    await take(store, [moved("3", "mql", 1, "ana@x.io"), did("4", "call_made", 2, "ana@x.io")])

    now = await store.count(asked, PLAYBOOK, now=NOW)
    assert now == {"spring": Cell({"leads": 1, "mqls": 1, "our_touches": 1}), "autumn": told["autumn"]}
    then = asking("leads", "mqls", "our_touches", "spend", as_of=before, by="campaign")
    assert await store.count(then, PLAYBOOK, now=NOW) == told


async def test_the_past_leaves_no_trace(store: Store, database_url: str) -> None:
    await take(store, [captured("1")])
    before = datetime.now(UTC)
    await take(store, [did("2", "call_made", 1, "ana@example.com"), spent("3", "a", "2026-11-01", "1")])
    stand = [await rows(database_url, table) for table in (tables.lead, tables.touch, tables.spend)]

    for _ in range(2):
        assert await counts(store, "leads", "calls", "spend", as_of=before) == {"leads": 1}
        assert await counts(store, "leads", "calls", "spend") == {"leads": 1, "calls": 1, "spend": 100}
    assert [await rows(database_url, table) for table in (tables.lead, tables.touch, tables.spend)] == stand


async def test_people_are_who_they_were_then(store: Store) -> None:
    ana, bo = Person(email="ana@x.io"), Person(email="bo@x.io")
    await take(store, [captured("1", "ana@x.io"), captured("2", "bo@x.io")])
    apart = datetime.now(UTC)
    await take(store, [LeadMerged(id="3", source="crm", time=minutes(1), person=ana, other=bo)])
    joined = datetime.now(UTC)
    await take(store, [LeadSplit(id="4", source="crm", time=minutes(2), person=bo)])

    told = [await counts(store, "leads", as_of=as_of) for as_of in (apart, joined, None)]
    assert told == [{"leads": 2}, {"leads": 1}, {"leads": 2}]


async def test_who_was_forgotten_since_stays_forgotten(store: Store) -> None:
    await take(store, [captured("1"), captured("2", "bo@x.io")])
    before = datetime.now(UTC)
    person = Person(email="ana@example.com")
    await take(store, [LeadForgotten(id="3", source="crm", time=minutes(1), person=person)])

    ask = asking("leads", as_of=before)
    assert [one.email for one in await store.counted(ask, "leads", playbook=PLAYBOOK)] == ["bo@x.io"]


async def test_too_much_to_tell_again_is_a_sentence(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    await take(store, [captured("1"), captured("2", "bo@x.io")])
    monkeypatch.setattr(hindsight, "MOST_CHANGED", 1)

    with pytest.raises(QuestionError, match="More than 1 leads changed since 2026-11-19"):
        await counts(store, "leads", as_of=minutes(-DAY))


async def test_the_past_of_long_ago_is_found_in_a_long_journal(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However little disorder is allowed for, by halving the journal."""
    monkeypatch.setattr(hindsight, "DISORDER", timedelta(0))
    seen = []
    for number in range(9):
        await take(store, [captured(f"{number}", f"p{number}@x.io")])
        seen.append(datetime.now(UTC))

    assert [await counts(store, "leads", as_of=time) for time in seen] == [
        {"leads": number} for number in range(1, 10)
    ]


async def test_what_is_asked_of_several_days_at_once_is_each_days_own(store: Store) -> None:
    days = [datetime.now(UTC)]
    for place in range(2):
        await take(store, [captured(f"{place}", f"{place}@x.io", origin=from_campaign("spring"))])
        days.append(datetime.now(UTC))
    asks = [asking("leads", as_of=day, by=by) for day in (*days, None) for by in (None, "campaign")]

    one_by_one = {ask: await store.count(ask, PLAYBOOK, now=NOW) for ask in asks}
    assert await store.count_each(asks, PLAYBOOK, now=NOW) == one_by_one
    assert [dict(one_by_one[ask][None].counts) for ask in asks[::2]] == [
        {},
        {"leads": 1},
        {"leads": 2},
        {"leads": 2},
    ]


async def test_the_past_cannot_be_told_without_a_playbook(store: Store) -> None:
    with pytest.raises(ValueError, match="needs the playbook"):
        await store.counted(asking("leads", as_of=NOW), "leads")


async def knowing(store: Store, clock: Clock, by: Dimension | None, now: datetime, *, past: bool) -> Cells:
    period = Period(minutes(-DAY), minutes(DAY), "a while", "UTC")
    ask = Ask(NAMES, period, clock, by, as_of=now if past else None)
    return await store.count(ask, PLAYBOOK, now=now)


def sorted_cells(cells: Cells) -> dict[str | None, tuple[object, ...]]:
    return {
        key: (
            cell.counts,
            {name: (sorted(one.ended), sorted(one.going_on)) for name, one in cell.samples.items()},
            cell.currency,
            cell.mixed,
        )
        for key, cell in cells.items()
    }


async def the_past_is_what_it_was(url: str, first: list[Event], later: list[Event]) -> None:
    database: Database = open_database(url)
    try:
        lived, stopped = (Store(database, uuid.uuid4().hex) for _ in range(2))
        for store in (lived, stopped):
            await store.record(first)
            await tell_all(store)
        now = datetime.now(UTC)
        await lived.record(later)
        await tell_all(lived)
        clocks: tuple[Clock, ...] = ("cohort", "activity")
        for clock in clocks:
            then = await knowing(lived, clock, None, now, past=True)
            assert sorted_cells(then) == sorted_cells(await knowing(stopped, clock, None, now, past=False))
    finally:
        await database.close()


def cut(history: list[Event], place: int) -> tuple[list[Event], list[Event]]:
    """Who asked to be forgotten is never known again, so that they are forgotten from the beginning."""
    forgotten = [event for event in history if isinstance(event, LeadForgotten)]
    others = [event for event in history if not isinstance(event, LeadForgotten)]
    return [*others[:place], *forgotten], others[place:]


@many(12)
@given(history=histories, place=st.integers(0, 14))
def test_the_past_is_that_of_a_store_that_never_heard_more_on_sqlite(
    sqlite_url: str, history: list[Event], place: int
) -> None:
    asyncio.run(the_past_is_what_it_was(sqlite_url, *cut(history, place)))


@many(6)
@given(history=histories, place=st.integers(0, 14))
def test_the_past_is_that_of_a_store_that_never_heard_more_on_postgresql(
    postgres_url: str, history: list[Event], place: int
) -> None:
    asyncio.run(the_past_is_what_it_was(postgres_url, *cut(history, place)))
