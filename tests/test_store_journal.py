"""Acceptance: what `record` returned for is there, once, whatever happens next."""

import asyncio
from decimal import Decimal

import pytest
from store_rig import NOW, captured, rows, spent, tell_all, viewed

from funnel.events import DealMoved, LeadCaptured, LeadIdentified, Mentions, Person
from storage import tables
from storage.journal import Recorded
from storage.store import Store


async def test_an_event_is_recorded_once_by_source_and_id(store: Store, database_url: str) -> None:
    first = await store.record([captured("1"), captured("2"), captured("1", source="crm")])
    again = await store.record([captured("1"), captured("3"), captured("3")])

    assert first == Recorded(new=3, repeated=0)
    assert again == Recorded(new=1, repeated=2)
    assert await rows(database_url, tables.journal, "source", "event_id") == [
        ("crm", "1"),
        ("site", "1"),
        ("site", "2"),
        ("site", "3"),
    ]


async def test_the_first_of_two_events_with_one_id_wins(store: Store) -> None:
    await store.record([captured("1", person={"name": "Ana"})])
    await store.record([captured("1", person={"name": "Mallory"})])
    await tell_all(store)

    assert [found.name for found in await store.find_leads("ana@example.com")] == ["Ana"]


async def test_nothing_is_recorded_for_nothing(store: Store) -> None:
    assert await store.record([]) == Recorded(new=0, repeated=0)


async def test_workspaces_do_not_see_each_other(store: Store, database_url: str) -> None:
    async with Store.open(database_url, workspace="other") as other:
        assert await store.record([captured("1")]) == Recorded(new=1, repeated=0)
        assert await other.record([captured("1")]) == Recorded(new=1, repeated=0)
        await tell_all(store)

        assert [told.leads for told in await tell_all(other)] == [1]
        assert (await store.counts()).events == (await other.counts()).events == 1
        assert len(await store.cards.claim("worker")) == len(await other.cards.claim("worker")) == 1


async def test_what_was_recorded_before_a_crash_is_told_after_it(database_url: str) -> None:
    async with Store.open(database_url) as before:
        await before.record([captured("1"), captured("2", email="bo@example.com")])
    async with Store.open(database_url) as after:
        assert [told.leads for told in await tell_all(after)] == [2]


@pytest.mark.parametrize(
    "event",
    [
        captured("1", comment="NUL \0, half a pair is not text, 漢字 ✓", extra={"kept": [1, None, "x"]}),
        LeadIdentified(id="2", source="s", time=NOW, person=Person(user_id="u"), previous_id="p"),
        DealMoved(
            id="3",
            source="s",
            time=NOW,
            deal="d",
            person=Person(user_id="u"),
            stage="won",
            amount=Decimal("0.10"),
        ),
        spent("4", "spring", "2026-11-20", "12.34", mentions=Mentions(positive=3)),
        viewed("5", user_id="x" * 300),
    ],
    ids=lambda event: event.type,
)
async def test_events_come_back_as_they_went_in(store: Store, event: LeadCaptured) -> None:
    await store.record([event])
    await tell_all(store)

    if event.type == "tipoff.campaign.spent":
        assert await store.events_of(1) == []
    else:
        assert await store.events_of(1) == [event]


async def test_text_that_no_database_can_hold_loses_only_that_character(store: Store) -> None:
    odd = captured("nul\0", person={"name": "A\0na"}, comment="\0", trait={"half": "\ud800"})
    await store.record([odd])
    await tell_all(store)

    assert [found.name for found in await store.find_leads("ana")] == ["Ana"]
    assert (await store.counts()).set_aside == 0


async def test_replicas_that_record_the_same_events_at_once_record_them_once(
    store: Store, database_url: str
) -> None:
    events = [captured(str(number), email=f"p{number}@example.com") for number in range(40)]
    async with Store.open(database_url) as replica:
        counted = await asyncio.gather(
            *(
                place.record(order)
                for place in (store, replica)
                for order in (events, events[::-1])
                for _ in "12"
            )
        )

    assert sum(one.new for one in counted) == 40
    assert sum(one.repeated for one in counted) == 7 * 40


async def test_callers_who_come_together_each_learn_which_events_were_theirs_to_add(store: Store) -> None:
    counted = await asyncio.gather(
        store.record([captured("1")]),
        *(store.record([captured(str(number)), captured(str(number + 1))]) for number in range(10, 30, 2)),
        store.record([captured("11"), captured("99")]),
    )

    assert counted == [
        Recorded(new=1, repeated=0),
        *[Recorded(new=2, repeated=0)] * 10,
        Recorded(new=1, repeated=1),
    ]
    assert (await store.counts()).events == 22


async def test_a_caller_who_leaves_does_not_hold_up_the_others(store: Store) -> None:
    callers = [asyncio.create_task(store.record([captured(str(number))])) for number in range(20)]
    await asyncio.sleep(0)
    for caller in callers[1::2]:
        caller.cancel()

    outcomes = await asyncio.gather(*callers, return_exceptions=True)

    assert [isinstance(outcome, Recorded) for outcome in outcomes] == [True, False] * 10


async def test_a_caller_who_fails_does_not_undo_the_others(store: Store) -> None:
    broken = captured("2").model_copy(update={"source": None})
    outcomes = await asyncio.gather(
        store.record([captured("1")]),
        store.record([broken]),
        store.record([captured("3")]),
        return_exceptions=True,
    )

    assert [isinstance(outcome, Recorded) for outcome in outcomes] == [True, False, True]
    assert (await store.counts()).events == 2
