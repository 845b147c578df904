"""One look at all segments at one moment: what each window says, and whether that is news."""

from dataclasses import dataclass
from math import sqrt
from typing import Literal, TypeAlias

import numpy as np

from funnel.surge_evidence import (
    DROUGHT_WINDOWS,
    DROUGHTS,
    SURGE_WINDOWS,
    SURGES,
    chance,
    evidence,
    together,
)
from funnel.surge_forecast import DAY, Forecast
from funnel.surge_inflow import KEPT, Flags, Floats, Ints
from funnel.surge_tree import Tree

Wrong: TypeAlias = Literal["surge", "drought"]

_FEWEST, _EXCESS, _TIMES = 4, 3.0, 1.3
"""A surge has at least so many leads, so many more than expected, and so many times as many."""
_DRY_EXPECTED, _DRY_TIMES = 4.0, 0.7
"""A drought is where at least so many leads were expected, and at most that share of them came."""
_FAR = 2.0
"""Both are at least so many standard deviations from what is expected; what is nearer need not be weighed."""
_SMALL = 8.0
"""A segment with fewer leads an hour counts for less, and must say more: half a power of ten for a tenth."""
_PATIENCE = 0.75
"""A drought must be surer than a surge by so many powers of ten, as it is found soon enough."""
_LAST = 6
"""What is told must be so in the last quarter of its window, and of half an hour at least."""
_BY_CHANCE = 0.1
"""A surge must be rarer than that without its busiest five minutes, as one batch is none."""
_NEVER = 1e-15


@dataclass(frozen=True, slots=True)
class Said:
    """What one segment's counts say.

    Attributes:
        row: the segment's.
        window: the buckets, up to the moment, that say it most clearly.
        score: the powers of ten that all windows say together, less the price of a small segment.

    """

    row: int
    window: int
    score: float


@dataclass(frozen=True, slots=True)
class Found:
    """The leads of a window, how many were expected with which spread, and how rare it is: one in `odds`."""

    count: int
    expected: float
    spread: float
    odds: float


class Look:
    """The counts of the last day as they are at `end`, beside what was expected."""

    def __init__(self, counts: Floats, end: int, forecast: Forecast, tree: Tree, an_hour: Floats) -> None:
        """Look.

        Args:
            counts: by leaf and bucket, the last before `end`; for droughts, of a day at least.
            end: the bucket that begins now.
            forecast: what is expected.
            tree: which leaves make up which segments.
            an_hour: leads that each segment usually has, by row.

        """
        self._end, self._forecast, self._tree, self._an_hour = end, forecast, tree, an_hour
        recent = counts[:, : -DAY - 1 : -1]
        self._back = np.zeros((len(recent), recent.shape[1] + 1))
        np.cumsum(recent, axis=1, out=self._back[:, 1:])

    def says(self, what: Wrong, rows: Ints, least: float, within: Ints | int = KEPT) -> list[Said]:
        """Of these rows, those that speak for it with at least so many powers of ten.

        Args:
            what: surges or droughts.
            rows: the segments'.
            least: powers of ten.
            within: only windows of at most so many buckets count, by row.

        """
        windows = SURGE_WINDOWS if what == "surge" else DROUGHT_WINDOWS
        counts = self._tree.members[rows] @ self._back[:, windows]
        expected, scatter = self._forecast.windows(self._end, windows, rows, dry=what == "drought")
        fits = _may_be(what, counts, expected, scatter) & (windows <= np.reshape(within, (-1, 1)))
        some = fits.any(1)
        factors = SURGES if what == "surge" else DROUGHTS
        ratios = evidence(counts[some], expected[some], scatter[some], factors)
        ratios = np.where(fits[some], ratios, -np.inf)
        scores = together(ratios) - self._price(what, rows[some])
        return [
            Said(int(rows[some][place]), int(windows[ratios[place].argmax()]), float(scores[place]))
            for place in np.flatnonzero(scores >= least).tolist()
        ]

    def chances(self, rows: Ints) -> float:
        """How many of these have leads enough for a surge now, small ones counting for less."""
        expected, _ = self._forecast.windows(self._end, SURGE_WINDOWS[-1:], rows, dry=False)
        return self.weight(rows[expected[:, 0] >= _EXCESS])

    def weight(self, rows: Ints) -> float:
        """How many segments these are; small ones count for less, as chance may speak of them less often."""
        return float(self._weights(rows).sum())

    def is_news(self, what: Wrong, said: Said) -> bool:
        """Whether it is not over already and, of a surge, would be said without one batch."""
        counts = np.diff(self._tree.members[said.row] @ self._back[:, : said.window + 1])
        last = min(max(said.window // 4, _LAST), said.window)
        lately, usually = counts[:last].sum(), self.usual(said.row, last)[0]
        if what == "drought":
            return bool(lately < usually)
        mean, scatter = self.usual(said.row, said.window)
        rest = round(counts.sum() - counts.max())
        return bool(lately > usually) and chance(rest, mean, scatter, more=True) < _BY_CHANCE

    def found(self, what: Wrong, row: int, window: int) -> Found:
        """The leads of a window, beside what was expected."""
        count = round(float(self._tree.members[row] @ self._back[:, window]))
        mean, scatter = self.usual(row, window)
        odds = 1 / max(chance(count, mean, scatter, more=what == "surge"), _NEVER)
        return Found(count, mean, sqrt(mean + scatter * mean**2), odds)

    def usual(self, row: int, window: int) -> tuple[float, float]:
        """Leads expected in a window, and their relative variance."""
        return self._forecast.usual(row, window, self._end)

    def _price(self, what: Wrong, rows: Ints) -> Floats:
        """Powers of ten more that a drought, or the surge of a small segment, must show, by row."""
        if what == "drought":
            return np.full(len(rows), _PATIENCE)
        return -np.log10(self._weights(rows))

    def _weights(self, rows: Ints) -> Floats:
        return np.minimum(np.sqrt(self._an_hour[rows] / _SMALL), 1)


def _may_be(what: Wrong, counts: Floats, expected: Floats, scatter: Floats) -> Flags:
    """By row and window, whether the counts are so far from what is expected that they need to be weighed."""
    far: Flags = (counts - expected) ** 2 >= _FAR**2 * (expected + scatter * expected**2)
    if what == "surge":
        return far & (counts >= _FEWEST) & (counts >= _TIMES * expected) & (counts - expected >= _EXCESS)
    return far & (expected >= _DRY_EXPECTED) & (counts <= _DRY_TIMES * expected)
