"""Groups of leads against each other: how far apart their rates are, and whether chance explains it.

Rates and differences are shares (0.034 is 3.4 points), and intervals are 95 % intervals. Where no lead is,
there is no rate: the answer is None, never 0. SciPy has the tests and Wilson's interval. Importing it takes
a second, so only the functions that need it do: the first comparison pays, and `tipoff --help` does not.

Sources:
    Newcombe (1998), Interval estimation for the difference between independent proportions, Statistics in
    Medicine 17, 873-890: method 10. Cochran (1954), Some methods for strengthening the common chi-squared
    tests, Biometrics 10, 417-451. Holm (1979), A simple sequentially rejective multiple test procedure,
    Scandinavian Journal of Statistics 6, 65-70. Fleiss, Levin and Paik (2003), Statistical Methods for Rates
    and Proportions, 3rd edition, section 4.2. Klingenberg (2014), A new and improved confidence interval for
    the Mantel-Haenszel risk difference, Statistics in Medicine 33, 2968-2983.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, fsum, hypot, sqrt
from statistics import NormalDist

LEVEL = 0.05
"""How often we may see a difference where there is none."""
LIFT = 0.2
"""The smallest lift worth waiting for, as a share of the rate."""
FEW_LEADS = 1_000
"""Up to so many leads of both groups together, the exact test costs nothing."""
MANY_LEADS = 10_000_000
"""Beyond so many leads, the exact test takes seconds."""
SMALL_CELL = 5
"""Cochran's limit: what is expected in every cell of the table for chi-square to be near enough."""
NOTHING = 1e-12
"""A difference so small is rounding."""


@dataclass(frozen=True, slots=True)
class Arm:
    """A group of leads, and how many of them converted.

    Raises:
        ValueError: less than nobody converted, or more than there are.

    """

    name: str
    leads: int
    converted: int

    def __post_init__(self) -> None:
        if not 0 <= self.converted <= self.leads:
            raise ValueError(f"Of {self.leads} leads, {self.converted} cannot have converted.")

    @property
    def rate(self) -> float | None:
        return self.converted / self.leads if self.leads else None


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate and its 95 % interval, as shares."""

    value: float
    low: float
    high: float

    @property
    def has_zero(self) -> bool:
        return self.low <= 0 <= self.high

    def __neg__(self) -> "Interval":
        """The difference seen from the other side."""
        return Interval(-self.value, -self.high, -self.low)


@dataclass(frozen=True, slots=True)
class Chance:
    """How often chance alone sets two like groups so far apart or farther (`p`), by which test."""

    test: str
    p: float


@dataclass(frozen=True, slots=True)
class Adjusted:
    """The difference within like segments, beside the one without looking at segments (`crude`).

    `segments` is how many had leads of both arms; the others cannot be compared. `simpson` says that the two
    differences point opposite ways.
    """

    difference: Interval
    crude: float
    segments: int

    @property
    def simpson(self) -> bool:
        """Simpson's paradox; if every segment points the other way, so does their weighted mean."""
        smaller, larger = sorted((self.crude, self.difference.value))
        return smaller < -NOTHING and larger > NOTHING


def wilson(arm: Arm) -> Interval | None:
    """The rate of `arm` with Wilson's score interval; None without leads."""
    from scipy.stats import binomtest  # noqa: PLC0415 - see the module's docstring

    if arm.rate is None:
        return None
    found = binomtest(arm.converted, arm.leads).proportion_ci(1 - LEVEL, method="wilson")
    return Interval(arm.rate, float(found.low), float(found.high))


def difference(a: Arm, b: Arm) -> Interval | None:
    """The rate of `a` minus that of `b`, with Newcombe's hybrid score interval; None if one has no leads."""
    one, other = wilson(a), wilson(b)
    if one is None or other is None:
        return None
    value = one.value - other.value
    return Interval(
        value,
        value - hypot(one.value - one.low, other.high - other.value),
        value + hypot(one.high - one.value, other.value - other.low),
    )


def chance(a: Arm, b: Arm) -> Chance | None:
    """Whether chance explains the difference between `a` and `b`, two-sided; None if one has no leads.

    Fisher's exact test where Cochran forbids chi-square, and wherever it costs nothing: it never sees too
    much, at worst too little. Else Pearson's chi-square, without Yates's correction, which would take back
    what many leads have shown.
    """
    from numpy import array  # noqa: PLC0415 - see the module's docstring
    from scipy.stats import chi2_contingency, fisher_exact  # noqa: PLC0415 - see the module's docstring

    leads, converted = a.leads + b.leads, a.converted + b.converted
    if not a.leads or not b.leads:
        return None
    if converted in {0, leads}:
        return Chance("Fisher's exact test", 1.0)
    table = array([[float(arm.converted), float(arm.leads - arm.converted)] for arm in (a, b)])
    least = min(a.leads, b.leads) * min(converted, leads - converted) / leads
    if leads <= FEW_LEADS or (least < SMALL_CELL and leads <= MANY_LEADS):
        return Chance("Fisher's exact test", float(fisher_exact(table).pvalue))
    return Chance("chi-square test", float(chi2_contingency(table, correction=False).pvalue))


