"""What to expect of every segment in each five minutes from yesterday to tomorrow."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

import numpy as np

from funnel.calendar import wall
from funnel.surge_baseline import SPANS, Baseline
from funnel.surge_inflow import Floats, moment_of

DAY = 288
BACK = 2 * DAY + 24
"""Buckets before the next night that are forecast: a day before the last night, also in autumn."""
LENGTH = BACK + DAY
_HOUR = 12
_SUNDAY = 6
_HOLIDAY_DRY = 0.3
"""Under that share of an ordinary day is a drought on a holiday."""
_MISFIT = 0.004
"""The relative variance that is left however much was learned."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """Sums from `start` on, by row and bucket: a window's is the difference of two of them.

    Attributes:
        most: leads expected; on a holiday as many as on an ordinary day or a Sunday, whichever has more.
        least: the same; on a holiday a share of whichever has fewer.
        doubt: how unsure the rates are (see `scatter`).
        noise: relative variance beyond chance, by row and span.

    """

    start: int
    most: Floats
    least: Floats
    doubt: Floats
    noise: Floats

    def expected(self, rows: Sequence[int] | slice, since: int, until: int) -> Floats:
        """Leads of those rows in the buckets [since, until)."""
        sums: Floats = self.most[rows, until - self.start] - self.most[rows, since - self.start]
        return sums

    def windows(self, end: int, windows: np.ndarray, *, holidays_low: bool) -> tuple[Floats, Floats]:
        """Expected leads and their relative variance, by row, in windows of so many buckets up to `end`."""
        at = end - self.start
        sums = self.least if holidays_low else self.most
        expected = np.maximum(sums[:, [at]] - sums[:, at - windows], 1e-9)
        doubt = (self.doubt[:, [at]] - self.doubt[:, at - windows]) * np.minimum(windows, _HOUR)
        usual = np.maximum(self.most[:, [at]] - self.most[:, at - windows], 1e-9)
        return expected, doubt / usual**2 + _spread_over(self.noise, windows)


_NO_ROWS: Floats = np.zeros((0, LENGTH + 1))
NOTHING = Forecast(0, _NO_ROWS, _NO_ROWS, _NO_ROWS, np.zeros((0, len(SPANS))))


def foresee(baseline: Baseline, start: int, zone: ZoneInfo, holidays: Callable[[date], bool]) -> Forecast:
    """The forecast from bucket `start` on."""
    rates, known = baseline.rates()
    rates = rates * baseline.levels()[:, None] / _HOUR
    local = [wall(moment_of(bucket), zone) for bucket in range(start, start + LENGTH)]
    cells = np.array([one.weekday() * 24 + one.hour for one in local])
    festive = np.array([holidays(one.date()) for one in local])
    sundays = _SUNDAY * 24 + cells % 24
    usual, sunday = rates[:, cells], rates[:, sundays]
    most = np.where(festive, np.maximum(usual, sunday), usual)
    least = np.where(festive, _HOLIDAY_DRY * np.minimum(usual, sunday), usual)
    noise = baseline.noise() + baseline.level_error()[:, None] + _MISFIT
    return Forecast(start, _sums(most), _sums(least), _sums(usual**2 / known[:, cells]), noise)


def _sums(values: Floats) -> Floats:
    sums: Floats = np.zeros((len(values), values.shape[1] + 1))
    np.cumsum(values, axis=1, out=sums[:, 1:])
    return sums


def _spread_over(noise: Floats, windows: np.ndarray) -> Floats:
    """The noise of windows between the spans for which it is known, by their logarithm."""
    spans = np.log(np.array(SPANS) * _HOUR)
    at = np.clip(np.log(windows), spans[0], spans[-1])
    right = np.clip(np.searchsorted(spans, at), 1, len(spans) - 1)
    share = (at - spans[right - 1]) / (spans[right] - spans[right - 1])
    between: Floats = noise[:, right - 1] * (1 - share) + noise[:, right] * share
    return between
