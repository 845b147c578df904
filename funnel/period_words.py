"""The period grammar: words to windows.

`today` `yesterday` `wtd` `mtd` `qtd` `ytd`, `this|last week|month|quarter|year`,
`last N hours|days|weeks|months|quarters|years`, `2026`, `2026-11`, `2026-Q3`, `2026-W47`, `FY27`, `FY27-Q1`,
`2026-11-05`, `2026-11-01..2026-11-15` (both days included), `2026-11-21 13:00..15:00` (until 15:00),
`since 2026-11-01`, `all`; and what people type instead: `30d`, `nov 2026`, `in october`, `Q3`, `week`.

Each kind of words is one function that gives the period, or None where the words are of another kind. A
period carries its words in one spelling, which asks for it again.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from funnel.calendar import ORDINARY, Calendar, instant, midnight, months_later, wall
from funnel.errors import PeriodError
from funnel.period import BEGINNING, HOUR, UNITS, Period, Unit, later, unit_of, units_between

DEFAULT_PERIOD = "last 30 days"
EXAMPLES = (
    "`last 30 days`, `this month`, `last quarter`, `2026-11`, `2026-Q3`, `2026-11-01..2026-11-15`, `all`"
)
VOCABULARY = (
    *("today", "yesterday", "wtd", "mtd", "qtd", "ytd", "this", "last", "since", "all"),
    *UNITS,
    *(f"{unit}s" for unit in UNITS),
)
"""Words of which a mistyped one may be meant."""
_TEN_YEARS: Mapping[Unit, int] = {
    "hour": 87_840,
    "day": 3660,
    "week": 522,
    "month": 120,
    "quarter": 40,
    "year": 10,
}
_LAST_YEAR = 2199
_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)


@dataclass(frozen=True, slots=True)
class Here:
    """When, in which zone and by which calendar words are said."""

    at: datetime
    zone: ZoneInfo
    calendar: Calendar = ORDINARY

    @property
    def day(self) -> date:
        return wall(self.at, self.zone).date()

    @property
    def tomorrow(self) -> date:
        return self.day + timedelta(days=1)

    def days(self, words: str, first: date, after: date, unit: Unit = "day", count: int = 0) -> Period:
        """From the beginning of one day to the beginning of another; `count` 0 counts the units between."""
        start, end = midnight(first, self.zone), midnight(after, self.zone)
        count = count or units_between(unit, first, after)
        return Period(start, end, words, self.zone.key, unit, count, self.calendar)


def parse_period(text: str, now: datetime, zone: ZoneInfo, calendar: Calendar = ORDINARY) -> Period:
    """The window that `text` names at `now`.

    Raises:
        PeriodError: the text names no window; the sentence says what would work.

    """
    period = find_period(text, Here(now, zone, calendar))
    if period is None:
        raise PeriodError(
            f"I don't know the period “{text.strip()[:60]}”. I know {EXAMPLES}.", DEFAULT_PERIOD
        )
    return period


def find_period(text: str, here: Here) -> Period | None:
    """The window that `text` names, None if it is about something else.

    Raises:
        PeriodError: the text names a window that cannot be, such as February 30 or next year's.

    """
    try:
        return _possible(_spelled(text), here)
    except PeriodError as error:
        raise PeriodError(error.sentence, _working(error.instead, here)) from None


def find_moment(text: str, here: Here) -> datetime | None:
    """The moment that `as-of` means by `text`: a time of a day, or the end of a day, month, ...

    Raises:
        PeriodError: it is none that can be, or is yet to come.

    """
    found = _end(_spelled(text), here)
    if found and found.end > midnight(here.tomorrow, here.zone):
        raise PeriodError(f"“{found.words}” is yet to come.", "yesterday")
    return found.end if found else None


def moment_words(moment: datetime, zone: ZoneInfo) -> str:
    """What asks `find_moment` for that moment again, to the second."""
    local = wall(moment, zone)
    if moment == midnight(local.date(), zone):
        return (local.date() - timedelta(days=1)).isoformat()
    return local.isoformat(timespec="seconds" if local.second else "minutes")


def _possible(words: str, here: Here) -> Period | None:
    period = _since(words, here) or _range(words, here) or _one(words, here)
    if period is None:
        return None
    if period.start > here.at:
        raise PeriodError(f"“{period.words}” is wholly in the future.", DEFAULT_PERIOD)
    if period.end <= period.start:
        raise PeriodError(f"The clocks skipped “{period.words}”: no such time was shown.", DEFAULT_PERIOD)
    return period


def _working(words: str, here: Here) -> str:
    """Those words if they name a window, else some that do."""
    try:
        return words if _possible(_spelled(words), here) else DEFAULT_PERIOD
    except PeriodError:
        return DEFAULT_PERIOD


_SPELLINGS: Mapping[str, str] = {
    r"[\s_]+": " ",
    r"[‐‑‒–−]": "-",  # noqa: RUF001 - the hyphens and dashes that phones make of one
    r"^(in|for|during|over|within|of|from|on|the) ": "",
    r"^(the )?(past|previous|trailing) ": "last ",
    r"^current ": "this ",
    r"^(all time|everything|ever)$": "all",
    r"^(this )?day$": "today",
    r"^last day$": "yesterday",
    r"^last hour$": "last 1 hour",
    r"^(week|month|quarter|year)$": r"this \1",
    r"^(?:this )?([wmqy])(?:eek|onth|uarter|ear) to date$": r"\1td",
    r"^(.+)\.\.$": r"since \1",
    r"(?<=\d{4}-\d\d-\d\d)-(?=\d{4}-)": "..",
    r" ?(\.\.+|…) ?": "..",
    r" ?(?: to | until | - |--|—) ?": "..",
}


def _spelled(text: str) -> str:
    """The words in one spelling."""
    words = " ".join(text.casefold().split())
    for pattern, replacement in _SPELLINGS.items():
        words = re.sub(pattern, replacement, words)
    return words


def _since(words: str, here: Here) -> Period | None:
    if not (found := re.fullmatch(r"since (.+)", words)) or not (begin := _end(found[1], here)):
        return None
    if begin.start > here.at:
        raise PeriodError(f"“since {begin.words}” is wholly in the future.", DEFAULT_PERIOD)
    if begin.unit == "hour":
        return replace(begin, end=midnight(here.tomorrow, here.zone), words=f"since {begin.words}")
    return here.days(f"since {begin.words}", begin.first_day, here.tomorrow)


def _range(words: str, here: Here) -> Period | None:
    left, dots, right = words.partition("..")
    if not dots or not (begin := _end(left, here)):
        return None
    if re.fullmatch(r"\d{1,2}:\d\d", right):
        right = f"{left[:10]} {right}"
    if not (end := _end(right, here)):
        return None
    words = f"{begin.words}..{end.words}"
    if "hour" in (begin.unit, end.unit):
        period = Period(begin.start, end.end, words, here.zone.key, calendar=here.calendar)
    else:
        unit = begin.unit if begin.unit == end.unit else "day"
        after = later(end.first_day, 1, end.unit)
        period = here.days(words, begin.first_day, after, unit)
    if period.end < period.start:
        raise PeriodError(f"“{words}” ends before it begins.", f"{end.words}..{begin.words}")
    return period


def _end(words: str, here: Here) -> Period | None:
    """What a range may begin or end with: something dated, today or yesterday, or a time of a day."""
    if words in {"today", "yesterday"}:
        return _named(words, here)
    return _time(words, here) or _dated(words, here)


def _time(words: str, here: Here) -> Period | None:
    """A moment, as a window without length."""
    found = re.fullmatch(r"(\d{4}-\d\d-\d\d)[t ](\d{1,2}):(\d\d)(?::(\d\d))?", words)
    if not found or not (day := _dated(found[1], here)):
        return None
    try:
        at = time(int(found[2]), int(found[3]), int(found[4] or 0))
    except ValueError:
        raise PeriodError(f"“{words}” is no time of a day.", day.words) from None
    local = datetime.combine(date.fromisoformat(day.words), at)
    moment = instant(local, here.zone)
    said = local.isoformat(timespec="seconds" if local.second else "minutes")
    return Period(moment, moment, said, here.zone.key, calendar=here.calendar)


def _one(words: str, here: Here) -> Period | None:
    return _named(words, here) or _counted(words, here) or _dated(words, here)


def _named(words: str, here: Here) -> Period | None:
    today, tomorrow = here.day, here.tomorrow
    if words == "all":
        return here.days(words, BEGINNING, tomorrow)
    if words == "today":
        return here.days(words, today, tomorrow)
    if words == "yesterday":
        return here.days(words, today - timedelta(days=1), today)
    if found := re.fullmatch(r"([wmqy])td", words):
        unit = _unit(found[1])
        return here.days(words, unit_of(unit, today, here.calendar), tomorrow, unit, 1)
    if found := re.fullmatch(r"(this|last) (week|month|quarter|year)", words):
        unit = _unit(found[2])
        this = unit_of(unit, today, here.calendar)
        first = this if found[1] == "this" else later(this, -1, unit)
        return here.days(words, first, later(first, 1, unit), unit, 1)
    return None


def _unit(word: str) -> Unit:
    """The unit that begins with the same letter."""
    return next(unit for unit in UNITS if unit[0] == word[0])


def _counted(words: str, here: Here) -> Period | None:
    """The last so many; those of days and longer end with today."""
    found = re.fullmatch(
        r"(?:last )?(-?\d{1,9}) ?(hours?|days?|weeks?|months?|quarters?|years?|[hdwmqy])", words
    )
    if not found:
        return None
    count, unit = int(found[1]), _unit(found[2])
    said = f"last {count} {unit}{'' if count == 1 else 's'}"
    if count < 1:
        raise PeriodError(f"“{said}” is no time at all.", f"last 30 {unit}s")
    if count > _TEN_YEARS[unit]:
        raise PeriodError(f"“{said}” is more than ten years.", "all")
    if unit == "hour":
        return Period(here.at - count * HOUR, here.at, said, here.zone.key, unit, count, here.calendar)
    return here.days(said, later(here.tomorrow, -count, unit), here.tomorrow, unit, count)


def _dated(words: str, here: Here) -> Period | None:
    """What stands in a calendar."""
    for kind in _DATED:
        if period := kind(words, here):
            return period
    return None


def _year(words: str, here: Here) -> Period | None:
    if not re.fullmatch(r"\d{4}", words):
        return None
    first = date(_year_number(words), 1, 1)
    return here.days(words, first, later(first, 1, "year"), "year")


def _year_number(digits: str) -> int:
    year = int(digits)
    if not BEGINNING.year <= year <= _LAST_YEAR:
        raise PeriodError(f"I count the years from {BEGINNING.year} to {_LAST_YEAR}, not {digits}.", "all")
    return year


def _quarter(words: str, here: Here) -> Period | None:
    found = re.fullmatch(r"(?:(\d{4})[- ]?)?q(\d)(?:[- ](\d{4}))?", words)
    if not found or (found[1] and found[3]):
        return None
    number = _quarter_number(found[2])
    first = _latest(found[1] or found[3], here, lambda year: date(year, number * 3 - 2, 1))
    return here.days(f"{first:%Y}-Q{number}", first, later(first, 1, "quarter"), "quarter")


def _quarter_number(digit: str) -> int:
    if digit not in "1234":
        raise PeriodError(f"A year has four quarters; Q{digit} is none of them.", "last quarter")
    return int(digit)


def _latest(year: str | None, here: Here, first_of: Callable[[int], date]) -> date:
    """The first day of what recurs every year: of the year that is said, or of the last one begun."""
    if year:
        return first_of(_year_number(year))
    first = first_of(here.day.year)
    return first if first <= here.day else first_of(here.day.year - 1)


def _week(words: str, here: Here) -> Period | None:
    found = re.fullmatch(r"(?:(\d{4})[- ]?)?w(?:eek ?)?(\d{1,2})", words)
    if not found:
        return None
    try:
        first = _latest(found[1], here, lambda year: here.calendar.week(year, int(found[2])))
    except ValueError:
        raise PeriodError(f"There is no week {int(found[2])} in that year.", "last week") from None
    return here.days(here.calendar.week_name(first), first, later(first, 1, "week"), "week")


def _fiscal(words: str, here: Here) -> Period | None:
    """`FY27` ends in 2027; `FY27-Q1` is its first three months."""
    found = re.fullmatch(r"(?:q(\d)[- ])?fy ?(\d{4}|\d\d)(?:[- ]?q(\d))?", words)
    if not found or (found[1] and found[3]):
        return None
    year = _year_number(found[2] if len(found[2]) == len("2027") else f"20{found[2]}")
    first = here.calendar.fiscal_year(year)
    name = f"FY{year % 100:02}" if 2000 <= year < 2100 else f"FY{year}"  # noqa: PLR2004 - the century that is not said
    if digit := found[1] or found[3]:
        first = months_later(first, 3 * (_quarter_number(digit) - 1))
        return here.days(f"{name}-Q{digit}", first, later(first, 1, "quarter"), "quarter")
    return here.days(name, first, later(first, 1, "year"), "year")


def _numbered(words: str, here: Here) -> Period | None:
    """`2026-11` and `2026-11-05`."""
    found = re.fullmatch(r"(\d{4})-(\d{1,2})(?:-(\d{1,2}))?", words)
    return _month_or_day(_year_number(found[1]), int(found[2]), found[3], here) if found else None


def _spoken(words: str, here: Here) -> Period | None:
    """`november`, `nov 2026`, `5 nov 2026`, `November 5th, 2026`; without a year, the last that has begun."""
    parts = re.findall(r"[a-z]{3,}|\d+(?=st|nd|rd|th|\b)", words)
    months = [part for part in parts if _month_number(part)]
    years = [part for part in parts if re.fullmatch(r"\d{4}", part)]
    days = [part for part in parts if re.fullmatch(r"\d{1,2}", part)]
    if re.sub(r"[a-z]{3,}|\d+(st|nd|rd|th)?|[-., ]", "", words) or len(months) != 1:
        return None
    if len(years) > 1 or len(days) > 1 or len(parts) != 1 + len(years) + len(days):
        return None
    month = _month_number(months[0])
    year = _latest(next(iter(years), None), here, lambda year: date(year, month, 1)).year
    return _month_or_day(year, month, next(iter(days), None), here)


def _month_number(word: str) -> int:
    """1 to 12 for a month's name or its first letters, else 0."""
    known = [name.startswith(word.removesuffix("t") if word == "sept" else word) for name in _MONTHS]
    return known.index(True) + 1 if word.isalpha() and True in known else 0


def _month_or_day(year: int, month: int, day: str | None, here: Here) -> Period:
    if not 1 <= month <= len(_MONTHS):
        raise PeriodError(f"There is no month {month} in a year.", f"{year}")
    first = date(year, month, 1)
    after = later(first, 1, "month")
    if day is None:
        return here.days(f"{first:%Y-%m}", first, after, "month")
    if not 1 <= int(day) <= (after - first).days:
        name = _MONTHS[month - 1].capitalize()
        raise PeriodError(
            f"There is no {name} {int(day)} in {year}; {name} had {(after - first).days} days.",
            f"{first:%Y-%m}",
        )
    only = first.replace(day=int(day))
    return here.days(only.isoformat(), only, later(only, 1, "day"))


_DATED = (_year, _quarter, _week, _fiscal, _numbered, _spoken)