def uneven(sizes: Collection[int]) -> float | None:
    """How often chance alone splits people so unevenly (chi-square), were the split meant to be even.

    None where there is nothing to split: one group, or nobody.
    """
    from scipy.stats import chisquare  # noqa: PLC0415 - see the module's docstring

    if len(sizes) < 2 or not sum(sizes):  # noqa: PLR2004 - it takes two
        return None
    return float(chisquare(list(sizes)).pvalue)


def holm(ps: Sequence[float]) -> tuple[float, ...]:
    """The p-values of several tests of one question, in the same order, corrected by Holm's steps."""
    corrected, largest = [0.0] * len(ps), 0.0
    for step, place in enumerate(sorted(range(len(ps)), key=ps.__getitem__)):
        largest = max(largest, min(1.0, (len(ps) - step) * ps[place]))
        corrected[place] = largest
    return tuple(corrected)


def leads_needed(rate: float, lift: float = LIFT, power: float = 0.8, level: float = LEVEL) -> int | None:
    """How many leads each of two arms needs to see that one's rate is `lift` (a share) above `rate`.

    They see it with the chance `power` at the two-sided `level`, by the formula of Fleiss, Levin and Paik
    without continuity correction. None where no number helps: nobody converts, or the lifted rate is no rate.

    Raises:
        ValueError: `rate`, `power` or `level` is no share, or `lift` lifts nothing.

    """
    if not (0 <= rate <= 1 and lift > 0 and 0 < power < 1 and 0 < level < 1):
        raise ValueError(f"Nothing can be planned for {rate=}, {lift=}, {power=}, {level=}.")
    lifted = rate * (1 + lift)
    if not 0 < lifted <= 1:
        return None
    mean = (rate + lifted) / 2
    normal = NormalDist()
    spread = normal.inv_cdf(1 - level / 2) * sqrt(2 * mean * (1 - mean)) + normal.inv_cdf(power) * sqrt(
        rate * (1 - rate) + lifted * (1 - lifted)
    )
    return ceil((spread / (lifted - rate)) ** 2)


def leads_still_needed(arms: Collection[Arm], lift: float = LIFT) -> tuple[int, ...] | None:
    """How many more leads each arm needs to see a `lift` of the rate that they have together.

    0 for an arm that has enough; None where no number helps (see `leads_needed`), or nobody is there.
    """
    leads = sum(arm.leads for arm in arms)
    needed = leads_needed(sum(arm.converted for arm in arms) / leads, lift) if leads else None
    return None if needed is None else tuple(max(0, needed - arm.leads) for arm in arms)


def adjusted(strata: Mapping[str | None, tuple[Arm, Arm]]) -> Adjusted | None:
    """The Mantel-Haenszel difference of two arms over segments, with Klingenberg's score interval.

    Each segment's difference weighs as much as its leads can tell. The interval holds with few leads in many
    segments too, and has no width only where nobody, or everybody, of both arms converted. None if no
    segment has leads of both.
    """
    both = [(a, b) for a, b in strata.values() if a.leads and b.leads]
    if not both:
        return None
    weight = fsum(a.leads * b.leads / (a.leads + b.leads) for a, b in both)
    total = fsum((a.converted * b.leads - b.converted * a.leads) / (a.leads + b.leads) for a, b in both)
    return Adjusted(_klingenberg(total / weight, weight, both), _crude(strata.values()), len(both))


def _klingenberg(value: float, weight: float, strata: Sequence[tuple[Arm, Arm]]) -> Interval:
    """All differences that Sato's variance, taken at each, does not find too far from `value`."""
    z = NormalDist().inv_cdf(1 - LEVEL / 2)
    slope = fsum(_sato_slope(a, b) for a, b in strata) * (z / weight) ** 2
    level = fsum(_sato_level(a, b) for a, b in strata) * (z / weight) ** 2
    middle = value + slope / 2
    half = sqrt(max(0.0, middle**2 - value**2 + level))
    return Interval(value, max(-1.0, min(value, middle - half)), min(1.0, max(value, middle + half)))


def _sato_slope(a: Arm, b: Arm) -> float:
    """What a segment adds to the variance of the weighted difference, for each unit of the difference."""
    uneven = a.leads * b.leads * (b.leads - a.leads)
    return (2 * (a.leads**2 * b.converted - b.leads**2 * a.converted) + uneven) / (
        2 * (a.leads + b.leads) ** 2
    )


def _sato_level(a: Arm, b: Arm) -> float:
    """What a segment adds to the variance of the weighted difference where the difference is 0."""
    mixed = a.converted * (b.leads - b.converted) + b.converted * (a.leads - a.converted)
    return mixed / (2 * (a.leads + b.leads))


def _crude(strata: Collection[tuple[Arm, Arm]]) -> float:
    """The difference of the rates without looking at segments."""
    one, other = (
        sum(pair[place].converted for pair in strata) / sum(pair[place].leads for pair in strata)
        for place in (0, 1)
    )
    return one - other
