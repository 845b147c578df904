"""Who is better, if that can be said; and the sentence that says it."""

from collections.abc import Sequence
from random import Random

import pytest
from compare_truth import BERKELEY, FAIR, KIDNEY_STONES, WEBINAR
from hypothesis import given
from hypothesis import strategies as st

from funnel.compare import Arm
from funnel.verdict import First, Robustness, Verdict, robustness, verdict
from funnel.verdict_words import sentence

GOOD, POOR, BETWEEN = Arm("Webinar", 1000, 120), Arm("Fair", 900, 60), Arm("Ads", 400, 40)
MEN, WOMEN = Arm("men", 2691, 1198), Arm("women", 1835, 557)


def said(*arms: Arm) -> str:
    return sentence(verdict(arms))


def test_what_chance_explains_is_no_call() -> None:
    """7 of 80 against 4 of 75 looks like a lift of 64 %."""
    found = verdict([FAIR, WEBINAR])

    assert (found.kind, found.winner, found.reasons) == ("no call", None, ("chance",))
    assert sentence(found) == (
        "No call: 8.8 % against 5.3 % can be chance (p = 0.54); "
        "about 5,500 more leads each would show a 20 % lift."
    )


def test_a_clear_difference_has_a_winner() -> None:
    found = verdict([POOR, GOOD])

    assert (found.kind, found.winner, found.reasons) == ("winner", "Webinar", ())
    assert sentence(found) == (
        "Webinar wins: 12 % against 6.7 % of Fair, a difference of 5.3 points "
        "(95 % interval 2.7 to 7.9; p < 0.001)."
    )


def test_the_winner_of_several_beats_every_other() -> None:
    found = verdict([BETWEEN, POOR, GOOD])

    assert [(pair.a.name, pair.b.name) for pair in found.pairs] == [
        ("Webinar", "Ads"),
        ("Webinar", "Fair"),
        ("Ads", "Fair"),
    ]
    assert (found.kind, found.reasons) == ("no call", ("chance",))
    assert sentence(found) == (
        "No call: 12 % of Webinar against 10 % of Ads can be chance (p = 0.29); more leads, about "
        "3,000 of Webinar, 3,600 of Ads and 3,100 of Fair, would show a 20 % lift."
    )


def test_more_comparisons_ask_for_more() -> None:
    """Two arms that differ for p = 0.04 no longer do when a third is compared as well."""
    one, other = Arm("one", 400, 60), Arm("other", 400, 40)

    assert verdict([one, other]).kind == "winner"
    assert verdict([one, other, Arm("third", 400, 41)]).kind == "no call"


@pytest.mark.parametrize(
    ("arms", "sentence"),
    [
        ((), "No call: there is nothing to compare."),
        ((GOOD,), "No call: there is nothing to compare Webinar with."),
        (
            (GOOD, Arm("Fair", 0, 0)),
            "Too early: a comparison needs 30 leads each, and there are fewer from Fair (0).",
        ),
        (
            (Arm("Ads", 29, 29), Arm("Fair", 12, 0), GOOD),
            "Too early: a comparison needs 30 leads each, and there are fewer from Ads (29) and Fair (12).",
        ),
        (
            (Arm("Ads", 300, 9), Arm("Fair", 300, 0)),
            "Too early: 2 campaigns need 10 conversions together, and have 9.",
        ),
        (
            (Arm("Ads", 50, 50), Arm("Fair", 60, 60)),
            "No call: 100 % against 100 % can be chance (p = 1.00).",
        ),
        (
            (Arm("Ads", 10**12, 10**11), Arm("Fair", 10**12, 10**11)),
            (
                "No call: 10 % against 10 % can be chance (p = 1.00); "
                "with so many leads, a 20 % lift would probably have shown."
            ),
        ),
    ],
)
def test_every_degenerate_question_has_its_answer(arms: tuple[Arm, ...], sentence: str) -> None:
    assert said(*arms) == sentence


def test_two_arms_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="same name"):
        verdict([FAIR, Arm("fair", 3, 1)])


def test_nobody_wins_against_simpsons_paradox() -> None:
    found = verdict([WOMEN, MEN], BERKELEY)

    assert (found.kind, found.winner, found.simpson) == ("no call", None, True)
    assert sentence(found) == (
        "No call: 44.5 % of men against 30.4 % of women, but within like segments women is ahead "
        "by 1.8 points (Simpson’s paradox)."
    )


