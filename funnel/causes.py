"""What explains that more leads came than were expected, or fewer: shares that sum to exactly 100 %."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import floor

from funnel.dimension import Dimension

MOST = 3  # groups that are named; the others are one


@dataclass(frozen=True, slots=True)
class Part:
    """One group: its name (None is "not captured"), its leads, and how much of the excess they are."""

    name: str | None
    count: int
    percent: int


@dataclass(frozen=True, slots=True)
class Cause:
    """The groups of one dimension that explain most of it, and the percents that all others do together."""

    dimension: Dimension
    parts: tuple[Part, ...]
    others: int


def cause(
    dimension: Dimension,
    counts: Mapping[str | None, float],
    before: Mapping[str | None, float],
    expected: float,
    *,
    missing: bool = False,
) -> Cause | None:
    """How far each group exceeds what was expected of it, or with `missing` falls short of that.

    What was expected of all is expected of each as it had its part `before`. Groups on the other side of
    what was expected explain nothing. None where there is nothing to explain, or where nothing was captured.

    Args:
        dimension: what the groups are groups of.
        counts: leads by group, in the window.
        before: leads by group, in some time before it.
        expected: leads that were expected in the window.
        missing: whether leads are missing.

    """
    usual = sum(before.values())
    share = {name: count / usual for name, count in before.items()} if usual else {}
    sign = -1 if missing else 1
    excess = {
        name: sign * (counts.get(name, 0) - expected * share.get(name, 0)) for name in {**counts, **before}
    }
    named = sorted(
        (name for name, size in excess.items() if size > 0), key=lambda name: (-excess[name], name or "")
    )
    if not any(named):
        return None
    shares = percents([excess[name] for name in named])
    parts = [
        Part(name, int(counts.get(name, 0)), size)
        for name, size in zip(named, shares, strict=True)
        if size > 0
    ]
    return Cause(dimension, tuple(parts[:MOST]), sum(one.percent for one in parts[MOST:]))


def percents(sizes: Sequence[float]) -> list[int]:
    """Whole percents of the sum of `sizes`, none of them negative, that sum to exactly 100.

    Each is rounded down, and what is left goes to those that lost most by that.
    """
    total = sum(sizes)
    exact = [100 * size / total for size in sizes]
    whole = [floor(one) for one in exact]
    lost = sorted(range(len(sizes)), key=lambda place: whole[place] - exact[place])
    for place in lost[: 100 - sum(whole)]:
        whole[place] += 1
    return whole
