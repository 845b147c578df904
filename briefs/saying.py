"""How each kind of value is said on a page."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from functools import singledispatch
from typing import Literal
from zoneinfo import ZoneInfo

from jinja2 import pass_context
from jinja2.runtime import Context

from briefs.alert_words import about, counted_in, every, lasted, level, person, rate, segment, turned
from briefs.alerts import EXPLAINS, excess, lasting, rarely, through_the_day, usual
from briefs.drawings import drawn
from briefs.figures import (
    NO_DATA,
    UNKNOWN,
    counted_as,
    figure,
    figure_or_day,
    group,
    head,
    kind,
    money,
    moved,
    plainly,
    progress,
    receipt,
    stage_name,
    target,
)
from briefs.literal import Markdown, clip, code, fenced, fold, literal, prose
from briefs.marks import Button, Menu, Moment, link, marked, member
from funnel.answer import Answer, Terms, Value
from funnel.attribution import named
from funnel.brief import Fact
from funnel.compare import Interval
from funnel.explained import Explained
from funnel.metrics import Metric, Ratio
from funnel.period import BEGINNING, Period
from funnel.question import Question
from funnel.score_audit import Band
from funnel.stage import Stage

NOT_CAPTURED = Markdown("not captured")
SHORTEST = 12  # characters that are left of any value, however little room there is


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
    return Markdown(stage_name(value))


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


def asked(question: Question) -> Markdown:
    """What a question asks beside what it is about: `last 30 days by source`."""
    words = str(question).removeprefix(f"/{question.about}").strip()
    return literal(words.removeprefix(question.metric or "").strip() if question.about == "kpi" else words)


def window(terms: Terms | Period) -> Markdown:
    """The days that an answer counts, the last one included: `1 Oct – 22 Nov 2026 so far`."""
    days = _days(terms.start, terms.end, terms.zone)
    if isinstance(terms, Terms) and terms.start < terms.as_of < terms.end:
        elapsed = _days(terms.start, terms.as_of, terms.zone, whole=True)
        return days if elapsed == days else Markdown(f"{elapsed} so far")
    return days


def window_before(terms: Terms) -> Markdown:
    """The days that an answer compares with."""
    return _days(*terms.previous, terms.zone) if terms.previous else UNKNOWN


def told(terms: Terms) -> Markdown:
    """Up to when an answer knows what happened, in its own zone: `22 Nov 2026, 14:03`."""
    at = terms.as_of.astimezone(ZoneInfo(terms.zone))
    return literal(f"{_day(at.date(), year=True)}, {at:%H:%M}")


def credit(terms: Terms) -> Markdown:
    """How campaigns are credited: `first touch`, `linear among marketing's touches of 90 days before`."""
    if terms.model is None:
        return UNKNOWN
    words = named(terms.model, terms.rules)
    if terms.touches is None:
        return literal(words)
    whose = "marketing's" if terms.touches == "marketing" else "marketing's and sales'"
    return literal(f"{words}, among {whose} touches of the {terms.rules.lookback_days:g} days before")


def figure_of(values: Mapping[str, Value], metric: Metric | None) -> Markdown:
    """The value of one metric among several; `–` where there is none."""
    return figure(values[metric.name], metric) if metric and metric.name in values else UNKNOWN


def share(value: float | None) -> Markdown:
    """A share without its receipt: `11.8 %`."""
    return NO_DATA if value is None else Markdown(f"{plainly(100 * value)} %")


def points(found: Interval) -> Markdown:
    """A difference of shares with its interval: `+3.4 points (95 % interval -7.1 to 13.7)`."""
    low, high = plainly(100 * found.low), plainly(100 * found.high)
    return Markdown(f"{100 * found.value:+.1f} points (95 % interval {low} to {high})")


def between(found: Interval) -> Markdown:
    """The interval of a rate: `4.3 to 17 %`."""
    return Markdown(f"{plainly(100 * found.low)} to {plainly(100 * found.high)} %")


def chance(p: float) -> Markdown:
    """How often chance alone does this: `p = 0.54`, `p < 0.001`."""
    return Markdown("p < 0.001" if p < 0.001 else f"p = {p:.2g}")  # noqa: PLR2004 - nobody needs to know how much less


def part(value: Decimal, why: Explained) -> Markdown:
    """A number of an explanation in its unit: `328`, `11.8 %`, `$1,240`."""
    return Markdown(f"{value:,.1f} %") if why.metric.unit == "share" else _counted(value, why)


def added(value: Decimal, why: Explained) -> Markdown:
    """What a part adds: `+12.4`, `-0.3 points`."""
    sign = "+" if value > 0 else ""
    points = f"{value:,.1f} points" if why.metric.unit == "share" else _counted(value, why)
    return Markdown(f"{sign}{points}")


def _counted(value: Decimal, why: Explained) -> Markdown:
    if why.metric.unit == "money":
        return money(float(100 * value), why.currency)
    return Markdown(f"{value:,.1f}".removesuffix(".0"))


def chart(answer: Answer) -> Markdown:
    """The answer as a chart, in a paragraph of its own; nothing where there is nothing to draw."""
    return drawn(answer)


def on(value: date) -> Markdown:
    """A day: `5 Dec`."""
    return literal(_day(value, year=False))


def _days(start: datetime, end: datetime, zone: str, *, whole: bool = False) -> Markdown:
    """Days, and hours where it is a part of one; with `whole` not even then."""
    period = Period(start, end, "", zone)
    first, last = period.first_day, period.last_day
    since, until = (moment.astimezone(ZoneInfo(zone)) for moment in (start, end))
    if first <= BEGINNING:
        return literal(f"everything up to {_day(last, year=True)}")
    if not whole and (since.time() != MIDNIGHT or (first == last and until.time() != MIDNIGHT)):
        ends = f"{until:%H:%M}" if first == last else f"{_day(until.date(), year=True)}, {until:%H:%M}"
        return literal(f"{_day(first, year=True)}, {since:%H:%M} – {ends}")
    if first == last:
        return literal(_day(last, year=True))
    return literal(f"{_day(first, year=first.year != last.year)} – {_day(last, year=True)}")


MIDNIGHT = time()


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


def menu(label: str, action: str, choices: Sequence[tuple[str, str]], about: str) -> Markdown:
    """Something to choose from, by its label; what comes back is the choice's name and what it is `about`."""
    return marked(label, Menu(action, json.dumps([(f"{name} {about}", words) for name, words in choices])))


