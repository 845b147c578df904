"""The bridge of a pipeline: it sums to the last cent, whatever happened to the deals."""

import asyncio
import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from store_rig import from_campaign

from funnel.bridge import BRIDGED, STEPS
from funnel.calendar import midnight
from funnel.counts import Ask, Cell, Cells
from funnel.dimension import Dimension
from funnel.events import DealMoved, Event, LeadCaptured, Person
from funnel.journey import tell
from funnel.lead import Deal
from funnel.metrics import METRICS
from funnel.period import Period
from funnel.period_words import parse_period
from funnel.playbook import Playbook
from storage.database import open_database
from storage.store import Store

BERLIN = Playbook(timezone="Europe/Berlin", deal_stages={"no fit": "disqualified"})  # type: ignore[dict-item] - as YAML has it
ZONE = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 4, 6, 12, tzinfo=UTC)
PEOPLE = ("ana", "bo")
DEALS = ("a", "b", "c")
NAMES = frozenset(
    name for step in STEPS for metric in (step.deals, step.money) if metric for name in METRICS[metric].counts
)


def moved(at: datetime, deal: str, stage: str, **fields: Any) -> DealMoved:
    """What becomes of a deal; the first person has the first deal, the second all others."""
    who = PEOPLE[min(DEALS.index(deal), 1)]
    return DealMoved(
        id=fields.pop("id", f"{deal} {stage} {at}"),
        source="crm",
        time=at,
        deal=deal,
        person=Person(email=f"{who}@example.com"),
        stage=stage,
        **fields,
    )


def on(day: str, hour: int = 12) -> datetime:
    return datetime.fromisoformat(day).replace(hour=hour, tzinfo=ZONE)


def window(words: str, now: datetime = NOW) -> Period:
    return parse_period(words, now, ZONE, BERLIN.calendar)


CAME = [
    LeadCaptured(
        id=name,
        source="site",
        time=on("2026-01-01"),
        person=Person(email=f"{name}@example.com"),
        form="Contact sales",
        origin=from_campaign("spring", source),
    )
    for name, source in zip(PEOPLE, ("google", "fair"), strict=True)
]


async def take(store: Store, events: Iterable[Event]) -> None:
    await store.record([*CAME, *events])
    while (await store.tell(BERLIN, NOW)).events:
        pass


async def crossed(store: Store, period: Period, by: Dimension | None = None, **terms: Any) -> Cells:
    """The counts of the bridge."""
    return await store.count(Ask(NAMES, period, "activity", by, **terms), BERLIN, now=terms.get("as_of", NOW))


async def crossing(store: Store, words: str) -> dict[str, float]:
    """What the bridge counts, of what is not 0."""
    return dict((await crossed(store, window(words)))[None].counts)


# By hand


async def test_a_month_of_deals(store: Store) -> None:
    await take(
        store,
        [
            moved(on("2026-02-10"), "a", "open", amount=100, close_date="2026-03-20"),
            moved(on("2026-02-11"), "b", "open", amount="40.50"),
            moved(on("2026-02-12"), "b", "lost"),
            moved(on("2026-03-05"), "a", "proposal sent", amount=120),
            moved(on("2026-03-06"), "b", "open"),
            moved(on("2026-03-07"), "c", "open", amount=10),
            moved(on("2026-03-08"), "c", "won", amount=15),
            moved(on("2026-04-01"), "a", "won"),
        ],
    )

    assert await crossing(store, "2026-03") == {
        "deals_open_at_start": 1,
        "deals_opened": 1,
        "deals_reopened": 1,
        "closed_won": 1,
        "deals_open_at_end": 2,
        "deals_slipped": 1,
        "pipeline_at_start": 10_000,
        "pipeline_created": 1_000,
        "pipeline_reopened": 4_050,
        "pipeline_changed": 2_500,
        "pipeline_won": 1_500,
        "pipeline_at_end": 16_050,
        "pipeline_slipped": 12_000,
    }


async def test_what_the_pipeline_was_stays_when_its_deals_change_later(store: Store) -> None:
    events = [moved(on("2026-02-10"), "a", "open", amount=100)]
    await take(store, events)
    before = await crossing(store, "2026-02")
    await take(store, [moved(on("2026-03-05"), "a", "won", amount=900)])

    assert await crossing(store, "2026-02") == before


async def test_a_deal_is_open_until_it_closes_in_the_moment_in_which_windows_meet(store: Store) -> None:
    await take(store, [moved(on("2026-02-10"), "a", "open"), moved(on("2026-03-01", 0), "a", "won")])

    assert await crossing(store, "2026-02") == {"deals_opened": 1, "deals_open_at_end": 1}
    assert await crossing(store, "2026-03") == {"deals_open_at_start": 1, "closed_won": 1}


