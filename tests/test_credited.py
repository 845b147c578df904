"""Groups as a model credits them: leads, deals and money, which is shared to the last cent."""

from collections.abc import Mapping
from math import fsum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funnel.attribution import Credit
from funnel.counts import Cell
from funnel.credited import Shares, apportioned, credited

GROUPS = st.dictionaries(
    st.sampled_from(["ads", "fair", "mail", "web", None]), st.floats(0.01, 1), min_size=1
)


def shares(currency: str | None = None, **values: float) -> Shares:
    found = frozenset({currency}) if currency else frozenset[str]()
    return Shares({name: Credit(1, value) for name, value in values.items()}, found)


def counts(cells: Mapping[str | None, Cell]) -> dict[str | None, dict[str, float]]:
    return {name: dict(cell.counts) for name, cell in cells.items()}


def test_credit_takes_the_place_of_counts_and_sums_to_them() -> None:
    cells = {"a": Cell({"leads": 2, "spend": 900}, currency="EUR"), "b": Cell({"leads": 1})}

    assert counts(credited(cells, {"leads": shares(a=0.5, c=2.5)})) == {
        "a": {"leads": 0.5, "spend": 900},
        "b": {"leads": 0},
        "c": {"leads": 2.5},
    }


def test_a_third_of_a_cent_goes_to_whom_most_of_it_belongs() -> None:
    cells = {"a": Cell({"revenue": 100}, currency="EUR")}
    found = credited(cells, {"revenue": shares("EUR", a=33.4, b=33.3, c=33.3)})

    assert counts(found) == {"a": {"revenue": 34}, "b": {"revenue": 33}, "c": {"revenue": 33}}
    assert found["b"].currency == "EUR"


@pytest.mark.parametrize("amount", [1, 99, 10**13 + 7])
@given(weights=GROUPS)
def test_the_shares_of_an_amount_sum_to_it_exactly_and_none_is_a_cent_off(
    amount: int, weights: dict[str | None, float]
) -> None:
    total = fsum(weights.values())
    exact = {name: amount * weight / total for name, weight in weights.items()}
    whole = apportioned(exact)

    assert sum(whole.values()) == amount
    assert all(abs(whole[name] - exact[name]) < 1.01 for name in exact)


def test_what_is_spent_in_another_currency_than_a_deal_is_not_added_to_it() -> None:
    cells = {"a": Cell({"leads": 1, "spend": 900}, currency="USD")}
    (cell,) = credited(cells, {"revenue": shares("EUR", a=100), "leads": shares(a=1)}).values()

    assert (dict(cell.counts), cell.currency, cell.mixed) == ({"leads": 1}, None, {"EUR", "USD"})


def test_a_deal_without_an_amount_brings_no_currency() -> None:
    (cell,) = credited({"a": Cell({"spend": 900}, currency="USD")}, {"revenue": shares("EUR", a=0)}).values()

    assert (cell.currency, cell.counts["revenue"]) == ("USD", 0)
