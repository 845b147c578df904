"""What to expect of every segment in each five minutes from yesterday to tomorrow."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

import numpy as np

from funnel.calendar import wall
from funnel.surge_baseline import MISFIT, SPANS, Baseline
from funnel.surge_inflow import Floats, Ints, moment_of

DAY = 288
BACK = 2 * DAY + 24
"""Buckets before the next night that are forecast: a day before the last night, also in autumn."""
LENGTH = BACK + DAY
_HOUR = 12
_SUNDAY = 6
_HOLIDAY_DRY = 0.3
"""Under that share of an ordinary day is a drought on a holiday."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """Sums from `start` on, by row and bucket: a window's is the difference of two of them.

    Attributes:
        most: leads expected; on a holiday as many as on an ordinary day or a Sunday, whichever has more.
        least: the same; on a holiday a share of whichever has fewer.
        doubt: how unsure the rates are (see `scatter`).
        noise: relative variance beyond chance, by row and buckets of a window (0 to 288).

    """

    start: int
    most: Floats
    least: Floats
    doubt: Floats
    noise: Floats

    def windows(self, end: int, windows: Ints, rows: Ints, *, dry: bool) -> tuple[Floats, Floats]:
        """Expected leads and their relative variance, by row, in windows of so many buckets up to `end`."""
        at, lefts = end - self.start, (rows[:, None], end - self.start - windows)
        sums = self.least if dry else self.most
        expected = np.maximum(sums[rows, at, None] - sums[lefts], 1e-9)
        usual = np.maximum(self.most[rows, at, None] - self.most[lefts], 1e-9) if dry else expected
        doubt = (self.doubt[rows, at, None] - self.doubt[lefts]) * np.minimum(windows, _HOUR)
        return expected, doubt / usual**2 + self.noise[rows[:, None], np.minimum(windows, DAY)]

    def usual(self, row: int, window: int, end: int) -> tuple[float, float]:
        """Expected leads and their relative variance, of one row in one window."""
        mean, scatter = self.windows(end, np.array([window]), np.array([row]), dry=False)
        return float(mean[0, 0]), float(scatter[0, 0])


_NO_ROWS: Floats = np.zeros((0, LENGTH + 1))
NOTHING = Forecast(0, _NO_ROWS, _NO_ROWS, _NO_ROWS, np.zeros((0, DAY + 1)))


def foresee(baseline: Baseline, start: int, zone: ZoneInfo, holidays: Callable[[date], bool]) -> Forecast:
    """The forecast from bucket `start` on."""
    rates, doubts = baseline.rates()
    rates = rates * baseline.levels()[:, None] / _HOUR
    local = [wall(moment_of(bucket), zone) for bucket in range(start, start + LENGTH)]
    cells = np.array([one.weekday() * 24 + one.hour for one in local])
    festive = np.array([holidays(one.date()) for one in local])
    sundays = _SUNDAY * 24 + cells % 24
    usual, sunday = rates[:, cells], rates[:, sundays]
    most = np.where(festive, np.maximum(usual, sunday), usual)
    least = np.where(festive, _HOLIDAY_DRY * np.minimum(usual, sunday), usual)
    noise = baseline.noise() + baseline.level_error()[:, None] + MISFIT
    doubt = _sums(usual**2 * doubts[:, cells])
    return Forecast(start, _sums(most), _sums(least), doubt, _by_length(noise))


def _sums(values: Floats) -> Floats:
    sums: Floats = np.zeros((len(values), values.shape[1] + 1))
    np.cumsum(values, axis=1, out=sums[:, 1:])
    return sums


def _by_length(noise: Floats) -> Floats:
    """The noise of windows of 0 to 288 buckets: between the known spans, in proportion to their logarithm."""
    spans = np.log(np.array(SPANS) * _HOUR)
    at = np.clip(np.log(np.maximum(np.arange(DAY + 1), 1)), spans[0], spans[-1])
    right = np.clip(np.searchsorted(spans, at), 1, len(spans) - 1)
    share = (at - spans[right - 1]) / (spans[right] - spans[right - 1])
    between: Floats = noise[:, right - 1] * (1 - share) + noise[:, right] * share
    return between
