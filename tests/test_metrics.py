"""Counts in, answers out: no data is never zero, and every number has its terms."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funnel.metrics import (
    CampaignCounts,
    Ratio,
    StageCounts,
    as_json,
    campaigns_answer,
    funnel_answer,
)
from funnel.playbook import Playbook
from funnel.question import About, Question, parse_question
from funnel.stage import FUNNEL, Stage

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def asked(text: str, about: About = "funnel") -> Question:
    return parse_question(about, text, NOW, Playbook(timezone="Europe/Berlin"))


def counts(by: str | None, *reached: int) -> StageCounts:
    return StageCounts(by, dict(zip(FUNNEL, reached, strict=False)))


def test_conversions_are_of_the_stage_before_and_of_all_leads() -> None:
    answer = funnel_answer(asked("2026-10"), [counts(None, 200, 80, 60, 40, 20, 10)], NOW)
    mql, sal = answer.total.steps[1:3]

    assert (mql.of_previous, mql.of_leads) == (Ratio(80, 200), Ratio(80, 200))
    assert (sal.of_previous, sal.of_leads) == (Ratio(60, 80), Ratio(60, 200))
    assert answer.total.won.value == 0.05


def test_no_leads_is_no_data_and_not_zero_percent() -> None:
    answer = funnel_answer(asked("2026-10"), [], NOW)

    assert (answer.total.leads, answer.total.won.value) == (0, None)


def test_groups_come_by_size_and_months_in_order() -> None:
    groups = [counts("2026-02", 5), counts("2026-01", 9), counts("2026-03", 7)]

    assert [one.by for one in funnel_answer(asked("all by month"), groups, NOW).groups] == [
        "2026-01",
        "2026-02",
        "2026-03",
    ]
    assert [one.by for one in funnel_answer(asked("all by source"), groups, NOW).groups] == [
        "2026-01",
        "2026-03",
        "2026-02",
    ]


def test_an_answer_states_its_window_zone_clock_and_credit() -> None:
    terms = funnel_answer(asked("2026-10 by source"), [], NOW).terms

    assert (terms.question, terms.zone, terms.clock, terms.model) == (
        "/funnel 2026-10 by source",
        "Europe/Berlin",
        "cohort",
        "first touch",
    )
    assert terms.start == datetime(2026, 9, 30, 22, tzinfo=UTC)
    assert terms.end == datetime(2026, 10, 31, 23, tzinfo=UTC)


def test_a_campaign_costs_what_was_spent_per_head_that_came() -> None:
    webinar = CampaignCounts(
        "webinar", "lead_gen", {Stage.INQUIRY: 120, Stage.MQL: 40, Stage.CUSTOMER: 4}, {"EUR": 124_000}
    )
    fair = CampaignCounts("fair", None, {Stage.INQUIRY: 10}, {"EUR": 1_000})
    first, second = campaigns_answer(asked("", "campaigns"), [fair, webinar], NOW).rows

    assert (first.campaign, second.campaign) == ("webinar", "fair")
    assert first.cpl is not None
    assert first.cac is not None
    assert (first.cpl.value, first.cac.value) == (pytest.approx(1033.33, abs=0.01), 31_000)
    assert second.cac is not None
    assert second.cac.value is None  # nobody came of it: no data, not zero


def test_spend_in_two_currencies_is_no_cost_and_is_said() -> None:
    mixed = CampaignCounts("fair", None, {Stage.INQUIRY: 10}, {"EUR": 1_000, "USD": 500})
    answer = campaigns_answer(asked("", "campaigns"), [mixed], NOW)

    assert (answer.rows[0].spend, answer.rows[0].cpl) == (None, None)
    assert answer.notes == ("Spend in several currencies, so no cost per head: fair.",)


def test_the_json_of_an_answer_has_the_promised_shape() -> None:
    said = as_json(funnel_answer(asked("2026-10 by source"), [counts("google", 8, 2), counts(None, 1)], NOW))

    assert set(said) == {"question", "terms", "rows", "notes"}
    assert set(said["terms"]) == {"start", "end", "zone", "clock", "model"}
    assert all(
        set(row) == {"by", "metric", "value", "numerator", "denominator", "previous", "note"}
        for row in said["rows"]
    )
    assert said["rows"][:2] == [
        _row("google", "inquiry", 8),
        _row("google", "mql", 2),
    ]
    assert said["rows"][2] == _row("google", "mql_of_previous", 0.25) | {"numerator": 2, "denominator": 8}


def _row(by: str, metric: str, value: float) -> dict[str, object]:
    return {
        "by": by,
        "metric": metric,
        "value": value,
        "numerator": None,
        "denominator": None,
        "previous": None,
        "note": None,
    }


@given(st.lists(st.lists(st.integers(0, 10**6), min_size=6, max_size=6), max_size=8))
def test_the_groups_add_up_to_the_total(groups: list[list[int]]) -> None:
    answer = funnel_answer(
        asked("all by source"), [counts(str(n), *reached) for n, reached in enumerate(groups)], NOW
    )

    assert [step.count for step in answer.total.steps] == [
        sum(group.steps[place].count for group in answer.groups) for place in range(len(FUNNEL))
    ]
