"""Groups of leads against each other: every figure here is somebody else's, or a law."""

import subprocess
import sys
from math import erfc, sqrt
from random import Random

import pytest
from compare_truth import BERKELEY, FAIR, KIDNEY_STONES, MYELOMA, WEBINAR, Strata
from hypothesis import given
from hypothesis import strategies as st
from olist_truth import WON_OF_LEADS

from funnel import compare
from funnel.compare import (
    Arm,
    Interval,
    adjusted,
    chance,
    difference,
    holm,
    leads_needed,
    leads_still_needed,
    wilson,
)

NOBODY = Arm("nobody", 0, 0)


@st.composite
def arms(draw: st.DrawFn, name: str = "", most: int = 100_000, least: int = 0) -> Arm:
    leads = draw(st.integers(least, most))
    return Arm(name or draw(st.text(min_size=1)), leads, draw(st.integers(0, leads)))


def by_chance(one: Arm, other: Arm) -> tuple[str, float]:
    found = chance(one, other)
    assert found
    return found.test, found.p


def rounded(found: Interval | None, digits: int = 4) -> tuple[float, float] | None:
    return found and (round(found.low, digits), round(found.high, digits))


def test_wilsons_interval_is_what_others_computed() -> None:
    assert rounded(wilson(WEBINAR), 3) == (0.043, 0.17)
    assert rounded(wilson(FAIR), 3) == (0.021, 0.129)
    assert rounded(wilson(Arm("olist", 8000, 842)), 5) == (0.09871, 0.11217)
    assert rounded(wilson(Arm("newcombe", 263, 81))) == (0.2553, 0.3662)
    assert rounded(wilson(Arm("newcombe", 20, 0))) == (0, 0.1611)


def test_the_rates_by_origin_are_those_of_the_source() -> None:
    by_origin = {by: Arm(by or "", leads, won) for by, (won, leads) in WON_OF_LEADS.items()}
    percentages = {by: round(100 * (arm.rate or 0), 2) for by, arm in by_origin.items() if arm.leads > 200}

    assert percentages == {
        "organic_search": 11.80,
        "paid_search": 12.30,
        "social": 5.56,
        "unknown": 16.29,
        "direct_traffic": 11.22,
        "email": 3.04,
        "referral": 8.45,
    }


@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((0, 10), (0, 10), -0.2775, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1.0),
        ((10, 10), (0, 10), 0.6075, 1.0),
    ],
)
def test_a_difference_has_the_interval_that_newcombe_published(
    one: tuple[int, int], other: tuple[int, int], low: float, high: float
) -> None:
    """Newcombe (1998), table II, method 10."""
    found = difference(Arm("one", one[1], one[0]), Arm("other", other[1], other[0]))

    assert rounded(found) == (low, high)


@pytest.mark.parametrize(
    ("one", "other", "p"),
    [
        (WEBINAR, FAIR, 0.54),
        (Arm("tea: milk first", 4, 3), Arm("tea first", 4, 1), 0.4857),  # Fisher (1935), two-sided
        (Arm("identical twins", 13, 10), Arm("other twins", 17, 2), 0.0005367),  # `fisher.test` of R
    ],
)
def test_few_leads_are_tested_exactly(one: Arm, other: Arm, p: float) -> None:
    assert by_chance(one, other) == ("Fisher's exact test", pytest.approx(p, rel=0.01))


def test_many_leads_are_tested_by_chi_square() -> None:
    """Aspirin against heart attacks: Agresti (2002), section 3.2, has 25.01 with one degree of freedom."""
    assert by_chance(Arm("placebo", 11_034, 189), Arm("aspirin", 11_037, 104)) == (
        "chi-square test",
        pytest.approx(erfc(sqrt(25.01 / 2)), rel=0.01),
    )


def test_many_leads_with_few_conversions_are_still_tested_exactly() -> None:
    """Three of three in one half of the leads: by symmetry a quarter of the ways there are."""
    assert by_chance(Arm("one", 50_000, 3), Arm("other", 50_000, 0)) == (
        "Fisher's exact test",
        pytest.approx(0.25, abs=1e-4),
    )


def test_several_tests_are_corrected_as_in_the_textbook() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx((0.03, 0.06, 0.06, 0.02))
    assert holm([]) == ()
    assert holm([0.7, 0.6]) == (1, 1)


