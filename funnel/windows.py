"""A period cut into half-open windows, the days, weeks, months or quarters of its zone.

Hours and weekdays recur, so they are no windows; what they need is how far the zone's clocks are from UTC,
which `offsets` says for each stretch of time between two changes of the clocks.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from funnel.period import Period

Unit = Literal["day", "week", "month", "quarter"]
Recurring = Literal["hour", "weekday"]
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
    """The windows of a period in order, the first and the last cut to it; weeks begin on Monday."""
    zone = ZoneInfo(period.zone)
    first = _FIRST[unit](period.first_day)
    while (start := _midnight(first, zone)) < period.end:
        after = _FIRST[unit](first + _STEP[unit])
        begin, end = max(start, period.start), min(_midnight(after, zone), period.end)
        if begin < end:  # an island that crosses the date line leaves a day out
            days = max(first, period.first_day), min(after - DAY, period.last_day)
            yield Window(_NAME[unit](first), begin, end, *days)
        first = after


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


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(ZoneInfo("UTC"))


_FIRST: Mapping[Unit, Callable[[date], date]] = {
    "day": lambda day: day,
    "week": lambda day: day - timedelta(days=day.weekday()),
    "month": lambda day: day.replace(day=1),
    "quarter": lambda day: date(day.year, (day.month - 1) // 3 * 3 + 1, 1),
}
_STEP: Mapping[Unit, timedelta] = {
    "day": DAY,
    "week": timedelta(days=7),
    "month": timedelta(days=31),
    "quarter": timedelta(days=92),
}
"""From the first day of a window into the next one, and not beyond it."""

_NAME: Mapping[Unit, Callable[[date], str]] = {
    "day": lambda day: f"{day:%Y-%m-%d}",
    "week": lambda day: f"{day:%G-W%V}",
    "month": lambda day: f"{day:%Y-%m}",
    "quarter": lambda day: f"{day.year}-Q{(day.month + 2) // 3}",
}
