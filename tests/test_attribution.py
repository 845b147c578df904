"""Whom a conversion is owed to: every model, by the published figures and by its laws."""

import csv
import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from math import fsum
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funnel.attribution import (
    HEURISTICS,
    MODELS,
    Conversion,
    Credit,
    Heuristic,
    Model,
    Touchpoint,
    attribute,
    credits_of,
    named,
    path_of,
    ranks,
)
from funnel.attribution_rules import Attribution
from funnel.events import EventKey
from funnel.markov import Ends, Key, TouchPath, markov_shares, removal_effects

WON = datetime(2026, 11, 20, 9, tzinfo=UTC)
DATA = Path(__file__).parents[2] / "shared" / "data" / "attribution"
real_paths = pytest.mark.skipif(not DATA.is_dir(), reason=f"the attribution data is not at {DATA}")


def touch(key: Key, days: float, id: str = "") -> Touchpoint:  # noqa: A002 - an event's id
    """A touch so many days before the conversion."""
    return Touchpoint(WON - timedelta(days=days), EventKey("test", id or f"{key}-{days}"), key)


def won(*touches: Touchpoint, **more: Any) -> Conversion:
    return Conversion(WON, touches, **more)


def shares(conversion: Conversion, model: Heuristic, **rules: float) -> dict[Key, float]:
    return {
        key: round(share, 3) for key, share in credits_of(conversion, model, Attribution(**rules)).items()
    }


# One conversion

FOUR = won(touch("ad", 40), touch("mail", 30), touch("expo", 20), touch("web", 10))


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("first", {"ad": 1}),
        ("last", {"web": 1}),
        ("linear", {"ad": 0.25, "expo": 0.25, "mail": 0.25, "web": 0.25}),
        ("u", {"ad": 0.4, "expo": 0.1, "mail": 0.1, "web": 0.4}),
    ],
)
def test_a_model_shares_a_conversion_among_its_touches(model: Heuristic, expected: dict[Key, float]) -> None:
    assert shares(FOUR, model) == expected


@pytest.mark.parametrize(
    ("touches", "expected"),
    [
        ([touch("ad", 9)], {"ad": 1}),
        ([touch("ad", 9), touch("web", 1)], {"ad": 0.5, "web": 0.5}),
        ([touch("ad", 9), touch("mail", 5), touch("web", 1)], {"ad": 0.4, "mail": 0.2, "web": 0.4}),
    ],
)
def test_a_u_of_one_or_two_touches_has_no_middle_to_credit(
    touches: list[Touchpoint], expected: dict[Key, float]
) -> None:
    assert shares(won(*touches), "u") == expected


JOURNEY = (touch("ad", 40), touch("mail", 35), touch("form", 30), touch("call", 15), touch("demo", 2))
KNOWN = WON - timedelta(days=30)
OPENED = WON - timedelta(days=14)


def test_a_w_credits_the_first_touch_and_those_that_made_the_lead_and_the_deal() -> None:
    assert shares(won(*JOURNEY, created_at=KNOWN, opportunity_at=OPENED), "w") == {
        "ad": 0.3,
        "call": 0.3,
        "demo": 0.05,
        "form": 0.3,
        "mail": 0.05,
    }


def test_a_full_path_credits_the_last_touch_too() -> None:
    assert shares(won(*JOURNEY, created_at=KNOWN, opportunity_at=OPENED), "full") == {
        "ad": 0.225,
        "call": 0.225,
        "demo": 0.225,
        "form": 0.225,
        "mail": 0.1,
    }


def test_a_touch_that_stands_for_two_moments_has_the_share_of_both() -> None:
    form_first = won(touch("form", 30), touch("call", 15), touch("web", 2), created_at=KNOWN)

    assert shares(won(*form_first.touches, created_at=KNOWN, opportunity_at=OPENED), "w") == {
        "call": 0.3,
        "form": 0.6,
        "web": 0.1,
    }


def test_the_share_of_an_unknown_moment_is_spread_over_the_others_in_proportion() -> None:
    no_deal = won(*JOURNEY, created_at=KNOWN)

    assert shares(no_deal, "w") == {
        "ad": round(0.3 / 0.7, 3),
        "call": round(0.1 / 3 / 0.7, 3),
        "demo": round(0.1 / 3 / 0.7, 3),
        "form": round(0.3 / 0.7, 3),
        "mail": round(0.1 / 3 / 0.7, 3),
    }


@pytest.mark.parametrize(
    "later", [WON + timedelta(days=1), WON - timedelta(days=41)], ids=["after the win", "before any touch"]
)
def test_a_moment_without_a_touch_before_it_is_an_unknown_one(later: datetime) -> None:
    assert credits_of(won(*JOURNEY, created_at=KNOWN, opportunity_at=later), "w") == credits_of(
        won(*JOURNEY, created_at=KNOWN), "w"
    )