@pytest.mark.parametrize(
    ("said", "slipped"),
    [
        ([("02-10", "open", "03-31")], 1),  # the last day of the window
        ([("02-10", "open", "04-01")], 0),  # it was never to close in it
        ([("02-10", "open", "02-28")], 0),  # it was late before
        ([("02-10", "open", None)], 0),  # nobody said when
        ([("02-10", "open", "03-10"), ("03-09", "open", "04-30")], 1),  # moved away
        ([("02-10", "open", "03-10"), ("02-20", "open", "04-30")], 0),  # moved before it began
        ([("02-10", "open", "03-10"), ("03-31", "won", None)], 0),  # late, and won all the same
        ([("03-10", "open", "03-20")], 1),  # created in it
        ([("02-10", "open", "06-01"), ("03-05", "open", "03-10")], 1),  # hoped for in it
        ([("02-10", "open", "03-10"), ("03-20", "lost", None), ("03-21", "open", None)], 1),
    ],
)
async def test_a_deal_slips_that_was_to_close_in_the_window_and_is_open_at_its_end(
    store: Store, said: Sequence[tuple[str, str, str | None]], slipped: int
) -> None:
    await take(
        store,
        [moved(on(f"2026-{day}"), "a", stage, close_date=due and f"2026-{due}") for day, stage, due in said],
    )

    assert (await crossing(store, "2026-03")).get("deals_slipped", 0) == slipped


async def test_who_may_still_close_in_a_window_that_goes_on_has_not_slipped(store: Store) -> None:
    await take(
        store,
        [
            moved(on("2026-04-01"), "a", "open", close_date="2026-04-30"),
            moved(on("2026-04-01"), "b", "open", close_date="2026-04-05"),
            moved(on("2026-04-01"), "c", "open", close_date="2026-04-05"),
            moved(on("2026-04-06"), "c", "open", close_date="2026-05-05"),
        ],
    )

    assert (await crossing(store, "2026-04"))["deals_slipped"] == 2


async def test_amounts_in_several_currencies_are_not_added_up_but_their_deals_are(store: Store) -> None:
    await take(
        store,
        [
            moved(on("2026-03-01"), "a", "open", amount=1, currency="EUR"),
            moved(on("2026-03-01"), "b", "open", amount=1, currency="USD"),
        ],
    )

    assert await crossed(store, window("2026-03")) == {
        None: Cell({"deals_opened": 2, "deals_open_at_end": 2}, mixed=frozenset({"EUR", "USD"}))
    }


async def test_what_was_recorded_late_is_not_in_the_bridge_as_of_before(store: Store) -> None:
    await take(store, [moved(on("2026-02-10"), "a", "open", amount=100)])
    before = datetime.now(UTC)
    known = await crossed(store, window("2026-03"))
    await take(store, [moved(on("2026-03-10"), "a", "won", amount=100)])

    assert (await crossed(store, window("2026-03")))[None].counts["closed_won"] == 1
    assert await crossed(store, window("2026-03"), as_of=before) == known


# For any log


def events_of(said: Sequence[dict[str, Any]]) -> list[DealMoved]:
    return [moved(id=str(place), **one) for place, one in enumerate(said)]


days = st.integers(0, 40).map(lambda day: midnight(on("2026-02-20").date(), ZONE) + timedelta(days=day))
logs = st.lists(
    st.fixed_dictionaries(
        {
            "at": days | days.map(lambda day: day + timedelta(hours=9)),
            "deal": st.sampled_from(DEALS),
            "stage": st.sampled_from(["open", "open", "proposal sent", "won", "lost", "no fit"]),
            "amount": st.none() | st.integers(0, 10**6).map(lambda cents: f"{cents / 100:.2f}"),
            "close_date": st.sampled_from([None, "2026-03-02", "2026-03-15", "2026-03-29", "2026-05-01"]),
        }
    ),
    max_size=16,
).map(events_of)
SPANS = ("2026-02-25..2026-03-08", "2026-03-09..2026-03-29", "2026-03-30..2026-04-12")


def deals_at(events: Iterable[DealMoved], time: datetime) -> dict[str, Deal]:
    """The open deals as one told them who had heard only what happened before a time."""
    heard = [event for event in events if event.time < time]
    of_each = ([event for event in heard if event.person.email == f"{who}@example.com"] for who in PEOPLE)
    return {deal.id: deal for own in of_each for deal in tell(own, BERLIN).deals if deal.open}


