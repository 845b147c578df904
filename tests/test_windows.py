"""Windows tile a period without gap or overlap, whatever the clocks do."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funnel.period import Period
from funnel.period_words import parse_period
from funnel.windows import Offset, Unit, offsets, windows

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia")
UNITS: tuple[Unit, ...] = ("day", "week", "month", "quarter")
moments = st.datetimes(datetime(2009, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - the zone is beside it


@given(start=moments, days=st.floats(0.01, 900), zone=st.sampled_from(ZONES), unit=st.sampled_from(UNITS))
def test_windows_tile_a_period(start: datetime, days: float, zone: str, unit: Unit) -> None:
    period = Period(start, start + timedelta(days=days), "some time", zone)
    found = list(windows(period, unit))

    assert (found[0].start, found[-1].end) == (period.start, period.end)
    assert all(one.end == after.start for one, after in pairwise(found))
    assert all(one.start < one.end for one in found)
    assert len({one.name for one in found}) == len(found)
    assert (found[0].first_day, found[-1].last_day) == (period.first_day, period.last_day)


@given(start=moments, days=st.floats(0.01, 900), zone=st.sampled_from(ZONES))
def test_offsets_are_those_of_the_zone_throughout_a_period(start: datetime, days: float, zone: str) -> None:
    period = Period(start, start + timedelta(days=days), "some time", zone)
    found = list(offsets(period))

    assert (found[0].start, found[-1].end) == (period.start, period.end)
    assert all(one.end == after.start for one, after in pairwise(found))
    for one in found:
        for moment in (one.start, one.end - timedelta(microseconds=1)):
            ahead = moment.astimezone(ZoneInfo(zone)).utcoffset()
            assert ahead == timedelta(seconds=one.seconds)


@pytest.mark.parametrize(
    ("unit", "names"),
    [
        ("day", ["2026-12-31", "2027-01-01"]),
        ("week", ["2026-W53"]),
        ("month", ["2026-12", "2027-01"]),
        ("quarter", ["2026-Q4", "2027-Q1"]),
    ],
)
def test_windows_have_names(unit: Unit, names: list[str]) -> None:
    period = parse_period("2026-12-31..2027-01-01", NOW, ZoneInfo("Europe/Berlin"))

    assert [one.name for one in windows(period, unit)] == names


def test_a_day_of_twenty_five_hours_is_one_day() -> None:
    [day] = windows(parse_period("2026-10-25", NOW, ZoneInfo("Europe/Berlin")), "day")

    assert (day.end - day.start, day.first_day) == (timedelta(hours=25), date(2026, 10, 25))


def test_the_clocks_change_at_their_second() -> None:
    period = parse_period("2026-10", NOW, ZoneInfo("Europe/Berlin"))
    change = datetime(2026, 10, 25, 1, tzinfo=UTC)

    assert list(offsets(period)) == [
        Offset(7200, period.start, change),
        Offset(3600, change, period.end),
    ]


def test_a_day_that_an_island_left_out_is_no_window() -> None:
    period = parse_period("2011-12-29..2011-12-31", NOW, ZoneInfo("Pacific/Apia"))

    assert [one.name for one in windows(period, "day")] == ["2011-12-29", "2011-12-31"]