@pytest.mark.parametrize(
    ("rate", "lift", "power", "leads"),
    [(0.5, 0.5, 0.9, 77), (0.15, 1.0, 0.85, 138)],  # `power.prop.test` of R: 76.7 and 137.6
)
def test_the_leads_needed_are_those_of_r(rate: float, lift: float, power: float, leads: int) -> None:
    assert leads_needed(rate, lift, power) == leads


def test_no_number_of_leads_shows_a_lift_of_nothing_or_beyond_everybody() -> None:
    assert (leads_needed(0), leads_needed(0.9), leads_needed(1)) == (None, None, None)
    assert leads_still_needed([Arm("one", 50, 0), Arm("other", 60, 0)]) is None
    assert leads_still_needed([NOBODY, NOBODY]) is None
    assert leads_still_needed([]) is None


def test_who_has_enough_leads_needs_no_more() -> None:
    few, many = leads_still_needed([Arm("few", 100, 10), Arm("many", 10**6, 10**5)]) or (0, 0)

    assert (few, many) == ((leads_needed(0.1) or 0) - 100, 0)


@pytest.mark.parametrize(
    ("rate", "lift", "power"), [(-0.1, 0.2, 0.8), (1.1, 0.2, 0.8), (0.1, 0, 0.8), (0.1, 0.2, 1)]
)
def test_what_cannot_be_planned_is_refused(rate: float, lift: float, power: float) -> None:
    with pytest.raises(ValueError, match="Nothing can be planned"):
        leads_needed(rate, lift, power)


@pytest.mark.parametrize(("leads", "converted"), [(3, 4), (0, 1), (3, -1), (-1, -1)])
def test_more_conversions_than_leads_are_refused(leads: int, converted: int) -> None:
    with pytest.raises(ValueError, match="cannot have converted"):
        Arm("fair", leads, converted)


def test_without_leads_there_is_no_data_rather_than_zero() -> None:
    assert (NOBODY.rate, wilson(NOBODY)) == (None, None)
    assert (difference(NOBODY, FAIR), difference(FAIR, NOBODY)) == (None, None)
    assert (chance(NOBODY, FAIR), chance(FAIR, NOBODY)) == (None, None)


@pytest.mark.parametrize("converted", [0, 4, 40])
def test_equal_arms_do_not_differ(converted: int) -> None:
    one, other = Arm("one", 40, converted), Arm("other", 40, converted)
    apart = difference(one, other)

    assert apart
    assert (apart.value, apart.has_zero) == (0, True)
    assert by_chance(one, other) == ("Fisher's exact test", pytest.approx(1))


def test_a_trillion_leads_are_compared_like_any_others() -> None:
    one, other = Arm("one", 10**12, 10**11), Arm("other", 10**12, 10**11 + 10**7)
    apart = difference(one, other)

    assert apart
    assert (apart.value, apart.has_zero) == (pytest.approx(-1e-5), False)
    assert by_chance(one, other) == ("chi-square test", pytest.approx(0, abs=1e-9))
    assert by_chance(Arm("one", 10**12, 3), Arm("other", 10**12, 0)) == (
        "chi-square test",
        pytest.approx(erfc(sqrt(3 / 2))),
    )


@given(arms(), arms())
def test_swapping_the_arms_negates_their_difference(one: Arm, other: Arm) -> None:
    there, back = difference(one, other), difference(other, one)

    assert (there is None) == (back is None)
    if there and back:
        assert back == Interval(-there.value, -there.high, -there.low)
        assert by_chance(one, other)[1] == pytest.approx(by_chance(other, one)[1])


@given(arms(), arms())
def test_an_interval_holds_its_estimate_and_stays_within_bounds(one: Arm, other: Arm) -> None:
    for found, least in ((wilson(one), 0), (difference(one, other), -1)):
        if found:
            assert least - 1e-12 <= found.low <= found.value <= found.high <= 1 + 1e-12


@given(st.lists(st.floats(0, 1), max_size=12))
def test_correction_never_lowers_a_p_and_keeps_their_order(ps: list[float]) -> None:
    corrected = holm(ps)

    assert all(raw <= p <= 1 for raw, p in zip(ps, corrected, strict=True))
    assert [p for _, p in sorted(zip(ps, corrected, strict=True))] == sorted(corrected)


