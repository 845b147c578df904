"""How much the counts of the last hours say that a surge, or a drought, is going on.

For each window that ends now: how much likelier are its leads if their rate has been so many times the
expected one since the window's left edge? Leads are Poisson around a rate that itself scatters (a gamma
factor, so counts are negative binomial); that factor's shape is the same with and without the surge, so
only powers are left of the ratio of the two likelihoods.
"""

import numpy as np

from funnel.surge_inflow import Floats

SURGE_WINDOWS = np.array([2, 3, 4, 6, 8, 10, 12, 15, 18, 24, 30, 36, 48, 60, 72])
"""Buckets: 10 minutes to 6 hours."""
DROUGHT_WINDOWS = np.array([6, 9, 12, 18, 24, 36, 48, 72, 108, 144, 216, 288])
"""Buckets: half an hour to a day."""
SURGES = (1.5, 2.0, 3.0, 5.0)
DROUGHTS = (0.02, 0.3)
_NOTHING = -700.0
"""Under any logarithm of what can be added."""


def evidence(counts: Floats, expected: Floats, scatter: Floats, times: tuple[float, ...]) -> Floats:
    """By row and window, the powers of ten that the counts say for a rate so many times the expected one."""
    shape = 1 / scatter
    ratios = [
        counts * np.log(factor) - (counts + shape) * np.log((shape + factor * expected) / (shape + expected))
        for factor in times
    ]
    return _average(np.stack(ratios), 0)


def together(says: Floats) -> Floats:
    """By row, the powers of ten that all windows say: whichever the true one is, the others say it, too."""
    return _average(says * np.log(10), 1)


def _average(logs: Floats, axis: int) -> Floats:
    """The decimal logarithm of the mean of what `logs` are the natural logarithms of."""
    most = np.maximum(logs.max(axis, keepdims=True), _NOTHING)
    mean: Floats = (np.log(np.exp(logs - most).mean(axis) + 1e-300) + most.squeeze(axis)) / np.log(10)
    return mean


def chance(count: int, expected: float, scatter: float, *, more: bool) -> float:
    """How likely chance alone brings so many leads or more (or so few or fewer)."""
    from scipy.special import betainc  # noqa: PLC0415 - large, and only needed where something is found

    shape, share = 1 / scatter, expected * scatter / (1 + expected * scatter)
    if more:
        return float(betainc(count, shape, share)) if count else 1.0
    return float(betainc(shape, count + 1, 1 - share))
