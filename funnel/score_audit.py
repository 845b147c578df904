"""Is the score any good? What each rule foretold, which rules are dead, and what another line would do.

Of who is no SQL yet, everything counts until the time of asking, which is longer than SQLs had. That lowers
the lift of every rule a little. The drift has no such bias: there, every lead has the same 30 days.

A lead is looked at once and forgotten: what is kept are tallies, as many as the playbook has rules and lines.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise, product
from typing import Any, Literal, get_args

from funnel.compare import Arm, Interval, difference
from funnel.foresight import Alerted, Foresight, Outcomes, foresight
from funnel.lead import Lead
from funnel.metrics import Ratio
from funnel.period import Period
from funnel.period_words import parse_period
from funnel.playbook import Playbook
from funnel.scoring_rules import Grade, Level, Scoring

Outcome = Literal["sql", "win"]
Axis = Literal["engagement", "fit"]
GRADES: tuple[Grade, ...] = get_args(Grade)
LEVELS: tuple[Level, ...] = get_args(Level)
MATURE = 0.8
"""The share of SQLs who had become SQLs at an age at which a lead is no longer maturing."""


@dataclass(frozen=True, slots=True)
class Drift:
    """The SQL rate of the leads in whom a rule had fired: of this quarter's and of last quarter's.

    A lead counts once it is 30 days old, by what it did and became in those days. `change` is how much the
    rate rose; None where a quarter has no data.
    """

    current: Ratio
    previous: Ratio
    change: Interval | None


@dataclass(frozen=True, slots=True)
class RuleAudit:
    """What became of the leads in whom a rule had `fired` before they were SQLs, and of all others.

    `ever` is in how many leads it earned or cost points at any time. The lifts are how much more often the
    leads in whom it had fired become SQLs, and customers; None where there are none of them or no others.
    """

    rule: str
    axis: Axis
    points: float
    fired: Outcomes
    others: Outcomes
    ever: int
    sql_lift: Interval | None
    win_lift: Interval | None
    drift: Drift

    @property
    def dead(self) -> bool:
        return not self.ever

    @property
    def misleading(self) -> bool:
        """Whether it clearly foretells the opposite of what its points say."""
        found = self.sql_lift
        return found is not None and clear(found) and found.value * self.points < 0

    @property
    def drifted(self) -> bool:
        """Whether what it foretells has clearly changed since last quarter."""
        return clear(self.drift.change)


@dataclass(frozen=True, slots=True)
class Band:
    """The leads of one grade and level, by the best that the score said of them before they were SQLs."""

    grade: Grade
    level: Level
    outcomes: Outcomes

    def __str__(self) -> str:
        return f"{self.grade}{self.level}"

    def rate(self, outcome: Outcome) -> Ratio:
        return self.outcomes.sql_rate if outcome == "sql" else self.outcomes.win_rate


@dataclass(frozen=True, slots=True)
class Inversion:
    """Two neighbours of which the `worse` band reaches an outcome more often than the `better`, by `lift`."""

    outcome: Outcome
    better: Band
    worse: Band
    lift: Interval

    @property
    def clear(self) -> bool:
        """Whether chance alone would hardly make such a difference."""
        return clear(self.lift)


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What the line `enter` would do, and what the playbook's does; the line to leave moves along."""

    enter: float
    would: Alerted
    does: Alerted

    @property
    def more_alerts(self) -> float | None:
        """The share of alerts that it would add, negative for fewer; None where there are none today."""
        return self.would.alerts / self.does.alerts - 1 if self.does.alerts else None

    @property
    def more_sqls(self) -> int:
        """The later SQLs that it would alert to in addition, negative for lost ones."""
        return self.would.sqls - self.does.sqls

    @property
    def more_wins(self) -> int:
        return self.would.wins - self.does.wins


@dataclass(frozen=True, slots=True)
class ScoreAudit:
    """The audit of a playbook's score by the leads created in `period`, as of a time.

    `maturing` leads may still become SQLs, and are younger than 80 % of the SQLs were when they did (`lag`).
    `what_if` has the playbook's own line (`enter`) in its middle. `quarters` are this one and the last, which
    the drift compares as far as `period` reaches.
    """

    period: Period
    as_of: datetime
    leads: Outcomes
    maturing: int
    lag: timedelta | None
    rules: tuple[RuleAudit, ...]
    bands: tuple[Band, ...]
    inversions: tuple[Inversion, ...]
    enter: float
    what_if: tuple[WhatIf, ...]
    quarters: tuple[Period, Period]

    @property
    def dead(self) -> tuple[RuleAudit, ...]:
        """The rules that earned or cost nobody anything."""
        return tuple(rule for rule in self.rules if rule.dead)

    @property
    def misleading(self) -> tuple[RuleAudit, ...]:
        """The rules that clearly foretell the opposite of what their points say."""
        return tuple(rule for rule in self.rules if rule.misleading)

    @property
    def drifted(self) -> tuple[RuleAudit, ...]:
        """The rules that clearly foretell more or less than last quarter."""
        return tuple(rule for rule in self.rules if rule.drifted)


