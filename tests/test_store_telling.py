"""Telling: whose an event is, and what their lead comes to."""

import logging

import pytest
import sqlalchemy as sa
from store_rig import NOW, PLAYBOOK, captured, change, minutes, rows, spent, take, tell_all, viewed

from funnel.events import LeadForgotten, LeadIdentified, LeadStaged, Person
from funnel.stage import Stage
from storage import tables
from storage.finding import LeadSummary
from storage.store import Store
from storage.telling import Told


async def test_a_lead_goes_by_the_first_event_that_mentions_it(store: Store) -> None:
    await take(store, [spent("0", "spring", "2026-11-20"), captured("1")])
    await take(store, [captured("2"), captured("3", email="bo@example.com")])

    assert await store.lead_of("ANA@example.com ") == 2
    assert await store.lead_of("bo@example.com") == 4
    assert await store.lead_of("nobody@example.com") is None


async def test_events_that_share_an_identifier_are_one_lead(store: Store) -> None:
    await take(store, [viewed("1", anonymous_id="a1"), viewed("2", at=1, user_id="u1")])
    await take(store, [captured("3", at=2, person={"anonymous_id": "a1", "user_id": "u1"})])

    lead = await store.lead_of("ana@example.com")
    assert lead == 1
    assert [event.id for event in await store.events_of(1)] == ["1", "2", "3"]
    assert await store.lead(2, PLAYBOOK) is None


async def test_ids_of_different_kinds_are_different_even_when_equal(store: Store) -> None:
    await take(store, [viewed("1", anonymous_id="7"), viewed("2", user_id="7")])

    assert (await store.counts()).leads == 2


async def test_nobody_is_merged_on_a_name(store: Store) -> None:
    await take(
        store, [captured("1", person={"name": "Ana"}), captured("2", "b@c.de", person={"name": "Ana"})]
    )

    assert (await store.counts()).leads == 2


@pytest.mark.parametrize("previous", ["a1", "u1", "Old@Example.com"])
async def test_a_previous_id_of_any_kind_links(store: Store, previous: str) -> None:
    await take(store, [viewed("1", anonymous_id="a1", user_id="u1", email="old@example.com")])
    await take(
        store,
        [LeadIdentified(id="2", source="s", time=NOW, person=Person(user_id="new"), previous_id=previous)],
    )

    assert [event.id for event in await store.events_of(1)] == ["2", "1"]


async def test_a_merge_leaves_the_older_lead_and_drops_the_other_brief(
    store: Store, database_url: str
) -> None:
    await take(store, [captured("1"), captured("2", "a@old.example", at=1)])
    await take(
        store,
        [
            LeadIdentified(
                id="3",
                source="s",
                time=minutes(2),
                person=Person(email="ana@example.com"),
                previous_id="a@old.example",
            )
        ],
    )

    assert await rows(database_url, tables.lead, "lead_id", "email") == [(1, "ana@example.com")]
    assert await rows(database_url, tables.touch, "lead_id", "receipt_id") == [(1, "1"), (1, "2")]
    assert await rows(database_url, tables.card, "key", "state") == [
        ("brief:lead-1", "due"),
        ("brief:lead-2", "gone"),
    ]


async def test_a_posted_brief_of_a_merged_lead_is_due_so_that_it_is_taken_back(store: Store) -> None:
    await take(store, [captured("1"), captured("2", "a@old.example", at=1)])
    for _ in "12":
        [claim] = await store.cards.claim("worker", spacing_seconds=0)
        await store.cards.said(claim, channel_id="C1", ts=claim.card.key, said_hash="x")
    await take(
        store,
        [captured("3", person={"user_id": "u"}), captured("4", "a@old.example", person={"user_id": "u"})],
    )

    merged = await store.cards.card("brief:lead-2")
    assert merged is not None
    assert (merged.state, merged.ts) == ("due", "brief:lead-2")
    assert await store.lead(2, PLAYBOOK) is None


async def test_an_event_accepted_earlier_but_told_later_gives_the_lead_its_id(
    store: Store, database_url: str
) -> None:
    """Two writers on PostgreSQL may commit in another order than that of their numbers."""
    await store.record([captured("1"), captured("2", at=1)])
    await change(database_url, sa.update(tables.journal).where(tables.journal.c.seq == 1).values(lead_id=-1))
    await tell_all(store)
    await change(
        database_url, sa.update(tables.journal).where(tables.journal.c.seq == 1).values(lead_id=None)
    )
    await tell_all(store)

    assert await store.lead_of("ana@example.com") == 1
    assert (await store.rebuild(PLAYBOOK)).changed == 0


