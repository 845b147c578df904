"""Thresholds on metrics: `cac by campaign last 90 days > max_cpl`, told when a number crosses its line.

A threshold is looked at every hour. It fires when a number goes beyond the line, and is armed again only when
that number was back by a tenth (or at `leave`): whoever hovers at the line is told once. No data never fires,
a cohort that still matures neither, and a share of few leads only if it is more than chance.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import sqrt
from zoneinfo import ZoneInfo

from funnel.alert_rules import Threshold
from funnel.answer import Answer
from funnel.calendar import midnight, wall
from funnel.counts import Filter
from funnel.dimension import OF_TIME
from funnel.errors import QuestionError
from funnel.finance import target_of
from funnel.incident import Crossing, Finding, Incident
from funnel.metrics import METRICS, Metric, find
from funnel.period import Period
from funnel.playbook import Playbook
from funnel.question import Question, parse_question
from funnel.typed import fold
from funnel.value import Value

BACK = 0.1  # of the line: how far inside it a number has to be to count as back
SURE = 1.645  # standard errors: what 95 of 100 shares that are at the line stay under (Wilson's test)
MOST_ROWS = 200  # of one threshold that can be beyond the line and told
CLIP = 60  # characters of what was written, in a sentence about it
EXAMPLE = "cac by campaign last 90 days activity > 400"
_SIGN = re.compile(r'"(?:\\.|[^"\\])*"|([<>]=?)')
_NUMBER = re.compile(r"[A-Z]{0,3}[$€£]?\s?(-?\d[\d,]*(?:\.\d+)?)\s?(%?)")


@dataclass(frozen=True, slots=True)
class Rule:
    """A threshold as it is understood at one moment.

    `line` is a number (of money, in minor units; of a share, of 1) or a metric; None is the metric's target.
    """

    threshold: Threshold
    question: Question
    metric: Metric
    above: bool
    line: float | Metric | None

    @property
    def segment(self) -> str:
        return f"threshold:{self.threshold.called}"

    @property
    def beside(self) -> Question | None:
        """The question for the numbers that it is compared with; None where the line needs no asking."""
        if not isinstance(self.line, Metric):
            return None
        by = self.question.by if self.question.by in self.line.by else None
        return replace(self.question, metric=self.line.name, by=by)


@dataclass(frozen=True, slots=True)
class Reading:
    """The number of one row beside its line; `row` None is everybody."""

    row: str | None
    value: Value
    line: Value


def understood(threshold: Threshold, now: datetime, playbook: Playbook) -> Rule:
    """What a threshold says, at `now`.

    Raises:
        QuestionError: what of it cannot be understood, and what can.

    """
    text = fold(threshold.when)
    signs = [found for found in _SIGN.finditer(text) if found[1]]
    if len(signs) != 1:
        raise QuestionError(f"A threshold has one `>` or `<`, “{text[:CLIP]}” has {len(signs)}. {_like()}")
    question = _question(text[: signs[0].start()], now, playbook)
    metric = METRICS[question.metric or ""]
    line = _line(text[signs[0].end() :].strip(), metric, playbook)
    return Rule(threshold, question, metric, signs[0][1].startswith(">"), line)


def in_the_past(rule: Rule, at: datetime) -> Rule:
    """The same where its window would reach beyond the day of `at`, of which more is known by now."""
    period = rule.question.period
    day = wall(at, ZoneInfo(period.zone)).date()
    if period.last_day <= day:
        return rule
    ends = midnight(day + timedelta(days=1), ZoneInfo(period.zone))
    return replace(rule, question=replace(rule.question, period=_dated(replace(period, end=ends))))


def _question(text: str, now: datetime, playbook: Playbook) -> Question:
    question = parse_question("kpi", text.removeprefix("/kpi"), now, playbook, METRICS)
    if question.why or question.versus or question.target or question.as_of:
        raise QuestionError(
            f"A threshold looks at what is so now: leave `vs`, `why`, `target` and `as-of` out. {_like()}"
        )
    if question.by in OF_TIME:
        raise QuestionError(f"A threshold can't go by {question.by}: it is looked at every hour. {_like()}")
    return question


def _line(words: str, metric: Metric, playbook: Playbook) -> float | Metric | None:
    if words.casefold().removeprefix("its ") == "target":
        if metric.name not in playbook.targets:
            raise QuestionError(f"There is no target for {metric.name}: write it down in `targets`.")
        return None
    if number := _NUMBER.fullmatch(words):
        return _number(float(number[1].replace(",", "")), metric, percent=bool(number[2]))
    if not words:
        raise QuestionError(f"A threshold ends with a number, a metric or `target`. {_like()}")
    other = find(words)
    if other.unit != metric.unit:
        raise QuestionError(
            f"{metric.name} is in {metric.unit} and {other.name} in {other.unit}: they don't compare."
        )
    return other


def _number(number: float, metric: Metric, *, percent: bool) -> float:
    if metric.unit == "share" and not percent and number > 1:
        raise QuestionError(f"{metric.name} is a share of 1: write {number:g} % or {number / 100:g}.")
    if percent and metric.unit != "share":
        raise QuestionError(f"{metric.name} is in {metric.unit}, so {number:g} % says nothing of it.")
    return number / 100 if percent else _counted(number, metric)


def _counted(number: float, metric: Metric) -> float:
    """A number of the playbook as metrics count: money in minor units."""
    return number * 100 if metric.unit == "money" else number


def _like() -> str:
    return f"Try `{EXAMPLE}`."


# What was answered


def readings(
    rule: Rule, found: Answer, beside: Answer | None, playbook: Playbook, now: datetime
) -> tuple[Reading, ...]:
    """Each row beside its line; those that are pooled or not captured are nobody's to mend."""
    compared = _by_row(beside, rule.line.name) if beside and isinstance(rule.line, Metric) else {}
    everybody = compared.get(None) or Value(_own_line(rule, playbook, now))
    rows = _by_row(found, rule.metric.name)
    if rule.question.by:
        rows = {row: value for row, value in rows.items() if row is not None}
    grouped = bool(beside and beside.question.by)
    return tuple(
        Reading(row, value, compared.get(row, Value(None)) if grouped else everybody)
        for row, value in rows.items()
    )