def ends(deal: Deal) -> datetime | None:
    """When the day is over on which a deal should close."""
    return midnight(deal.close_date + timedelta(days=1), ZONE) if deal.close_date else None


def slipped_in(events: Sequence[DealMoved], period: Period) -> Counter[str]:
    """How many deals slipped, and what they are worth, by looking at every moment of the window."""
    moment = timedelta(microseconds=1)
    looks = {period.start, *(event.time for event in events if period.start <= event.time < period.end)}
    expected = {
        name
        for look in looks
        for name, deal in deals_at(events, look + moment).items()
        if (due := ends(deal)) and period.start < due <= period.end
    }
    late = [
        deal
        for name, deal in deals_at(events, period.end).items()
        if name in expected and (due := ends(deal)) and (due <= NOW or due > period.end)
    ]
    return +Counter(deals_slipped=len(late), pipeline_slipped=sum(deal.amount or 0 for deal in late))


def sums_up(counts: Cell) -> None:
    of = Counter(counts.counts)

    assert of["deals_open_at_end"] == (
        of["deals_open_at_start"]
        + of["deals_opened"]
        + of["deals_reopened"]
        - of["closed_won"]
        - of["closed_lost"]
    )
    assert of["pipeline_at_end"] == (
        of["pipeline_at_start"]
        + of["pipeline_created"]
        + of["pipeline_reopened"]
        + of["pipeline_changed"]
        - of["pipeline_won"]
        - of["pipeline_lost"]
    )
    assert of["deals_slipped"] <= of["deals_open_at_end"]
    assert of["pipeline_slipped"] <= of["pipeline_at_end"]


async def bridge_holds(url: str, events: Sequence[DealMoved]) -> None:
    database = open_database(url)
    store = Store(database, uuid.uuid4().hex)
    try:
        await take(store, events)
        windows = [window(words) for words in SPANS]
        whole = [(await crossed(store, period)).get(None, Cell()) for period in windows]
        for period, cell in zip(windows, whole, strict=True):
            sums_up(cell)
            for deals, money, at in (
                ("deals_open_at_start", "pipeline_at_start", period.start),
                ("deals_open_at_end", "pipeline_at_end", period.end),
            ):
                known = deals_at(events, at)
                assert cell.counts.get(deals, 0) == len(known)
                assert cell.counts.get(money, 0) == sum(deal.amount or 0 for deal in known.values())
            slipped = {name: cell.counts.get(name, 0) for name in ("deals_slipped", "pipeline_slipped")}
            assert slipped_in(events, period) == +Counter(slipped)
            groups = (await crossed(store, period, "source")).values()
            summed: Counter[str] = Counter()
            for group in groups:
                sums_up(group)
                summed.update(group.counts)
            assert {name: n for name, n in summed.items() if n} == dict(cell.counts)
        for before, after in pairwise(whole):
            for what in ("deals_open", "pipeline"):
                assert before.counts.get(f"{what}_at_end", 0) == after.counts.get(f"{what}_at_start", 0)
    finally:
        await database.close()


def many(examples: int) -> settings:
    haste = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
    return settings(max_examples=examples, suppress_health_check=haste)


@many(40)
@given(logs)
def test_any_log_of_deals_is_bridged_to_the_last_cent_on_sqlite(
    sqlite_url: str, events: list[DealMoved]
) -> None:
    asyncio.run(bridge_holds(sqlite_url, events))


@many(20)
@given(logs)
def test_any_log_of_deals_is_bridged_to_the_last_cent_on_postgresql(
    postgres_url: str, events: list[DealMoved]
) -> None:
    asyncio.run(bridge_holds(postgres_url, events))


async def test_the_months_of_a_quarter_are_one_bridge_after_another(store: Store) -> None:
    await take(
        store,
        [
            moved(on("2026-01-10"), "a", "open", amount=5, close_date="2026-01-31"),
            moved(on("2026-02-10"), "a", "won"),
            moved(on("2026-02-10"), "b", "open", amount=7),
        ],
    )
    months = await crossed(store, window("2026-Q1"), "month")

    for cell in months.values():
        sums_up(cell)
    assert [
        tuple(cell.counts.get(name, 0) for name in ("pipeline_at_start", "pipeline_at_end", "deals_slipped"))
        for _, cell in sorted(months.items())
    ] == [(0, 500, 1), (500, 700, 0), (700, 700, 0)]


def test_each_step_is_a_metric_that_explains_itself() -> None:
    named = [name for step in STEPS for name in (step.deals, step.money) if name]

    assert [name for name in (*BRIDGED, *named) if name not in METRICS] == []
    assert sorted(name for shown in BRIDGED.values() for name in shown) == sorted(named)
