"""One person from many traces, on both databases: addresses, merges, splits, and their briefs."""

import pytest
from store_rig import PLAYBOOK, captured, minutes, rows, take, viewed

from funnel.events import LeadIdentified, LeadMerged, LeadSplit, Person
from funnel.journey import tell
from storage import tables
from storage.store import Store

ANA, BO = "ana@example.com", "bo@example.com"


def merged(id: str, at: float, email: str = ANA, other: str = BO, **fields: str) -> LeadMerged:  # noqa: A002 - an event's id
    persons = {"person": Person(email=email), "other": Person(email=other)}
    return LeadMerged(id=id, source="crm", time=minutes(at), **persons, **fields)  # type: ignore[arg-type]


def split(id: str, at: float, email: str = BO) -> LeadSplit:  # noqa: A002 - an event's id
    return LeadSplit(id=id, source="crm", time=minutes(at), person=Person(email=email))


async def ids(store: Store, lead: int) -> list[str]:
    return [event.id for event in await store.events_of(lead)]


async def leads_of(store: Store) -> tuple[int | None, int | None]:
    return await store.lead_of(ANA), await store.lead_of(BO)


async def say_all(store: Store) -> list[str]:
    """Post every card that is due; their keys."""
    keys = []
    while claims := await store.cards.claim("worker", spacing_seconds=0):
        for claim in claims:
            await store.cards.said(claim, channel_id="C1", ts=claim.card.key, said_hash="x")
            keys.append(claim.card.key)
    return keys


async def states(database_url: str) -> list[tuple[str, str]]:
    return await rows(database_url, tables.card, "key", "state")


TWO = [captured("1", at=0), captured("2", BO, at=1)]


@pytest.mark.parametrize(
    ("address", "another"),
    [
        (ANA, "ana+webinar@example.com"),
        ("a.na@gmail.com", "ana+x@googlemail.com"),
        ("ana+a@example.com", "ANA+b@example.com"),
    ],
)
async def test_addresses_of_one_key_are_one_lead_who_is_found_by_each(
    store: Store, address: str, another: str
) -> None:
    await take(store, [captured("1", address)])
    await take(store, [captured("2", another, at=1)])

    assert await ids(store, 1) == ["1", "2"]
    assert await store.lead_of(address) == await store.lead_of(another.upper()) == 1
    [found] = await store.find_leads(address)
    assert found.email == another.lower()


async def test_the_address_as_given_is_what_is_shown(store: Store) -> None:
    await take(store, [captured("1", "ana+x@example.com")])

    assert [found.email for found in await store.find_leads(ANA)] == ["ana+x@example.com"]


async def test_the_company_is_that_of_the_address_unless_somebody_says_another(store: Store) -> None:
    await take(store, [captured("1", "ana@mail.acme.co.uk"), captured("2", "bo@gmail.com")])
    by_address = await store.find_leads("acme.co.uk")
    await take(store, [captured("3", "ana@acme.co.uk", at=1, person={"company": "Acme Ltd", "user_id": "u"})])
    await take(store, [captured("4", "ana@mail.acme.co.uk", at=2, person={"user_id": "u"})])

    assert [found.company for found in by_address] == ["acme.co.uk"]
    assert [found.company for found in await store.find_leads("ana@mail.acme.co.uk")] == ["Acme Ltd"]
    assert [found.company for found in await store.find_leads("bo@gmail.com")] == [None]


async def test_a_merged_person_is_the_fold_of_all_their_events(store: Store) -> None:
    word = merged("3", 5, reason="duplicate")
    await take(store, [*TWO, viewed("4", at=2, email=BO)])
    await take(store, [word])

    assert await leads_of(store) == (1, 1)
    assert await store.lead(1, PLAYBOOK) == tell([*TWO, viewed("4", at=2, email=BO), word], PLAYBOOK)
    assert await store.lead(2, PLAYBOOK) is None


async def test_merge_then_split_then_merge(store: Store) -> None:
    await take(store, TWO)
    await take(store, [merged("3", 5)])
    await take(store, [split("4", 6)])
    assert await leads_of(store) == (1, 2)
    assert (await ids(store, 1), await ids(store, 2)) == (["1", "3"], ["2", "4"])

    await take(store, [merged("5", 7)])
    assert await leads_of(store) == (1, 1)
    assert await ids(store, 1) == ["1", "2", "3", "4", "5"]
    assert (await store.rebuild(PLAYBOOK)).changed == 0


async def test_the_one_who_was_first_may_be_split_off_too(store: Store) -> None:
    await take(store, TWO)
    await take(store, [merged("3", 5), split("4", 6, ANA)])

    assert await leads_of(store) == (1, 2)
    assert (await ids(store, 1), await ids(store, 2)) == (["1", "3", "4"], ["2"])


