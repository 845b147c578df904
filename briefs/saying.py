"""How each kind of value is said on a page."""

import re
from datetime import date, datetime
from functools import singledispatch
from typing import Literal

from jinja2 import pass_context
from jinja2.runtime import Context

from briefs.literal import Markdown, clip, code, fold, literal, prose
from briefs.marks import Button, Moment, link, marked, member
from funnel.brief import Fact
from funnel.compare import Interval
from funnel.metrics import Cost, Ratio, Terms
from funnel.period import BEGINNING, Period
from funnel.score_audit import Band
from funnel.stage import Stage

NOT_CAPTURED = Markdown("not captured")
NO_DATA = Markdown("no data")
UNKNOWN = Markdown("–")
SHORTEST = 12  # characters that are left of any value, however little room there is
_SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "BRL": "R$"}
_ABBREVIATIONS = frozenset({Stage.MQL, Stage.SAL, Stage.SQL})


@singledispatch
def say(value: object) -> Markdown:
    """The Markdown that says `value`: what every `{{ … }}` of a page goes through."""
    str(value)  # an undefined name raises here, naming itself
    raise TypeError(f"a page has no words for {type(value).__name__}")


@say.register
def _(value: str) -> Markdown:
    return literal(value) or NOT_CAPTURED


@say.register
def _(value: Markdown) -> Markdown:
    return value


@say.register
def _(_: None) -> Markdown:
    return NOT_CAPTURED


@say.register
def _(value: Fact) -> Markdown:
    return say(value.value)


@say.register
def _(value: int) -> Markdown:
    return Markdown(f"{value:,}")


@say.register
def _(value: Stage) -> Markdown:
    return Markdown(value.upper() if value in _ABBREVIATIONS else value.capitalize())


@say.register
def _(value: datetime) -> Markdown:
    return marked(f"{value.day} {value:%b, %H:%M %Z}", Moment(int(value.timestamp())))


@say.register
def _(value: Ratio) -> Markdown:
    """A share with its receipt: `41 % (328/800)`."""
    if value.value is None:
        return NO_DATA
    return Markdown(f"{percent(value)} ({value.numerator:,}/{value.denominator:,})")


@say.register
def _(value: Cost) -> Markdown:
    return NO_DATA if value.value is None else money(value.value, value.currency)


@say.register
def _(value: Interval) -> Markdown:
    """A difference of rates in points, with its interval: `+9.3 (5.7 to 13.1)`."""
    low, high = (f"{100 * end:.1f}" for end in (value.low, value.high))
    return literal(f"{100 * value.value:+.1f} ({low} to {high})")


@say.register
def _(value: Band) -> Markdown:
    return Markdown(value)


@pass_context
def clipped(context: Context, value: str | Fact | None, length: int) -> str:
    """The words of a value, `length` characters at most; fewer on a page that must be short."""
    room: float = context.get("room", 1.0)
    return clipped_to(value, max(min(length, SHORTEST), round(length * room)))


def clipped_to(value: str | Fact | None, length: int) -> str:
    return clip((value.value if isinstance(value, Fact) else value) or NOT_CAPTURED, length)


def dated(value: datetime) -> Markdown:
    """A moment of any year."""
    return marked(f"{value.day} {value:%b %Y, %H:%M %Z}", Moment(int(value.timestamp())))


def by(value: datetime, since: datetime) -> Markdown:
    """A time to be ready by; in plain text without its day, where that is the day of `since`."""
    if value.date() != since.astimezone(value.tzinfo).date():
        return say(value)
    return marked(f"{value:%H:%M %Z}", Moment(int(value.timestamp())))


def day(value: datetime) -> Markdown:
    """The day of a moment, in the reader's zone."""
    return marked(f"{value.day} {value:%b}", Moment(int(value.timestamp()), "{date_short_pretty}"))


def month(value: datetime) -> Markdown:
    """The month of a moment, with its year: `Jun 2025`."""
    return literal(f"{value:%b %Y}")


def percent(ratio: Ratio) -> Markdown:
    """A share without its receipt: `11.8 %`."""
    if ratio.value is None:
        return NO_DATA
    return Markdown(f"{100 * ratio.value:.1f}".removesuffix(".0") + " %")


def number(value: float) -> Markdown:
    """A figure of the playbook: `60`, `7.5`."""
    return literal(f"{value:g}")


def signed(value: float) -> Markdown:
    """How much more or less: `+40`, `-6`."""
    return literal(f"{value:+g}")


def change(share: float | None) -> Markdown:
    """How much more or less, as a share: `-37 %`."""
    return NO_DATA if share is None else literal(f"{100 * share:+.0f} %")


def money(minor: float | None, currency: str | None) -> Markdown:
    """An amount of minor units: `$1,240`, `€310.50`; `–` where it is not known."""
    if minor is None or currency is None:
        return UNKNOWN
    amount = f"{round(minor) / 100:,.2f}".removesuffix(".00")
    symbol = _SYMBOLS.get(currency)
    return literal(f"{symbol}{amount}" if symbol else f"{clip(currency, 12)} {amount}")


def window(terms: Terms | Period) -> Markdown:
    """The days that an answer counts, the last one included: `1 Oct – 30 Oct 2026`."""
    period = Period(terms.start, terms.end, "", terms.zone)
    first, last = period.first_day, period.last_day
    if first <= BEGINNING:
        return literal(f"everything up to {_day(last, year=True)}")
    if first == last:
        return literal(_day(last, year=True))
    return literal(f"{_day(first, year=first.year != last.year)} – {_day(last, year=True)}")


def _day(value: date, *, year: bool) -> str:
    return f"{value.day} {value:%b %Y}" if year else f"{value.day} {value:%b}"


def form(name: str | None) -> str:
    """What to call a form in a headline: its name, which may say “form” already."""
    folded = clip(name or "", 60)
    return folded if re.search(r"\bform$", folded, re.IGNORECASE) else f"{folded} form".strip()


@pass_context
def _spoken(context: Context, title: str | Fact) -> str:
    return spoken(clipped(context, title, 100))


def spoken(words: str) -> str:
    """A title as it is said in a sentence: “on the Lifecycle of a Widget”."""
    if re.match(r"(The|An?) ", words):
        return words[0].lower() + words[1:]
    return f"the {words}" if re.match(r"[A-Z]\w+ of ", words) else words


def button(
    label: str,
    action: str,
    value: str | int = "",
    style: Literal["", "primary", "danger"] = "",
    url: str = "",
) -> Markdown:
    """Something to press; in a terminal it is not there."""
    return marked(label, Button(action, str(value), style, url))


FILTERS = {
    "button": button,
    "by": by,
    "change": change,
    "clip": clipped,
    "code": code,
    "dated": dated,
    "day": day,
    "fold": fold,
    "form": form,
    "link": link,
    "member": lambda value: member(clipped_to(value, 60)),
    "money": money,
    "month": month,
    "number": number,
    "percent": percent,
    "prose": prose,
    "signed": signed,
    "spoken": _spoken,
    "when": say,
    "window": window,
}
