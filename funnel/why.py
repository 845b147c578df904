"""Why did a number change: its change between two periods, split exactly by one dimension.

A count (MQLs) of a group is the base of all (leads) x the group's share of it x the group's rate. When it
changes, the volume, the mix of groups and their rates may all have changed. Each gets what it adds on average
over the orders in which the three could have changed: the Shapley value, symmetric and without a rest. A
rate of all is the mean of the groups' rates weighted by their shares, and changes with mix and rates only.

What does not exist cannot have changed. A group that is new or gone has a rate on one side only and is taken
to have had it all along, so its coming or going is mix (and volume), never rate. Likewise, if one period has
no base at all, every share is that of the other period, and the whole change is volume.

Everything is a fraction, so that the parts sum to the change exactly; `rounded` keeps that in print.

Sources:
    Shorrocks (2013), Decomposition procedures for distributional analysis: a unified framework based on the
    Shapley value, Journal of Economic Inequality 11, 99-126. Bennet (1920), The theory of measurement of
    changes in cost of living, Journal of the Royal Statistical Society 83, 455-462 (the split for two
    factors). Griliches and Regev (1995), Firm productivity in Israeli industry 1979-1988, Journal of
    Econometrics 65, 175-203 (mix against the mean rate; groups that come and go).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Counted:
    """How many there are (`count`) of how many there could be (`base`), in one group and period."""

    count: int
    base: int


NONE = Counted(0, 0)


@dataclass(frozen=True, slots=True)
class GroupChange:
    """What one group (None is "not captured") adds to the change, in the unit of the number."""

    by: str | None
    volume: Fraction
    mix: Fraction
    rate: Fraction

    @property
    def total(self) -> Fraction:
        return self.volume + self.mix + self.rate


@dataclass(frozen=True, slots=True)
class Change:
    """A number before and after, and what each group adds to its change, the largest first.

    `volume`, `mix` and `rate` sum to `total`, which is `after - before`, and so do the groups' totals.
    """

    before: Fraction
    after: Fraction
    volume: Fraction
    mix: Fraction
    rate: Fraction
    groups: tuple[GroupChange, ...]

    @property
    def total(self) -> Fraction:
        return self.after - self.before


Counts = Mapping[str | None, Counted]


@dataclass(frozen=True, slots=True)
class _Factors:
    """A group's count in one period: volume x share x rate. Volume is of all groups."""

    volume: Fraction
    share: Fraction
    rate: Fraction


def why_count(before: Counts, after: Counts) -> Change:
    """The change of a count, such as MQLs of leads by source, as volume, mix and rate.

    A group that is missing from a period counted nothing there. Each group's total is the change of its own
    count: its mix is positive where its share grew.

    Raises:
        ValueError: something was counted where the base is 0, or is negative.

    """
    pairs = _side_by_side(before, after)
    groups = tuple(GroupChange(by, *_shapley(then, now)) for by, then, now in pairs)
    return _change(_count_of(before), _count_of(after), groups)


def why_rate(before: Counts, after: Counts) -> Change | None:
    """The change of a rate, such as MQLs per lead by source, as mix and rate; volume is 0 throughout.

    A group's mix is negative where it grew although its rate is below the mean of all. None if one period
    has no base: no data is not a rate of 0.

    Raises:
        ValueError: something was counted where the base is 0, or is negative.

    """
    pairs = tuple(_side_by_side(before, after))
    if not _base_of(before) or not _base_of(after):
        return None
    first, last = (_count_of(side) / _base_of(side) for side in (before, after))
    mean = (first + last) / 2
    groups = tuple(GroupChange(by, Fraction(), *_bennet(then, now, mean)) for by, then, now in pairs)
    return _change(first, last, groups)


def why_sum(before: Mapping[str | None, int], after: Mapping[str | None, int]) -> Change:
    """The change of a plain sum, such as spend in minor units: what each group adds, all of it volume."""
    groups = tuple(
        GroupChange(by, Fraction(after.get(by, 0) - before.get(by, 0)), Fraction(), Fraction())
        for by in before.keys() | after.keys()
    )
    return _change(Fraction(sum(before.values())), Fraction(sum(after.values())), groups)


def printed(value: Fraction, digits: int) -> Decimal:
    """A number as it is printed: `digits` behind the point, halves to even."""
    return _decimal(round(value * 10**digits), digits)


