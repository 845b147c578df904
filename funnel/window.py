"""What was found of one window, ready to be put into metrics: in total, group by group, or pooled."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain

from funnel.asking import clock_of, plans
from funnel.counts import COUNTS, Ask, Cell, Cells, Sample
from funnel.credited import is_whole
from funnel.dimension import OF_TIME, TILES, Dimension
from funnel.finance import rule_counts
from funnel.metrics import PEOPLE, STANDING, Metric
from funnel.period import Period
from funnel.playbook import Playbook
from funnel.question import Question
from funnel.value import Scene, Value, value_of


@dataclass(frozen=True, slots=True)
class Part:
    """The metrics of one clock with the scene that they share, and the cells of their groups."""

    metrics: tuple[Metric, ...]
    scene: Scene
    groups: Cells


@dataclass(frozen=True, slots=True)
class Window:
    """One window's counts; `ends` are the ends of its days, months, ... where these are the groups.

    `shared` says whether a model of attribution has shared leads and deals among the groups.
    """

    by: Dimension | None
    parts: tuple[Part, ...]
    ends: Mapping[str | None, datetime]
    shared: bool = False

    def everybody(self) -> dict[str, Value]:
        """The values of all groups together, by metric."""
        return {
            metric.name: value_of(metric, part.scene.total, part.scene)
            for part in self.parts
            for metric in part.metrics
        }

    def groups(self) -> frozenset[str | None]:
        """The groups of which anything was counted; the store counts empty days, weeks, ... too."""
        return frozenset(by for part in self.parts for by in part.groups)

    def of(self, groups: Sequence[str | None]) -> dict[str, Value]:
        """The values of one group, or of several as one, by metric."""
        return {
            name: value
            for part in self.parts
            for name, value in self._values(part, part.metrics, groups).items()
        }

    def of_each(self, name: str) -> dict[str | None, float | None]:
        """One metric's number for every group that was counted, to sort them by."""
        return {
            by: self._values(part, [metric], [by])[name].value
            for part in self.parts
            for metric in part.metrics
            if metric.name == name
            for by in part.groups
        }

    def _values(
        self, part: Part, metrics: Iterable[Metric], groups: Sequence[str | None]
    ) -> dict[str, Value]:
        cell = pooled([part.groups[by] for by in groups if by in part.groups])
        end = max((self.ends[by] for by in groups if by in self.ends), default=part.scene.end)
        scene = replace(part.scene, end=end)
        return {
            metric.name: self._no_value(metric, groups) or value_of(metric, cell, scene) for metric in metrics
        }

    def _no_value(self, metric: Metric, groups: Sequence[str | None]) -> Value | None:
        """Why there is no value of these groups, where there cannot be one."""
        if self.by not in metric.by:
            return Value(None, missing=f"There is none by {self.by}.")
        if self.shared and any(map(is_whole, metric.counts)):
            return Value(None, missing=_NO_SHARE)
        apart = STANDING if self.by in OF_TIME else PEOPLE
        if len(groups) > 1 and apart & set(metric.counts):
            return Value(None, missing=_NO_SUM)
        return None


_NO_SUM = "Neither people who are in several groups nor what stands at several moments can be added up."

_NO_SHARE = "It is made of whole leads or deals, which no model can share."


def window_of(
    question: Question,
    metrics: Sequence[Metric],
    found: Mapping[Ask, Cells],
    playbook: Playbook,
    *,
    at: datetime,
    ripe_after: Mapping[str, float],
) -> Window:
    """What was found of the question's period; `ripe_after` is how many days a count takes to ripen."""
    period = question.period
    rules = rule_counts(playbook.finance, playbook.targets, period)
    parts = [
        Part(
            tuple(metric for metric in metrics if clock_of(question, metric) == clock),
            Scene(
                clock,
                period.end,
                at,
                period.zone,
                playbook.currency,
                rules,
                found.get(plan.total, {}).get(None, Cell()),
                {leaf: found.get(ask, {}) for leaf, ask in plan.across.items()},
                ripe_after,
            ),
            found.get(plan.groups, {}) if plan.groups else {},
        )
        for clock, plan in plans(question, metrics, period).items()
    ]
    return Window(question.by, tuple(parts), _ends(period, question.by, at), question.sharing is not None)


def pooled(cells: Sequence[Cell]) -> Cell:
    """Several groups as one: counts added, samples joined; amounts only if they are of one currency."""
    if len(cells) == 1:
        return cells[0]
    currencies = frozenset(cell.currency for cell in cells if cell.currency).union(
        *(cell.mixed for cell in cells)
    )
    counts: Counter[str] = Counter()
    for cell in cells:
        counts.update(cell.counts)
    names = {name for cell in cells for name in cell.samples}
    samples = {name: _joined(name, cells) for name in names}
    if len(currencies) <= 1:
        return Cell(counts, samples, next(iter(currencies), None))
    return Cell({name: n for name, n in counts.items() if not COUNTS[name].money}, samples, mixed=currencies)


def _joined(name: str, cells: Sequence[Cell]) -> Sample:
    found = [cell.samples[name] for cell in cells if name in cell.samples]
    return Sample(
        tuple(chain.from_iterable(sample.ended for sample in found)),
        tuple(chain.from_iterable(sample.going_on for sample in found)),
    )


def _ends(period: Period, by: Dimension | None, at: datetime) -> dict[str | None, datetime]:
    """When each day, week, ... of a window ends, as far as they have begun; nothing for other groups."""
    if by not in TILES:
        return {}
    return {tile.words: tile.end for tile in period.parts(by) if tile.start <= at}
