"""What a question is answered with: values, each with the terms that it stands for.

SQL has counted what `asks` said, Python divides. Groups that are shown as one are pooled from their counts,
never averaged; a cohort that has not had the time for a stage is marked, and compared with nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from funnel.asking import STAGE_LAGS, asks, clock_of, columns, lag_ask, without
from funnel.attribution import USUAL, Model, Touches
from funnel.attribution_rules import Attribution
from funnel.campaign_kind import CampaignKind
from funnel.counts import Ask, Cell, Cells, Clock, Sample
from funnel.dimension import CREDITED, OF_TIME, TILES
from funnel.finance import days_in, target_of
from funnel.formula import Operation
from funnel.median import reached_by
from funnel.metrics import PEOPLE, Metric, money_power
from funnel.period import Period
from funnel.playbook import Playbook
from funnel.question import Question
from funnel.value import Change, Value, change
from funnel.window import Window, window_of

__all__ = [
    "Answer",
    "Change",
    "Line",
    "Terms",
    "Value",
    "answer",
    "as_json",
    "asks",
    "change",
    "columns",
]


@dataclass(frozen=True, slots=True)
class Line:
    """The values of one group, by metric; `by` None is "not captured", or everybody in a total.

    `more` is how many groups are pooled in it, of those that are not shown one by one.
    """

    by: str | None
    values: Mapping[str, Value]
    previous: Mapping[str, Value] = field(default_factory=dict)
    more: int = 0


@dataclass(frozen=True, slots=True)
class Terms:
    """What the numbers mean: their window `[start, end)` and the one compared with, zone, clock and model.

    `touches` is whose touches a model shares credit among, by the playbook's `rules`; None where none does.
    """

    start: datetime
    end: datetime
    zone: str
    clock: Clock
    as_of: datetime
    previous: tuple[datetime, datetime] | None = None
    model: Model | None = None
    touches: Touches | None = None
    rules: Attribution = USUAL


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one question: a column a metric, a line a group, and the total of all of them.

    `kinds` says what the campaigns of the lines are for, of those that anybody can say it of.
    """

    question: Question
    terms: Terms
    metrics: tuple[Metric, ...]
    total: Line
    lines: tuple[Line, ...] = ()
    notes: tuple[str, ...] = ()
    kinds: Mapping[str, CampaignKind] = field(default_factory=dict)

    @property
    def groups(self) -> int:
        """How many groups have a name, those that share one line with others among them."""
        return sum(line.more or 1 for line in self.lines if line.by)


def answer(
    question: Question,
    metrics: Sequence[Metric],
    found: Mapping[Ask, Cells],
    playbook: Playbook,
    now: datetime,
) -> Answer:
    """The answer to `question` in `metrics`, at least one, from what was found for its `asks`."""
    at = question.as_of or now
    lags = lag_ask(question, metrics, now)
    ripe_after = _ripe_after(found.get(lags, {}) if lags else {})

    def counted(period: Period) -> Window:
        asked = replace(question, period=period)
        return window_of(asked, metrics, found, playbook, at=at, ripe_after=ripe_after)

    here = counted(question.period)
    before = counted(question.versus) if question.versus else None
    total = Line(
        None, _targeted(here.everybody(), question, metrics, playbook), before.everybody() if before else {}
    )
    lines = _lines(question, metrics, here, before) if question.by else ()
    notes = _notes(question, metrics, total, lines, at)
    return Answer(
        question, _terms(question, metrics, at, playbook.attribution), tuple(metrics), total, lines, notes
    )


def _ripe_after(cells: Cells) -> dict[str, float]:
    """How many days four of five leads took, by the count that has to wait for them."""
    samples = cells.get(None, Cell()).samples
    lags = {count: reached_by(samples.get(spread, Sample()), 8) for count, spread in STAGE_LAGS.items()}
    return {**{count: days for count, days in lags.items() if days is not None}, **_TERMS_OF_THEIR_OWN}


_TERMS_OF_THEIR_OWN: Mapping[str, float] = {"returned": 180, "followed_up": 14}
"""Days after which these cannot count any more."""


