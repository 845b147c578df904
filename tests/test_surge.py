"""Surges and droughts of leads: what is told, when, and what never is."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from surge_rig import (
    BERLIN,
    FIRST,
    MONDAY,
    TICK,
    by_chance,
    heard_later,
    incidents,
    lead,
    leads,
    look,
    no_holiday,
    ticks,
    usual,
    watching,
    what,
)

from funnel.alerts import Alerts
from funnel.incident import OVERALL
from funnel.surge import HEARD, Arrival, Watch

TEN = MONDAY + timedelta(hours=12)
"""Noon in Berlin, on the day on which something happens."""
HOUR = timedelta(hours=1)


def surge(times: float = 5, hours: float = 2) -> list[Arrival]:
    """More leads of one campaign, from ten in the morning UTC on."""
    return leads(TEN, TEN + hours * HOUR, 6 * (times - 1))


def surges() -> list[Arrival]:
    """Five times as many leads of one campaign, for two hours of each day of the week before."""
    noons = [TEN - timedelta(days=day) for day in range(1, 7)]
    return [one for noon in noons for one in leads(noon, noon + 2 * HOUR, 16)]


def test_five_times_as_many_leads_are_one_incident_which_ends() -> None:
    watch = watching([*usual(), *surge()])
    watch.tick(TEN)

    (found,) = incidents(watch, TEN, TEN + 24 * HOUR)

    assert found.kind == "surge"
    assert "campaign:spring" in {one.segment for one in found.findings}
    assert TEN < found.opened_at <= TEN + timedelta(minutes=45)
    assert found.closed_at is not None
    assert found.closed_at < TEN + 10 * HOUR


def test_a_finding_says_how_many_came_and_how_many_were_expected() -> None:
    watch = watching([*usual(), *surge()])
    watch.tick(TEN)

    first = look(watch, TEN, TEN + HOUR)[0]
    came = [
        one
        for one in [*usual(), *surge()]
        if f"campaign:{one.campaign}" == first.segment and first.since <= one.occurred < first.at
    ]

    assert first.count == len(came)
    assert first.count > 2 * first.expected
    assert first.spread > first.expected**0.5
    assert first.odds > 1_000
    assert first.within == (OVERALL, "source:ads")


def test_a_usual_month_is_silent() -> None:
    watch = watching(usual(MONDAY + timedelta(days=7)))
    watch.tick(MONDAY)

    assert look(watch, MONDAY, MONDAY + timedelta(days=7)) == []


def test_no_leads_at_all_are_a_drought() -> None:
    watch = watching([one for one in usual() if not TEN <= one.occurred < TEN + 6 * HOUR])
    watch.tick(TEN)

    (found,) = incidents(watch, TEN, TEN + 5 * HOUR)

    assert found.kind == "drought"
    assert found.findings[0].segment == OVERALL
    assert found.opened_at <= TEN + HOUR


def test_a_drought_that_is_over_is_not_told_again() -> None:
    until = TEN + timedelta(days=1)
    slow = leads(FIRST, TEN, 2, "slow") + leads(TEN + 5 * HOUR, until, 1.2, "slow")
    dry = [one for one in usual(until) if one.source != "ads" or not TEN <= one.occurred < TEN + 5 * HOUR]
    watch = watching([*dry, *slow])
    watch.tick(TEN)

    told = look(watch, TEN, until)

    assert "source:ads" in {one.segment for one in told}
    assert [one for one in told if one.at > TEN + 6 * HOUR] == []


def saved_and_restored(watch: Watch, arrivals: list[Arrival], now: datetime) -> Watch:
    since = now - HEARD - TICK
    return Watch.restored(
        Alerts(), BERLIN, no_holiday, watch.saved(), [one for one in arrivals if one.received >= since]
    )


def test_where_leads_come_in_threes_more_is_asked_before_anything_is_told() -> None:
    apart, in_threes = (watching(by_chance(MONDAY, 12, at_once)) for at_once in (1, 3))
    other = watching([])
    for watch in (apart, in_threes):
        watch.tick(MONDAY)

    assert apart.threshold(5) == pytest.approx(other.threshold(5), abs=0.1)
    assert in_threes.threshold(5) > other.threshold(5) + 0.15


def test_what_was_told_does_not_count_as_chance() -> None:
    quiet, eventful = watching(by_chance(MONDAY, 12)), watching([*by_chance(MONDAY, 12), *surges()])
    for watch in (quiet, eventful):
        look(watch, MONDAY - timedelta(days=7), MONDAY)

    assert eventful.threshold(5) == pytest.approx(quiet.threshold(5), abs=0.05)


def test_the_budget_is_a_power_of_ten_of_the_evidence() -> None:
    watches = [Watch(Alerts(false_messages_a_week=budget), BERLIN, no_holiday) for budget in (0.5, 5)]

    assert watches[0].threshold(20) == pytest.approx(watches[1].threshold(20) + 1)


@given(st.lists(st.integers(1, 120), min_size=1, max_size=3))
@settings(max_examples=5, deadline=None)
def test_a_restored_watch_goes_on_as_the_one_that_was_saved(restarts: list[int]) -> None:
    arrivals = [*usual(), *surge()]
    watch = other = watching(arrivals)
    start = TEN - 8 * HOUR  # two hours later is the night
    now = start
    watch.tick(now)
    for after in sorted(restarts):
        other = saved_and_restored(watch, arrivals, now)
        moments = ticks(now, start + after * TICK)
        now = max(now, start + after * TICK)

        assert [other.tick(one) for one in moments] == [watch.tick(one) for one in moments]
        assert other.saved() == watch.saved()


def test_what_is_saved_of_a_segment_is_small() -> None:
    watch = watching(usual())
    watch.tick(MONDAY)

    assert {name: len(state) < 5_000 for name, state in watch.saved().items()} == dict.fromkeys(
        watch.saved(), True
    )


def test_the_order_in_which_leads_are_heard_does_not_matter() -> None:
    arrivals = [*usual(), *surge()]
    shuffled = Random("any order").sample(arrivals, len(arrivals))  # noqa: S311 - nothing secret
    one, other = watching(arrivals), watching(shuffled)

    assert look(one, TEN, TEN + HOUR) == look(other, TEN, TEN + HOUR)
    assert one.saved() == other.saved()


def test_a_watch_that_was_not_asked_for_days_catches_up() -> None:
    arrivals = [*usual(), *surge()]
    asked, late = watching(arrivals), watching(arrivals)
    for day in range(28):
        asked.tick(FIRST + timedelta(days=day, hours=5))

    assert look(asked, TEN, TEN + HOUR) == look(late, TEN, TEN + HOUR)


def test_leads_that_are_heard_of_late_are_no_surge_when_they_come() -> None:
    door_away = [one for one in usual() if one.source == "partner" and TEN <= one.occurred < TEN + 3 * HOUR]
    others = [one for one in usual() if one not in door_away]
    watch = watching([*others, *heard_later(door_away, TEN + 3 * HOUR)])
    watch.tick(TEN + 2 * HOUR + 55 * timedelta(minutes=1))

    assert {one.kind for one in look(watch, TEN + 3 * HOUR, TEN + 12 * HOUR)} <= {"drought"}
    assert "surge" not in {one.kind for one in look(watch, TEN + 12 * HOUR, TEN + 24 * HOUR)}


@pytest.mark.parametrize("flagged", [True, False])
def test_an_import_is_no_surge(flagged: bool) -> None:  # noqa: FBT001 - a parameter of the test
    rows = [replace(lead(TEN + timedelta(seconds=one / 2)), imported=flagged) for one in range(412)]
    watch = watching([*usual(), *rows])
    watch.tick(TEN)

    found = look(watch, TEN, TEN + 24 * HOUR)

    assert what(found) == (set() if flagged else {("import", "campaign:spring")})
    assert [one.count for one in found] == ([] if flagged else [pytest.approx(412, abs=8)])


def test_rows_of_last_month_are_history_and_no_surge() -> None:
    rows = [Arrival(TEN, TEN - timedelta(days=2), "spring", "ads", imported=False) for _ in range(400)]
    watch = watching([*usual(), *rows])
    watch.tick(TEN)

    assert look(watch, TEN, TEN + 6 * HOUR) == []


def test_a_new_campaign_learns_before_it_speaks() -> None:
    watch = watching(
        [*usual(MONDAY + timedelta(days=9)), *leads(MONDAY, MONDAY + timedelta(days=9), 20, "new")]
    )
    watch.tick(MONDAY + HOUR)

    found = look(watch, MONDAY + HOUR, MONDAY + timedelta(days=1))

    assert (watch.state("campaign:new"), found) == ("learning", [])
    watch.tick(MONDAY + timedelta(days=8))
    assert watch.state("campaign:new") == "active"


def test_the_hours_before_its_first_lead_say_nothing_of_a_campaign() -> None:
    began, again = MONDAY + 15 * HOUR, MONDAY + timedelta(days=7)
    watch = watching([*usual(again + timedelta(days=1)), *leads(began, again, 20, "new")])
    watch.tick(again)

    usually = watch.expected("campaign:new", again + 10 * HOUR, again + 14 * HOUR)

    assert usually.mean == pytest.approx(4 * 20 * 1.8, rel=0.25)


def test_a_new_workspace_learns_for_two_weeks() -> None:
    watch = watching([*usual(), *leads(FIRST + 4 * HOUR, FIRST + 9 * HOUR, 90)])

    assert look(watch, FIRST, FIRST + timedelta(days=2)) == []
    assert watch.state(OVERALL) == "learning"


def test_a_paused_campaign_is_told_once_and_then_rests() -> None:
    until = MONDAY + timedelta(days=9)
    watch = watching([one for one in usual(until) if one.campaign != "webinar" or one.occurred < MONDAY])
    watch.tick(MONDAY)

    found = incidents(watch, MONDAY, until)

    assert [(one.kind, one.findings[0].segment) for one in found] == [("drought", "source:partner")]
    assert watch.state("source:partner") == "paused"


def test_a_campaign_that_rests_on_weekends_is_not_paused() -> None:
    working = [one for one in usual() if one.occurred.astimezone(BERLIN).weekday() < 5]
    watch = watching([*working, *leads(FIRST, MONDAY + timedelta(days=2), 1, "chat", "partner")])
    watch.tick(MONDAY + HOUR)

    assert {watch.state(segment) for segment in watch.segments()} == {"active"}
    assert look(watch, MONDAY, MONDAY + timedelta(hours=20)) == []


def test_a_holiday_is_no_drought_and_any_other_day_is() -> None:
    quarter = [one for place, one in enumerate(usual()) if one.occurred < MONDAY or place % 4 == 0]
    closed = watching(quarter, lambda day: day == date(2026, 9, 28))
    open_ = watching(quarter)
    closed.tick(MONDAY)
    open_.tick(MONDAY)

    assert look(closed, MONDAY, MONDAY + timedelta(hours=22)) == []
    assert {one.kind for one in look(open_, MONDAY, MONDAY + timedelta(hours=22))} == {"drought"}


def test_clocks_that_change_are_neither_surge_nor_drought() -> None:
    autumn = datetime(2026, 10, 24, 22, tzinfo=UTC)
    watch = watching(usual(autumn + timedelta(days=3)))
    watch.tick(autumn)

    assert look(watch, autumn, autumn + timedelta(days=3)) == []


def test_a_lead_dated_in_the_future_counts_when_it_was_heard_of() -> None:
    skewed = [replace(one, occurred=one.received + timedelta(days=400)) for one in [*usual(), *surge()]]
    right, wrong = watching([*usual(), *surge()]), watching(skewed)

    assert look(right, TEN, TEN + HOUR) == look(wrong, TEN, TEN + HOUR)


def test_a_clock_that_goes_back_changes_nothing() -> None:
    steady, shaken = (watching([*usual(), *surge()]) for _ in range(2))
    for now in ticks(TEN, TEN + HOUR):
        shaken.tick(now)
        shaken.tick(now - 3 * HOUR)

        assert shaken.tick(now) == steady.tick(now)


def test_what_is_expected_of_two_days_is_what_comes() -> None:
    watch = watching(usual())
    watch.tick(MONDAY + timedelta(hours=12))

    spring = watch.expected("campaign:spring", MONDAY - timedelta(days=1), MONDAY + timedelta(days=1))

    assert spring.mean == pytest.approx(2 * 24 * 6, rel=0.1)
    assert watch.expected("campaign:nobody knows", MONDAY, MONDAY + HOUR).mean == 0


def test_a_store_with_one_lead_tells_nothing() -> None:
    watch = watching([lead(FIRST)])
    watch.tick(FIRST + HOUR)
    watch.tick(MONDAY)

    assert look(watch, MONDAY, MONDAY + timedelta(days=1)) == []
    assert watch.expected("campaign:spring", MONDAY, MONDAY + HOUR).mean < 0.1


def test_a_store_without_a_lead_tells_nothing() -> None:
    watch = watching([])
    watch.tick(FIRST)

    assert look(watch, MONDAY, MONDAY + timedelta(days=1)) == []
    assert watch.saved() == saved_and_restored(watch, [], MONDAY + timedelta(days=1)).saved()


def test_the_first_leads_after_six_weeks_of_nothing_are_no_surge() -> None:
    watch = watching([])
    watch.tick(FIRST)
    late = FIRST + timedelta(weeks=6)
    watch.tick(late)
    watch.hear(leads(late, late + timedelta(days=2), 5))

    assert look(watch, late, late + timedelta(days=2)) == []


def test_a_campaign_that_appears_and_vanishes_leaves_no_trace() -> None:
    brief = leads(MONDAY, MONDAY + 8 * HOUR, 4, "stand")
    watch = watching([*usual(MONDAY + timedelta(days=6)), *brief])
    watch.tick(MONDAY)

    assert look(watch, MONDAY, MONDAY + timedelta(days=6)) == []


def test_what_comes_every_week_is_told_at_first_and_not_for_ever() -> None:
    tuesdays = [FIRST + timedelta(weeks=count, days=1, hours=12) for count in range(2, 8)]
    weekly = [one for at in tuesdays for one in leads(at, at + HOUR, 15)]
    watch = watching([*usual(tuesdays[-1] + timedelta(days=1)), *weekly])

    told = [len(incidents(watch, at - HOUR, at + 4 * HOUR)) for at in tuesdays]

    assert (told[0], told[-1]) == (1, 0)


def test_a_name_of_ten_thousand_letters_is_cut() -> None:
    watch = watching([lead(FIRST, "spring\n<!channel>" + "x" * 10_000)])
    watch.tick(MONDAY)

    assert [len(segment) for segment in watch.segments()] == [len(OVERALL)]
    assert max(map(len, watch.saved())) < 300


def test_a_campaign_that_is_all_of_its_source_is_watched_once() -> None:
    watch = watching(usual())
    watch.tick(MONDAY)

    assert set(watch.segments()) == {
        OVERALL,
        "source:ads",
        "campaign:spring",
        "campaign:autumn",
        "source:partner",
    }


def test_a_hundred_thousand_campaigns_are_bounded_work() -> None:
    crowd = [lead(FIRST + timedelta(seconds=one), f"{one}", "spam") for one in range(100_000)]
    watch = watching([*crowd, *usual(MONDAY)])
    for day in range(5):
        watch.tick(FIRST + timedelta(days=day))

    assert len(watch.segments()) <= 1_010
    assert watch.tick(FIRST + timedelta(days=5, hours=6)) == []
