"""When nobody is told: quiet hours and weekends, mutes, and what people said to expect."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from watch_rig import CAMPAIGN, case, finding, incident, later

from funnel.alerts import Alerts, QuietHours
from funnel.case import Case, followed, leading, named, token
from funnel.silence import Foreseen, Mute, expectation, foresee, is_quiet, mute, muted, telling

BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")
OFFICE = QuietHours()
OPEN = Alerts(quiet=QuietHours(since=time(0), until=time(0), weekends=False))
MOMENTS = st.integers(0, 5_000_000).map(lambda minutes: later(minutes - 2_500_000))


def at(day: str, clock: str, zone: ZoneInfo = BERLIN) -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=zone).astimezone(UTC)


TUESDAY, FRIDAY, SATURDAY, SUNDAY, MONDAY = (
    "2026-06-16",
    "2026-06-19",
    "2026-06-20",
    "2026-06-21",
    "2026-06-22",
)


@pytest.mark.parametrize(
    ("day", "clock", "quiet"),
    [
        (TUESDAY, "06:59", True),
        (TUESDAY, "07:00", False),
        (TUESDAY, "19:59", False),
        (TUESDAY, "20:00", True),
        (FRIDAY, "23:00", True),
        (SATURDAY, "12:00", True),
        (SUNDAY, "12:00", True),
        (MONDAY, "06:55", True),
        (MONDAY, "07:00", False),
    ],
)
def test_nights_and_weekends_are_quiet(day: str, clock: str, *, quiet: bool) -> None:
    assert is_quiet(OFFICE, at(day, clock), BERLIN) is quiet
    assert is_quiet(OFFICE, at(day, clock, NEW_YORK), NEW_YORK) is quiet


def test_quiet_hours_may_lie_within_a_day() -> None:
    lunch = QuietHours(since=time(12), until=time(13), weekends=False)

    assert [is_quiet(lunch, at(SATURDAY, clock), BERLIN) for clock in ("11:59", "12:00", "13:00")] == [
        False,
        True,
        False,
    ]


@given(MOMENTS, st.times())
def test_equal_times_mean_that_no_hour_is_quiet(moment: datetime, clock: time) -> None:
    assert not is_quiet(QuietHours(since=clock, until=clock, weekends=False), moment, BERLIN)


@given(MOMENTS, st.times(), st.times())
def test_a_moment_is_quiet_or_in_the_hours_the_other_way_round(
    moment: datetime, since: time, until: time
) -> None:
    quiet = QuietHours(since=since, until=until, weekends=False)
    loud = QuietHours(since=until, until=since, weekends=False)

    assert is_quiet(quiet, moment, BERLIN) != is_quiet(loud, moment, BERLIN) or since == until


# Mutes


def test_a_mute_is_of_everything_or_of_a_part_of_the_card_until_it_ends() -> None:
    one, everything = Mute(CAMPAIGN, later(60), "U0BEN"), Mute(None, later(30), "U0MAYA")
    other = Mute("campaign:other", later(600), "U0BEN")

    assert muted(case(), later(0), [one, everything, other]) == one
    assert muted(case(), later(59), [other]) is None
    assert muted(case(), later(60), [one, everything]) is None
    assert muted(case(finding("overall"), finding()), later(0), [one]) == one


def test_a_mute_lasts_an_hour_a_day_or_a_week() -> None:
    noon = at(TUESDAY, "12:00")

    assert mute(case(), "hour", "U0BEN", noon, BERLIN) == Mute(None, at(TUESDAY, "13:00"), "U0BEN")
    assert mute(case(), "today", "U0BEN", noon, BERLIN) == Mute(None, at("2026-06-17", "00:00"), "U0BEN")
    assert mute(case(), "segment", "U0BEN", noon, BERLIN) == Mute(CAMPAIGN, noon + timedelta(days=7), "U0BEN")


def test_who_mutes_a_line_mutes_all_its_rows_and_no_other_line() -> None:
    def beyond(line: str, row: str) -> Case:
        return case(finding(f"threshold:{line}:{row}", kind="threshold"))

    silence = mute(beyond("dear-leads", "expo"), "segment", "U0BEN", later(0), BERLIN)

    assert silence.segment == "threshold:dear-leads"
    assert muted(beyond("dear-leads", "a:b"), later(60), [silence]) == silence
    assert muted(beyond("dear", "expo"), later(60), [silence]) is None


# What was expected


def surge_at(day: str, clock: str, segment: str = CAMPAIGN) -> Case:
    moment = at(day, clock)
    found = replace(finding(segment), since=moment, at=moment + timedelta(minutes=30))
    return case(found, opened_at=moment + timedelta(minutes=30), seen_at=moment + timedelta(hours=2))


NEWSLETTER = foresee(
    surge_at(TUESDAY, "10:00"), "newsletter", "U0MAYA", at(TUESDAY, "11:00"), BERLIN, weekly=True
)


def test_once_is_for_the_rest_of_the_day() -> None:
    once = foresee(surge_at(TUESDAY, "10:00"), "fair", "U0MAYA", at(TUESDAY, "11:00"), BERLIN, weekly=False)

    assert once == Foreseen(
        CAMPAIGN,
        at(TUESDAY, "09:00"),
        at("2026-06-17", "00:00"),
        weekly=False,
        why="fair",
        by="U0MAYA",
    )
    assert expectation(surge_at(TUESDAY, "20:00"), [once], BERLIN) == once
    assert expectation(surge_at("2026-06-23", "10:00"), [once], BERLIN) is None


@pytest.mark.parametrize(
    ("day", "clock", "expected"),
    [
        ("2026-06-23", "10:00", True),
        ("2026-06-23", "09:00", True),
        ("2026-06-23", "15:30", True),
        ("2026-06-23", "16:00", False),
        ("2026-06-23", "08:00", False),
        ("2026-06-24", "10:00", False),
        ("2026-06-09", "10:00", False),
        ("2026-12-15", "10:00", True),  # in winter, too: by the clock on the wall
    ],
)
def test_weekly_is_the_same_hours_of_that_weekday_from_then_on(
    day: str, clock: str, *, expected: bool
) -> None:
    assert (expectation(surge_at(day, clock), [NEWSLETTER], BERLIN) == NEWSLETTER) is expected


def test_what_is_expected_of_one_campaign_is_not_of_another_nor_a_drought() -> None:
    drought = replace(surge_at("2026-06-23", "10:00").incident, kind="drought")

    assert expectation(surge_at("2026-06-23", "10:00", "campaign:other"), [NEWSLETTER], BERLIN) is None
    assert expectation(Case(drought, "#x", leading(drought)), [NEWSLETTER], BERLIN) is None


# What is done about a case


def test_what_is_muted_waits_and_is_dropped_when_it_is_over_meanwhile() -> None:
    silence = [Mute(None, later(180), "U0MAYA")]
    over = case(closed_at=later(150))

    assert telling(case(), later(130), OPEN, silence, [], BERLIN) == "hold"
    assert telling(case(), later(180), OPEN, silence, [], BERLIN) == "tell"
    assert telling(over, later(150), OPEN, silence, [], BERLIN) == "hush"


def test_quiet_hours_hold_what_is_over_too_and_an_urgent_playbook_holds_nothing() -> None:
    night = at(TUESDAY, "23:00")
    over = case(closed_at=later(150))

    assert telling(over, night, Alerts(), [], [], BERLIN) == "hold"
    assert telling(over, at("2026-06-17", "07:00"), Alerts(), [], [], BERLIN) == "tell"
    assert telling(case(), night, Alerts(urgent=True), [], [], BERLIN) == "tell"


def test_what_was_foreseen_is_never_told() -> None:
    again = surge_at("2026-06-23", "10:00")

    assert telling(again, at("2026-06-23", "10:30"), OPEN, [], [NEWSLETTER], BERLIN) == "hush"


# What a card is about


def test_a_card_is_about_the_most_particular_cause_of_most_of_it() -> None:
    whole = finding("overall", count=60, expected=20.0, score=9.0)
    source = finding("source:google", count=50, expected=15.0)
    most, little = finding(count=40, expected=10.0), finding(count=15, expected=10.0)

    assert leading(incident(whole, source, most)) == most
    assert leading(incident(whole, source, little)) == source
    assert leading(incident(whole, little)) == whole


def test_a_segment_says_what_it_is_and_how_it_is_called() -> None:
    assert named("overall") == (None, "")
    assert named("campaign:a:b") == ("campaign", "a:b")


def test_what_buttons_carry_is_short_whatever_the_key() -> None:
    keys = ["surge:1", "surge:2", "\ud800" * 200]

    assert {len(token(key)) for key in keys} == {16}
    assert len({token(key) for key in keys}) == 3


def test_an_incident_has_grown_when_half_as_many_leads_again_have_come() -> None:
    story = case()
    for count in (45, 56, 80, 84, 90):
        found = finding(count=count)
        story = followed(story, replace(story.incident, findings=(found,)), found)
    ended = followed(story, replace(story.incident, closed_at=later(300)), finding(count=90))

    assert [(turn.what, turn.found.count) for turn in ended.history] == [
        ("opened", 37),
        ("grew", 56),
        ("grew", 84),
        ("ended", 90),
    ]
    assert followed(ended, ended.incident, ended.whole) == ended
