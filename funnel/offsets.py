"""How far the clocks of a zone are from UTC in the course of a period, for hours and weekdays."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from funnel.period import Period

DAY = timedelta(days=1)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
HOURS = tuple(f"{hour:02}" for hour in range(24))


class Offset(NamedTuple):
    """That in `[start, end)` the zone's clocks were `seconds` ahead of UTC."""

    seconds: int
    start: datetime
    end: datetime


def offsets(period: Period) -> Iterator[Offset]:
    """How far the zone's clocks were from UTC in the course of the period, each stretch once."""
    zone = ZoneInfo(period.zone)
    start, seconds = period.start, _ahead(period.start, zone)
    while start < period.end:
        end = _changed(start, period.end, zone)
        yield Offset(seconds, start, end)
        if end < period.end:
            seconds = _ahead(end, zone)
        start = end


def _changed(start: datetime, end: datetime, zone: ZoneInfo) -> datetime:
    """When the clocks are changed next, or the end."""
    before, seconds = start, _ahead(start, zone)
    while before < end:
        after = min(before + DAY, end)
        if _ahead(after, zone) != seconds:
            while after - before > timedelta(seconds=1):
                middle = before + (after - before) // 2
                before, after = (middle, after) if _ahead(middle, zone) == seconds else (before, middle)
            return min(after.replace(microsecond=0), end)
        before = after
    return end


def _ahead(moment: datetime, zone: ZoneInfo) -> int:
    offset = moment.astimezone(zone).utcoffset() or timedelta(0)
    return round(offset / timedelta(seconds=1))
