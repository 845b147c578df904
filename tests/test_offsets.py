"""How far the clocks are from UTC, whatever they do."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from funnel.offsets import Offset, offsets
from funnel.period import Period
from funnel.period_words import parse_period

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia")
moments = st.datetimes(datetime(2009, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - the zone is beside it


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


def test_the_clocks_change_at_their_second() -> None:
    period = parse_period("2026-10", NOW, ZoneInfo("Europe/Berlin"))
    change = datetime(2026, 10, 25, 1, tzinfo=UTC)

    assert list(offsets(period)) == [
        Offset(7200, period.start, change),
        Offset(3600, change, period.end),
    ]
