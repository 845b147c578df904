"""Windows of time: half-open, in one zone, each knowing what comes before it and how it is cut.

The words for them are in `funnel/period_words.py`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Literal, get_args
from zoneinfo import ZoneInfo

from funnel.calendar import ORDINARY, Calendar, instant, midnight, months_later, wall
from funnel.errors import PeriodError

Unit = Literal["hour", "day", "week", "month", "quarter", "year"]
UNITS: tuple[Unit, ...] = get_args(Unit)
BEGINNING = date(1970, 1, 1)
_MONTHS: dict[Unit, int] = {"month": 1, "quarter": 3, "year": 12}
_DAYS: dict[Unit, int] = {"day": 1, "week": 7}
HOUR = timedelta(hours=1)
WEEKS_OF_A_YEAR = 52


@dataclass(frozen=True, slots=True)
class Period:
    """A window `[start, end)` in UTC, the words that ask for it, and the IANA zone whose days it counts.

    It is `count` of its `unit` long; one to date (`mtd`) counts the unit that it is in. A window of hours
    is as long as it is, whatever `count` says.
    """

    start: datetime
    end: datetime
    words: str
    zone: str
    unit: Unit = "hour"
    count: int = 1
    calendar: Calendar = ORDINARY

    @property
    def first_day(self) -> date:
        return wall(self.start, ZoneInfo(self.zone)).date()

    @property
    def last_day(self) -> date:
        """The last day of which some part is inside."""
        return wall(self.end - timedelta(microseconds=1), ZoneInfo(self.zone)).date()

    def parts(self, unit: Unit) -> "Iterator[Period]":
        """Its hours, days, weeks, ... in order, the first and last cut to it, named `2026-11`, `2026-W47`."""
        return _hours(self) if unit == "hour" else _tiles(self, unit)


def unit_of(unit: Unit, day: date, calendar: Calendar) -> date:
    """The first day of the week, month, ... that `day` is in."""
    if unit in _MONTHS:
        return day.replace(month=(day.month - 1) // _MONTHS[unit] * _MONTHS[unit] + 1, day=1)
    return calendar.week_of(day) if unit == "week" else day


def later(day: date, count: int, unit: Unit) -> date:
    """The day `count` days, weeks, months, ... after another; before it, if negative."""
    if unit in _MONTHS:
        return months_later(day, count * _MONTHS[unit])
    return day + timedelta(days=count * _DAYS[unit])


def units_between(unit: Unit, first: date, after: date) -> int:
    """How many units there are from the first day of one to the first day of another."""
    if unit in _MONTHS:
        return ((after.year - first.year) * 12 + after.month - first.month) // _MONTHS[unit]
    return (after - first).days // _DAYS[unit]


def _tiles(period: Period, unit: Unit) -> Iterator[Period]:
    zone, calendar = ZoneInfo(period.zone), period.calendar
    first = unit_of(unit, period.first_day, calendar)
    while midnight(first, zone) < period.end:
        after = later(first, 1, unit)
        start, end = max(midnight(first, zone), period.start), min(midnight(after, zone), period.end)
        if start < end:  # a day that a zone skipped has no moment
            yield Period(start, end, _name(unit, first, calendar), period.zone, unit, 1, calendar)
        first = after


def _name(unit: Unit, first: date, calendar: Calendar) -> str:
    names = {
        "week": calendar.week_name(first),
        "month": f"{first:%Y-%m}",
        "quarter": f"{first:%Y}-Q{first.month // 3 + 1}",
        "year": f"{first:%Y}",
    }
    return names.get(unit, first.isoformat())


def _hours(period: Period) -> Iterator[Period]:
    """Each hour of the clock that has passed; one that the clocks show twice is two."""
    zone, start = ZoneInfo(period.zone), period.start
    while start < period.end:
        local = start.astimezone(zone)
        end = min(start + HOUR - (wall(start, zone) - datetime.combine(local, time(local.hour))), period.end)
        name = f"{local:%Y-%m-%dT%H:%M}" + (f"{local:%z}" if local.fold else "")
        yield Period(start, end, name, period.zone, "hour", 1, period.calendar)
        start = end


def previous(period: Period, now: datetime) -> Period:
    """The window before, of equal length: of a month, the month before.

    Of a window that is not over, the part of it that has passed by `now` is compared, by what the clocks on
    the wall show: `this month` on the 10th at noon, with last month up to the 10th at noon. It never reaches
    into the window itself.

    Raises:
        PeriodError: the window has no beginning.

    """
    if period.first_day <= BEGINNING:
        raise PeriodError("Nothing comes before everything, so there is nothing to compare it with.", "ytd")
    if period.unit == "hour":
        start = period.start - (period.end - period.start)
    else:
        zone = ZoneInfo(period.zone)
        start = midnight(later(period.first_day, -period.count, period.unit), zone)
    return _as_far(period, replace(period, start=start, end=period.start, words="prev"), now)


def year_before(period: Period, now: datetime) -> Period:
    """The same window a year before; of whole weeks, 52 weeks before, so that weekdays compare.

    Of a window that is not over, only what has passed by `now`, as in `previous`.

    Raises:
        PeriodError: the window has no beginning.

    """
    if period.first_day <= BEGINNING:
        raise PeriodError("There is no year before everything, so there is nothing to compare.", "ytd")
    zone = ZoneInfo(period.zone)
    if period.unit == "hour":
        local = wall(period.start, zone)
        start = instant(datetime.combine(months_later(local.date(), -12), local.time()), zone)
        end = start + (period.end - period.start)
    else:
        first = _a_year_earlier(period)
        start, end = midnight(first, zone), midnight(later(first, period.count, period.unit), zone)
    return _as_far(period, replace(period, start=start, end=end, words="yoy"), now)


def _a_year_earlier(period: Period) -> date:
    whole_weeks = period.unit in _DAYS and period.count * _DAYS[period.unit] % 7 == 0
    return (
        later(period.first_day, -WEEKS_OF_A_YEAR, "week")
        if whole_weeks
        else months_later(period.first_day, -12)
    )


def _as_far(period: Period, other: Period, now: datetime) -> Period:
    """As much of `other` as has passed of `period`."""
    if not period.start <= now < period.end:
        return other
    zone = ZoneInfo(period.zone)
    if period.unit == "hour":
        reached = other.start + (now - period.start)
    else:
        passed = wall(now, zone) - datetime.combine(period.first_day, time())
        reached = instant(datetime.combine(other.first_day, time()) + passed, zone)
    return replace(other, end=min(other.end, reached))
