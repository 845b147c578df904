"""Campaigns against each other: who converts best, what each costs, and what attribution makes of it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from funnel.answer import Answer, Line
from funnel.attribution import Model
from funnel.compare import Arm
from funnel.counts import Ask, Cell, Cells, Filter
from funnel.dimension import Dimension
from funnel.explained import parts_of
from funnel.metrics import METRICS, Metric
from funnel.question import Question
from funnel.verdict import Verdict, verdict

USUAL = "conversion_rate"
SEGMENT: Dimension = "fit"
SAID: Mapping[Model, str] = {
    "first": "first touch",
    "last": "last touch",
    "linear": "linear",
    "u": "U",
    "w": "W",
    "full": "full path",
    "decay": "time decay",
    "markov": "Markov",
}
"""The models, as short as a sentence wants them."""
Ranks = Mapping[Model, tuple[str | None, ...]]


@dataclass(frozen=True, slots=True)
class Comparison:
    """The verdict on some campaigns by `metric`, with their lines of the `/campaigns` table.

    `segment` is the dimension within which like is compared with like. `ranks` are the campaigns by the
    conversions that each attribution model credits them with, the best first; who has none is not ranked.
    """

    answer: Answer
    metric: Metric
    segment: Dimension
    verdict: Verdict
    ranks: Ranks


def rate_of(question: Question) -> Metric:
    """The share of leads by which campaigns are compared: what was asked for, else who became customers.

    Raises:
        QuestionError: what was asked for is no share of leads.

    """
    metric = METRICS[question.metric or USUAL]
    parts_of(metric)
    return metric


def named_campaigns(question: Question) -> tuple[str, ...]:
    """The campaigns that a question names, as they were typed."""
    asked = (one.value for one in question.where if one.dimension == "campaign")
    return (*question.names, *(name for name in asked if name))


def renamed(question: Question, typed: str, name: str) -> Question:
    """The question with a campaign by another name than was typed."""
    return replace(
        question,
        names=tuple(name if one == typed else one for one in question.names),
        where=tuple(
            replace(one, value=name) if (one.dimension, one.value) == ("campaign", typed) else one
            for one in question.where
        ),
    )


def meant(name: str, known: Collection[str]) -> list[str]:
    """The campaigns that `name` can mean: the one of that name, else all that have it in theirs."""
    wanted = name.casefold().strip()
    same = [one for one in known if one.casefold() == wanted]
    return same[:1] or sorted(one for one in known if wanted in one.casefold())


def whole_ask(question: Question) -> Ask:
    """Which conversions attribution credits: those that decide, by whatever campaign."""
    over, _ = parts_of(rate_of(question))
    return Ask(frozenset({over}), question.period, "cohort", None, question.where, question.as_of)


def segment_asks(question: Question, names: Collection[str]) -> dict[str, Ask]:
    """What has to be counted for each campaign: its leads by segment."""
    over, of = parts_of(rate_of(question))
    whole = Ask(
        frozenset({over, of or over}), question.period, "cohort", SEGMENT, question.where, question.as_of
    )
    return {name: replace(whole, where=(*question.where, Filter("campaign", name))) for name in names}


def compared(answer: Answer, segments: Mapping[str, Cells], credited: Ranks) -> Comparison:
    """The comparison of the campaigns whose leads by segment are given.

    `credited` are all campaigns by what each model credits them with, the best first.
    """
    metric = rate_of(answer.question)
    arms = {
        name: {segment: _arm(name, cell, metric) for segment, cell in cells.items()}
        for name, cells in segments.items()
    }
    strata = {
        segment: [by_segment[segment] for by_segment in arms.values() if segment in by_segment]
        for segment in dict.fromkeys(one for by_segment in arms.values() for one in by_segment)
    }
    ranks = {model: tuple(key for key in keys if key in segments) for model, keys in credited.items()}
    decided = verdict([_whole(name, parts.values()) for name, parts in arms.items()], strata, _named(ranks))
    lines = tuple(line for line in answer.lines if line.by in segments)
    return Comparison(replace(answer, lines=_in_order(lines, decided)), metric, SEGMENT, decided, ranks)


def _named(ranks: Ranks) -> dict[str, list[str]]:
    return {SAID[model]: [name for name in names if name] for model, names in ranks.items()}


def _in_order(lines: Collection[Line], decided: Verdict) -> tuple[Line, ...]:
    places = {arm.name: place for place, arm in enumerate(decided.arms)}
    return tuple(sorted(lines, key=lambda line: places[line.by or ""]))


def _arm(name: str, cell: Cell, metric: Metric) -> Arm:
    over, of = parts_of(metric)
    return Arm(name, round(cell.counts.get(of or over, 0)), round(cell.counts.get(over, 0)))


def _whole(name: str, parts: Collection[Arm]) -> Arm:
    return Arm(name, sum(part.leads for part in parts), sum(part.converted for part in parts))
