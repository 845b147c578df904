"""A typed question, parsed: `/funnel last quarter by source`, `/kpi mql to sql this month vs prev why`.

The clauses stand in any order (`funnel/clauses.py`); what is left says when (`funnel/period_words.py`), and
of `/kpi`, which metric. A text that cannot be understood is answered with what was not, what was, and the
nearest question that works: what was understood, with what the clauses propose instead of the rest.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from funnel.attribution import Model, Touches
from funnel.clauses import About, Fields, Reading, clause_at, clipped, is_plainly_a_period, metric_at, said
from funnel.conflicts import compared, conflicts
from funnel.counts import GOALS, Clock, Filter
from funnel.dimension import CREDITED, Dimension
from funnel.errors import PeriodError, QuestionError
from funnel.metrics import Metric, names_of, spelled
from funnel.period import Period
from funnel.period_words import DEFAULT_PERIOD, Here, find_period, moment_words
from funnel.playbook import Playbook
from funnel.reading import read, respelled
from funnel.typed import Word, quote, words

__all__ = [
    "AbTest",
    "About",
    "Define",
    "KpiRequest",
    "ListMetrics",
    "Question",
    "ScoreAudit",
    "examples",
    "parse_kpi",
    "parse_question",
]
LONGEST_TEXT = 2000  # characters
NO_METRICS: Mapping[str, Metric] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked; `str(question)` is the normalised text that asks it again at the same moment.

    `metric` is what `/kpi` is about, or what `/campaigns` is sorted by; `names` are campaigns to compare,
    as they were typed. `why` asks what changed the metric since `versus`. `clock` None is the metric's own.
    `touches` None are marketing's. `as_of` is the moment up to which events had been received; None is now.
    """

    about: About
    period: Period
    by: Dimension | None = None
    metric: str | None = None
    names: tuple[str, ...] = ()
    why: bool = False
    versus: Period | None = None
    top: int | None = None
    where: tuple[Filter, ...] = ()
    model: Model | None = None
    touches: Touches | None = None
    clock: Clock | None = None
    as_of: datetime | None = None
    target: bool = False

    @property
    def sharing(self) -> Model | None:
        """The model that shares credit among its groups; None where each lead is of one group.

        The first touch of marketing is what the store keeps of every lead: nothing is shared by it.
        """
        if self.by not in CREDITED or (self.model == "first" and not self.touches):
            return None
        return self.model

    def __str__(self) -> str:
        asked = {one.name: getattr(self, one.name) for one in fields(self)}
        return f"/{self.about} {_wording(self.about, asked, ZoneInfo(self.period.zone))}"


@dataclass(frozen=True, slots=True)
class ListMetrics:
    """`/kpi list`: which metrics there are."""

    def __str__(self) -> str:
        return "/kpi list"


@dataclass(frozen=True, slots=True)
class Define:
    """`/kpi define <metric>`: what a metric means."""

    metric: str

    def __str__(self) -> str:
        return f"/kpi define {self.metric}"


@dataclass(frozen=True, slots=True)
class ScoreAudit:
    """`/kpi score audit [period]`: which rules of the score find buyers."""

    period: Period

    def __str__(self) -> str:
        return f"/kpi score audit {self.period.words}"


@dataclass(frozen=True, slots=True)
class AbTest:
    """`/kpi ab "Hero headline" [stage] [period]`: whether one variant of an experiment is really better.

    `experiment` is its name as it was typed, and empty where none was. `goal` is the stage that counts as
    converted, a key of `GOALS`; `period` is when people were shown a variant first.
    """

    experiment: str
    period: Period
    goal: str = "lead"
    where: tuple[Filter, ...] = ()
    as_of: datetime | None = None

    @property
    def clauses(self) -> str:
        """What is asked of it beside its goal: `last 30 days where country=DE`."""
        asked = {"period": self.period, "where": self.where, "as_of": self.as_of}
        return _wording("kpi", asked, ZoneInfo(self.period.zone))

    def __str__(self) -> str:
        named = [quote(self.experiment)] if self.experiment else []
        return " ".join((AB, *named, self.goal, self.clauses))


KpiRequest = Question | ListMetrics | Define | ScoreAudit | AbTest
GIVEN = ("campaigns", "campaign")
"""`/campaigns` is by campaign, whether or not it says so."""
AUDITED = "last 12 months"
AB = "/kpi ab"
TESTED = "all"
LONGEST_PERIOD = 6  # words of a period that ends the name of an experiment
_OF_A_TEST = frozenset({"metric", "period", "where", "as_of"})
_LEADS_OF: Mapping[str, str] = {
    goal: "opportunities" if goal == "opportunity" else f"{goal}s" for goal in GOALS
}
"""The number of leads at each goal, by whose names the goal goes too."""


