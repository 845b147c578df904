"""A typed question, parsed: `/funnel last quarter by source`.

The grammar is a row of clauses: each keyword of `CLAUSES` takes the words up to the next keyword, and what
stands before the first keyword is the period. A new clause is a new line in `CLAUSES` and a field of
`Question`.
"""

from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from typing import Literal, get_args

from funnel.attribution import Model
from funnel.counts import Clock, Filter
from funnel.errors import QuestionError
from funnel.period import Period
from funnel.period_words import parse_period
from funnel.playbook import Playbook

About = Literal["funnel", "campaigns", "kpi"]
Dimension = Literal["source", "medium", "campaign", "motion", "month"]
DIMENSIONS: tuple[Dimension, ...] = get_args(Dimension)
CLAUSES = ("by",)
DEFAULT_PERIOD = "last 30 days"


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked; `str(question)` is the normalised text that asks it again.

    `metric` is what `/kpi` is about, or what `/campaigns` is sorted by; `names` are campaigns to compare,
    as they were typed. `why` asks what changed the metric since `versus`. `clock` None is the metric's own.
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
    clock: Clock | None = None
    as_of: datetime | None = None
    target: bool = False

    def __str__(self) -> str:
        return " ".join(
            filter(None, (f"/{self.about}", self.period.words, f"by {self.by}" if self.by else None))
        )


def parse_question(about: About, text: str, now: datetime, playbook: Playbook) -> Question:
    """The question that `text` asks of `about` at `now`, in the playbook's time zone.

    Raises:
        QuestionError: says what was not understood, and a question that works.

    """
    clauses = _clauses(text)
    period = parse_period(clauses[""] or DEFAULT_PERIOD, now, playbook.zone, playbook.calendar)
    return Question(about, period, _dimension(about, clauses["by"]) if "by" in clauses else None)


def _clauses(text: str) -> dict[str, str]:
    """The words of each clause by its keyword; the period's words under the empty keyword."""
    found: dict[str, list[str]] = {"": []}
    current = ""
    for word in text.casefold().split():
        if word in CLAUSES:
            if word in found:
                raise QuestionError(f"“{word}” can be asked once. Try `last 30 days by source`.")
            current = word
            found[current] = []
        else:
            found[current].append(word)
    return {keyword: " ".join(words) for keyword, words in found.items()}


def _dimension(about: About, words: str) -> Dimension:
    for dimension in DIMENSIONS:
        if words == dimension and about == "funnel":
            return dimension
    if about == "campaigns":
        raise QuestionError("`/campaigns` already answers by campaign. Try `/campaigns last 90 days`.")
    near = get_close_matches(words, DIMENSIONS, n=1)
    hint = f" Did you mean `by {near[0]}`?" if near else ""
    raise QuestionError(
        f"I can't break a funnel down by “{words[:60]}”.{hint} I know: {', '.join(DIMENSIONS)}."
    )
