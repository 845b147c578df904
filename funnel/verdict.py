"""Which group of leads is better, if that can be said: winner, no call, or too early.

A verdict is a function of the counts alone: the order in which the groups come changes nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal, NamedTuple

from funnel.compare import (
    LEVEL,
    Adjusted,
    Arm,
    Chance,
    Interval,
    adjusted,
    chance,
    difference,
    holm,
    leads_still_needed,
)

Kind = Literal["winner", "no call", "too early"]
Reason = Literal["alone", "few leads", "few conversions", "simpson", "chance", "segments"]
"""Why nobody wins.

`alone`: there is nothing to compare with. `few leads`, `few conversions`: see `LEAST_LEADS` and
`LEAST_CONVERSIONS`. `simpson`: within like segments the other is ahead. `chance`: it explains the difference.
`segments`: within like segments, chance explains the difference.
"""
LEAST_LEADS = 30
"""Any arm with fewer leads is too young to be compared."""
LEAST_CONVERSIONS = 5
"""With fewer conversions than so many an arm, taken together, it is too early: Cochran's limit once more."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two arms compared, the one with the higher rate first; `p` is corrected for all pairs (Holm)."""

    a: Arm
    b: Arm
    difference: Interval
    chance: Chance
    p: float
    adjusted: Adjusted | None = None


class First(NamedTuple):
    """Who ranks first under an attribution model."""

    model: str
    best: str


@dataclass(frozen=True, slots=True)
class Robustness:
    """Who ranks first under one attribution model, and the models under which somebody else does."""

    model: str
    best: str
    flips: tuple[First, ...]

    @property
    def robust(self) -> bool:
        return not self.flips


@dataclass(frozen=True, slots=True)
class Verdict:
    """Arms by rate, best first; every pair of those that have leads; and what comes of them.

    `still_needed` says for each arm how many more leads would show a lift of 20 %; None where no number
    would. `reasons` says why nobody wins, and is empty for a winner.
    """

    kind: Kind
    winner: str | None
    arms: tuple[Arm, ...]
    pairs: tuple[Pair, ...]
    still_needed: tuple[int, ...] | None
    reasons: tuple[Reason, ...]
    robustness: Robustness | None

    @property
    def simpson(self) -> bool:
        return "simpson" in self.reasons

    @property
    def rivals(self) -> tuple[Pair, ...]:
        """The pairs of the best arm, its nearest rival first."""
        return tuple(pair for pair in self.pairs if pair.a == self.arms[0])


def verdict(
    arms: Sequence[Arm],
    strata: Mapping[str | None, Sequence[Arm]] | None = None,
    ranks: Mapping[str, Sequence[str]] | None = None,
) -> Verdict:
    """Who of `arms` converts best.

    The winner beats every other arm: the interval of the difference is above 0, Holm's p is below 5 %, and,
    if `strata` are given (the same leads by segment, None for "not captured"; an arm may be missing from
    one), the difference within like segments is above 0 as well. Where no segment has leads of both, there is
    nothing to hold against the plain difference. `ranks` are the names of the arms, best first, by
    attribution model; see `robustness`.

    Raises:
        ValueError: two arms have one name, or the segments do not add up to the arms.

    """
    ordered = tuple(sorted(arms, key=_best_first))
    if len({arm.name for arm in ordered}) < len(ordered):
        raise ValueError("Two arms have the same name.")
    pairs = tuple(_pairs(ordered, strata or {}))
    doubts = _doubts(pair for pair in pairs if pair.a == ordered[0])
    reasons = _too_early(ordered) or tuple(dict.fromkeys(doubts))
    return Verdict(
        _kind(reasons),
        None if reasons else ordered[0].name,
        ordered,
        pairs,
        leads_still_needed(ordered),
        reasons,
        robustness(ranks or {}),
    )


def robustness(ranks: Mapping[str, Sequence[str]]) -> Robustness | None:
    """Whether who ranks first depends on the attribution model.

    The first model is the one that the others are held against. A model that ranks nobody says nothing;
    None if none does.
    """
    first = [First(model, names[0]) for model, names in ranks.items() if names]
    if not first:
        return None
    return Robustness(*first[0], tuple(other for other in first if other.best != first[0].best))


def _kind(reasons: Sequence[Reason]) -> Kind:
    if not reasons:
        return "winner"
    return "too early" if reasons[0] in {"few leads", "few conversions"} else "no call"


def _best_first(arm: Arm) -> tuple[float, str]:
    return (1.0 if arm.rate is None else -arm.rate), arm.name


def _pairs(arms: Sequence[Arm], strata: Mapping[str | None, Sequence[Arm]]) -> Iterator[Pair]:
    compared = [
        (a, b, apart, by_chance)
        for a, b in combinations(arms, 2)
        if (apart := difference(a, b)) and (by_chance := chance(a, b))
    ]
    corrected = holm([by_chance.p for *_, by_chance in compared])
    for (a, b, apart, by_chance), p in zip(compared, corrected, strict=True):
        within = adjusted(_strata_of(a, b, strata)) if strata else None
        yield Pair(a, b, apart, by_chance, p, within)


def _strata_of(
    a: Arm, b: Arm, strata: Mapping[str | None, Sequence[Arm]]
) -> dict[str | None, tuple[Arm, Arm]]:
    """The segments' leads of two arms."""
    found: dict[str | None, tuple[Arm, Arm]] = {}
    for segment, arms in strata.items():
        named = {arm.name: arm for arm in arms}
        found[segment] = (named.get(a.name, Arm(a.name, 0, 0)), named.get(b.name, Arm(b.name, 0, 0)))
    for whole, parts in zip((a, b), zip(*found.values(), strict=True), strict=True):
        leads, converted = sum(part.leads for part in parts), sum(part.converted for part in parts)
        if (leads, converted) != (whole.leads, whole.converted):
            raise ValueError(
                f"The segments of “{whole.name}” add up to {converted} of {leads} leads, "
                f"not to {whole.converted} of {whole.leads}."
            )
    return found


def _too_early(arms: Sequence[Arm]) -> tuple[Reason, ...]:
    if len(arms) < 2:  # noqa: PLR2004 - it takes two
        return ("alone",)
    if any(arm.leads < LEAST_LEADS for arm in arms):
        return ("few leads",)
    if sum(arm.converted for arm in arms) < LEAST_CONVERSIONS * len(arms):
        return ("few conversions",)
    return ()


def _doubts(rivals: Iterator[Pair]) -> Iterator[Reason]:
    """What speaks against the best arm."""
    for pair in rivals:
        if pair.adjusted and pair.adjusted.simpson:
            yield "simpson"
        if can_be_chance(pair):
            yield "chance"
        elif pair.adjusted and pair.adjusted.difference.low <= 0 and not pair.adjusted.simpson:
            yield "segments"


def can_be_chance(pair: Pair) -> bool:
    """Whether chance may have put the better arm of a pair ahead."""
    return pair.p >= LEVEL or pair.difference.low <= 0