def rounded(parts: Sequence[Fraction], total: Fraction | Decimal, digits: int) -> tuple[Decimal, ...]:
    """The parts as they are printed, so that they sum to `printed(total, digits)` to the last digit.

    Each is rounded to the nearest; what is then missing or too much goes, a last digit each, to those that
    rounding wronged most (the method of the largest remainder); the same parts negated print negated. `total`
    may itself be printed already. So a table adds up along its rows: round the groups' totals to the
    total of all, then the parts of each group to its printed total.

    Raises:
        ValueError: the parts do not sum to the total, give or take one last digit.

    """
    scale = 10**digits
    whole = Fraction(total) * scale
    exact = [part * scale for part in parts]
    if abs(whole - sum(exact)) > 1 or (whole and not exact):
        raise ValueError(f"Parts that sum to {sum(parts)} are not the parts of {total}.")
    units = [round(part) for part in exact]
    missing = round(whole) - sum(units)
    step = 1 if missing > 0 else -1
    wronged = sorted(range(len(units)), key=lambda place: step * (units[place] - exact[place]))
    for turn in range(abs(missing)):
        units[wronged[turn % len(units)]] += step
    return tuple(_decimal(unit, digits) for unit in units)


def _side_by_side(before: Counts, after: Counts) -> Iterable[tuple[str | None, _Factors, _Factors]]:
    """Each group's factors in both periods, where those that do not exist are taken from the other."""
    volumes = _base_of(before), _base_of(after)
    for by in before.keys() | after.keys():
        sides = before.get(by, NONE), after.get(by, NONE)
        for side in sides:
            if side.base < 0 or side.count < 0 or side.count > side.base == 0:
                raise ValueError(
                    f"{side.count} of {side.base} cannot be explained for {by or 'not captured'}: "
                    "what is counted must come of its base. Count cohorts."
                )
        shares = _known(*(_ratio(side.base, volume) for side, volume in zip(sides, volumes, strict=True)))
        rates = _known(*(_ratio(side.count, side.base) for side in sides))
        then, now = map(_Factors, map(Fraction, volumes), shares, rates)
        yield by, then, now


def _ratio(numerator: int, denominator: int) -> Fraction | None:
    return Fraction(numerator, denominator) if denominator else None


def _known(before: Fraction | None, after: Fraction | None) -> tuple[Fraction, Fraction]:
    """Both, or the known one twice."""
    known = before if before is not None else after if after is not None else Fraction()
    return known, known if after is None else after


def _shapley(then: _Factors, now: _Factors) -> tuple[Fraction, Fraction, Fraction]:
    """What volume, share and rate each add to the change of their product."""
    volume, share, rate = ((then.volume, now.volume), (then.share, now.share), (then.rate, now.rate))
    return _alone(volume, share, rate), _alone(share, volume, rate), _alone(rate, volume, share)


Sides = tuple[Fraction, Fraction]


def _alone(factor: Sides, other: Sides, third: Sides) -> Fraction:
    """What one of three factors adds, in the mean of the six orders in which they can change.

    In two orders it changes first, in two last, and in one each between the others.
    """
    first_or_last = other[0] * third[0] + other[1] * third[1]
    between = other[0] * third[1] + other[1] * third[0]
    return (factor[1] - factor[0]) * (2 * first_or_last + between) / 6


def _bennet(then: _Factors, now: _Factors, mean: Fraction) -> tuple[Fraction, Fraction]:
    """What share and rate each add to the change of their product, shares held against the mean rate."""
    mix = (now.share - then.share) * ((then.rate + now.rate) / 2 - mean)
    return mix, (now.rate - then.rate) * (then.share + now.share) / 2


def _change(before: Fraction, after: Fraction, groups: Iterable[GroupChange]) -> Change:
    ordered = tuple(sorted(groups, key=_largest_first))
    return Change(
        before,
        after,
        sum((group.volume for group in ordered), Fraction()),
        sum((group.mix for group in ordered), Fraction()),
        sum((group.rate for group in ordered), Fraction()),
        ordered,
    )


def _largest_first(group: GroupChange) -> tuple[Fraction, bool, str]:
    return -abs(group.total), group.by is None, group.by or ""


def _count_of(side: Counts) -> Fraction:
    return Fraction(sum(group.count for group in side.values()))


def _base_of(side: Counts) -> int:
    return sum(group.base for group in side.values())


def _decimal(units: int, digits: int) -> Decimal:
    return Decimal(f"{units}e{-digits}")
