"""Medians in which those who wait still count.

Dropping the leads that nobody has answered flatters slow teams, so they stay in: as long as anything goes
on, quantiles are Kaplan and Meier's. When half of a sample has not ended, its median is only known to be
longer than anything seen so far.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from math import inf
from statistics import fmean, quantiles
from typing import NamedTuple

from funnel.counts import Sample


class Middle(NamedTuple):
    """The middle of a sample of the size `of`; `at_least` where the median is only known to be longer.

    The mean takes what goes on as if it ended now, so it is a lower bound then. A `p90` that has not been
    reached is None.
    """

    of: int
    median: float | None = None
    p90: float | None = None
    mean: float | None = None
    at_least: bool = False


def middle(sample: Sample) -> Middle:
    """The median, p90 and mean of everything in `sample`, with what goes on still censored."""
    seen = (*sample.ended, *sample.going_on)
    if not seen:
        return Middle(0)
    median, p90 = _quantiles(sample)
    return Middle(
        len(seen),
        max(seen) if median == inf else median,
        None if p90 == inf else p90,
        fmean(seen),
        at_least=median == inf,
    )


def middle_of_ended(sample: Sample) -> Middle:
    """The same of those alone that have ended."""
    return middle(Sample(sample.ended))


def reached_by(sample: Sample, tenths: int) -> float | None:
    """How long so many tenths of those that ended took at most; None when none has ended."""
    last = -(-len(sample.ended) * tenths // 10)
    return sorted(sample.ended)[last - 1] if sample.ended else None


def _quantiles(sample: Sample) -> tuple[float, float]:
    """The median and p90; infinite where so many have not ended yet."""
    if not sample.going_on:
        return _tenth(sample.ended, 5), _tenth(sample.ended, 9)
    steps = list(_still_going_on(sample))
    median, p90 = (
        next((when for when, share in steps if share <= limit + _ROUNDING), inf) for limit in (0.5, 0.1)
    )
    return median, p90


def _still_going_on(sample: Sample) -> Iterator[tuple[float, float]]:
    """Kaplan and Meier's estimate: each length at which anything ended, and the share that takes longer.

    SciPy has it too; importing that takes a second, which whoever asks first after a start would wait.
    """
    waiting, left, share = sorted(sample.going_on), len(sample.ended), 1.0
    for when, ends in sorted(Counter(sample.ended).items()):
        longer = left + len(waiting) - bisect_left(waiting, when)
        share *= (longer - ends) / longer
        left -= ends
        yield when, share


def _tenth(ended: tuple[float, ...], tenth: int) -> float:
    return quantiles(ended, n=10, method="inclusive")[tenth - 1] if len(ended) > 1 else ended[0]


_ROUNDING = 1e-12  # products of fractions that ought to be a half
