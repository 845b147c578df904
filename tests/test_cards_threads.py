"""Episodes are briefs of their own, and replies stand under the brief that was posted, exactly once."""

from datetime import UTC, datetime, timedelta

import pytest
from store_rig import PLAYBOOK, captured, minutes, take, viewed

from funnel.events import LeadForgotten, LeadStaged, Person
from storage.cards import Card, Claim
from storage.store import Store

ANA = "ana@example.com"
LATER = 400 * 24 * 60  # minutes; longer than any playbook takes for one episode
TIMELINE, FIRST, SECOND = "timeline:lead-1", "activity:lead-1:1:1", "activity:lead-1:1:2"


async def next_claim(store: Store, pace: float = 0, burst: int = 60) -> Claim:
    [claimed] = await store.cards.claim("worker", spacing_seconds=0, pace_seconds=pace, burst=burst)
    return claimed


async def nothing_due(store: Store) -> bool:
    return await store.cards.claim("worker", spacing_seconds=0) == []


async def say(store: Store, claimed: Claim, bursts: int | None = None) -> str:
    ts = claimed.card.ts or f"ts of {claimed.card.key}"
    assert await store.cards.said(claimed, channel_id="C1", ts=ts, said_hash="x", bursts=bursts)
    return claimed.card.key


async def say_next(store: Store, bursts: int | None = None, pace: float = 0) -> str:
    return await say(store, await next_claim(store, pace), bursts)


async def card_of(store: Store, key: str) -> Card:
    card = await store.cards.card(key)
    assert card is not None
    return card


async def briefed(store: Store, bursts: int = 0, pace: float = 0) -> None:
    """Ana's brief stands, and so do the replies under it."""
    await take(store, [captured("1")])
    await say_next(store, bursts)
    for _ in range(1 + bursts):
        await say_next(store, pace=pace)


# Episodes.


async def test_each_episode_is_a_card_of_its_own(store: Store) -> None:
    await take(store, [captured("1")])
    assert await say_next(store) == "brief:lead-1"
    await take(store, [captured("2", at=LATER)])

    second = await next_claim(store)
    assert (second.card.key, second.card.kind, second.card.lead_id) == ("brief:lead-1:2", "brief", 1)
    assert (second.card.episode, (await card_of(store, "brief:lead-1")).episode) == (2, 1)
    assert (await card_of(store, "brief:lead-1")).state == "due"  # it is kept true too


async def test_an_episode_that_was_passed_over_stays_so_when_another_begins(store: Store) -> None:
    await take(store, [captured("1")])
    await store.cards.gone(await next_claim(store))
    await take(store, [captured("2", at=LATER)])

    assert await say_next(store) == "brief:lead-1:2"
    assert await nothing_due(store)


async def test_an_episode_that_is_told_again_is_not_made_again(store: Store) -> None:
    await take(store, [captured("1"), captured("2", at=LATER)])
    await take(store, [captured("2", at=LATER), viewed("3", email=ANA, at=LATER + 1)])
    await store.rebuild(PLAYBOOK)

    assert (await store.counts()).cards == {"due": 2}


async def test_a_lead_of_several_episodes_is_one_line_of_a_digest(store: Store) -> None:
    await take(store, [captured("1"), captured("2", at=LATER), captured("3", "bo@example.com")])
    digest = await next_claim(store, burst=2)

    assert digest.card.key == "digest:#leads:1"
    assert await store.cards.digest_members(digest.card.key) == {1: 2, 3: 1}


async def test_a_later_episode_may_begin_a_digest_of_its_own(store: Store) -> None:
    await take(store, [captured("1"), captured("2", "bo@example.com")])
    await say(store, await next_claim(store, burst=1))
    await take(store, [captured("3", at=LATER), captured("4", "bo@example.com", at=LATER)])

    assert (await next_claim(store, burst=1)).card.key == "digest:#leads:1:2"


# Replies.


async def test_a_reply_is_due_once_its_brief_was_posted(store: Store) -> None:
    await take(store, [captured("1")])
    brief = await next_claim(store)
    assert await store.cards.card(TIMELINE) is None

    await say(store, brief, bursts=0)
    timeline = await next_claim(store)
    assert (timeline.card.key, timeline.card.kind, timeline.card.lane) == (TIMELINE, "timeline", "#leads")
    assert (timeline.card.thread_ts, timeline.card.channel_id) == ("ts of brief:lead-1", "C1")
    assert (timeline.card.posted, timeline.reconcile) == (False, False)
    assert await store.cards.thread_stands(timeline.card)


async def test_a_brief_whose_outcome_was_lost_has_no_thread(store: Store) -> None:
    await take(store, [captured("1")])
    brief = await next_claim(store)
    await say(store, brief)

    assert not await store.cards.said(brief, channel_id="C1", ts="2", said_hash="x", bursts=3)
    assert not await store.cards.unchanged(brief, bursts=3)
    assert not await store.cards.gone(brief)
    assert not await store.cards.deleted(brief)
    assert (await store.counts()).cards == {"said": 1}


async def test_each_burst_is_one_reply_whenever_it_is_seen(store: Store) -> None:
    await briefed(store, bursts=1)
    await store.cards.touch(1)
    await store.cards.unchanged(await next_claim(store), bursts=2)
    assert [await say_next(store) for _ in "123"] == [SECOND, TIMELINE, FIRST]
    await store.cards.touch(1)
    await store.cards.unchanged(await next_claim(store), bursts=2)

    assert (await card_of(store, SECOND)).burst == 2
    assert (await store.counts()).cards == {"due": 3, "said": 1}


