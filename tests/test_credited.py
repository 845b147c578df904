"""Counts under an attribution model."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from funnel.attribution import MODELS, Conversion, Credit, Model, Touchpoint, attribute
from funnel.counts import Ask, Cell, Filter
from funnel.credited import credited_asks, with_credit
from funnel.dimension import Dimension
from funnel.events import EventKey
from funnel.period import Period
from funnel.question import Question

NOVEMBER = Period(datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC), "2026-11", "UTC")
NAMES = frozenset({"leads", "mqls", "revenue", "spend"})


def ask(by: Dimension | None) -> Ask:
    return Ask(NAMES, NOVEMBER, by=by, where=(Filter("country", "DE"),))


def asked(model: Model | None) -> Question:
    return Question("kpi", NOVEMBER, by="campaign", metric="leads", model=model)


def test_without_a_model_nothing_is_shared() -> None:
    assert credited_asks([ask("campaign")], asked(None)) == {}


def test_only_conversions_are_shared_and_only_among_what_can_be_credited() -> None:
    found = credited_asks([ask(None), ask("country"), ask("campaign")], asked("linear"))

    assert {name for _, name in found} == {"leads", "mqls", "revenue"}
    assert {of for of, _ in found} == {ask("campaign")}
    assert all(one.by is None and one.where == ask(None).where for one in found.values())


def test_revenue_is_that_of_the_customers_won_in_the_window() -> None:
    found = credited_asks([ask("campaign")], asked("linear"))[ask("campaign"), "revenue"]

    assert (found.names, found.clock) == ({"customers"}, "activity")


def test_a_count_is_replaced_by_its_credit_and_the_others_stay() -> None:
    cells = {"Spring": Cell({"leads": 3, "spend": 500}, currency="USD"), "Autumn": Cell({"leads": 1})}

    shared = with_credit(cells, "leads", {"Spring": Credit(1.5, 0), None: Credit(2.5, 0)})

    assert shared["Spring"] == Cell({"leads": 1.5, "spend": 500}, currency="USD")
    assert shared["Autumn"].counts == {}
    assert shared[None].counts == {"leads": 2.5}


def test_revenue_in_several_currencies_is_shared_by_nobody() -> None:
    cells = {"Spring": Cell({"revenue": 100, "spend": 500}, currency="USD")}
    credit = {"Spring": Credit(1, 100.0)}

    assert with_credit(cells, "revenue", credit, None)["Spring"].counts == {"spend": 500}
    assert with_credit(cells, "revenue", credit, "EUR")["Spring"].counts == {"spend": 500}
    assert with_credit(cells, "revenue", credit, "USD")["Spring"].counts == {"spend": 500, "revenue": 100.0}


@given(
    keys=st.lists(st.lists(st.sampled_from(["a", "b", "c", None]), max_size=5), max_size=8),
    model=st.sampled_from(MODELS),
)
def test_under_every_model_the_groups_add_up_to_the_conversions(
    keys: list[list[str | None]], model: Model
) -> None:
    at = datetime(2026, 11, 20, tzinfo=UTC)
    conversions = [
        Conversion(
            at,
            tuple(
                Touchpoint(at - timedelta(days=place), EventKey("test", str(place)), key)
                for place, key in enumerate(touched)
            ),
        )
        for touched in keys
    ]

    shared = with_credit({}, "leads", attribute(conversions, {}, model))

    assert abs(sum(cell.counts["leads"] for cell in shared.values()) - len(keys)) < 1e-9
