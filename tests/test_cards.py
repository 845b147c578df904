"""Cards: one message each, at the pace of its channel, whatever fails."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from store_rig import NOW, captured, minutes, take, tell_all, viewed

from funnel.events import LeadForgotten, LeadStaged, Person
from funnel.playbook import Channels, Playbook
from storage.cards import Card, Claim, Trouble
from storage.store import Store

SALES = Playbook(channels=Channels(briefs="#sales"))


async def claim(store: Store, spacing: float = 0, lease: float = 60) -> Claim | None:
    """The one claim that a store with one lane can give."""
    claims = await store.cards.claim("worker", spacing_seconds=spacing, lease_seconds=lease)
    assert len(claims) <= 1
    return claims[0] if claims else None


async def must_claim(store: Store, spacing: float = 0, lease: float = 60) -> Claim:
    claimed = await claim(store, spacing, lease)
    assert claimed is not None
    return claimed


async def say(store: Store, claimed: Claim) -> bool:
    ts = claimed.card.ts or f"ts of {claimed.card.key}"
    return await store.cards.said(claimed, channel_id="C1", ts=ts, said_hash="hash")


async def say_next(store: Store) -> str:
    claimed = await must_claim(store)
    assert await say(store, claimed)
    return claimed.card.key


async def card_of(store: Store, key: str) -> Card:
    card = await store.cards.card(key)
    assert card is not None
    return card


async def test_a_lead_that_deserves_a_brief_gets_one_card_due_at_once(store: Store) -> None:
    await take(store, [captured("1"), captured("2", at=1)])
    claimed = await must_claim(store)

    assert (claimed.card.key, claimed.card.kind, claimed.card.lead_id) == ("brief:lead-1", "brief", 1)
    assert (claimed.card.lane, claimed.card.due_at, claimed.reconcile) == ("#leads", NOW, False)
    assert (await store.counts()).cards == {"due": 1}


async def test_a_caller_whose_clock_is_ahead_delays_nobody(store: Store) -> None:
    await store.record([captured("1")])
    await store.tell(Playbook(), datetime.now(UTC) + timedelta(hours=1))

    assert await claim(store) is not None


async def test_what_was_said_is_remembered_and_not_said_again(store: Store) -> None:
    await take(store, [captured("1")])
    assert await say(store, await must_claim(store))

    card = await card_of(store, "brief:lead-1")
    assert (card.state, card.ts, card.said_hash, card.said_version) == (
        "said",
        "ts of brief:lead-1",
        "hash",
        1,
    )
    assert await store.cards.card_of_message("C1", "ts of brief:lead-1") == card
    assert await store.cards.card_of_message("C2", "ts of brief:lead-1") is None
    assert await claim(store) is None
    assert await store.cards.next_due() is None


async def test_a_new_event_makes_a_said_card_due_for_an_update(store: Store) -> None:
    await take(store, [captured("1")])
    await say(store, await must_claim(store))
    await take(store, [viewed("2", email="ana@example.com")])
    update = await must_claim(store)

    assert (update.card.version, update.card.said_version, update.card.ts) == (2, 1, "ts of brief:lead-1")
    assert not update.reconcile
    assert await store.cards.unchanged(update)
    assert (await card_of(store, "brief:lead-1")).said_version == 2


async def test_a_change_while_it_is_being_said_keeps_the_card_due(store: Store) -> None:
    await take(store, [captured("1")])
    claimed = await must_claim(store)
    await take(store, [viewed("2", email="ana@example.com")])
    await store.cards.touch(1)

    assert await say(store, claimed)
    assert (await card_of(store, "brief:lead-1")).state == "due"
    assert (await must_claim(store)).card.version == 3


async def test_a_card_is_claimed_once(store: Store) -> None:
    await take(store, [captured("1")])

    assert await claim(store) is not None
    assert await claim(store) is None


async def test_a_claim_takes_one_card_of_each_lane_and_no_more_lanes_than_asked(store: Store) -> None:
    await take(store, [captured("1"), captured("2", "bo@example.com")])
    await store.record([captured("3", "cy@example.com"), captured("4", "di@example.com")])
    await tell_all(store, SALES)

    claims = [await store.cards.claim("worker", limit=limit, spacing_seconds=0) for limit in (1, 5, 5)]
    assert [[one.card.key for one in turn] for turn in claims] == [["brief:lead-1"], ["brief:lead-3"], []]


async def test_a_lane_rests_between_two_cards(store: Store) -> None:
    await take(store, [captured("1"), captured("2", "bo@example.com")])
    started = datetime.now(UTC)
    await say(store, await must_claim(store, spacing=0.3))

    assert await claim(store) is None
    next_due = await store.cards.next_due()
    assert next_due is not None
    assert timedelta(seconds=0.3) <= next_due - started < timedelta(seconds=5)
    await asyncio.sleep((next_due - datetime.now(UTC)).total_seconds() + 0.05)
    assert await claim(store) is not None


async def test_a_lane_need_not_rest_when_slack_was_not_called(store: Store) -> None:
    await take(store, [captured(str(number), f"p{number}@example.com") for number in range(3)])
    assert await store.cards.unchanged(await must_claim(store, spacing=60))
    assert await store.cards.gone(await must_claim(store, spacing=60))

    assert (await must_claim(store, spacing=60)).card.key == "brief:lead-3"


async def test_what_was_never_posted_goes_before_updates(store: Store) -> None:
    await take(store, [captured("1")])
    await say(store, await must_claim(store))
    await take(store, [viewed("2", email="ana@example.com")])
    await take(store, [captured("3", "bo@example.com")])

    assert [await say_next(store) for _ in "12"] == ["brief:lead-3", "brief:lead-1"]


async def test_a_lease_that_ran_out_goes_to_the_next_worker_who_looks_first(store: Store) -> None:
    await take(store, [captured("1")])
    slow = await must_claim(store, lease=0.05)
    await asyncio.sleep(0.1)
    second = await must_claim(store)

    assert (second.card.attempts, second.reconcile) == (2, True)
    assert second.card.first_attempt_at == slow.card.first_attempt_at
    assert not await say(store, slow)
    assert not await store.cards.gone(slow)
    assert not await store.cards.retry(slow, 0, "late")
    assert not await store.cards.hold(slow, 0, "late")
    assert await say(store, second)


async def test_a_renewed_lease_keeps_the_card_and_its_lane_from_others(store: Store) -> None:
    await take(store, [captured("1"), captured("2", "bo@example.com")])
    held = await must_claim(store, lease=0.05)
    renewed = await store.cards.renew(held, lease_seconds=60)
    await asyncio.sleep(0.1)

    assert await claim(store) is None
    assert renewed is not None
    assert not await say(store, held)
    assert await say(store, renewed)
    assert await claim(store) is not None


async def test_a_lease_that_somebody_else_has_now_is_not_renewed(store: Store) -> None:
    await take(store, [captured("1")])
    slow = await must_claim(store, lease=0.05)
    await asyncio.sleep(0.1)
    second = await must_claim(store)

    assert await store.cards.renew(slow) is None
    assert await say(store, second)


async def test_a_late_outcome_counts_while_nobody_else_has_the_card(store: Store) -> None:
    await take(store, [captured("1")])
    slow = await must_claim(store, lease=0.01)
    await asyncio.sleep(0.05)

    assert await say(store, slow)
    assert not await say(store, slow)


async def test_a_failure_is_tried_again_and_at_last_waits_for_a_person(store: Store) -> None:
    await take(store, [captured("1")])
    for attempt in range(1, 13):
        claimed = await must_claim(store)
        assert (claimed.card.attempts, claimed.reconcile) == (attempt, attempt > 1)
        assert await store.cards.retry(claimed, 0, f"failure {attempt}")

    assert await claim(store) is None
    [trouble] = await store.cards.troubles()
    assert (trouble.key, trouble.lane, trouble.state, trouble.error) == (
        "brief:lead-1",
        "#leads",
        "waiting",
        "failure 12",
    )


async def test_a_retry_waits_its_time(store: Store) -> None:
    await take(store, [captured("1")])
    await store.cards.retry(await must_claim(store), 60, "later")
    next_due = await store.cards.next_due()

    assert await claim(store) is None
    assert next_due is not None
    assert timedelta(seconds=50) < next_due - datetime.now(UTC) <= timedelta(seconds=60)


async def test_a_rate_limit_holds_the_whole_lane_and_is_no_attempt(store: Store) -> None:
    await take(store, [captured("1"), captured("2", "bo@example.com")])
    claimed = await must_claim(store)
    assert await store.cards.hold(claimed, 0.2, "ratelimited")

    assert await claim(store) is None
    assert await store.cards.troubles() == []
    await asyncio.sleep(0.25)
    again = await must_claim(store)
    assert (again.card.key, again.card.attempts, again.reconcile) == ("brief:lead-1", 1, False)


async def test_a_waiting_card_heals_by_itself_or_when_woken(store: Store) -> None:
    await take(store, [captured("1")])
    await store.cards.wait(await must_claim(store), "channel_not_found", seconds=0)
    await store.cards.wait(await must_claim(store), "channel_not_found")
    assert await claim(store) is None

    assert await store.cards.wake_waiting() == 1
    healed = await must_claim(store)
    assert healed.card.error == "channel_not_found"
    assert await say(store, healed)
    assert await store.cards.troubles() == []


async def test_a_card_in_doubt_is_looked_for_before_it_is_posted(store: Store) -> None:
    await take(store, [captured("1")])
    claimed = await must_claim(store)
    await store.cards.doubt(claimed, "timed out", seconds=0)

    assert claimed.card.first_attempt_at is not None
    assert await store.cards.troubles() == [
        Trouble("brief:lead-1", "#leads", "doubt", "timed out", claimed.card.first_attempt_at)
    ]
    assert (await must_claim(store)).reconcile


async def test_unposted_briefs_follow_the_playbook_to_another_channel(store: Store) -> None:
    await take(store, [captured(str(number), f"p{number}@example.com") for number in range(4)])
    await say(store, await must_claim(store))
    await store.cards.wait(await must_claim(store), "channel_not_found")
    await store.cards.doubt(await must_claim(store), "timed out", seconds=60)

    assert await store.cards.move_unposted("#sales") == 2
    assert [await say_next(store) for _ in "12"] == ["brief:lead-2", "brief:lead-4"]
    assert (await card_of(store, "brief:lead-4")).lane == "#sales"
    assert (await card_of(store, "brief:lead-3")).lane == "#leads"


async def test_a_card_with_nothing_to_say_rests_until_it_deserves_to_speak(store: Store) -> None:
    person = Person(email="ana@example.com")
    await take(store, [captured("1")])
    await take(
        store, [LeadStaged(id="2", source="crm", time=minutes(1), person=person, stage="disqualified")]
    )
    assert await store.cards.gone(await must_claim(store))
    await take(store, [viewed("3", at=2, email="ana@example.com")])
    assert await claim(store) is None

    await take(store, [LeadStaged(id="4", source="crm", time=minutes(3), person=person, stage="sql")])
    assert (await must_claim(store)).card.key == "brief:lead-1"


async def test_the_brief_of_a_forgotten_person_is_due_so_that_it_is_taken_back(store: Store) -> None:
    await take(store, [captured("1")])
    await say(store, await must_claim(store))
    await take(store, [LeadForgotten(id="2", source="s", time=NOW, person=Person(email="ana@example.com"))])
    taken_back = await must_claim(store)

    assert taken_back.card.posted
    assert await store.cards.gone(taken_back)
    assert not (await card_of(store, "brief:lead-1")).posted


async def test_touching_a_lead_without_a_card_does_nothing(store: Store) -> None:
    assert not await store.cards.touch(7)


@pytest.mark.parametrize("replicas", [1, 2])
async def test_workers_at_once_say_every_card_once(store: Store, database_url: str, replicas: int) -> None:
    await take(store, [captured(f"{number:02}", f"p{number}@example.com") for number in range(30)])
    said: list[str] = []

    async def work(place: Store, name: str) -> None:
        while claims := await place.cards.claim(name, spacing_seconds=0):
            for one in claims:
                said.append(one.card.key)
                assert await say(place, one)

    async with Store.open(database_url) as replica:
        places = [store, replica][:replicas]
        for _ in "123":  # a worker who found the lane in other hands has gone home
            await asyncio.gather(*(work(place, f"{turn}") for turn, place in enumerate(places * 4)))

    assert sorted(said) == sorted({f"brief:lead-{number}" for number in range(1, 31)})


# Masks


async def test_what_was_said_is_looked_at_again_when_the_masks_change_and_only_then(store: Store) -> None:
    await take(store, [captured("1")])
    [claimed] = await store.cards.claim("worker", spacing_seconds=0)
    await store.cards.said(claimed, channel_id="C1", ts="1", said_hash="x")

    touched = [await store.cards.follow_masks(masks) for masks in ("", "id", "id", "full", "", "")]

    assert touched == [0, 1, 0, 1, 1, 0]
    [again] = await store.cards.claim("worker", spacing_seconds=0)
    assert (again.card.key, again.card.ts) == (claimed.card.key, "1")