async def test_new_briefs_go_before_replies_and_these_before_changes(store: Store) -> None:
    await briefed(store)
    await store.cards.touch(1)
    await take(store, [captured("2", "bo@example.com")])
    await say_next(store, bursts=1)
    await take(store, [captured("3", "cy@example.com")])

    assert [await say_next(store) for _ in range(4)] == [
        "brief:lead-3",
        "timeline:lead-2",
        "activity:lead-2:1:1",
        "brief:lead-1",
    ]


async def test_a_reply_is_changed_at_its_own_pace_and_a_brief_at_once(store: Store) -> None:
    await briefed(store, pace=60)
    said_at = datetime.now(UTC)
    for number in range(5):
        await take(store, [viewed(f"v{number}", email=ANA, at=number)])

    assert await say_next(store) == "brief:lead-1"
    assert await nothing_due(store)
    due = await store.cards.next_due()
    assert due is not None
    assert timedelta(seconds=50) < due - said_at <= timedelta(seconds=60)


async def test_a_change_while_a_reply_is_said_waits_for_its_pace_too(store: Store) -> None:
    await take(store, [captured("1")])
    await say_next(store, bursts=0)
    timeline = await next_claim(store, pace=60)
    await store.cards.touch(1)
    await say(store, timeline)

    assert await say_next(store) == "brief:lead-1"
    assert await nothing_due(store)
    assert (await card_of(store, TIMELINE)).state == "due"


async def test_a_reply_that_said_nothing_new_need_not_wait(store: Store) -> None:
    await briefed(store)
    await store.cards.touch(1)
    assert await say_next(store) == "brief:lead-1"
    assert await store.cards.unchanged(await next_claim(store, pace=60))
    await store.cards.touch(1)

    assert [await say_next(store) for _ in "12"] == ["brief:lead-1", TIMELINE]


@pytest.mark.parametrize("end", ["gone", "deleted"])
async def test_when_a_brief_goes_its_replies_are_due_at_once(store: Store, end: str) -> None:
    await briefed(store, bursts=1, pace=60)
    await take(store, [LeadForgotten(id="f", source="s", time=minutes(1), person=Person(email=ANA))])
    brief = await next_claim(store)
    await (store.cards.gone(brief) if end == "gone" else store.cards.deleted(brief))

    first = await next_claim(store)
    await store.cards.gone(first)
    second = await next_claim(store)
    assert {first.card.key, second.card.key} == {TIMELINE, FIRST}
    assert not await store.cards.thread_stands(first.card)
    assert not await store.cards.thread_stands(second.card)


async def test_what_a_person_deleted_is_never_due_again(store: Store) -> None:
    await briefed(store)
    await store.cards.touch(1)
    brief = await next_claim(store)
    await store.cards.touch(1)
    assert await store.cards.deleted(brief)
    assert (await next_claim(store)).card.key == TIMELINE
    await take(store, [captured("2", at=1)])

    assert await nothing_due(store)
    deleted = await card_of(store, "brief:lead-1")
    assert (deleted.state, deleted.posted) == ("deleted", True)


async def test_a_brief_that_is_posted_anew_has_its_thread_under_it(store: Store) -> None:
    await briefed(store)
    await store.cards.touch(1)
    await store.cards.gone(await next_claim(store))
    await store.cards.gone(await next_claim(store))
    await take(store, [captured("2", at=1)])
    brief = await next_claim(store)
    await store.cards.said(brief, channel_id="C2", ts="anew", said_hash="x", bursts=0)

    timeline = await next_claim(store)
    assert (timeline.card.key, timeline.card.thread_ts, timeline.card.channel_id) == (TIMELINE, "anew", "C2")
    assert await store.cards.thread_stands(timeline.card)


async def test_a_folded_brief_has_no_thread(store: Store) -> None:
    await take(store, [captured("1"), captured("2", "bo@example.com")])
    await say(store, await next_claim(store, burst=1))
    await take(store, [viewed("3", email=ANA, at=1)])
    await say(store, await next_claim(store))

    assert (await store.counts()).cards == {"folded": 2, "said": 1}


async def test_the_replies_of_a_merged_lead_are_due_once_its_brief_is_gone(store: Store) -> None:
    await take(store, [viewed("0", email=ANA), captured("1", "bo@example.com", person={"anonymous_id": "x"})])
    await say_next(store, bursts=0)
    await say_next(store, pace=60)
    await take(store, [viewed("2", email=ANA, anonymous_id="x", at=1)])
    assert await say_next(store, bursts=0) == "brief:lead-1"
    assert await say_next(store) == TIMELINE
    await store.cards.gone(await next_claim(store))

    assert (await next_claim(store)).card.key == "timeline:lead-2"


async def test_a_channel_that_the_playbook_leaves_keeps_its_threads(store: Store) -> None:
    await take(store, [captured("1")])
    await say_next(store, bursts=0)

    assert await store.cards.move_unposted("#sales") == 0
    assert (await card_of(store, TIMELINE)).lane == "#leads"


async def test_a_lead_who_left_has_as_many_briefs_as_before(store: Store) -> None:
    person = Person(email=ANA)
    await take(store, [captured("1")])
    await say_next(store, bursts=0)
    await take(store, [LeadStaged(id="2", source="crm", time=minutes(1), person=person, stage="recycled")])
    await take(store, [viewed("3", email=ANA, at=2)])

    assert (await store.counts()).cards == {"due": 2}
    assert await store.cards.card("brief:lead-1:2") is None