async def test_a_split_says_nothing_of_the_lead(store: Store) -> None:
    await take(store, TWO)
    before = await store.lead(2, PLAYBOOK)
    await take(store, [merged("3", 5), split("4", 6)])

    assert await store.lead(2, PLAYBOOK) == before


async def test_two_people_of_one_browser_are_split(store: Store) -> None:
    shared = {"anonymous_id": "a1"}
    await take(store, [captured("1", person=shared), captured("2", BO, at=1, person=shared)])
    await take(store, [viewed("3", at=2, anonymous_id="a1"), split("4", 3)])
    await take(store, [captured("5", BO, at=4, person=shared), viewed("6", at=5, anonymous_id="a1")])

    assert await leads_of(store) == (1, 2)
    assert (await ids(store, 1), await ids(store, 2)) == (["1", "3", "6"], ["2", "4", "5"])


async def test_an_address_that_has_no_events_of_its_own_is_nobodys_after_a_split(store: Store) -> None:
    alias = LeadIdentified(
        id="2", source="site", time=minutes(1), person=Person(email=ANA), previous_id=f"{BO}"
    )
    await take(store, [captured("1"), alias])
    assert await leads_of(store) == (1, 1)

    await take(store, [split("3", 2, ANA)])
    assert await leads_of(store) == (1, None)
    assert await store.find_leads(BO) == []

    await take(store, [captured("4", BO, at=3)])
    assert await leads_of(store) == (1, 4)
    assert (await store.rebuild(PLAYBOOK)).changed == 0


async def test_a_split_of_somebody_unknown_is_a_lead_of_whom_nothing_is_known(store: Store) -> None:
    await take(store, [split("1", 0), captured("2")])

    assert await leads_of(store) == (2, 1)
    assert (await store.counts()).leads == 2
    assert (await store.counts()).cards == {"due": 1}


async def test_a_split_of_an_id_that_no_database_can_hold_splits_nobody(store: Store) -> None:
    nobody = LeadSplit(id="2", source="crm", time=minutes(1), person=Person(anonymous_id="\0"))
    await take(store, [captured("1"), nobody])

    assert (await store.counts()).set_aside == 0
    assert (await store.rebuild(PLAYBOOK)).changed == 0


async def test_a_split_gives_each_their_brief_again(store: Store, database_url: str) -> None:
    await take(store, TWO)
    assert await say_all(store) == ["brief:lead-1", "brief:lead-2"]
    await take(store, [merged("3", 5)])
    await take_back(store)
    assert await states(database_url) == [("brief:lead-1", "said"), ("brief:lead-2", "gone")]

    await take(store, [split("4", 6)])
    card = await store.cards.card("brief:lead-1")
    assert card is not None
    assert card.ts == "brief:lead-1"
    assert sorted(await say_all(store)) == ["brief:lead-1", "brief:lead-2"]


async def take_back(store: Store) -> None:
    """What the worker does: update the survivor's card, delete the other's."""
    for _ in "12":
        [claim] = await store.cards.claim("worker", spacing_seconds=0)
        if await store.lead(claim.card.lead_id or 0, PLAYBOOK):
            await store.cards.unchanged(claim)
        else:
            await store.cards.gone(claim)


async def test_a_split_posts_nothing_for_somebody_who_is_no_occasion(store: Store, database_url: str) -> None:
    history = captured("2", BO, at=1).model_copy(update={"quiet": True})
    await take(store, [captured("1"), history, captured("3", "cy@example.com", at=2, form="White paper")])
    await take(store, [merged("4", 5), merged("5", 6, other="cy@example.com")])
    await take(store, [split("6", 7), split("7", 8, "cy@example.com")])

    assert await states(database_url) == [("brief:lead-1", "due")]


async def test_the_story_of_a_person_names_every_join_and_every_word(store: Store) -> None:
    await take(store, [*TWO, captured("3", "ana+x@example.com", at=2, person={"anonymous_id": "a1"})])
    await take(store, [merged("4", 5, reason="duplicate"), split("5", 6)])
    story = await store.story_of("ANA@example.com")

    assert story is not None
    assert [(one.identifier, one.spelled, one.event.id) for one in story.traces] == [
        (("email", ANA), (ANA, "ana+x@example.com"), "1"),
        (("anonymous", "a1"), (), "3"),
    ]
    assert [act.id for act in story.acts] == ["4", "5"]
    assert await store.story_of("nobody@example.com") is None


async def test_workspaces_are_split_apart(store: Store, database_url: str) -> None:
    async with Store.open(database_url, workspace="other") as other:
        await take(store, [*TWO, merged("3", 5)])
        await take(other, [*TWO, merged("3", 5)])
        await take(store, [split("4", 6)])

        assert (await leads_of(store))[0] != (await leads_of(store))[1]
        assert (await leads_of(other))[0] == (await leads_of(other))[1]