def parse_question(
    about: About, text: str, now: datetime, playbook: Playbook, metrics: Mapping[str, Metric] = NO_METRICS
) -> Question:
    """The question that `text` asks of `about` at `now`, in the playbook's time zone and calendar.

    Raises:
        QuestionError: says what was not understood, what was, and a question that works.

    """
    here = Here(now, playbook.zone, playbook.calendar)
    if len(text) > LONGEST_TEXT:
        raise QuestionError(
            f"That is {len(text):,} characters; a question has {LONGEST_TEXT:,} at most. "
            f"I understood nothing of it. Try `/{about} {DEFAULT_PERIOD}`."
        )
    reading = read(about, words(text), here, metrics)
    found = [*conflicts(reading, reading.asked)]
    if not reading.misses and not found:
        return _question(reading, reading.asked)
    doubtful = {name for _, mend in found for name in mend}
    clear = {name: value for name, value in reading.asked.items() if name not in doubtful}
    understood = _wording(about, clear, here.zone)
    raise QuestionError(
        f"{' '.join([*reading.misses, *(sentence for sentence, _ in found)])} "
        f"I understood {f'`{understood}`' if understood else 'nothing else'}. Try `{_nearest(reading)}`."
    )


def parse_kpi(
    text: str, now: datetime, playbook: Playbook, metrics: Mapping[str, Metric] = NO_METRICS
) -> KpiRequest:
    """What `/kpi` is asked for by `text` at `now`: a number, or something about numbers.

    Raises:
        QuestionError: says what was not understood, what was, and a request that works.

    """
    first, *rest = words(text[:LONGEST_TEXT]) or [Word("")]
    if said([first, *rest]) in {"list", "list all", "list metrics", "metrics"}:
        return ListMetrics()
    if first.plain == "define":
        return _define(rest, metrics)
    if said([first, *rest[:1]]) == "score audit":
        return ScoreAudit(_audited(rest[1:], Here(now, playbook.zone, playbook.calendar)))
    if first.plain == "ab" and len(text) <= LONGEST_TEXT:
        return _ab_test(rest, Here(now, playbook.zone, playbook.calendar), metrics)
    return parse_question("kpi", text, now, playbook, metrics)


def examples(about: About, campaigns: Sequence[str] = ("Spring webinar", "Plant tour")) -> tuple[str, ...]:
    """Texts that ask something of `about`, of one clause and of several; the last name known campaigns."""
    names = [quote(name) for name in campaigns[:2]]
    one = _OF_ONE[about].format(names[0]) if names else ""
    two = _OF_TWO.format(*names) if len(names) > 1 and about == "campaigns" else ""
    return (*_EXAMPLES[about], *filter(None, (one, two)))


_EXAMPLES: Mapping[About, tuple[str, ...]] = {
    "funnel": (
        "",
        "last quarter by source",
        "this month vs prev",
        "2026-Q3 by owner top 5",
        "ytd as-of yesterday",
    ),
    "campaigns": (
        "",
        "last 90 days sort leads",
        "this quarter vs prev top 10",
        "last 12 months model=linear",
    ),
    "kpi": (
        "list",
        "define mql to sql",
        "leads this month vs prev",
        "mql to sql last quarter by source",
        "leads last 30 days vs yoy by channel why",
        "score audit",
    ),
}
_OF_ONE: Mapping[About, str] = {
    "funnel": "last 12 months where campaign={}",
    "campaigns": "last 12 months by source where campaign={}",
    "kpi": "leads last 12 months by month where campaign={}",
}
_OF_TWO = "{} vs {} last 12 months"


def _question(reading: Reading, asked: Fields) -> Question:
    """The question of those fields, which have no conflicts."""
    period, versus = compared(asked, reading.here)
    given = {"by": "campaign"} if reading.about == "campaigns" else {}
    return Question(reading.about, **{**given, **asked, "period": period, "versus": versus})


def _nearest(reading: Reading) -> Question:
    """The nearest question that works: what was typed in a better spelling, or else what was understood."""
    for better in respelled(reading):
        again = read(reading.about, better, reading.here, reading.metrics)
        if not again.misses:
            return _mended(again, again.asked)
    return _mended(reading, {**reading.asked, **reading.instead})


def _mended(reading: Reading, asked: Fields) -> Question:
    """The question of those fields, without the conflicts among them."""
    return _question(reading, _settled(reading, asked))


def _settled(reading: Reading, asked: Fields) -> Fields:
    """The fields without the conflicts among them."""
    while conflict := next(conflicts(reading, asked), None):
        _, mend = conflict
        asked = {**asked, **mend}
    return asked