def test_time_decay_is_as_it_should_be_and_not_as_it_is_published() -> None:
    """The usual example rounds these to 6, 12, 18, 28 and 36 %, which is wrong."""
    touches = [touch(f"{days:g} days", days) for days in (14, 10.5, 7, 3.5, 0)]

    assert shares(won(*touches), "decay") == {
        "0 days": 0.356,
        "10.5 days": 0.126,
        "14 days": 0.089,
        "3.5 days": 0.252,
        "7 days": 0.178,
    }


def test_the_half_life_is_the_playbooks() -> None:
    assert shares(won(touch("ad", 30), touch("web", 0)), "decay", half_life_days=30) == {
        "ad": 0.333,
        "web": 0.667,
    }


def test_very_old_touches_fade_to_nothing_and_break_nothing() -> None:
    assert shares(won(touch("ad", 89), touch("mail", 80)), "decay", half_life_days=0.001) == {"mail": 1}


@pytest.mark.parametrize("model", HEURISTICS)
def test_what_came_after_the_conversion_or_before_the_look_back_is_not_credited(model: Heuristic) -> None:
    around = won(touch("late", -0.001), touch("in", 0), touch("in", 90, "edge"), touch("old", 90.001))

    assert shares(around, model) == {"in": 1}


@pytest.mark.parametrize("model", HEURISTICS)
def test_a_conversion_without_touches_is_credited_to_what_was_not_captured(model: Heuristic) -> None:
    assert shares(won(touch("old", 91)), model) == {None: 1}


def test_of_touches_at_the_same_time_the_events_key_says_which_came_first() -> None:
    tied = won(touch("b", 3, "1"), touch("a", 3, "2"))

    assert (shares(tied, "first"), shares(tied, "last")) == ({"b": 1}, {"a": 1})


def test_every_model_is_said_in_words() -> None:
    assert [named(model) for model in MODELS] == [
        "first touch",
        "last touch",
        "linear",
        "U-shaped 40/20/40",
        "W-shaped 30/30/30, 10 for the rest",
        "full path 22.5/22.5/22.5/22.5, 10 for the rest",
        "time decay, half-life 7 days",
        "Markov chain of order 1, by removal effects",
    ]
    assert named("decay", Attribution(half_life_days=3.5)) == "time decay, half-life 3.5 days"


# Many conversions


def test_credit_is_a_share_of_conversions_and_of_what_they_are_worth() -> None:
    conversions = [
        won(touch("ad", 3), touch("web", 1), value=100),
        won(touch("web", 2), value=50),
        won(value=7),
    ]

    assert attribute(conversions, {}, "linear") == {
        "ad": Credit(0.5, 50),
        "web": Credit(1.5, 100),
        None: Credit(1, 7),
    }


@pytest.mark.parametrize("model", MODELS)
def test_nobody_who_converted_is_nobody_to_credit(model: Model) -> None:
    assert attribute([], {("ad",): 3}, model) == {}


def test_who_is_ahead_depends_on_the_model() -> None:
    conversions = [won(touch("ad", 9), touch("web", 1)), won(touch("ad", 8), touch("web", 1)), won()]
    models: tuple[Heuristic, ...] = ("first", "last", "linear")

    assert ranks(conversions, {}, models) == {
        "first": ("ad", None),
        "last": ("web", None),
        "linear": ("ad", "web", None),
    }


def test_what_differs_only_in_its_last_digits_is_a_tie() -> None:
    thirds = [won(*(touch(key, days, f"{days}{key}") for days, key in enumerate("bac"))) for _ in range(7)]

    assert ranks(thirds, {}, ["linear"]) == {"linear": ("a", "b", "c")}


def test_a_path_is_made_of_the_touches_that_share_the_conversion() -> None:
    assert path_of(won(touch("web", 10), touch("ad", 91), touch("late", -1), touch("mail", 20))) == (
        "mail",
        "web",
    )
    assert path_of(won()) == ()


# The Markov chain


def test_a_key_that_everybody_passes_would_take_every_conversion_with_it() -> None:
    paths = {("ad", "web"): Ends(2, 1), ("web",): Ends(1, 4), ("ad",): Ends(0, 3)}

    assert removal_effects(paths)["web"] == pytest.approx(1)