def _targeted(
    values: Mapping[str, Value], question: Question, metrics: Sequence[Metric], playbook: Playbook
) -> dict[str, Value]:
    """The values with what the playbook wants of everybody; of a part of them it wants nothing."""
    if question.where:
        return dict(values)
    return {
        metric.name: replace(values[metric.name], target=target_of(playbook.targets, metric, question.period))
        for metric in metrics
    }


def _terms(question: Question, metrics: Sequence[Metric], at: datetime, rules: Attribution) -> Terms:
    model = (question.model or "first") if question.by in CREDITED else None
    return Terms(
        question.period.start,
        question.period.end,
        question.period.zone,
        clock_of(question, metrics[0]),
        at,
        (question.versus.start, question.versus.end) if question.versus else None,
        model,
        (question.touches or "marketing") if question.sharing else None,
        rules,
    )


# Lines


def _lines(
    question: Question, metrics: Sequence[Metric], here: Window, before: Window | None
) -> tuple[Line, ...]:
    """A line a group, in order: those asked for, all others as one, and last who is not captured."""
    groups = here.groups() | (before.groups() if before and question.by not in TILES else frozenset())
    sorting = _sorting(question, metrics)
    sizes = here.of_each(sorting.name)
    if question.about == "campaigns" and sorting.good == "down":
        sizes = {by: None if size is None else -size for by, size in sizes.items()}
    shown, rest = _largest([by for by in groups if by is not None], question, sizes)

    def line(groups: Sequence[str | None], by: str | None, more: int = 0) -> Line:
        """A day or a month has no counterpart in the window before."""
        previous = before.of(groups) if before and question.by not in TILES else {}
        return Line(by, here.of(groups), previous, more)

    return (
        *(line([by], by) for by in shown),
        *([line(rest, f"+{len(rest)} more", len(rest))] if rest else []),
        *([line([None], None)] if None in groups else []),
    )


def _sorting(question: Question, metrics: Sequence[Metric]) -> Metric:
    """What groups are sorted by: what `/campaigns` is asked to sort by, the best first, else the first."""
    asked = [metric for metric in metrics if question.about == "campaigns" and metric.name == question.metric]
    return next(iter(asked), metrics[0])


def _largest(
    groups: Sequence[str], question: Question, sizes: Mapping[str | None, float | None]
) -> tuple[list[str], list[str]]:
    """The groups that were asked for, times in order and others by size, and the rest of them."""

    def by_size(by: str) -> tuple[bool, float, str]:
        size = sizes.get(by)
        return size is None, -(size or 0), by

    ordered = sorted(groups, key=by_size)
    shown, rest = ordered[: question.top], ordered[question.top :] if question.top else []
    return sorted(shown, key=_in_time) if question.by in OF_TIME else shown, rest


def _in_time(by: str) -> tuple[int, str]:
    day = by.casefold()[:3]
    return _WEEKDAYS.index(day) if day in _WEEKDAYS else 0, by


_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


# Notes


def _notes(
    question: Question, metrics: Sequence[Metric], total: Line, lines: Sequence[Line], at: datetime
) -> tuple[str, ...]:
    """What a reader has to know so as not to be misled."""
    notes = (
        _young(metrics, total),
        _several_currencies(total, lines),
        _not_by(question, metrics),
        _not_where(question),
        _several_groups(metrics, lines),
        _unequal(question, metrics, at),
        _no_credit(question),
    )
    return tuple(note for note in notes if note)


def _young(metrics: Sequence[Metric], total: Line) -> str | None:
    """What will be ripe on which day."""
    titles: dict[str, list[str]] = {}
    for metric in metrics:
        if day := total.values[metric.name].maturing:
            titles.setdefault(day.isoformat(), []).append(metric.title)
    if not titles:
        return None
    days = "; ".join(f"until {day}: {', '.join(names)}" for day, names in sorted(titles.items()))
    return (
        f"Maturing {days}. Not all of these leads have had the time that four of five take, so these figures "
        "are compared with nothing."
    )