def audit_score(leads: Iterable[Lead], playbook: Playbook, period: Period, as_of: datetime) -> ScoreAudit:
    """The audit of the playbook's score by `leads`, all of whom were created in `period`."""
    tally = ScoreTally(playbook, period, as_of)
    for lead in leads:
        tally.add(lead)
    return tally.audit()


def as_json(audit: ScoreAudit, question: str) -> dict[str, Any]:
    """The audit in the shape in which every answer is handed to other programs.

    `previous` of a rule is what the leads without it come to, and of another line what the present one does.
    """
    return {
        "question": question,
        "terms": {
            "start": audit.period.start.isoformat(),
            "end": audit.period.end.isoformat(),
            "zone": audit.period.zone,
            "clock": "cohort",
            "model": None,
        },
        "rows": [*_total_rows(audit), *_rule_rows(audit), *_band_rows(audit), *_line_rows(audit)],
        "notes": [f"{rule.rule} is dead: it earned or cost nobody anything." for rule in audit.dead],
    }


def _total_rows(audit: ScoreAudit) -> Iterator[dict[str, Any]]:
    yield _row(None, "leads", audit.leads.leads)
    yield _row(None, "maturing", audit.maturing)
    yield from _rate_rows(None, audit.leads)


def _rule_rows(audit: ScoreAudit) -> Iterator[dict[str, Any]]:
    for rule in audit.rules:
        yield from _rate_rows(rule.rule, rule.fired, rule.others)
        for metric, found in (("sql_lift", rule.sql_lift), ("win_lift", rule.win_lift)):
            if found:
                note = f"{found.low:.4f} to {found.high:.4f}, 95 %"
                yield _row(rule.rule, metric, found.value, note=note)


def _band_rows(audit: ScoreAudit) -> Iterator[dict[str, Any]]:
    for band in audit.bands:
        yield from _rate_rows(str(band), band.outcomes)


def _line_rows(audit: ScoreAudit) -> Iterator[dict[str, Any]]:
    for one in audit.what_if:
        for metric, would, does in zip(Alerted._fields, one.would, one.does, strict=True):
            yield _row(f"enter {one.enter:g}", metric, would, previous=does)


def _rate_rows(by: str | None, some: Outcomes, others: Outcomes | None = None) -> Iterator[dict[str, Any]]:
    for metric, rate in (("sql_rate", some.sql_rate), ("win_rate", some.win_rate)):
        other = others and (others.sql_rate if metric == "sql_rate" else others.win_rate)
        yield _row(by, metric, rate.value, rate, previous=other.value if other else None)


def _row(
    by: str | None,
    metric: str,
    value: float | None,
    ratio: Ratio | None = None,
    *,
    previous: float | None = None,
    note: str | None = None,
) -> dict[str, Any]:
    return {
        "by": by,
        "metric": metric,
        "value": value,
        "numerator": ratio.numerator if ratio else None,
        "denominator": ratio.denominator if ratio else None,
        "previous": previous,
        "note": note,
    }


def lift(some: Ratio, others: Ratio) -> Interval | None:
    """How much higher the rate of `some` is than that of `others`; None where either has no data."""
    return difference(*(Arm("", ratio.denominator, ratio.numerator) for ratio in (some, others)))


def clear(found: Interval | None) -> bool:
    """Whether chance alone would hardly make such a difference."""
    return found is not None and not found.has_zero


def lines_around(enter: float) -> tuple[float, ...]:
    """Five lines to try, the present one in their middle: 40, 50, 60, 70 and 80 around 60."""
    step = abs(5 * round(enter / 30)) or 1
    return tuple(enter + step * times for times in (-2, -1, 0, 1, 2))