def test_the_removal_effects_of_a_small_chain_are_those_that_one_finds_by_hand() -> None:
    """Start goes to a or b, half and half; a goes on to b or is lost; b converts every other time.

    Without a, of 3/8 only the 1/4 remains that comes to b at once: 1/3 is lost. Without b nothing remains.
    """
    paths = {("a", "b"): Ends(1, 1), ("b",): Ends(2, 2), ("a",): Ends(0, 2)}
    effects = removal_effects(paths)

    assert effects == {"a": pytest.approx(1 / 3), "b": pytest.approx(1)}
    assert markov_shares(paths) == {"a": pytest.approx(1 / 4), "b": pytest.approx(3 / 4)}


def test_staying_at_a_key_changes_nothing() -> None:
    once = {("a", "b"): Ends(1, 1), ("b",): Ends(2, 3)}
    lingering = {("a", "a", "a", "b", "b"): Ends(1, 1), ("b",): Ends(2, 3)}

    assert removal_effects(lingering)["a"] == pytest.approx(removal_effects(once)["a"])


def test_a_path_without_touches_is_one_of_a_key_that_was_not_captured() -> None:
    assert removal_effects({(): Ends(1, 1), ("a",): Ends(1, 0)}) == {
        "a": pytest.approx(1 / 2),
        None: pytest.approx(1 / 2),
    }


@pytest.mark.parametrize("paths", [{}, {("a",): Ends(0, 0)}])
def test_where_nobody_went_there_is_no_effect(paths: dict[TouchPath, Ends]) -> None:
    assert (removal_effects(paths), markov_shares(paths)) == ({}, {})


def test_where_nobody_converted_nothing_would_be_lost() -> None:
    paths = {("a", "b"): Ends(0, 3), ("b",): Ends(0, 1)}

    assert removal_effects(paths) == markov_shares(paths) == {"a": 0, "b": 0}


# The published figures


@cache
def truth() -> Any:
    return json.loads((DATA / "truth.json").read_text(encoding="utf-8"))


