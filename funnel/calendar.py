"""How a company cuts time: its weeks, its fiscal year, and what its clocks do with a day."""

from bisect import bisect_left
from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import Field

from funnel.part import Part

THURSDAY = 3  # of a week that counts from Monday as 0


class Weekday(StrEnum):
    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


class Calendar(Part):
    """On which day weeks start, and in which month (1 to 12) the fiscal year does."""

    week_starts: Weekday = Weekday.MONDAY
    fiscal_year_starts: Annotated[int, Field(ge=1, le=12)] = Field(
        default=1, description="a month; FY27 is the fiscal year that ends in 2027"
    )

    def week_of(self, day: date) -> date:
        """The first day of the week that `day` is in."""
        return day - timedelta(days=(day.weekday() - tuple(Weekday).index(self.week_starts)) % 7)

    def week(self, year: int, number: int) -> date:
        """The first day of a numbered week: whenever weeks start, one has the ISO number of its Thursday.

        Raises:
            ValueError: the year has no such week.

        """
        return self.week_of(date.fromisocalendar(year, number, THURSDAY + 1))

    def week_name(self, first: date) -> str:
        """`2026-W47`, for the week that begins on `first`."""
        thursday = first + timedelta(days=(THURSDAY - first.weekday()) % 7)
        return f"{thursday.isocalendar().year:04}-W{thursday.isocalendar().week:02}"

    def fiscal_year(self, ends_in: int) -> date:
        """The first day of the fiscal year that ends in that year."""
        begins_in = ends_in if self.fiscal_year_starts == 1 else ends_in - 1
        return date(begins_in, self.fiscal_year_starts, 1)


ORDINARY = Calendar()
"""Weeks from Monday, and the fiscal year is the year."""


def months_later(day: date, count: int) -> date:
    """The same day of a month `count` later, or the last day of that month where it has no such day."""
    month = day.year * 12 + day.month - 1 + count
    year, month = month // 12, month % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def instant(local: datetime, zone: ZoneInfo) -> datetime:
    """When clocks in `zone` first show `local` (without a zone), in UTC; if they skip it, when they do."""
    first, second = (local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first <= second:
        return first
    skipped = range(int((first - second).total_seconds()))
    return second + timedelta(
        seconds=bisect_left(skipped, local, key=lambda later: wall(second + timedelta(seconds=later), zone))
    )


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """When a day begins in `zone`, in UTC."""
    return instant(datetime.combine(day, time()), zone)


def wall(moment: datetime, zone: ZoneInfo) -> datetime:
    """What clocks in `zone` show at that moment, without a zone."""
    return moment.astimezone(zone).replace(tzinfo=None)
