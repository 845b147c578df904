"""Formulas: printed and parsed again they are the same, and what is unknown stays unknown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funnel.formula import (
    FUNCTIONS,
    Call,
    Formula,
    Name,
    Number,
    Operation,
    Result,
    evaluate,
    expanded,
    leaves,
    names,
    parse,
)

NAMES = st.sampled_from(["leads", "mqls", "spend", "response_time"])
LEAVES: st.SearchStrategy[Formula] = st.one_of(
    st.builds(Name, NAMES),
    st.builds(Number, st.integers(0, 1000)),
    st.builds(
        Call, st.sampled_from(FUNCTIONS), NAMES, st.one_of(st.none(), st.just("source"), st.integers(1, 90))
    ),
)
FORMULAS = st.recursive(
    LEAVES, lambda inner: st.builds(Operation, inner, st.sampled_from(["+", "-", "*", "/"]), inner)
)


@given(FORMULAS)
def test_a_formula_printed_and_parsed_again_is_the_same(formula: Formula) -> None:
    assert parse(str(formula)) == formula


@given(FORMULAS, st.floats(0.1, 10), st.floats(0.1, 10))
def test_a_formula_means_what_its_text_means(formula: Formula, leads: float, others: float) -> None:
    numbers = {str(leaf): leads if leaf.name == "leads" else others for leaf in leaves(formula)}
    text = str(formula)
    for leaf in sorted(numbers, key=len, reverse=True):
        text = text.replace(leaf, f"({numbers[leaf]!r})") if "(" in leaf else text
    value = evaluate(formula, numbers).value
    if value is not None:
        truth = eval(text, {}, {name: numbers[name] for name in numbers if "(" not in name})  # noqa: S307 - Python is the independent truth, of text made here
        assert value == pytest.approx(truth)


def test_it_prints_only_the_brackets_that_it_needs() -> None:
    assert str(parse("(a * b) / (c + (d - e))")) == "a * b / (c + (d - e))"


def test_a_division_has_its_receipt() -> None:
    formula = parse("(positive - negative) / (positive + neutral + negative)")

    assert evaluate(formula, {"positive": 6, "neutral": 2, "negative": 2}) == Result(0.4, 4, 10)
    assert names(formula) == {"positive", "neutral", "negative"}


@pytest.mark.parametrize("denominator", [0, -3, None])
def test_a_share_of_nothing_is_no_data_and_never_zero(denominator: float | None) -> None:
    assert evaluate(parse("mqls / leads"), {"mqls": 0, "leads": denominator}).value is None


def test_what_is_unknown_makes_the_whole_unknown() -> None:
    assert evaluate(parse("revenue * margin - spend"), {"revenue": 9, "margin": None, "spend": 1}) == Result(
        None
    )


def test_a_name_of_another_formula_stands_for_it() -> None:
    definitions = {"win_rate": "won / (won + lost)", "worth": "win_rate * deal"}

    assert str(expanded(parse("worth / days"), definitions)) == "won / (won + lost) * deal / days"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "leads /",
        "__import__('os')",
        "leads if mqls else 0",
        "leads ** 2",
        "'a'",
        "median(1)",
        "within(a, b + 1)",
    ],
)
def test_what_is_not_arithmetic_over_names_is_no_formula(text: str) -> None:
    with pytest.raises(ValueError, match=r"^not "):
        parse(text)