def _by_row(answer: Answer, metric: str) -> dict[str | None, Value]:
    lines = [line for line in answer.lines if not line.more and line.by is not None]
    return {line.by: line.values[metric] for line in (answer.total, *lines)}


def _own_line(rule: Rule, playbook: Playbook, now: datetime) -> float | None:
    """The number of the playbook; of a target, what is due by now."""
    if isinstance(rule.line, Metric):
        return None
    if rule.line is not None:
        return rule.line
    period = rule.question.period
    due = replace(period, end=max(min(period.end, now), period.start + timedelta(microseconds=1)))
    return target_of(playbook.targets, rule.metric, due)


def judged(
    rule: Rule, found: Sequence[Reading], going_on: Sequence[Incident], now: datetime
) -> list[Incident]:
    """The incidents of this threshold that are new or not as they were.

    Rows that cross the line at one look are one incident. It shows those that are still beyond it, and is
    over when none is.
    """
    mine = [one for one in going_on if one.kind == "threshold" and _of(rule, one)]
    known = {finding.segment for one in mine for finding in one.findings}
    by_segment = {_segment(rule, one.row): one for one in found}
    changed = [after for before in mine if (after := _went_on(rule, before, by_segment, now)) != before]
    crossed = [
        _finding(rule, one, now)
        for segment, one in by_segment.items()
        if segment not in known and _beyond(rule, one)
    ]
    worst = sorted(crossed, key=lambda one: -one.score)[: max(0, MOST_ROWS - len(known))]
    return [*changed, *([_opened(rule, worst, now)] if worst else [])]