def _several_currencies(total: Line, lines: Sequence[Line]) -> str | None:
    mixed = [
        line.by or ("not captured" if line is not total else "the total")
        for line in (total, *lines)
        if any(value.currencies for value in line.values.values())
    ]
    if not mixed:
        return None
    more = f" and {len(mixed) - _NAMED} more" if len(mixed) > _NAMED else ""
    return f"Amounts in several currencies are not added up: {', '.join(mixed[:_NAMED])}{more}."


_NAMED = 5  # groups in a note


def _not_by(question: Question, metrics: Sequence[Metric]) -> str | None:
    none = [metric for metric in metrics if question.by and question.by not in metric.by]
    if not none:
        return None
    instead = f"; it can be asked by {', '.join(none[0].by)}" if len(none) == 1 and none[0].by else ""
    return f"There is no {', '.join(metric.title for metric in none)} by {question.by}{instead}."


def _not_where(question: Question) -> str | None:
    none = without(question)
    where = " ".join(f"where {one.dimension}=" for one in question.where)
    return f"There is no {', '.join(metric.title for metric in none)} `{where}`." if none else None


def _several_groups(metrics: Sequence[Metric], lines: Sequence[Line]) -> str | None:
    people = [metric.title for metric in metrics if PEOPLE & set(metric.counts)]
    if not people or not lines:
        return None
    return f"{', '.join(people)}: a person can be in several lines, so these add up to more than the total."


def _unequal(question: Question, metrics: Sequence[Metric], at: datetime) -> str | None:
    """Counts of a longer window are larger."""
    if not question.versus or not any(metric.adds_up for metric in metrics):
        return None
    here, before = (
        days_in(replace(window, end=max(window.start, min(window.end, at))))
        for window in (question.period, question.versus)
    )
    return f"The windows are {here} and {before} days long." if here != before else None


def _no_credit(question: Question) -> str | None:
    """A model that has nothing to share."""
    if question.model is None or question.by in CREDITED:
        return None
    return f"`model=` shares credit `by` {', '.join(CREDITED)}; without one of them it changes nothing."


# For other programs


def as_json(answer: Answer) -> dict[str, Any]:
    """The one shape in which every answer is handed to other programs; money in major units."""
    terms = answer.terms
    return {
        "question": str(answer.question),
        "terms": {
            "start": terms.start.isoformat(),
            "end": terms.end.isoformat(),
            "zone": terms.zone,
            "clock": terms.clock,
            "model": terms.model,
            **({"touches": terms.touches} if terms.touches else {}),
        },
        "rows": [_row(line, metric) for line in answer.lines or (answer.total,) for metric in answer.metrics],
        "notes": list(answer.notes),
        **_kinds(answer),
    }


def _kinds(answer: Answer) -> dict[str, Any]:
    """What the campaigns of the rows are for, where an answer is about campaigns."""
    kinds = {by: asdict(answer.kinds[by]) for line in answer.lines if (by := line.by or "") in answer.kinds}
    return {"kinds": kinds} if kinds else {}


def _row(line: Line, metric: Metric) -> dict[str, Any]:
    value = line.values[metric.name]
    previous = line.previous.get(metric.name, Value(None))
    formula = metric.tree
    left, right = (formula.left, formula.right) if isinstance(formula, Operation) else (formula, formula)
    return {
        "by": line.by,
        "metric": metric.name,
        "value": _major(value.value, money_power(formula)),
        "numerator": _major(value.numerator, money_power(left)),
        "denominator": _major(value.denominator, money_power(right)),
        "previous": _major(previous.value, money_power(formula)),
        "note": _remark(value, metric),
    }


def _major(value: float | None, power: int) -> float | None:
    return value if value is None or not power else round(value / 100, 2)


def _remark(value: Value, metric: Metric) -> str | None:
    target = _major(value.target, money_power(metric.tree))
    remarks = (
        value.currency if value.value is not None else None,
        "at least" if value.at_least else None,
        f"maturing until {value.maturing}" if value.maturing else None,
        f"target {target:g}" if target is not None else None,
        value.missing,
    )
    return "; ".join(remark for remark in remarks if remark) or None
