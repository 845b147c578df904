"""One number of an answer: a metric's formula with the counts of one group put in.

No data is never 0. A rate of nobody is no data, and so is what comes by a feed of its own (spend, visits,
touches) as long as the feed has brought nothing: "not sent" and "none" look the same.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from funnel.counts import COUNTS, SPREADS, Cell, Cells, Clock, Sample
from funnel.formula import Call, Formula, Leaf, Name, Operation, evaluate, leaves
from funnel.median import Middle, middle, middle_of_ended
from funnel.metrics import Metric, is_money


@dataclass(frozen=True, slots=True)
class Value:
    """One number, None where there is no data to make it of; never 0 instead.

    A rate has its `numerator` and `denominator`, a median the size `of` its sample and the `p90`; `at_least`
    when so many have not ended yet that the median can only be bounded. `maturing` is the day on which four
    of five leads will have had the time that the stage takes; until then it is no basis for a comparison.
    Money, also that which a rate is made of, is in minor units of `currency`; of several `currencies` there
    is no amount. `missing` says why there is no number, or what to send to get it, and `wanted` which counts
    are not known. `target` is what the whole window should come to.
    """

    value: float | None
    numerator: float | None = None
    denominator: float | None = None
    of: int | None = None
    mean: float | None = None
    p90: float | None = None
    at_least: bool = False
    maturing: date | None = None
    currency: str | None = None
    currencies: tuple[str, ...] = ()
    missing: str | None = None
    wanted: tuple[str, ...] = ()
    target: float | None = None

    @property
    def progress(self) -> float | None:
        """The share of the target that is reached, 0 to 1 and beyond."""
        return self.value / self.target if self.value is not None and self.target else None


@dataclass(frozen=True, slots=True)
class Change:
    """From one value to the next; `relative` is None where there was nothing or less before."""

    difference: float
    relative: float | None = None
    new: bool = False


def change(now: Value, before: Value) -> Change | None:
    """What changed; None where either has no data, is only a bound, is maturing, or is other money."""
    if now.value is None or before.value is None or now.currency != before.currency:
        return None
    if now.maturing or before.maturing or now.at_least or before.at_least:
        return None
    difference = now.value - before.value
    relative = difference / before.value if before.value > 0 else None
    return Change(difference, relative, new=before.value == 0 and now.value != 0)


@dataclass(frozen=True, slots=True)
class Scene:
    """What a group's counts are seen against.

    The counts of all groups together and those of the breakdowns that a formula makes for itself (by its
    leaf's text), what the playbook states for the window, its currency, how many days each count takes to
    ripen, and the moment of asking.
    """

    clock: Clock
    end: datetime
    at: datetime
    zone: str
    currency: str
    rules: Mapping[str, float] = field(default_factory=dict)
    total: Cell = field(default_factory=Cell)
    across: Mapping[str, Cells] = field(default_factory=dict)
    ripe_after: Mapping[str, float] = field(default_factory=dict)


def value_of(metric: Metric, cell: Cell, scene: Scene) -> Value:
    """The metric's number for the group that `cell` counts."""
    worth = _worth(metric, cell, scene)
    if worth.value is not None:
        return worth
    if several := _several(metric, cell, scene):
        mixed = f"Amounts are in several currencies: {', '.join(several)}."
        return replace(worth, currency=None, currencies=several, missing=None if worth.maturing else mixed)
    if worth.maturing:
        return replace(worth, currency=None)
    if isinstance(metric.tree, Call) and (waiting := _sample(metric.tree, cell).going_on):
        return replace(worth, currency=None, missing=f"None of {len(waiting):,} has got so far.")
    wanted = _wanted(metric, cell, scene)
    return replace(worth, currency=None, missing=_missing(wanted), wanted=wanted)


def _worth(metric: Metric, cell: Cell, scene: Scene) -> Value:
    currency = (cell.currency or scene.currency) if any(map(is_money, metric.counts)) else None
    if _unheard(metric, cell, scene) or _several(metric, cell, scene):
        return Value(None)
    match metric.tree:
        case Call("median" | "median_ended") as leaf:
            found = _middle(leaf, cell)
            return Value(
                found.median,
                of=found.of,
                mean=found.mean,
                p90=found.p90,
                at_least=found.at_least,
                currency=currency,
            )
        case Call("within", _, int(days)) as leaf:
            return _within(_sample(leaf, cell), days, scene)
    numbers = {str(leaf): _number(leaf, cell, scene) for leaf in leaves(metric.tree)}
    result = evaluate(metric.tree, numbers)
    return Value(
        result.value,
        result.numerator,
        result.denominator,
        maturing=_maturing(metric, scene),
        currency=currency,
    )


def _number(leaf: Leaf, cell: Cell, scene: Scene) -> float | None:
    match leaf:
        case Name(name) if name in COUNTS and COUNTS[name].family == "rules":
            return scene.rules.get(name)
        case Name(name):
            return cell.counts.get(name, 0)
        case Call("all", name):
            return scene.total.counts.get(name, 0)
        case Call("max" | "min" | "hhi" as function, name):
            groups = scene.across.get(str(leaf), {})
            return _compared(
                function, [one.counts.get(name, 0) for by, one in groups.items() if by is not None]
            )
    return _middle(leaf, cell).median


def _middle(leaf: Call, cell: Cell) -> Middle:
    sample = _sample(leaf, cell)
    return middle(sample) if leaf.function == "median" else middle_of_ended(sample)


def _sample(leaf: Call, cell: Cell) -> Sample:
    return cell.samples.get(leaf.name, Sample())


def _within(sample: Sample, days: int, scene: Scene) -> Value:
    """The share that ended within so many days, once everybody has had them."""
    everybody = len(sample.ended) + len(sample.going_on)
    done = sum(1 for took in sample.ended if took <= days)
    ripe = _ripe_on(days, scene)
    return Value(done / everybody if everybody and not ripe else None, done, everybody, maturing=ripe)


def _compared(function: str, sizes: list[float]) -> float | None:
    if not sum(sizes):
        return None
    if function == "hhi":
        return sum((size / sum(sizes)) ** 2 for size in sizes)
    return max(sizes) if function == "max" else min(size for size in sizes if size)


def _maturing(metric: Metric, scene: Scene) -> date | None:
    """The day from which four of five of the youngest leads have had the time that its stages take."""
    if scene.clock != "cohort":
        return None
    waits = [scene.ripe_after[name] for name in metric.counts if name in scene.ripe_after]
    return _ripe_on(max(waits), scene) if waits else None


def _ripe_on(days: float, scene: Scene) -> date | None:
    ripe = scene.end + timedelta(days=days)
    if ripe <= scene.at:
        return None
    return (ripe - timedelta(microseconds=1)).astimezone(ZoneInfo(scene.zone)).date() + timedelta(days=1)


FEEDS = frozenset({"spend", "touches", "visits", "exposures"})
"""Families that come by a feed of their own, which may not be there."""
OF_OTHERS = frozenset({"competitor_mentions"})
"""What is said of others: without it there is nothing to compare with, and we would be all there is."""


def _unheard(metric: Metric, cell: Cell, scene: Scene) -> bool:
    """Whether nothing has come by the feeds that the metric lives on, no word of its cost or of others."""
    feeds = [name for name in metric.counts if name in COUNTS and COUNTS[name].family in FEEDS]
    silent = [name for name in feeds if _silent(name, cell, scene.total)]
    return any(is_money(name) or name in OF_OTHERS for name in silent) or (bool(feeds) and silent == feeds)


def _silent(name: str, cell: Cell, total: Cell) -> bool:
    """Spend is told for each campaign and day; of the rest, a group may well have none."""
    here = cell if COUNTS[name].family == "spend" else total
    return not here.counts.get(name)


def _foreign(name: str, cell: Cell, scene: Scene) -> bool:
    """Whether it is an amount of the playbook's, in another currency than the group's."""
    rule = name in COUNTS and COUNTS[name].family == "rules"
    return rule and is_money(name) and cell.currency not in {None, scene.currency}


def _wanted(metric: Metric, cell: Cell, scene: Scene) -> tuple[str, ...]:
    """The counts that are not known, those that are divided by first."""
    unknown = (leaf.name for leaf in _from_below(metric.tree) if not _number(leaf, cell, scene))
    return tuple(dict.fromkeys(unknown))


def _from_below(formula: Formula) -> Iterator[Leaf]:
    """The leaves of a formula, the denominator's first: a share has to be of something."""
    if isinstance(formula, Operation):
        sides = (formula.right, formula.left) if formula.sign == "/" else (formula.left, formula.right)
        for side in sides:
            yield from _from_below(side)
    else:
        yield from leaves(formula)


def _missing(wanted: Sequence[str]) -> str:
    """Why there is no number, and what would bring it."""
    if not wanted:
        return "What it is divided by is not above zero."
    told = [COUNTS[name] if name in COUNTS else SPREADS[name] for name in wanted]
    known = "; ".join(one.says for one in told)
    sources = "; ".join(dict.fromkeys(one.send for one in told if one.send))
    return f"Nothing known of: {known}." + (f" It takes {sources}." if sources else "")


def _several(metric: Metric, cell: Cell, scene: Scene) -> tuple[str, ...]:
    """The currencies of the amounts that the metric needs, if that is more than one."""
    if cell.mixed and any(map(is_money, metric.counts)):
        return tuple(sorted(cell.mixed))
    foreign = any(_foreign(name, cell, scene) for name in metric.counts)
    return tuple(sorted(filter(None, (cell.currency, scene.currency)))) if foreign else ()
