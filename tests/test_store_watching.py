"""What the store keeps of what is watched: one replica looks at a time, and what people said stays said."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from store_rig import NOW, captured, change, from_campaign, minutes, take, viewed
from watch_rig import CAMPAIGN, case, finding, incident, later

from funnel.case import Case, Judgement, followed, token
from funnel.events import LeadForgotten, LeadMerged, Person
from funnel.playbook import Playbook
from funnel.silence import Foreseen, Mute
from funnel.surge import Arrival
from storage import tables
from storage.store import Store
from storage.watching import Look, Seen

NOTHING: dict[str, bytes] = {}


def seen(*cases: Case, at: float = 120, **more: object) -> Seen:
    found = Seen(later(at), {CAMPAIGN: b"learned", "": b"whole"}, {CAMPAIGN: "active"}, cases, (), ())
    return replace(found, **more)  # type: ignore[arg-type]


async def looked(store: Store, *cases: Case, at: float = 120, **more: object) -> None:
    """Somebody has looked, and found these."""
    look = await store.watching.begin(later(at))
    assert look is not None
    assert await store.watching.finish(look, seen(*cases, at=at, **more))


# Who became known


async def test_a_lead_arrives_when_it_became_known_and_was_heard_of_with_that_event(
    store: Store, database_url: str
) -> None:
    await take(store, [viewed("0", at=-3000, anonymous_id="a")])
    known = captured("1", at=1, person={"anonymous_id": "a"}, origin=from_campaign("spring", "google"))
    await take(store, [known])
    await take(store, [captured("2", at=50)])
    await change(database_url, tables.journal.update().values(received_at=tables.journal.c.at))

    assert await store.watching.arrivals(NOW, minutes(60)) == [
        Arrival(minutes(1), minutes(1), "spring", "google", imported=False)
    ]


async def test_who_came_by_an_import_came_quietly(store: Store) -> None:
    await take(store, [captured("1", quiet=True), captured("2", "ben@example.com", at=1)])

    found = await store.watching.arrivals(NOW, minutes(60))

    assert [one.imported for one in found] == [True, False]


async def test_a_window_has_its_beginning_and_not_its_end(store: Store) -> None:
    await take(store, [captured(str(at), f"{at}@example.com", at=at) for at in (0, 5, 10)])

    assert [one.occurred for one in await store.watching.arrivals(minutes(5), minutes(10))] == [minutes(5)]


async def test_two_leads_that_are_one_person_arrive_once(store: Store) -> None:
    await take(store, [captured("1", "ana@example.com"), captured("2", "ana@work.example", at=1)])
    one, other = Person(email="ana@example.com"), Person(email="ana@work.example")
    await take(store, [LeadMerged(id="3", source="crm", time=minutes(2), person=one, other=other)])

    assert [one.occurred for one in await store.watching.arrivals(NOW, minutes(60))] == [NOW]


async def test_who_was_forgotten_is_counted_as_questions_count_them(store: Store) -> None:
    await take(store, [captured("1"), captured("2", "ben@example.com", at=1)])
    await take(
        store,
        [LeadForgotten(id="3", source="crm", time=minutes(2), person=Person(email="ana@example.com"))],
    )
    known = await store.watching.arrivals(NOW, minutes(60))
    assert [one.occurred for one in known] == [minutes(1)]

    assert (await store.rebuild(Playbook())).changed == 0
    assert await store.watching.arrivals(NOW, minutes(60)) == known


# Who looks


async def test_one_replica_at_a_time_looks(store: Store) -> None:
    first, second = await asyncio.gather(store.watching.begin(later(0)), store.watching.begin(later(0)))

    assert [one is None for one in (first, second)].count(True) == 1


async def test_what_was_looked_at_is_not_looked_at_again(store: Store) -> None:
    await looked(store, at=0)

    assert await store.watching.begin(later(0)) is None
    assert await store.watching.begin(later(-5)) is None
    assert await store.watching.begin(later(5)) is not None


async def test_the_first_look_knows_nothing_and_the_next_what_was_learned(store: Store) -> None:
    first = await store.watching.begin(later(0))
    assert first is not None
    assert (first.looked_at, first.learned, first.cases) == (None, NOTHING, ())
    await store.watching.finish(first, seen(at=0))

    second = await store.watching.begin(later(5))
    assert second is not None
    assert (second.looked_at, second.learned) == (later(0), {CAMPAIGN: b"learned", "": b"whole"})
    assert await store.watching.states() == {CAMPAIGN: "active"}
    await store.watching.finish(second, seen(at=5, learned={"": b"other"}, states={}))

    assert await store.watching.learned() == {"": b"other"}


async def test_a_lease_that_ran_out_goes_to_the_next_and_the_late_result_is_dropped(
    store: Store, database_url: str
) -> None:
    slow = await store.watching.begin(later(0))
    assert slow is not None
    past = tables.watch.update().values(lease_until=later(-60))
    await change(database_url, past)
    quick = await store.watching.begin(later(0))
    assert quick is not None

    assert not await store.watching.finish(slow, seen(case()))
    assert await store.watching.finish(quick, seen(at=0))
    assert await store.watching.cases(later(0), later(600)) == []


async def test_a_look_that_was_given_up_is_the_next_ones(store: Store) -> None:
    look = await store.watching.begin(later(0))
    assert look is not None

    await store.watching.give_up(look)

    assert await store.watching.begin(later(0)) is not None


# What was found


@pytest.mark.parametrize("segment", [CAMPAIGN, "campaign:" + "\n<!channel>\u202e" * 15])
async def test_a_case_is_read_as_it_was_written(store: Store, segment: str) -> None:
    written = replace(case(finding(segment)), hours=(1.5, 2.25), shown_at=later(121))
    await looked(store, written)

    assert await store.watching.case(written.incident.key) == written
    assert await store.watching.case_of(token(written.incident.key)) == written
    assert await store.watching.cases(later(120), later(121)) == [written]


async def test_nobody_has_a_case_of_another_name(store: Store) -> None:
    assert await store.watching.case("surge:nothing") is None
    assert await store.watching.case_of("0") is None


async def under_way(store: Store, at: float) -> tuple[Case, ...]:
    look = await store.watching.begin(later(at))
    assert isinstance(look, Look)
    await store.watching.finish(look, seen(at=at))
    return look.cases


async def test_a_case_is_under_way_until_it_is_over_and_somebody_was_told(store: Store) -> None:
    found = case()
    await looked(store, found)
    assert await under_way(store, 125) == (found,)

    over = followed(found, replace(found.incident, closed_at=later(130)), found.whole)
    await looked(store, over, at=130)
    assert await under_way(store, 135) == (over,)

    await looked(store, replace(over, told_at=later(140)), at=140)
    assert await under_way(store, 145) == ()


async def test_a_case_that_nobody_will_hear_of_is_not_under_way(store: Store) -> None:
    found = case(closed_at=later(130))
    await looked(store, replace(found, hushed=True))

    assert await under_way(store, 135) == ()


async def test_a_card_is_opened_once_and_woken_when_its_case_has_changed(store: Store) -> None:
    found = case(channel="#marketing")
    key = found.incident.key
    await looked(store, found, tell=[key])
    await looked(store, found, at=125, tell=[key])
    card = await store.cards.card(key)
    assert card is not None
    assert (card.kind, card.lane, card.version, card.state) == ("incident", "#marketing", 1, "due")

    await looked(store, found, at=130, follow=[key])

    woken = await store.cards.card(key)
    assert woken is not None
    assert woken.version == 2


# What people say


async def test_the_last_word_of_a_person_stands_and_a_look_does_not_wipe_it(store: Store) -> None:
    found = case()
    key = found.incident.key
    await looked(store, found)
    await store.watching.judge(key, Judgement("not useful", "U0BEN", "", later(121)))
    said = Judgement("expected", "U0MAYA", "newsletter", later(122))
    await store.watching.judge(key, said)
    await looked(store, replace(found, incident=incident(seen_at=later(125))), at=125)

    kept = await store.watching.case(key)
    assert kept is not None
    assert (kept.judgement, kept.incident.seen_at) == (said, later(125))


async def test_making_use_of_it_is_a_word_only_where_nothing_was_said(store: Store) -> None:
    found = case()
    key = found.incident.key
    await looked(store, found)
    used = Judgement("useful", "U0ANNA", "", later(121))
    await store.watching.acted(key, used)
    await store.watching.acted(key, replace(used, who="U0BEN"))

    kept = await store.watching.case(key)
    assert kept is not None
    assert kept.judgement == used


async def test_silence_ends_and_what_is_foreseen_stays(store: Store) -> None:
    mute = Mute(None, later(60), "U0MAYA")
    expected = Foreseen(CAMPAIGN, later(0), later(60), weekly=True, why="newsletter", by="U0MAYA")
    await store.watching.mute(mute, later(0), "surge:1")
    await store.watching.foresee(expected, later(0))

    look = await store.watching.begin(later(59))
    assert look is not None
    assert (look.mutes, look.calendar) == ((mute,), (expected,))
    assert await store.watching.mutes(later(60)) == []
    assert await store.watching.calendar() == [expected]


async def test_two_workspaces_of_one_database_watch_apart(database_url: str) -> None:
    found = case()
    async with Store.open(database_url) as one, Store.open(database_url, workspace="other") as other:
        await looked(one, found)

        assert await other.watching.begin(later(120)) is not None
        assert await other.watching.case(found.incident.key) is None
        assert await other.watching.arrivals(NOW, NOW + timedelta(days=1)) == []
