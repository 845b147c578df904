"""Why more leads came than were expected: parts that sum."""

from hypothesis import given
from hypothesis import strategies as st

from funnel.causes import Cause, Part, cause, percents

SIZES = st.lists(st.floats(0.001, 1e9), min_size=1, max_size=400)


def test_the_excess_goes_to_the_groups_that_exceed_what_was_expected_of_them() -> None:
    """Of 12 leads, 9 were expected of google and 3 of bing."""
    found = cause("source", {"google": 30, "bing": 3, "partner": 4}, {"google": 90, "bing": 30}, 12)

    assert found == Cause("source", (Part("google", 30, 84), Part("partner", 4, 16)), 0)


def test_what_is_missing_goes_to_the_groups_that_fell_short() -> None:
    found = cause("source", {"bing": 4}, {"google": 90, "bing": 30}, 12, missing=True)

    assert found == Cause("source", (Part("google", 0, 100),), 0)


def test_three_groups_are_named_and_the_others_are_one() -> None:
    counts: dict[str | None, float] = {"a": 50, "b": 20, None: 15, "d": 10, "e": 5}

    assert cause("campaign", counts, {}, 0) == Cause(
        "campaign", (Part("a", 50, 50), Part("b", 20, 20), Part(None, 15, 15)), 15
    )


def test_nothing_is_explained_by_what_was_not_captured() -> None:
    assert cause("landing", {None: 30}, {None: 4}, 12) is None
    assert cause("landing", {}, {}, 12) is None
    assert cause("landing", {"/": 1}, {"/": 9}, 12) is None


def test_rounding_loses_nothing() -> None:
    assert percents([1, 1, 1]) == [34, 33, 33]
    assert percents([1] * 7) == [15, 15, 14, 14, 14, 14, 14]


@given(SIZES)
def test_percents_sum_to_a_hundred_and_none_is_a_whole_one_off(sizes: list[float]) -> None:
    found = percents(sizes)

    assert sum(found) == 100
    assert all(abs(one - 100 * size / sum(sizes)) < 1.001 for one, size in zip(found, sizes, strict=True))
