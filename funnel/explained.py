"""Why a metric changed: its change between two periods, split by one dimension into parts that sum to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from funnel.answer import Terms
from funnel.asking import clock_of
from funnel.counts import Ask, Cells, Clock
from funnel.dimension import CREDITED, Dimension
from funnel.errors import QuestionError
from funnel.metrics import BASE, Metric, Parts
from funnel.question import Question
from funnel.why import Change, Counted, GroupChange, printed, rounded, why_count, why_rate, why_sum

SHOWN = 12  # groups, before the smallest of them are one
SCALES: Mapping[str, tuple[Fraction, int]] = {"share": (Fraction(100), 1), "money": (Fraction(1, 100), 2)}
"""How a unit is printed: times what, and with how many digits behind the point; else as it is, with one."""


class Part(NamedTuple):
    """What a group adds to a change, as it is printed: `total` is the sum of the others, to the last digit.

    Shares are in points, money is in its major unit. Of the whole change, `by` is None.
    """

    by: str | None
    volume: Decimal
    mix: Decimal
    rate: Decimal
    total: Decimal


@dataclass(frozen=True, slots=True)
class Explained:
    """Why `metric` changed, by `by`: the parts of each group, the largest first, and of all together.

    There are none where one of the periods has nothing to divide by. `before` plus the whole is `after`, as
    printed.
    """

    question: Question
    terms: Terms
    metric: Metric
    by: Dimension
    before: Decimal | None
    after: Decimal | None
    parts: tuple[Part, ...]
    whole: Part
    currency: str | None = None


def _pooled(groups: Sequence[GroupChange]) -> list[GroupChange]:
    shown, rest = list(groups[:SHOWN]), groups[SHOWN:]
    if rest:
        shown.append(
            GroupChange(
                f"{len(rest)} more",
                sum((group.volume for group in rest), Fraction()),
                sum((group.mix for group in rest), Fraction()),
                sum((group.rate for group in rest), Fraction()),
            )
        )
    return shown


def parts_of(metric: Metric) -> Parts:
    """What the change of a metric can be split into.

    Raises:
        QuestionError: nothing; a median has no parts, nor has a number that is made of several.

    """
    if metric.parts is None:
        raise QuestionError(f"“{metric.title}” cannot be split into parts. Try `/kpi {BASE} why`.")
    return metric.parts


def change_asks(question: Question, metric: Metric, by: Dimension) -> tuple[Ask, Ask]:
    """What has to be counted to explain a change: in the period itself, and in the one before.

    Raises:
        QuestionError: the metric has no parts, or no earlier period is compared with.

    """
    over, of = parts_of(metric)
    if question.versus is None:
        raise QuestionError(
            f"`why` wants an earlier period. Try `/kpi {metric.name} this month vs prev why`."
        )
    names = frozenset({over, of or over})
    now = Ask(names, question.period, _clock(question, metric), by, question.where, question.as_of)
    return now, replace(now, period=question.versus)


def _clock(question: Question, metric: Metric) -> Clock:
    """What is counted of leads is a cohort, for only then is a count a part of its base."""
    return "cohort" if parts_of(metric).of else clock_of(question, metric)


def explained(question: Question, metric: Metric, at: datetime, before: Cells, after: Cells) -> Explained:
    """Why `metric` changed between the question's periods, whose cells are counted by its dimension.

    Raises:
        ValueError: the question has no dimension or no earlier period.

    """
    if question.by is None or question.versus is None:
        raise ValueError(f"Nothing is explained by {question}.")
    period, versus = question.period, question.versus
    terms = Terms(
        period.start,
        period.end,
        period.zone,
        _clock(question, metric),
        question.as_of or at,
        (versus.start, versus.end),
        "first" if question.by in CREDITED else None,
    )
    currencies = {cell.currency for cell in (*before.values(), *after.values()) if cell.currency}
    currency = next(iter(currencies), None)
    scale, digits = SCALES.get(metric.unit, (Fraction(1), 1))
    change = _change(metric, before, after)
    if change is None:
        return Explained(question, terms, metric, question.by, None, None, (), _sum([]), currency)
    then, now = printed(change.before * scale, digits), printed(change.after * scale, digits)
    parts = _printed(_pooled(change.groups), now - then, scale, digits)
    return Explained(question, terms, metric, question.by, then, now, parts, _sum(parts), currency)


def _change(metric: Metric, before: Cells, after: Cells) -> Change | None:
    over, of = parts_of(metric)
    if of is None:
        return why_sum(_sums(before, over), _sums(after, over))
    split = why_rate if metric.unit == "share" else why_count
    return split(_counted(before, over, of), _counted(after, over, of))


def _printed(groups: Sequence[GroupChange], moved: Decimal, scale: Fraction, digits: int) -> tuple[Part, ...]:
    """The groups as a table that adds up along its rows and down its columns."""
    totals = rounded([group.total * scale for group in groups], moved, digits)
    parts = []
    for group, total in zip(groups, totals, strict=True):
        volume, mix, rate = rounded(
            [part * scale for part in (group.volume, group.mix, group.rate)], total, digits
        )
        parts.append(Part(group.by, volume, mix, rate, total))
    return tuple(parts)


def _sum(parts: Sequence[Part]) -> Part:
    nothing = Decimal()
    return Part(
        None,
        sum((part.volume for part in parts), nothing),
        sum((part.mix for part in parts), nothing),
        sum((part.rate for part in parts), nothing),
        sum((part.total for part in parts), nothing),
    )


def _sums(cells: Cells, over: str) -> Mapping[str | None, int]:
    return {by: round(cell.counts.get(over, 0)) for by, cell in cells.items()}


def _counted(cells: Cells, over: str, of: str) -> Mapping[str | None, Counted]:
    return {
        by: Counted(round(cell.counts.get(over, 0)), round(cell.counts.get(of, 0)))
        for by, cell in cells.items()
    }
