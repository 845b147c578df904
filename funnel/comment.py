"""What a buyer's own words say: who referred them, what they want, when, and for how much.

Everything found is a piece of the comment, word for word. Where a part is not found it is None, and the
brief shows the whole comment instead: a quotation is never a guess.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

Urgency = Literal["urgent", "soon", "later"]
URGENT, SOON = timedelta(days=30), timedelta(days=183)  # what lies beyond is for later
LONGEST = 4000

_NAME = r"(?:(?:Mr|Mrs|Ms|Dr)\.? )?[A-Z][\w'’-]*(?: (?:(?:van|von|de|der|da|del|al|bin) )*[A-Z][\w'’-]*){0,3}"
_AT = r"(?: (?:at|from|of|over at) [A-Z][\w&'’-]*(?: [A-Z][\w&'’-]*){0,3})?"
_REFERRER = (
    re.compile(
        r"\b(?i:referred (?:to you )?by|recommended by|recommendation (?:from|of)|referral from|introduced by"
        r"|heard (?:[\w ]{0,30}?)(?:about you |of you )?from)"
        r" (?:my |our |a )?(?:(?:good |old |former )?(?:friend|colleague|partner|neighbou?r|boss),? )?"
        rf"(?P<who>{_NAME}{_AT})"
    ),
    re.compile(
        rf"(?P<who>{_NAME}{_AT}),? (?:(?:has )?(?:referred|recommended|introduced|sent|pointed|suggested) "
        rf"(?:me|us|you|your)|told (?:me|us) about|said (?:you|we should)|speaks highly|raves about"
        rf"|says (?:great|good|only good|nice) things)"
    ),
    re.compile(rf"\b(?i:my|our) (?:good |old )?(?:friend|colleague|partner) (?P<who>{_NAME}{_AT})"),
)
_WANTS = re.compile(
    r"(?:\b(?:we|i)(?:'re|’re|'m|’m| are| am)? ?|^|(?<=[.!?;] ))(?:currently |really |urgently |now )*"
    r"(?:need(?:ing)?|want(?:ing)?|require|looking (?:for|to)|would like|'d like|’d like"
    r"|in the market for|interested in|after|hoping (?:for|to)|planning (?:for|to))"
    r" (?P<what>[^.!?;\n]+)",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"[ ,]+(?:(?:and|but)(?: we| i)?(?: need| want)? ?(?:it|this|them)?"
    r"(?: (?:(?:up and )?running|live|ready|working|done|delivered|installed|in place))?|by|before|in"
    r"|(?:for|at|with|and)?(?: ?(?:our|the|a|my))?(?: ?budget(?: is| of| around| up to| about)*)?)?\s*$",
    re.IGNORECASE,
)
_MONEY = r"\d{1,3}(?:[ ,.]\d{3})+(?:[.,]\d\d?)?|\d+(?:[.,]\d+)?"
_UNIT = r"k|K|thousand|m|M|million|mn"
_BUDGET = (
    re.compile(
        rf"(?:[$€£¥] ?(?:{_MONEY})(?: ?(?:{_UNIT})\b)?"
        rf"|\b(?:USD|EUR|GBP|CHF|CAD|AUD) ?(?:{_MONEY})(?: ?(?:{_UNIT})\b)?"
        rf"|\b(?:{_MONEY})(?: ?(?:{_UNIT}))? ?(?:€|\$|£|(?:USD|EUR|GBP|CHF|CAD|AUD|dollars|euros?|pounds)\b))"
    ),
    re.compile(
        rf"\b[Bb]udget(?:'s| is| of|:)?(?: about| around| roughly| up to)? "
        rf"(?P<sum>(?:{_MONEY})(?: ?(?:{_UNIT}))?)\b"
    ),
)

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sep(?:t(?:ember)?)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_WORDS = {
    "a": 1,
    "an": 1,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "few": 3,
    "twelve": 12,
}
_COUNT = r"(?:a )?(?P<count>an?|one|two|three|four|five|six|few|\d{1,3})"
_UNITS = r"(?P<unit>day|week|month|quarter|year)"
_DAYS = {"day": 1, "week": 7, "month": 30, "quarter": 91, "year": 365}
_BY = r"(?:(?:by|before|until|within|in|for|from|on|during|later) )?(?:the )?"
_ON = r"(?:by|before|until|in|from|starting|for|on)"
_PART = r"(?P<part>early|mid|middle of|late|beginning of|start of|end of)[ -](?:the )?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?:,? (?P<year>20\d\d))?"
_WHEN = tuple(
    (kind, re.compile(rf"\b(?:{words})\b", re.IGNORECASE))
    for kind, words in (
        ("now", r"asap|as soon as possible|urgently|immediately|right away|(?:by )?(?:today|tomorrow)"),
        ("never", r"no rush|no hurry|just (?:looking|browsing|researching)|some ?day|eventually"),
        ("period", rf"{_BY}{_PART}(?P<which>this|next|the) {_UNITS}"),
        ("span", rf"(?:within|in|for) (?:the )?(?:next )?{_COUNT}[ -]{_UNITS}s?"),
        ("span", rf"{_BY}next {_UNITS}"),
        ("period", rf"{_BY}(?P<which>this|the) {_UNITS}"),
        ("date", r"(?:by|before|until|on) (?P<iso>20\d\d-\d\d-\d\d)"),
        ("date", rf"{_BY}{_DAY}(?: of)? {_MONTH}{_YEAR}"),
        (
            "date",
            rf"(?:by|before|until|in|from|starting|for|on) (?:the )?(?:{_PART})?{_MONTH}(?: {_DAY})?{_YEAR}",
        ),
        ("date", rf"(?:by|before|in|for) (?:the )?(?:{_PART})?q(?P<quarter>[1-4])(?:[ /-](?P<year>20\d\d))?"),
        ("date", r"(?:by|before|in) (?P<year>20\d\d)"),
    )
)


@dataclass(frozen=True, slots=True)
class Reading:
    """The parts of a comment, each a quotation; None where the comment does not clearly say.

    `urgency` is how far away `when` was on the day of the comment: `urgent` is within 30 days.
    """

    referred_by: str | None = None
    wants: str | None = None
    when: str | None = None
    urgency: Urgency | None = None
    budget: str | None = None

    @property
    def complete(self) -> bool:
        return None not in (self.referred_by, self.wants, self.when)


def read(comment: str, day: date) -> Reading:
    """What `comment`, written on `day`, says in its own words; English, plain patterns, nothing inferred."""
    text = " ".join(comment[:LONGEST].split())
    when, urgency = _when(text, day)
    budget = _budget(text)
    return Reading(_referrer(text), _wants(text, (when, budget)), when, urgency, budget)


def _referrer(text: str) -> str | None:
    for pattern in _REFERRER:
        if found := pattern.search(text):
            return found["who"].strip()
    return None


def _budget(text: str) -> str | None:
    for pattern in _BUDGET:
        if found := pattern.search(text):
            return (found.groupdict().get("sum") or found[0]).strip()
    return None


def _wants(text: str, others: tuple[str | None, ...]) -> str | None:
    found = _WANTS.search(text)
    if not found:
        return None
    what = found["what"]
    for other in others:
        if other and other in what:
            what = what[: what.index(other)]
    what = _TAIL.sub("", what).strip(" ,:-–—")
    return what if re.search(r"\w{2}", what) else None


def _when(text: str, day: date) -> tuple[str | None, Urgency | None]:
    for kind, pattern in _WHEN:
        for found in pattern.finditer(text):
            parts = {name: part.casefold() for name, part in found.groupdict().items() if part}
            if kind == "never":
                return found[0].strip(), "later"
            try:
                deadline = _deadline(kind, parts, day)
            except (ValueError, OverflowError):  # the 31st of February
                continue
            return found[0].strip(), _urgency(deadline - day)
    return None, None


def _urgency(ahead: timedelta) -> Urgency:
    return "urgent" if ahead <= URGENT else "soon" if ahead <= SOON else "later"


def _deadline(kind: str, parts: dict[str, str], day: date) -> date:
    """The last day that a phrase allows."""
    match kind:
        case "now":
            return day
        case "span":
            count = parts.get("count", "1")
            return day + timedelta(_DAYS[parts["unit"]] * (_WORDS.get(count) or int(count)))
        case "period":
            ahead = _DAYS[parts["unit"]] if parts["which"] == "next" else 0
            return _end(parts["unit"], day + timedelta(ahead))
        case _:
            return _date(parts, day)


def _end(unit: str, day: date) -> date:
    """The last day of the week, month, quarter or year that `day` lies in."""
    match unit:
        case "day":
            return day
        case "week":
            return day + timedelta(6 - day.weekday())
        case "month":
            return _last(day.year, day.month)
        case "quarter":
            return _last(day.year, (day.month + 2) // 3 * 3)
        case _:
            return date(day.year, 12, 31)


def _date(parts: dict[str, str], day: date) -> date:
    """The day that is named; of a month, a quarter or a year its last, in the year that comes next."""
    if "iso" in parts:
        return date.fromisoformat(parts["iso"])
    if "month" in parts:
        month = _MONTHS.index(parts["month"][:3]) + 1
    else:
        month = 3 * int(parts["quarter"]) if "quarter" in parts else 12
    year = int(parts.get("year", day.year))
    named = date(year, month, int(parts["day"])) if "day" in parts else _last(year, month)
    return named if named >= day or "year" in parts else named.replace(year=year + 1, day=min(named.day, 28))


def _last(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])