@cache
def published() -> tuple[list[Conversion], Counter[TouchPath]]:
    """The conversions of the data set, each with an equal part of its row's value, and the lost paths."""
    conversions: list[Conversion] = []
    nulls: Counter[TouchPath] = Counter()
    with (DATA / "PathData.csv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            keys = row["path"].split(" > ")
            touches = tuple(touch(key, len(keys) - place, f"{place:03}") for place, key in enumerate(keys))
            times = int(row["total_conversions"])
            value = float(row["total_conversion_value"]) / times if times else 0
            conversions += [won(*touches, value=value)] * times
            nulls[tuple(keys)] += int(row["total_null"])
    return conversions, nulls


@real_paths
@pytest.mark.parametrize("model", ["first", "last", "linear"])
def test_the_simple_models_give_the_published_credits(model: Model) -> None:
    credited = attribute(*published(), model)
    expected = {
        key: (credit[f"{model}_touch_conversions"], credit[f"{model}_touch_value"])
        for key, credit in truth()["heuristic_models (package output)"].items()
    }

    assert credited.keys() == expected.keys()
    for key, (conversions, value) in expected.items():
        assert credited[key] == (pytest.approx(conversions, abs=1e-6), pytest.approx(value, abs=1e-6))


@real_paths
def test_the_u_model_gives_the_published_credits() -> None:
    credited = attribute(*published(), "u")
    expected = truth()["position_based_40_20_40 (independent; 1 touch 100%, 2 touches 50/50)"]

    assert {key: credit.conversions for key, credit in credited.items()} == pytest.approx(expected, abs=1e-6)


@real_paths
def test_the_markov_model_gives_the_exact_removal_effects() -> None:
    conversions, nulls = published()
    expected = truth()["markov_order1_exact"]
    converted = Counter(path_of(one) for one in conversions)
    effects = removal_effects({path: Ends(converted[path], nulls[path]) for path in converted | nulls})
    credited = attribute(conversions, nulls, "markov")

    assert effects == pytest.approx(expected["removal_effect"], abs=1e-6)
    assert {key: credit.conversions for key, credit in credited.items()} == pytest.approx(
        expected["conversions"], abs=1e-4
    )


@real_paths
@pytest.mark.parametrize("model", MODELS)
def test_every_model_credits_all_conversions_of_the_data_set_and_all_their_value(model: Model) -> None:
    credited = attribute(*published(), model)

    assert fsum(credit.conversions for credit in credited.values()) == pytest.approx(19_785, abs=1e-6)
    assert fsum(credit.value for credit in credited.values()) == pytest.approx(74_802.971587, abs=1e-6)


# Laws

KEYS = st.sampled_from(["ad", "expo", "mail", "web", None])
DAYS = st.floats(-10, 120)
TIMES = st.none() | DAYS.map(lambda days: WON - timedelta(days=days))
TOUCHES = st.lists(
    st.builds(touch, KEYS, DAYS, st.text("abc", min_size=1, max_size=3)),
    max_size=8,
    unique_by=lambda t: t[:2],
)
CONVERSIONS = st.builds(
    lambda touches, value, created, opened: won(
        *touches, value=value, created_at=created, opportunity_at=opened
    ),
    TOUCHES,
    st.floats(0, 1e6),
    TIMES,
    TIMES,
)
RULES = st.builds(Attribution, lookback_days=st.floats(0.01, 200), half_life_days=st.floats(0.001, 100))
PATHS = st.dictionaries(
    st.lists(KEYS, max_size=6).map(tuple), st.builds(Ends, st.integers(0, 50), st.integers(0, 50)), max_size=8
)
NULLS = st.dictionaries(st.lists(KEYS, max_size=6).map(tuple), st.integers(0, 50), max_size=8)


@given(CONVERSIONS, st.sampled_from(HEURISTICS), RULES)
def test_the_credits_of_a_conversion_sum_to_one(
    conversion: Conversion, model: Heuristic, rules: Attribution
) -> None:
    credit = credits_of(conversion, model, rules)

    assert fsum(credit.values()) == pytest.approx(1, abs=1e-15 * 8)
    assert all(0 < share <= 1 for share in credit.values())


@given(CONVERSIONS, st.sampled_from(HEURISTICS), RULES, st.randoms(use_true_random=False))
def test_the_order_in_which_touches_are_handed_in_does_not_matter(
    conversion: Conversion, model: Heuristic, rules: Attribution, dice: Random
) -> None:
    touches = list(conversion.touches)
    dice.shuffle(touches)
    shuffled = won(*touches, created_at=conversion.created_at, opportunity_at=conversion.opportunity_at)

    assert credits_of(shuffled, model, rules) == credits_of(conversion, model, rules)


@given(st.lists(CONVERSIONS, max_size=6), NULLS, st.sampled_from(MODELS), st.randoms(use_true_random=False))
def test_the_totals_are_the_conversions_in_whatever_order_they_come(
    conversions: list[Conversion], nulls: dict[TouchPath, int], model: Model, dice: Random
) -> None:
    credited = attribute(conversions, nulls, model)
    dice.shuffle(conversions)

    assert fsum(credit.conversions for credit in credited.values()) == pytest.approx(len(conversions))
    assert fsum(credit.value for credit in credited.values()) == pytest.approx(
        fsum(one.value for one in conversions)
    )
    assert attribute(conversions, nulls, model) == credited


@given(st.lists(CONVERSIONS, max_size=6), NULLS, NULLS, st.sampled_from(HEURISTICS))
def test_who_did_not_convert_changes_no_heuristic(
    conversions: list[Conversion],
    nulls: dict[TouchPath, int],
    others: dict[TouchPath, int],
    model: Heuristic,
) -> None:
    assert attribute(conversions, nulls, model) == attribute(conversions, others, model)


@given(PATHS)
def test_a_removal_effect_is_a_share_and_the_shares_sum_to_one(paths: dict[TouchPath, Ends]) -> None:
    effects = removal_effects(paths)

    assert all(0 <= effect <= 1 for effect in effects.values())
    assert fsum(markov_shares(paths).values()) == pytest.approx(
        1 if any(ends.converted for ends in paths.values()) else 0
    )


@given(PATHS)
def test_a_removal_effect_is_what_is_lost_when_whoever_comes_to_the_key_is_lost_there(
    paths: dict[TouchPath, Ends],
) -> None:
    """Against the definition: the chain is walked again without the key, step by step until nothing moves."""
    effects = removal_effects(paths)
    before = chance_of_converting(paths, without=())

    for key, effect in effects.items():
        after = chance_of_converting(paths, without=(key,))
        assert effect == pytest.approx(1 - after / before if before else 0, abs=1e-6)


def chance_of_converting(paths: dict[TouchPath, Ends], without: TouchPath) -> float:
    """How likely who starts is to convert, if whoever comes to a key `without` is lost."""
    moves: dict[object, Counter[object]] = {}
    for path, ends in paths.items():
        way = ("start", *((key, "key") for key in path or (None,)))
        for here, there in pairwise(way):
            moves.setdefault(here, Counter())[there] += sum(ends)
        moves.setdefault(way[-1], Counter()).update({"converted": ends.converted, "lost": ends.lost})
    gone = {(key, "key") for key in without}
    chance: dict[object, float] = {"converted": 1.0}
    change = 1.0
    while change > 1e-12:
        change = 0.0
        for here, steps in moves.items():
            total = steps.total()
            now = (
                0.0
                if here in gone or not total
                else fsum(times / total * chance.get(there, 0.0) for there, times in steps.items())
            )
            change = max(change, abs(now - chance.get(here, 0.0)))
            chance[here] = now
    return chance.get("start", 0.0)
