"""Deals: each as its events left it, and what it did to the open pipeline on the way."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from funnel.deals import deals
from funnel.events import DealMoved, Person, in_order
from funnel.lead import Deal
from funnel.playbook import Playbook
from funnel.stage import Stage

MARCH = datetime(2026, 3, 1, tzinfo=UTC)
PLAYBOOK = Playbook(deal_stages={"no fit": Stage.DISQUALIFIED})


def moved(day: int, stage: str, **fields: Any) -> DealMoved:
    """What is said of the deal `d` on a day of March."""
    return DealMoved(
        id=fields.pop("id", f"{day} {stage}"),
        source="crm",
        time=MARCH + timedelta(days=day - 1),
        deal=fields.pop("deal", "d"),
        person=Person(email="ana@example.com"),
        stage=stage,
        **fields,
    )


def told(*events: DealMoved) -> Deal:
    (deal,) = deals(sorted(events, key=in_order), PLAYBOOK)
    return deal


def moves(*events: DealMoved) -> list[tuple[int, str, int]]:
    """On which day a deal did what to the pipeline, and what that added to it, in cents."""
    return [(move.at.day, move.kind, move.added) for move in told(*events).moves]


def test_a_deal_is_created_and_won_with_what_it_was_worth_on_the_day() -> None:
    assert moves(moved(1, "open", amount="10.50"), moved(9, "won")) == [
        (1, "created", 1050),
        (9, "won", -1050),
    ]


def test_whatever_is_no_win_is_a_loss_to_the_pipeline() -> None:
    assert moves(moved(1, "open", amount=1), moved(2, "no fit")) == [(1, "created", 100), (2, "lost", -100)]


def test_a_deal_that_is_won_at_another_amount_is_changed_first() -> None:
    assert moves(moved(1, "open", amount=10), moved(9, "won", amount=12)) == [
        (1, "created", 1000),
        (9, "changed", 200),
        (9, "won", -1200),
    ]


def test_a_deal_may_be_reopened_at_another_amount_and_lost() -> None:
    events = [moved(1, "open", amount=10), moved(2, "won"), moved(3, "open", amount=7), moved(4, "lost")]

    assert moves(*events) == [
        (1, "created", 1000),
        (2, "won", -1000),
        (3, "reopened", 700),
        (4, "lost", -700),
    ]


def test_a_deal_that_is_closed_as_it_is_created_was_never_open_for_any_time() -> None:
    deal = told(moved(1, "won", amount=10))

    assert [(move.kind, move.at == move.until) for move in deal.moves] == [("created", True), ("won", False)]


def test_what_is_said_of_a_closed_deal_changes_no_pipeline() -> None:
    events = [moved(1, "open", amount=10), moved(2, "won"), moved(3, "won", amount=99), moved(4, "lost")]

    assert moves(*events) == [(1, "created", 1000), (2, "won", -1000)]


def test_a_step_on_the_way_is_no_move() -> None:
    assert moves(moved(1, "open", amount=10), moved(2, "proposal sent", amount=10)) == [(1, "created", 1000)]


def test_a_deal_without_an_amount_is_worth_nothing_until_somebody_names_one() -> None:
    assert moves(moved(1, "open"), moved(2, "open", amount=5)) == [(1, "created", 0), (2, "changed", 500)]


def test_in_another_currency_a_deal_is_gone_from_the_old_one() -> None:
    deal = told(moved(1, "open", amount=10), moved(2, "open", amount=9, currency="EUR"))

    assert [(move.kind, move.added, move.amount, move.currency) for move in deal.moves] == [
        ("created", 1000, 1000, "USD"),
        ("changed", -1000, 0, "USD"),
        ("changed", 900, 900, "EUR"),
    ]


def test_the_day_by_which_it_is_expected_stays_until_another_is_named() -> None:
    deal = told(
        moved(1, "open", close_date="2026-03-31"), moved(2, "open"), moved(5, "open", close_date="2026-04-30")
    )

    assert deal.close_date == date(2026, 4, 30)
    assert [(move.kind, move.close_date, move.until) for move in deal.moves] == [
        ("created", date(2026, 3, 31), MARCH + timedelta(days=4)),
        ("rescheduled", date(2026, 4, 30), None),
    ]


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026-03-31", date(2026, 3, 31)),
        ("2026-03-31T22:00:00.000Z", date(2026, 3, 31)),
        (" 2026-03-31t00:00:00z ", date(2026, 3, 31)),
        (datetime(2026, 3, 31, 23, tzinfo=UTC), date(2026, 3, 31)),
        (date(2026, 3, 31), date(2026, 3, 31)),
        ("", None),
        (None, None),
    ],
)
def test_crms_write_a_day_in_several_ways(written: object, day: date | None) -> None:
    assert moved(1, "open", close_date=written).close_date == day


@pytest.mark.parametrize(
    "written", ["soon", "31/03/2026", "2026-02-30", 20260331, "<!channel>\n" * 1000, ["x"]]
)
def test_what_is_no_day_is_refused_in_a_sentence(written: object) -> None:
    with pytest.raises(ValidationError, match="is not a day such as 2026-03-31"):
        moved(1, "open", close_date=written)


@pytest.mark.parametrize("written", ["0001-01-01", "9999-12-31"])
def test_a_day_that_no_calendar_of_ours_can_show_is_refused(written: str) -> None:
    with pytest.raises(ValidationError, match="is not between the years 1970 and 2199"):
        moved(1, "open", close_date=written)


said = st.builds(
    moved,
    st.integers(1, 9),
    st.sampled_from(["open", "proposal sent", "won", "lost", "no fit"]),
    id=st.uuids().map(str),
    amount=st.none() | st.integers(0, 10**6).map(lambda cents: f"{cents / 100:.2f}"),
    currency=st.sampled_from([None, "USD", "EUR"]),
    close_date=st.sampled_from([None, "2026-03-04", "2026-04-01"]),
)


@given(st.lists(said, min_size=1, max_size=12))
def test_the_moves_of_a_deal_add_up_to_what_it_is(events: Sequence[DealMoved]) -> None:
    deal = told(*events)
    added = {
        money: sum(move.added for move in deal.moves if move.currency == money) for money in ("USD", "EUR")
    }

    assert {money: sum_ for money, sum_ in added.items() if sum_} == (
        {deal.currency: deal.amount} if deal.open and deal.amount else {}
    )
    assert [move.kind for move in deal.moves].count("created") == 1
    assert deal.moves[-1].open == deal.open


@given(st.lists(said, min_size=1, max_size=12))
def test_each_move_stands_until_the_next(events: Sequence[DealMoved]) -> None:
    every = told(*events).moves

    assert [move.until for move in every] == [*(move.at for move in every[1:]), None]


def test_ten_thousand_events_of_one_deal_are_told_at_once() -> None:
    events = [moved(1, "open", id=f"{number:05}", amount=number) for number in range(10_000)]

    assert len(told(*events).moves) == 10_000
