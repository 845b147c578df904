"""A burst becomes digests, and nobody is left out of them."""

from store_rig import captured, take, viewed

from storage.cards import Card, Claim
from storage.store import Store


def crowd(size: int, first: int = 0) -> list[object]:
    return [captured(f"{number:04}", f"p{number}@example.com") for number in range(first, first + size)]


async def next_claim(store: Store, burst: int) -> Claim:
    [claimed] = await store.cards.claim("worker", spacing_seconds=0, burst=burst)
    return claimed


async def say_next(store: Store, burst: int) -> Card:
    claimed = await next_claim(store, burst)
    await store.cards.said(claimed, channel_id="C1", ts=claimed.card.key, said_hash="x")
    return claimed.card


async def test_as_many_briefs_as_a_channel_can_show_stay_briefs(store: Store) -> None:
    await take(store, crowd(5))

    assert (await next_claim(store, burst=5)).card.kind == "brief"


async def test_a_burst_is_folded_into_digests_that_list_everybody_once(store: Store) -> None:
    await take(store, crowd(170))
    digests = [await say_next(store, burst=60) for _ in "123"]

    assert [(one.key, one.kind, one.lead_id) for one in digests] == [
        ("digest:#leads:1", "digest", None),
        ("digest:#leads:81", "digest", None),
        ("digest:#leads:161", "digest", None),
    ]
    members = [list(await store.cards.digest_members(one.key)) for one in digests]
    assert [len(one) for one in members] == [80, 80, 10]
    assert [lead for one in members for lead in one] == list(range(1, 171))
    assert (await store.counts()).cards == {"folded": 170, "said": 3}
    assert await store.cards.claim("worker", spacing_seconds=0) == []


async def test_a_brief_that_may_be_posted_is_never_folded(store: Store) -> None:
    await take(store, crowd(2))
    posted = await say_next(store, burst=60)
    tried = await next_claim(store, burst=60)
    await store.cards.retry(tried, 0, "timed out")
    await store.cards.touch(1)
    await take(store, crowd(10, first=2))

    assert (await say_next(store, burst=9)).key == tried.card.key
    digest = await say_next(store, burst=9)
    assert list(await store.cards.digest_members(digest.key)) == list(range(3, 13))
    assert (await say_next(store, burst=9)).key == posted.key


async def test_a_change_of_a_folded_lead_makes_its_digest_due(store: Store) -> None:
    await take(store, crowd(5))
    digest = await say_next(store, burst=2)
    await take(store, [viewed("seen", email="p3@example.com")])

    update = await next_claim(store, burst=2)
    assert (update.card.key, update.card.version, update.card.ts) == (digest.key, 2, digest.key)
    folded = await store.cards.card("brief:lead-4")
    assert folded is not None
    assert (folded.state, folded.parent) == ("folded", digest.key)


async def test_a_second_burst_makes_digests_of_its_own(store: Store) -> None:
    await take(store, crowd(5))
    first = await say_next(store, burst=4)
    await take(store, crowd(5, first=5))
    second = await say_next(store, burst=4)

    assert list(await store.cards.digest_members(first.key)) == [1, 2, 3, 4, 5]
    assert list(await store.cards.digest_members(second.key)) == [6, 7, 8, 9, 10]