def test_a_paradox_that_may_be_chance_is_said_to_be() -> None:
    stones = [Arm("open surgery", 350, 273), Arm("percutaneous", 350, 289)]

    assert verdict(stones).reasons == ("chance",)
    assert verdict(stones, KIDNEY_STONES).reasons == ("simpson", "chance")
    assert sentence(verdict(stones, KIDNEY_STONES)).startswith(
        "No call: 82.6 % against 78 % can be chance (p = 0.15), "
        "and within like segments the other is ahead (Simpson’s paradox);"
    )


def test_what_the_mix_of_segments_explains_is_no_call() -> None:
    """Both convert 20 % of the small and 5 % of the large, or nearly; one has more of the small."""
    strata = {
        "small": [Arm("Ads", 800, 164), Arm("Fair", 200, 40)],
        "large": [Arm("Ads", 200, 10), Arm("Fair", 800, 40)],
    }
    found = verdict([Arm("Ads", 1000, 174), Arm("Fair", 1000, 80)], strata)

    assert (found.kind, found.reasons, found.simpson) == ("no call", ("segments",), False)
    assert sentence(found) == (
        "No call: 17.4 % of Ads against 8 % of Fair, but within like segments the difference can be chance "
        "(95 % interval -3.3 to 3.8)."
    )


def test_a_bound_that_rounds_to_zero_has_no_sign() -> None:
    strata = {
        "small": [Arm("Ads", 500, 100), Arm("Fair", 100, 14)],
        "large": [Arm("Ads", 100, 6), Arm("Fair", 500, 14)],
    }
    found = verdict([Arm("Ads", 600, 106), Arm("Fair", 600, 28)], strata)

    assert sentence(found).endswith("the difference can be chance (95 % interval 0 to 9.3).")


def test_a_winner_within_like_segments_says_so() -> None:
    strata = {
        "small": [Arm("Webinar", 500, 80), Arm("Fair", 450, 40)],
        None: [Arm("Webinar", 500, 40), Arm("Fair", 450, 20)],
    }

    assert sentence(verdict([GOOD, POOR], strata)).endswith(
        "Within like segments it is 5.3 points (95 % interval 2.7 to 7.9)."
    )


def test_segments_that_miss_leads_are_refused() -> None:
    with pytest.raises(
        ValueError, match="segments of “Webinar” add up to 12 of 100 leads, not to 120 of 1000"
    ):
        verdict([GOOD, POOR], {"small": [Arm("Webinar", 100, 12), POOR]})


def test_arms_without_a_common_segment_are_compared_without() -> None:
    found = verdict([GOOD, POOR], {"here": [GOOD], "there": [POOR]})

    assert (found.winner, found.pairs[0].adjusted) == ("Webinar", None)


def test_a_verdict_is_robust_or_says_where_it_flips() -> None:
    same = {"first touch": ["Webinar", "Fair"], "linear": ["Webinar", "Fair"]}
    flips = same | {"last touch": ["Fair", "Webinar"], "Markov": ["Ads"], "nobody's": []}
    found = verdict([GOOD, POOR], ranks=flips)

    assert robustness(same) == Robustness("first touch", "Webinar", ())
    assert found.robustness == Robustness(
        "first touch", "Webinar", (First("last touch", "Fair"), First("Markov", "Ads"))
    )
    assert sentence(found).endswith(
        "Webinar ranks first under first touch, which flips under last touch (Fair) and Markov (Ads)."
    )
    assert sentence(verdict([GOOD, POOR], ranks=same)).endswith(
        "Webinar ranks first under every attribution model."
    )
    assert robustness({}) is None
    assert robustness({"first touch": []}) is None


def test_a_name_of_any_length_leaves_room_for_the_sentence() -> None:
    assert len(said(Arm("x" * 10_000, 1000, 120), POOR)) < 300


arms = st.integers(0, 3_000).flatmap(lambda leads: st.tuples(st.just(leads), st.integers(0, leads)))
several = st.lists(arms, max_size=5).map(
    lambda counts: [Arm(f"arm {place}", *count) for place, count in enumerate(counts)]
)


@given(several, st.randoms(use_true_random=False))
def test_the_order_of_arms_changes_nothing(arms: list[Arm], random: Random) -> None:
    found = verdict(arms)

    assert verdict(random.sample(arms, len(arms))) == found
    assert sentence(found).endswith(".")


@given(several)
def test_a_winner_has_no_doubts(arms: Sequence[Arm]) -> None:
    found = verdict(arms)

    assert (found.winner is None) == bool(found.reasons)
    assert (found.kind == "winner") == (found.winner is not None)
    if found.winner:
        assert _settled(found)


def _settled(found: Verdict) -> bool:
    return all(pair.difference.low > 0 and pair.p < 0.05 for pair in found.rivals) and all(
        arm.leads >= 30 for arm in found.arms
    )