def _wording(about: About, asked: Mapping[str, Any], zone: ZoneInfo) -> str:
    """The clauses that ask for those fields, in the order in which they are always printed."""
    metric, versus = asked.get("metric"), asked.get("versus")
    clauses = (
        metric if about == "kpi" else None,
        " vs ".join(quote(name) for name in asked.get("names", ())),
        asked["period"].words if "period" in asked else None,
        versus and f"vs {versus if isinstance(versus, str) else versus.words}",
        asked.get("by") and (about, asked["by"]) != GIVEN and f"by {asked['by']}",
        metric and about == "campaigns" and f"sort {metric}",
        asked.get("top") and f"top {asked['top']}",
        *(filter_words(one) for one in asked.get("where", ())),
        asked.get("model") and f"model={asked['model']}",
        asked.get("touches") and f"touches={asked['touches']}",
        asked.get("clock"),
        asked.get("as_of") and f"as-of {moment_words(asked['as_of'], zone)}",
        asked.get("target") and "target",
        asked.get("why") and "why",
    )
    return " ".join(clause for clause in clauses if clause)


def filter_words(one: Filter) -> str:
    """The clause that asks for a filter: `where campaign="Spring webinar"`."""
    if one.value is None:
        return f"where {one.dimension}=none"
    plain = re.fullmatch(r"[\w./-]+", one.value) and one.value.casefold() != "none"
    return f"where {one.dimension}={one.value if plain else quote(one.value)}"


def _define(rest: Sequence[Word], metrics: Mapping[str, Metric]) -> Define:
    names = names_of(metrics)
    wanted = spelled(said(rest))
    if wanted in names:
        return Define(names[wanted])
    near = get_close_matches(wanted, names, n=1)
    instead = Define(names[near[0]]) if near else ListMetrics()
    miss = f"I know no metric {clipped(rest)}." if rest else "`define` wants a metric."
    raise QuestionError(f"{miss} I understood `/kpi define`. Try `{instead}`.")


def _audited(rest: Sequence[Word], here: Here) -> Period:
    try:
        if period := find_period(said(rest) or AUDITED, here):
            return period
    except PeriodError as error:
        raise QuestionError(
            f"{error.sentence} I understood `/kpi score audit`. Try `/kpi score audit {error.instead}`."
        ) from None
    raise QuestionError(
        f"I know no period {clipped(rest)}. I understood `/kpi score audit`. "
        f"Try `/kpi score audit {AUDITED}`."
    )


def _ab_test(text: Sequence[Word], here: Here, metrics: Mapping[str, Metric]) -> AbTest:
    """The test that is named first, and what is asked of it by the clauses of any question."""
    goals = _goals(metrics)
    length = _name_length(Reading("kpi", here, goals, names_of(goals), text))
    name = " ".join(word.typed for word in text[:length])
    reading = read("kpi", text[length:], here, goals)
    usual = {"period": find_period(TESTED, here)}
    asked = usual | {one: value for one, value in reading.asked.items() if one in _OF_A_TEST}
    keywords = {"versus": "vs", "clock": reading.asked.get("clock")}
    strange = [keywords.get(one, one) for one in reading.asked if one not in _OF_A_TEST]
    found = [
        *reading.misses,
        *(f"`/kpi ab` cannot be asked for `{keyword}`." for keyword in strange),
        *(sentence for sentence, _ in conflicts(reading, asked)),
    ]
    if found:
        instead = {one: value for one, value in reading.instead.items() if one in _OF_A_TEST}
        nearest = _test(name, _settled(reading, asked | instead))
        raise QuestionError(f"{' '.join(found)} I understood `{AB}`. Try `{nearest}`.")
    return _test(name, asked)


def _test(name: str, asked: Fields) -> AbTest:
    fields = {"goal" if one == "metric" else one: value for one, value in asked.items()}
    return AbTest(name, **{one: value for one, value in fields.items() if value or one == "period"})


def _goals(metrics: Mapping[str, Metric]) -> dict[str, Metric]:
    """The results of a test by what it can be for; each goes by the names of its stage."""
    return {
        goal: replace(
            metrics[f"ab_{goal}"], aliases=(f"ab_{goal}", plural, *metrics[plural].aliases), name=goal
        )
        for goal, plural in _LEADS_OF.items()
        if f"ab_{goal}" in metrics
    }


def _name_length(reading: Reading) -> int:
    """Of how many words a name at the beginning is: one in quotation marks, or all before a clause."""
    text = reading.words
    if text and text[0].quoted:
        return 1
    asks = (place for place in range(len(text)) if _asks(reading, text[place:]))
    return next(asks, len(text))


def _asks(reading: Reading, rest: Sequence[Word]) -> bool:
    """Whether a goal, a clause or a period begins here."""
    longest = range(1, min(len(rest), LONGEST_PERIOD) + 1)
    plain = any(is_plainly_a_period(rest[:length], reading.here) for length in longest)
    return plain or bool(metric_at(reading, rest) or clause_at(rest))