def test_the_adjusted_difference_is_what_others_computed() -> None:
    """Klingenberg's data by the R package criskdiff, and table 15-1 of Rothman, Greenland and Lash (2008)."""
    myeloma: Strata = {str(n): (Arm("a", m, x), Arm("b", k, y)) for n, (x, m, y, k) in enumerate(MYELOMA)}
    tolbutamide: Strata = {
        "below 55": (Arm("treated", 106, 8), Arm("placebo", 120, 5)),
        "55 and above": (Arm("treated", 98, 22), Arm("placebo", 85, 16)),
    }
    found, other = adjusted(myeloma), adjusted(tolbutamide)

    assert found
    assert other
    assert found.difference.value == pytest.approx(0.05716832, abs=1e-8)
    assert rounded(found.difference, 8) == (-0.10192703, 0.21126657)
    assert (found.segments, round(other.difference.value, 4)) == (21, 0.0349)


def test_berkeley_admitted_more_men_and_yet_preferred_women() -> None:
    found = adjusted(BERKELEY)

    assert found
    assert round(found.crude, 3) == 0.142  # 44.5 % against 30.4 %
    assert found.difference.value < 0
    assert found.simpson


def test_the_worse_treatment_of_kidney_stones_looks_better_without_their_size() -> None:
    found = adjusted(KIDNEY_STONES)

    assert found
    assert round(found.crude, 3) == round(273 / 350 - 289 / 350, 3)
    assert found.difference.value > 0
    assert found.simpson


def test_segments_that_agree_are_no_paradox() -> None:
    found = adjusted({"one": (Arm("a", 40, 20), Arm("b", 40, 10)), None: (Arm("a", 10, 5), Arm("b", 30, 10))})

    assert found
    assert (found.segments, found.simpson) == (2, False)


def test_a_segment_of_one_arm_alone_is_left_out() -> None:
    alone: Strata = {"both": (WEBINAR, FAIR), "one": (Arm("webinar", 50, 50), NOBODY)}
    found, without = adjusted(alone), adjusted({"both": (WEBINAR, FAIR)})

    assert found
    assert without
    assert (found.segments, found.difference) == (1, without.difference)
    assert found.crude == 57 / 130 - 4 / 75


def test_without_a_common_segment_nothing_is_adjusted() -> None:
    assert adjusted({}) is None
    assert adjusted({"one": (WEBINAR, NOBODY), "other": (NOBODY, FAIR)}) is None


def test_all_of_one_arm_and_none_of_the_other_is_still_no_certainty() -> None:
    found = adjusted({"only": (Arm("a", 30, 30), Arm("b", 30, 0))})

    assert found
    assert (found.difference.high, round(found.difference.low, 2)) == (1, 0.87)


@pytest.mark.parametrize("converted", [0, 30])
def test_where_nobody_or_everybody_converted_segments_do_not_differ(converted: int) -> None:
    found = adjusted({"only": (Arm("a", 30, converted), Arm("b", 30, converted))})

    assert found
    assert (found.difference, found.simpson) == (Interval(0, 0, 0), False)


@given(st.lists(st.tuples(arms("a", 5_000), arms("b", 5_000)), max_size=6))
def test_an_adjusted_difference_lies_within_its_interval_and_negates(pairs: list[tuple[Arm, Arm]]) -> None:
    there = adjusted({str(place): pair for place, pair in enumerate(pairs)})
    back = adjusted({str(place): (b, a) for place, (a, b) in enumerate(pairs)})

    assert (there is None) == (back is None)
    if there and back:
        assert -1 <= there.difference.low <= there.difference.value <= there.difference.high <= 1
        assert back.difference.value == -there.difference.value
        assert back.difference.low == pytest.approx(-there.difference.high)
        assert back.difference.high == pytest.approx(-there.difference.low)
        assert back.simpson == there.simpson


@given(
    st.lists(st.tuples(arms("a", 500, 1), arms("b", 500, 1)), min_size=1, max_size=6),
    st.randoms(use_true_random=False),
)
def test_the_order_of_segments_changes_nothing(pairs: list[tuple[Arm, Arm]], random: Random) -> None:
    strata = [(str(place), pair) for place, pair in enumerate(pairs)]
    shuffled = random.sample(strata, len(strata))

    assert adjusted(dict(strata)) == adjusted(dict(shuffled))


def test_nobody_waits_for_scipy_who_compares_nothing() -> None:
    """`tipoff --help` imports the modules that compare, and must stay quick."""
    script = f"import sys, {compare.__name__}, funnel.verdict_words; sys.exit('scipy' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0  # noqa: S603 - our own words
