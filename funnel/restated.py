"""What was said and is no longer so: numbers of past windows that late events have changed since."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from funnel.asking import columns
from funnel.counts import Ask, Cell, Cells
from funnel.metrics import METRICS
from funnel.period import Period
from funnel.question import Question, filter_words

ONCE = ("leads", "mqls", "sals", "sqls", "opportunities", "customers")
"""Counts of moments: once a window is over, only what was recorded late can change them."""


@dataclass(frozen=True, slots=True)
class Restated:
    """A count of a window that was over, and of whom, as it was said, and as it is now."""

    what: str
    period: Period
    then: int
    now: int


def restated_asks(said: Iterable[Question], at: datetime, now: datetime) -> tuple[tuple[Ask, Ask], ...]:
    """The counts behind the questions that were answered `at`: as they were known then, and as known `now`.

    They are counted by when it happened, up to `at`: what happened since is news, not a correction.
    """
    pairs: dict[Ask, Ask] = {}
    for question in said:
        names = frozenset(name for metric in columns(question) for name in metric.counts if name in ONCE)
        period = replace(question.period, end=min(question.period.end, at))
        if names and period.start < period.end and question.as_of is None:
            then = Ask(names, period, "activity", where=question.where, as_of=at)
            pairs[then] = replace(then, as_of=now)
    return tuple(pairs.items())


def restated(pairs: Iterable[tuple[Ask, Ask]], found: Mapping[Ask, Cells]) -> tuple[Restated, ...]:
    """The counts that are not what they were, each once."""
    changed = {
        (name, then.period, then.where): Restated(_said(name, then), then.period, before, after)
        for then, now in pairs
        for name in ONCE
        if name in then.names and (before := _of(name, found[then])) != (after := _of(name, found[now]))
    }
    return tuple(changed.values())


def _said(name: str, ask: Ask) -> str:
    """What was counted, of whom: `MQLs where source=google`."""
    return " ".join((METRICS[name].title, *map(filter_words, ask.where)))


def _of(name: str, cells: Cells) -> int:
    return int(cells.get(None, Cell()).counts.get(name, 0))
