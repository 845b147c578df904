"""A window cut into its days, weeks, months or quarters."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from typing import Literal, get_args
from zoneinfo import ZoneInfo

from funnel.period import Period

Tiled = Literal["day", "week", "month", "quarter"]
TILED: tuple[Tiled, ...] = get_args(Tiled)


def tiles(period: Period, unit: Tiled) -> Iterator[Period]:
    """Its parts in order, the first and last cut to it, named `2026-11-22`, `2026-W47`, `2026-Q4`."""
    zone = ZoneInfo(period.zone)
    count = (period.last_day - period.first_day).days + 1
    days = (period.first_day + timedelta(days=n) for n in range(count))
    for name, group in groupby(days, lambda day: _names(day)[unit]):
        first, *_ = inside = list(group)
        yield Period(
            max(period.start, _midnight(first, zone)),
            min(period.end, _midnight(inside[-1] + timedelta(days=1), zone)),
            name,
            period.zone,
        )


def _names(day: date) -> Mapping[Tiled, str]:
    return {
        "day": day.isoformat(),
        "week": f"{day:%G-W%V}",
        "month": f"{day:%Y-%m}",
        "quarter": f"{day:%Y}-Q{(day.month + 2) // 3}",
    }


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
