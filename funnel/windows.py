"""A period cut into half-open windows, the days, weeks, months or quarters of its zone.

Hours and weekdays recur, so they are no windows; what they need is how far the zone's clocks are from UTC,
which `offsets` says for each stretch of time between two changes of the clocks.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from funnel.period import Period

Unit = Literal["day", "week", "month", "quarter"]
DAY = timedelta(days=1)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
HOURS = tuple(f"{hour:02}" for hour in range(24))


class Window(NamedTuple):
    """One window `[start, end)` in UTC with its name: `2026-11-20`, `2026-W47`, `2026-11`, `2026-Q4`."""

    name: str
    start: datetime
    end: datetime
    first_day: date
    last_day: date


class Offset(NamedTuple):
    """That in `[start, end)` the zone's clocks were `seconds` ahead of UTC."""

    seconds: int
    start: datetime
    end: datetime


def windows(period: Period, unit: Unit) -> Iterator[Window]:
    """The windows of a period in order, the first and the last cut to it."""
    for part in period.parts(unit):
        yield Window(part.words, part.start, part.end, part.first_day, part.last_day)


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