FILTERS = {
    "about": about,
    "added": added,
    "asked": asked,
    "button": button,
    "between": between,
    "by": by,
    "change": change,
    "chance": chance,
    "chart": chart,
    "clip": clipped,
    "code": code,
    "counted_as": counted_as,
    "counted_in": counted_in,
    "credit": credit,
    "dated": dated,
    "day": day,
    "every": every,
    "excess": excess,
    "explains": lambda dimension: literal(EXPLAINS[dimension]),
    "fenced": fenced,
    "figure": figure,
    "figure_of": figure_of,
    "figure_or_day": figure_or_day,
    "fold": fold,
    "form": form,
    "group": group,
    "head": head,
    "kind": kind,
    "lasted": lasted,
    "level": level,
    "lasting": lasting,
    "link": link,
    "menu": menu,
    "member": lambda value: member(clipped_to(value, 60)),
    "money": money,
    "month": month,
    "number": number,
    "moved": moved,
    "on": on,
    "part": part,
    "percent": percent,
    "person": person,
    "points": points,
    "progress": progress,
    "prose": prose,
    "rate": rate,
    "signed": signed,
    "rarely": rarely,
    "receipt": receipt,
    "segment": segment,
    "share": share,
    "spoken": _spoken,
    "target": target,
    "through_the_day": through_the_day,
    "told": told,
    "turned": turned,
    "usual": usual,
    "when": say,
    "window": window,
    "window_before": window_before,
}