async def test_a_forgotten_person_stays_forgotten(store: Store) -> None:
    await take(store, [captured("1", person={"user_id": "u"})])
    await take(store, [LeadForgotten(id="2", source="s", time=NOW, person=Person(user_id="u"))])
    await take(store, [captured("3", at=5)])

    told = await store.lead(1, PLAYBOOK)
    assert told is not None
    assert told.forgotten
    assert await store.find_leads("ana") == await store.find_leads("ana@example.com") == []


async def test_telling_says_what_it_did(store: Store) -> None:
    await store.record([captured("1"), viewed("2", anonymous_id="a"), spent("3", "spring", "2026-11-20")])

    assert await store.tell(PLAYBOOK, NOW, limit=2) == Told(events=2, leads=1, cards=1)
    assert await store.tell(PLAYBOOK, NOW, limit=2) == Told(events=1, leads=1, cards=0)
    assert await store.tell(PLAYBOOK, NOW, limit=2) == Told(events=0, leads=0, cards=0)


async def test_an_event_that_cannot_be_told_is_set_aside_alone(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    people = [captured(f"{number:02}", f"p{number}@example.com") for number in range(20)]
    poison = spent("poison", "spring", "2026-11-20", source="m").model_copy(update={"clicks": -1})
    with caplog.at_level(logging.ERROR):
        await take(store, [*people, poison])

    counts = await store.counts()
    assert (counts.leads, counts.untold, counts.set_aside) == (20, 0, 1)
    assert caplog.messages == ["set aside an event that cannot be told: m/poison"]


async def test_an_event_that_does_not_read_back_is_set_aside_until_a_rebuild(
    store: Store, database_url: str
) -> None:
    await store.record([captured("1"), captured("2", "bo@example.com")])
    whole = tables.journal.c.body
    first = tables.journal.c.seq == 1
    text = (await rows(database_url, tables.journal, "body"))[0][0]
    await change(database_url, sa.update(tables.journal).where(first).values(body="{}"))
    await tell_all(store)
    assert (await store.counts()).set_aside == 1

    await change(database_url, sa.update(tables.journal).where(first).values({whole: text}))
    await store.rebuild(PLAYBOOK)
    await tell_all(store)

    counts = await store.counts()
    assert (counts.leads, counts.set_aside, counts.cards) == (2, 0, {"due": 2})


async def test_a_lead_of_thousands_of_events_is_told(store: Store) -> None:
    await store.record([viewed(str(number), at=number, email="bot@example.com") for number in range(5200)])
    await tell_all(store, limit=2600)
    await take(store, [captured("last", "bot@example.com", at=9000)])

    lead = await store.lead(1, PLAYBOOK)
    assert lead is not None
    assert len(lead.touches) == 5201


async def test_a_lead_is_found_by_address_name_and_company(store: Store) -> None:
    ana = {"name": "Ünal 100% Ana", "company": "Big_Corp"}
    await take(
        store, [captured("1", person=ana), captured("2", "bo@bigxcorp.example", at=1, person={"name": "Bo"})]
    )
    summary = LeadSummary(1, "Ünal 100% Ana", "ana@example.com", "Big_Corp", Stage.MQL, NOW)

    for text in ("ANA@example.com", "ünAL", "0% a", "big_c", "ana@"):
        assert await store.find_leads(text) == [summary], text
    assert [one.id for one in await store.find_leads("EXAMPLE")] == [2, 1]
    assert [one.id for one in await store.find_leads("example", limit=1)] == [2]
    assert await store.find_leads("ana\nana") == await store.find_leads("%x") == []


async def test_a_person_is_found_by_every_address_they_had(store: Store) -> None:
    await take(
        store,
        [
            captured("1", person={"user_id": "u"}),
            captured("2", "new@example.com", at=1, person={"user_id": "u"}),
        ],
    )

    assert [one.id for one in await store.find_leads("ana@example.com")] == [1]


async def test_a_customer_gets_no_brief_and_a_person_who_only_reads_none(store: Store) -> None:
    await take(store, [captured("1", form="White paper")])
    await take(
        store,
        [
            captured("2", "bo@example.com"),
            LeadStaged(
                id="3", source="s", time=minutes(1), person=Person(email="bo@example.com"), stage="customer"
            ),
        ],
    )

    assert (await store.counts()).cards == {}
