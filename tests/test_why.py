"""Why a number changed: parts that sum to the change, exactly and in print."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funnel.why import Change, Counted, GroupChange, printed, rounded, why_count, why_rate, why_sum

Counts = dict[str | None, Counted]

BEFORE: Counts = {"web": Counted(20, 100), "fair": Counted(10, 100)}
AFTER: Counts = {"web": Counted(36, 240), "fair": Counted(9, 60)}
"""MQLs of leads: 200 leads become 300, web grows from half of them to 80 %, and both rates become 15 %."""


def group(by: str | None, volume: str, mix: str, rate: str) -> GroupChange:
    return GroupChange(by, Fraction(volume), Fraction(mix), Fraction(rate))


def test_a_count_changes_with_volume_mix_and_rate() -> None:
    """By hand, for web: each factor's change by the other two, in the mean of the six orders.

    Volume 100 x ((0.5 x 0.2 + 0.8 x 0.15) / 3 + (0.5 x 0.15 + 0.8 x 0.2) / 6) = 11.25, mix
    0.3 x ((200 x 0.2 + 300 x 0.15) / 3 + (200 x 0.15 + 300 x 0.2) / 6) = 13, rate
    -0.05 x ((200 x 0.5 + 300 x 0.8) / 3 + (200 x 0.8 + 300 x 0.5) / 6) = -8.25: 16 more MQLs in all.
    """
    assert why_count(BEFORE, AFTER) == Change(
        before=Fraction(30),
        after=Fraction(45),
        volume=Fraction("15.5"),
        mix=Fraction("3.5"),
        rate=Fraction(-4),
        groups=(group("web", "11.25", "13", "-8.25"), group("fair", "4.25", "-9.5", "4.25")),
    )


def test_a_rate_that_stays_may_hide_a_better_mix_and_worse_rates() -> None:
    """15 % of all before and after; mix 0.3 x (0.175 - 0.15) - 0.3 x (0.125 - 0.15), by hand."""
    assert why_rate(BEFORE, AFTER) == Change(
        before=Fraction("0.15"),
        after=Fraction("0.15"),
        volume=Fraction(0),
        mix=Fraction("0.015"),
        rate=Fraction("-0.015"),
        groups=(group("fair", "0", "0.0075", "0.0175"), group("web", "0", "0.0075", "-0.0325")),
    )


def test_a_sum_changes_by_group() -> None:
    found = why_sum({"ads": 5_000, "fair": 900}, {"ads": 4_100, None: 300})

    assert (found.before, found.after, found.volume, found.total) == (5_900, 4_400, -1_500, -1_500)
    assert found.groups == (
        group("ads", "-900", "0", "0"),
        group("fair", "-900", "0", "0"),
        group(None, "300", "0", "0"),
    )


def test_a_new_group_changes_volume_and_mix_but_no_rate() -> None:
    """A fair brings 4 MQLs of 20 leads; by hand, its volume is 20 x 0.2 x 0.2 / 2, its mix 0.2 x 90 x 0.2."""
    before: Counts = {"web": Counted(10, 80)}
    found = why_count(before, before | {"fair": Counted(4, 20)})

    assert found.groups == (group("fair", "0.4", "3.6", "0"), group("web", "2.25", "-2.25", "0"))
    assert (found.volume, found.mix, found.rate) == (Fraction("2.65"), Fraction("1.35"), 0)


def test_a_group_that_is_gone_is_a_new_one_the_other_way_round() -> None:
    with_fair: Counts = {"web": Counted(10, 80), "fair": Counted(4, 20)}
    gone = why_rate(with_fair, {"web": Counted(10, 80)})

    assert gone
    assert {one.by: one.rate for one in gone.groups} == {"fair": 0, "web": 0}
    assert gone.total == gone.mix == Fraction(1, 8) - Fraction(14, 100)


def test_from_nothing_everything_is_volume() -> None:
    found = why_count({}, AFTER)

    assert (found.before, found.volume, found.mix, found.rate) == (0, 45, 0, 0)
    assert why_count(AFTER, {"web": Counted(0, 0)}).volume == -45


def test_of_nothing_there_is_no_rate_to_explain() -> None:
    assert why_rate({}, AFTER) is None
    assert why_rate(BEFORE, {"web": Counted(0, 0)}) is None


def test_nothing_in_both_periods_is_no_change() -> None:
    zero = Fraction()

    assert why_count({}, {}) == Change(zero, zero, zero, zero, zero, ())
    assert why_count({"web": Counted(0, 0)}, {}).groups == (group("web", "0", "0", "0"),)
    assert why_sum({}, {}).groups == ()


@pytest.mark.parametrize("counted", [Counted(3, 0), Counted(-1, 4), Counted(0, -4)])
def test_what_does_not_come_of_its_base_is_refused(counted: Counted) -> None:
    with pytest.raises(ValueError, match=r"cannot be explained for not captured: .* Count cohorts\."):
        why_count({None: counted}, AFTER)
    with pytest.raises(ValueError, match="cannot be explained for fair"):
        why_rate(BEFORE, AFTER | {"fair": counted})


def test_printed_parts_sum_to_the_printed_total() -> None:
    thirds = [Fraction(1, 3)] * 3

    assert rounded(thirds, Fraction(1), 1) == (Decimal("0.4"), Decimal("0.3"), Decimal("0.3"))
    assert rounded([Fraction("11.25"), Fraction(13), Fraction("-8.25")], Fraction(16), 1) == (
        Decimal("11.2"),
        Decimal("13.0"),
        Decimal("-8.2"),
    )
    assert rounded([Fraction("2.5"), Fraction("2.5")], Fraction(5), 0) == (Decimal(3), Decimal(2))
    assert rounded([], Fraction(0), 2) == ()
    assert str(printed(Fraction(-4), 2)) == "-4.00"


@pytest.mark.parametrize(
    ("parts", "total"), [([Fraction(1)], Fraction(3)), ([], Fraction(1)), ([Fraction(0)], Fraction("1.1"))]
)
def test_parts_of_something_else_are_refused(parts: list[Fraction], total: Fraction) -> None:
    with pytest.raises(ValueError, match="are not the parts of"):
        rounded(parts, total, 0)


counted = st.integers(0, 10_000).flatmap(
    lambda base: st.builds(Counted, st.integers(0, 3 * base), st.just(base))
)
counts = st.dictionaries(st.none() | st.sampled_from(["web", "fair", "ads", "mail"]), counted)


def explained(before: Counts, after: Counts) -> list[Change]:
    return [found for found in (why_count(before, after), why_rate(before, after)) if found]


@given(counts, counts)
def test_parts_sum_to_the_change_exactly(before: Counts, after: Counts) -> None:
    for found in explained(before, after):
        assert found.volume + found.mix + found.rate == found.total
        assert sum(one.total for one in found.groups) == found.total
        assert [abs(one.total) for one in found.groups] == sorted(
            (abs(one.total) for one in found.groups), reverse=True
        )


@given(counts, counts)
def test_a_group_of_a_count_changes_by_its_own_count(before: Counts, after: Counts) -> None:
    nothing = Counted(0, 0)

    assert {one.by: one.total for one in why_count(before, after).groups} == {
        by: after.get(by, nothing).count - before.get(by, nothing).count for by in {*before, *after}
    }


@given(counts, counts)
def test_the_way_back_is_the_way_there_negated(before: Counts, after: Counts) -> None:
    for there, back in zip(explained(before, after), explained(after, before), strict=True):
        assert [parts(one, -1) for one in back.groups] == [parts(one) for one in there.groups]
        assert (back.volume, back.mix, back.rate) == (-there.volume, -there.mix, -there.rate)


def parts(one: GroupChange, sign: int = 1) -> tuple[str | None, Fraction, Fraction, Fraction]:
    return one.by, sign * one.volume, sign * one.mix, sign * one.rate


@given(counts)
def test_what_stays_the_same_needs_no_reason(same: Counts) -> None:
    for found in explained(same, same):
        assert {parts(one)[1:] for one in found.groups} <= {(0, 0, 0)}


@given(counts, st.integers(1, 50))
def test_more_of_the_same_is_volume_alone(before: Counts, times: int) -> None:
    grown = {by: Counted(one.count * times, one.base * times) for by, one in before.items()}
    found = why_count(before, grown)

    assert (found.volume, found.mix, found.rate) == (found.total, 0, 0)


@given(
    st.lists(st.tuples(*[st.integers(1, 99)] * 4), min_size=1, max_size=4),
    st.tuples(*[st.integers(1, 99)] * 4),
    st.fractions(0, 1, max_denominator=9),
    st.fractions(0, 1, max_denominator=9),
)
def test_groups_of_like_rates_may_be_told_as_one(
    others: list[tuple[int, ...]], bases: tuple[int, ...], then: Fraction, now: Fraction
) -> None:
    """Two groups that convert alike in both periods add, merged, what they add apart, part by part."""
    one, other, one_after, other_after = bases
    rest_before: Counts = {str(n): Counted(row[0], row[1]) for n, row in enumerate(others)}
    rest_after: Counts = {str(n): Counted(row[2], row[3]) for n, row in enumerate(others)}
    apart = explained(
        rest_before | {"one": of(then, one), "other": of(then, other)},
        rest_after | {"one": of(now, one_after), "other": of(now, other_after)},
    )
    merged = explained(
        rest_before | {"both": of(then, one + other)}, rest_after | {"both": of(now, one_after + other_after)}
    )

    for split, whole in zip(apart, merged, strict=True):
        assert (split.volume, split.mix, split.rate) == (whole.volume, whole.mix, whole.rate)
        added = [
            sum(part)
            for part in zip(*(parts(g)[1:] for g in split.groups if g.by in {"one", "other"}), strict=True)
        ]
        assert added == next(list(parts(g)[1:]) for g in whole.groups if g.by == "both")


def of(rate: Fraction, base: int) -> Counted:
    """`base` times 2,520 leads, so that every rate in ninths or coarser is a whole number of them."""
    return Counted(int(rate * base * 2_520), base * 2_520)


@given(st.lists(st.fractions(-1_000, 1_000, max_denominator=10_000), max_size=9), st.integers(0, 4))
def test_what_is_printed_sums_to_the_last_digit(parts: list[Fraction], digits: int) -> None:
    total = sum(parts, Fraction())
    said = rounded(parts, total, digits)

    assert sum(said) == printed(total, digits)
    assert all(
        abs(Fraction(word) - part) < Fraction(1, 10**digits) for word, part in zip(said, parts, strict=True)
    )
    assert rounded([-part for part in parts], -total, digits) == tuple(-word for word in said)
    assert {word for word, part in zip(said, parts, strict=True) if part == 0} <= {0}


@given(counts, counts, st.integers(0, 3))
def test_every_row_of_a_printed_table_adds_up(before: Counts, after: Counts, digits: int) -> None:
    found = why_count(before, after)
    totals = rounded([one.total for one in found.groups], found.total, digits)

    assert sum(totals) == printed(found.total, digits)
    for one, total in zip(found.groups, totals, strict=True):
        assert sum(rounded([one.volume, one.mix, one.rate], total, digits)) == total


def test_a_thousand_groups_are_explained_at_once() -> None:
    before: Counts = {str(n): Counted(n % 7, 100 + n) for n in range(1_000)}
    after: Counts = {str(n): Counted(n % 5, 1_100 - n) for n in range(1_000)}
    found = why_count(before, after)

    assert found.volume + found.mix + found.rate == found.total == -997
