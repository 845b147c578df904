"""The period grammar: words to half-open windows in one time zone.

`today` `yesterday` `wtd` `mtd` `qtd` `ytd`, `this|last week|month|quarter|year`, `last N days|weeks|months`,
`2026-11`, `2026-Q3`, `2026`, `2026-11-05`, `2026-11-01..2026-11-15` (both days included), `all`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from funnel.errors import QuestionError

EXAMPLES = (
    "`last 30 days`, `this month`, `last quarter`, `2026-11`, `2026-Q3`, `2026-11-01..2026-11-15`, `all`"
)
LONGEST = 3660  # days; ten years, with the leap days


@dataclass(frozen=True, slots=True)
class Period:
    """A window `[start, end)` in UTC, the words that asked for it, and the IANA zone whose days it counts."""

    start: datetime
    end: datetime
    words: str
    zone: str

    @property
    def first_day(self) -> date:
        return self.start.astimezone(ZoneInfo(self.zone)).date()

    @property
    def last_day(self) -> date:
        """The last day of which some part is inside."""
        return (self.end - timedelta(microseconds=1)).astimezone(ZoneInfo(self.zone)).date()


BEGINNING = date(1970, 1, 1)


def parse_period(text: str, now: datetime, zone: ZoneInfo) -> Period:
    """The window that `text` names at `now`.

    Raises:
        QuestionError: the text names no window; the sentence says what would work.

    """
    words = " ".join(text.casefold().split())
    today = now.astimezone(zone).date()
    days = _named(words, today) or _counted(words, today) or _dated(words, today)
    if days is None:
        raise QuestionError(f"I don't know the period “{text.strip()[:60]}”. Try {EXAMPLES}.")
    first, after = days
    if after <= first:
        raise QuestionError(f"The period “{words[:60]}” ends before it begins. Try {EXAMPLES}.")
    return Period(_midnight(first, zone), _midnight(after, zone), words, zone.key)


def months(period: Period) -> Iterator[Period]:
    """The calendar months of a period, each cut to the period, named `2026-11`."""
    zone = ZoneInfo(period.zone)
    first = period.first_day.replace(day=1)
    while (start := _midnight(first, zone)) < period.end:
        after = _months_later(first, 1)
        yield Period(
            max(start, period.start), min(_midnight(after, zone), period.end), f"{first:%Y-%m}", period.zone
        )
        first = after


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _months_later(day: date, count: int) -> date:
    month = day.year * 12 + day.month - 1 + count
    return date(month // 12, month % 12 + 1, 1)


Days = tuple[date, date]


def _named(words: str, today: date) -> Days | None:
    monday = today - timedelta(days=today.weekday())
    tomorrow = today + timedelta(days=1)
    month = today.replace(day=1)
    quarter = date(today.year, (today.month - 1) // 3 * 3 + 1, 1)
    year = date(today.year, 1, 1)
    windows: dict[str, Days] = {
        "today": (today, tomorrow),
        "yesterday": (today - timedelta(days=1), today),
        "wtd": (monday, tomorrow),
        "mtd": (month, tomorrow),
        "qtd": (quarter, tomorrow),
        "ytd": (year, tomorrow),
        "this week": (monday, monday + timedelta(days=7)),
        "last week": (monday - timedelta(days=7), monday),
        "this month": (month, _months_later(month, 1)),
        "last month": (_months_later(month, -1), month),
        "this quarter": (quarter, _months_later(quarter, 3)),
        "last quarter": (_months_later(quarter, -3), quarter),
        "this year": (year, date(today.year + 1, 1, 1)),
        "last year": (date(today.year - 1, 1, 1), year),
        "all": (BEGINNING, tomorrow),
        "all time": (BEGINNING, tomorrow),
    }
    return windows.get(words)


def _counted(words: str, today: date) -> Days | None:
    found = re.fullmatch(r"last (\d{1,4}) (day|week|month)s?", words)
    if not found or not int(found[1]):
        return None
    count, tomorrow = int(found[1]), today + timedelta(days=1)
    if found[2] == "month":
        first = _months_later(today, -min(count, LONGEST // 30))
        return min(first.replace(day=min(today.day, _month_length(first))), today), tomorrow
    days = min(count * (7 if found[2] == "week" else 1), LONGEST)
    return tomorrow - timedelta(days=days), tomorrow


def _month_length(first: date) -> int:
    return (_months_later(first, 1) - first).days


def _dated(words: str, today: date) -> Days | None:
    if ".." in words:
        left, _, right = words.partition("..")
        begin, end = _dated(left.strip(), today), _dated(right.strip(), today)
        return (begin[0], end[1]) if begin and end else None
    try:
        if found := re.fullmatch(r"(\d{4})-q([1-4])", words):
            first = date(int(found[1]), int(found[2]) * 3 - 2, 1)
            return first, _months_later(first, 3)
        if found := re.fullmatch(r"(\d{4})-(\d{2})", words):
            first = date(int(found[1]), int(found[2]), 1)
            return first, _months_later(first, 1)
        if found := re.fullmatch(r"\d{4}", words):
            return date(int(words), 1, 1), date(int(words) + 1, 1, 1)
        day = date.fromisoformat(words)
        return day, day + timedelta(days=1)
    except (ValueError, OverflowError):
        return None