def _opened(rule: Rule, crossed: Sequence[Finding], now: datetime) -> Incident:
    key = f"threshold:{now:%Y-%m-%dT%H%MZ}:{rule.threshold.called}"
    return Incident(key, "threshold", tuple(crossed), now, now)


def _went_on(rule: Rule, before: Incident, found: Mapping[str, Reading], now: datetime) -> Incident:
    """The incident with the rows that are not back; with none of them left, it ended as it was."""
    kept = tuple(
        after for one in before.findings if (after := _still(rule, one, found.get(one.segment), now))
    )
    if not kept:
        return replace(before, closed_at=now)
    return replace(before, findings=kept, seen_at=now)


def _still(rule: Rule, before: Finding, reading: Reading | None, now: datetime) -> Finding | None:
    """What is found of a row that had crossed; None where it is back, or there is no such number any more."""
    if reading is None or _gone(reading.value):
        return None
    if not _comparable(rule, reading):
        return before
    return None if _back(rule, reading) else _finding(rule, reading, now)


def _gone(value: Value) -> bool:
    return value.value is None and not value.maturing


def _of(rule: Rule, incident: Incident) -> bool:
    segment = incident.findings[0].segment
    return segment == rule.segment or segment.startswith(f"{rule.segment}:")


def _segment(rule: Rule, row: str | None) -> str:
    return rule.segment if row is None else f"{rule.segment}:{row}"


def _beyond(rule: Rule, reading: Reading) -> bool:
    return _comparable(rule, reading) and _over(rule, reading) > _chance(rule, reading)


def _chance(rule: Rule, reading: Reading) -> float:
    """How far beyond its line a share of so few may be by chance: one lead of one is 100 %, and no news."""
    line, of = reading.line.value or 0, reading.value.denominator
    if rule.metric.unit != "share" or not of or not 0 < line < 1:
        return 0
    return SURE * sqrt(line * (1 - line) / of)


def _over(rule: Rule, reading: Reading) -> float:
    """How far a number is beyond its line; negative inside."""
    difference = (reading.value.value or 0) - (reading.line.value or 0)
    return difference if rule.above else -difference


def _back(rule: Rule, reading: Reading) -> bool:
    inside = -_over(rule, reading)
    if rule.threshold.leave is None:
        return inside >= BACK * abs(reading.line.value or 0)
    leave = _counted(rule.threshold.leave, rule.metric)
    value = reading.value.value or 0
    return value <= leave if rule.above else value >= leave


def _comparable(rule: Rule, reading: Reading) -> bool:
    """Whether both numbers are known, ripe, and of one currency; a lower bound can only be above."""
    value, line = reading.value, reading.line
    if value.value is None or line.value is None or value.maturing or line.maturing:
        return False
    bounded = (value.at_least and not (rule.above and _over(rule, reading) > 0)) or line.at_least
    return not bounded and (line.currency is None or line.currency == value.currency)


def _finding(rule: Rule, reading: Reading, now: datetime) -> Finding:
    value, line = reading.value.value or 0, reading.line.value or 0
    crossing = Crossing(
        rule.metric.name,
        reading.row,
        value,
        line,
        str(again(rule.question, reading.row)),
        reading.value.currency,
        reading.value.numerator,
        reading.value.denominator,
    )
    return Finding(
        "threshold",
        _segment(rule, reading.row),
        now,
        rule.question.period.start,
        count=round(value),
        expected=line,
        spread=0,
        odds=0,
        score=_over(rule, reading) / (abs(line) or 1),
        crossing=crossing,
    )


def again(question: Question, row: str | None) -> Question:
    """The question for one row alone, in days that stay what they are."""
    dated = replace(question, period=_dated(question.period), top=None)
    if row is None or question.by is None:
        return dated
    return replace(dated, by=None, where=(*question.where, Filter(question.by, row)))


def _dated(period: Period) -> Period:
    words = f"{period.first_day}..{period.last_day}"
    return period if period.unit == "hour" else replace(period, words=words)