class ScoreTally:
    """An audit in the making: `add` each lead that was created in `period` once, then ask for the `audit`."""

    def __init__(self, playbook: Playbook, period: Period, as_of: datetime) -> None:
        self._playbook = playbook
        self._period = period
        self._as_of = as_of
        self._quarters = tuple(
            parse_period(words, as_of, playbook.zone) for words in ("this quarter", "last quarter")
        )
        self._lines = {line: _with_line(playbook.score, line) for line in lines_around(playbook.score.enter)}
        self._leads = Outcomes()
        self._fired: defaultdict[str, Outcomes] = defaultdict(Outcomes)
        self._ever: Counter[str] = Counter()
        self._bands: defaultdict[tuple[Grade, Level], Outcomes] = defaultdict(Outcomes)
        self._settled: defaultdict[tuple[Period, str], Outcomes] = defaultdict(Outcomes)
        self._alerted: defaultdict[float, Alerted] = defaultdict(Alerted)
        self._lags: Counter[int] = Counter()  # of SQLs, in whole days since they were created
        self._ages: Counter[int] = Counter()  # of who may still become one

    def add(self, lead: Lead) -> None:
        """Count a lead; one who is not known, or was not yet at that time, is none."""
        if seen := foresight(lead, self._playbook, self._as_of, self._lines):
            self._leads = self._leads.plus(seen.outcome)
            for rule in seen.fired:
                self._fired[rule] = self._fired[rule].plus(seen.outcome)
            self._ever.update(seen.ever)
            self._bands[seen.band] = self._bands[seen.band].plus(seen.outcome)
            for line, alerted in seen.alerted.items():
                self._alerted[line] = self._alerted[line].plus(alerted)
            self._add_age(seen)
            self._add_quarter(seen)

    def _add_age(self, seen: Foresight) -> None:
        if seen.sql_at:
            self._lags[max(0, (seen.sql_at - seen.created_at).days)] += 1
        elif seen.open:
            self._ages[(self._as_of - seen.created_at).days] += 1

    def _add_quarter(self, seen: Foresight) -> None:
        for quarter in self._quarters:
            if seen.settled and quarter.start <= seen.created_at < quarter.end:
                for rule in seen.settled.fired:
                    place = quarter, rule
                    self._settled[place] = self._settled[place].plus(seen.settled.outcome)

    def audit(self) -> ScoreAudit:
        """What the leads that were added come to."""
        lag = _percentile(self._lags, MATURE)
        bands = tuple(
            Band(grade, level, self._bands[grade, level]) for grade, level in product(GRADES, LEVELS)
        )
        enter = self._playbook.score.enter
        current, previous = self._quarters
        return ScoreAudit(
            period=self._period,
            as_of=self._as_of,
            leads=self._leads,
            maturing=sum(times for age, times in self._ages.items() if lag is not None and age < lag),
            lag=None if lag is None else timedelta(days=lag),
            rules=tuple(self._rules(current, previous)),
            bands=bands,
            inversions=tuple(_inversions(bands)),
            enter=enter,
            what_if=tuple(WhatIf(line, self._alerted[line], self._alerted[enter]) for line in self._lines),
            quarters=(current, previous),
        )

    def _rules(self, current: Period, previous: Period) -> Iterator[RuleAudit]:
        for axis, rule, points in _rules_of(self._playbook.score):
            fired, others = self._fired[rule], self._leads.without(self._fired[rule])
            rates = (self._settled[current, rule].sql_rate, self._settled[previous, rule].sql_rate)
            yield RuleAudit(
                rule,
                axis,
                points,
                fired,
                others,
                ever=self._ever[rule],
                sql_lift=lift(fired.sql_rate, others.sql_rate),
                win_lift=lift(fired.win_rate, others.win_rate),
                drift=Drift(*rates, change=lift(*rates)),
            )


def _rules_of(rules: Scoring) -> Iterator[tuple[Axis, str, float]]:
    yield from (("engagement", rule.rule, rule.points) for rule in rules.rules)
    yield from (("fit", rule.rule, rule.points) for rule in rules.fit)


def _with_line(rules: Scoring, enter: float) -> Scoring:
    """The same rules with another line, and as far below it the one under which a lead leaves."""
    return rules.model_copy(update={"enter": enter, "leave": enter - (rules.enter - rules.leave)})


def _percentile(days: Mapping[int, int], share: float) -> int | None:
    """How many days it took until that share of them had passed; None where there are none."""
    wanted, passed = share * sum(days.values()), 0
    for day in sorted(days):
        passed += days[day]
        if passed >= wanted:
            return day + 1
    return None


def _inversions(bands: Sequence[Band]) -> Iterator[Inversion]:
    """The neighbours of a row or a column of the grid, empty bands left out, that are in the wrong order."""
    full = [band for band in bands if band.outcomes.leads]
    rows = [[band for band in full if band.grade == grade] for grade in GRADES]
    columns = [[band for band in full if band.level == level] for level in LEVELS]
    outcomes: tuple[Outcome, ...] = get_args(Outcome)
    for outcome, line in product(outcomes, rows + columns):
        for better, worse in pairwise(line):
            found = lift(worse.rate(outcome), better.rate(outcome))
            if found and found.value > 0:
                yield Inversion(outcome, better, worse, found)
