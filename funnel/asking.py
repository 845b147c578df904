"""What a question needs counted: as few asks as its windows and clocks allow."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from funnel.bridge import beneath
from funnel.counts import COUNTS, Ask, Clock
from funnel.dimension import DIMENSIONS
from funnel.formula import Call, leaves
from funnel.metrics import CAMPAIGN_COLUMNS, COMPARING, FUNNEL_COLUMNS, METRICS, Metric
from funnel.period import Period
from funnel.question import Question

A_YEAR = timedelta(days=365)
STAGE_LAGS = {
    "mqls": "time_to_mql",
    "sals": "time_to_sal",
    "sqls": "time_to_sql",
    "opportunities": "time_to_opportunity",
    "customers": "time_to_customer",
    "content_customers": "time_to_customer",
}
"""How long it takes until a lead counts for a stage: what a cohort must have had time for."""


class Plan(NamedTuple):
    """The asks behind the metrics of one clock: in total, by group, and for formulas that compare groups."""

    total: Ask
    groups: Ask | None
    across: dict[str, Ask]


def columns(question: Question) -> tuple[Metric, ...]:
    """The metrics that a question shows: what it asks for, with its bridge, or the columns of its command.

    What `/campaigns` is sorted by is one of them.
    """
    return tuple(metric for metric in _columns(question) if _fits(metric, question))


def without(question: Question) -> tuple[Metric, ...]:
    """What it would show, too, if it asked no `where`: nobody knows the spend on the leads of one source."""
    return tuple(metric for metric in _columns(question) if not _fits(metric, question))


def _columns(question: Question) -> tuple[Metric, ...]:
    shown = {"funnel": FUNNEL_COLUMNS, "campaigns": CAMPAIGN_COLUMNS, "kpi": ()}[question.about]
    asked = (question.metric, *beneath(question.metric)) if question.metric else ()
    return tuple(METRICS[name] for name in dict.fromkeys((*shown, *asked)))


def _fits(metric: Metric, question: Question) -> bool:
    return all(one.dimension in metric.by for one in question.where)


def clock_of(question: Question, metric: Metric) -> Clock:
    """The question's clock, else the metric's own; `/funnel` and `/campaigns` count all columns alike."""
    return question.clock or (metric.clock if question.about == "kpi" else "cohort")


def asks(question: Question, metrics: Iterable[Metric], now: datetime) -> tuple[Ask, ...]:
    """Everything that the store has to count for a question, each ask once."""
    windows = [window for window in (question.period, question.versus) if window]
    found = [
        ask
        for window in windows
        for plan in plans(question, tuple(metrics), window).values()
        for ask in (plan.total, plan.groups, *plan.across.values())
    ]
    found += [lag_ask(question, tuple(metrics), now)]
    return tuple(dict.fromkeys(ask for ask in found if ask and ask.names))


def plans(question: Question, metrics: Sequence[Metric], window: Period) -> dict[Clock, Plan]:
    """What has to be counted in one window, by clock."""
    clocks = dict.fromkeys(clock_of(question, metric) for metric in metrics)
    return {
        clock: _plan(
            question, [metric for metric in metrics if clock_of(question, metric) == clock], window, clock
        )
        for clock in clocks
    }


def lag_ask(question: Question, metrics: Sequence[Metric], now: datetime) -> Ask | None:
    """How long the stages took the leads of the year before; None where that is of no consequence.

    Of a window longer than a year, the year before its last. A cohort that is a year old counts as grown.
    """
    names = frozenset(
        STAGE_LAGS[name]
        for metric in metrics
        if clock_of(question, metric) == "cohort"
        for name in metric.counts
        if name in STAGE_LAGS
    )
    period = question.period
    if not names or period.end + A_YEAR <= now:
        return None
    end = min(now, max(period.start, min(period.end, now) - A_YEAR))
    before = replace(period, start=end - A_YEAR, end=end, words="the year before")
    return Ask(names, before, as_of=question.as_of)


def _plan(question: Question, metrics: Sequence[Metric], window: Period, clock: Clock) -> Plan:
    total = Ask(_countable(metrics), window, clock, None, question.where, question.as_of)
    grouped = _countable([metric for metric in metrics if question.by in metric.by])
    return Plan(
        total,
        replace(total, names=grouped, by=question.by) if grouped else None,
        {
            str(leaf): replace(total, names=frozenset({leaf.name}), by=leaf.argument)
            for metric in metrics
            for leaf in leaves(metric.tree)
            if isinstance(leaf, Call) and leaf.function in COMPARING and leaf.argument in DIMENSIONS
        },
    )


def _countable(metrics: Iterable[Metric]) -> frozenset[str]:
    """What SQL has to count for them; the playbook's numbers are at hand."""
    return frozenset(
        name
        for metric in metrics
        for name in metric.counts
        if name not in COUNTS or COUNTS[name].family != "rules"
    )
