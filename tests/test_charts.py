"""Charts: within Slack's limits whatever is drawn, and the same as bars where Slack draws none."""

from dataclasses import replace
from typing import Any

import pytest
from briefs_samples import MONTHS, answered, campaigns, funnel, kpi
from hypothesis import given, settings
from hypothesis import strategies as st

from briefs import catalog, charts
from briefs.blocks import draw
from briefs.charts import Chart, chart
from briefs.classic import classic
from briefs.drawings import by_group, by_stage
from briefs.message import Message
from briefs.page import Page
from briefs.plain import plain
from workspace.rules.surfaces import check_message_blocks

names = st.text(max_size=40)
numbers = st.floats(-1e9, 1e9, allow_nan=False) | st.integers(-10, 10_000)


@st.composite
def drawings(draw: Any) -> Chart:
    labels = draw(st.lists(names, min_size=1, max_size=30))
    values = st.lists(numbers, min_size=len(labels), max_size=len(labels))
    series = draw(st.lists(st.tuples(names, values), min_size=1, max_size=15))
    kind = draw(st.sampled_from(["bar", "line"]))
    return chart(draw(st.text(min_size=1, max_size=80)) or "x", labels, series, kind=kind, unit=draw(names))


def page(*drawn: Chart) -> Page:
    return Page("\n\n".join(["**Title**", *map(charts.said, drawn)]))


@settings(max_examples=40)
@given(drawings())
def test_no_chart_breaks_a_rule_of_slack(one: Chart) -> None:
    drawn = draw(page(one))

    assert [block["type"] for block in drawn] == ["rich_text", "data_visualization"]
    check_message_blocks(list(drawn))
    check_message_blocks(list(classic(drawn)))


@settings(max_examples=40)
@given(drawings())
def test_a_chart_is_the_same_on_a_page_and_in_its_block(one: Chart) -> None:
    (_, block) = draw(page(one))

    assert charts.of_block(block) == one


def test_names_are_cut_to_twenty_characters_and_told_apart() -> None:
    drawn = chart("Leads", ["a" * 30, "a" * 40, "", "a" * 20], [("now", [1, 2, 3, 4]), ("now", [4, 3, 2, 1])])

    assert drawn.labels == (f"{'a' * 19}…", f"{'a' * 15} (2)", "–", "a" * 20)
    assert [name for name, _ in drawn.series] == ["now", "now (2)"]


def test_of_too_many_points_a_line_keeps_the_last_and_bars_keep_the_first() -> None:
    labels, values = [str(number) for number in range(30)], list(range(30))

    line = chart("x", labels, [("n", values)], kind="line")
    bars = chart("x", labels, [("n", values)])

    assert (line.labels[0], line.labels[-1], len(line.labels)) == ("10", "29", 20)
    assert (bars.labels[0], bars.labels[-1], len(bars.labels)) == ("0", "19", 20)


def test_the_third_chart_of_a_message_is_said_in_text() -> None:
    one = chart("x", ["a", "b"], [("n", [1, 2])])

    assert [block["type"] for block in draw(page(one, one, one))] == [
        "rich_text",
        "data_visualization",
        "data_visualization",
        "rich_text",
    ]


def test_bars_are_as_long_as_their_numbers_and_aligned() -> None:
    drawn = chart("MQLs by source", ["google", "日本", "x"], [("n", [240, 120, -5])])

    assert plain(page(drawn)).splitlines()[2:] == [
        "MQLs by source",
        f"google  {'█' * 24} 240",
        f"日本    {'█' * 12} 120",
        "x       -5",
    ]


def test_series_of_bars_are_told_apart_by_their_filling() -> None:
    drawn = chart("x", ["a"], [("now", [24]), ("before", [12])], unit="%")

    assert charts.bars(drawn).splitlines() == [
        "x",
        f"a  {'█' * 24} 24 %",
        f"   {'▒' * 12} 12 %",
        "█ now   ▒ before",
    ]


def test_a_slack_without_charts_gets_the_bars() -> None:
    blocks = catalog.answered(funnel()).payload()["blocks"]

    texts = [block["text"]["text"] for block in classic(blocks) if block["type"] == "section"]
    assert any(text.startswith("```Leads by source\ngoogle        ████") for text in texts)


# What an answer is drawn as


def test_a_funnel_is_a_bar_for_each_stage_now_and_before() -> None:
    drawn = by_stage(funnel("2026-01 vs 2025-12"))

    assert drawn
    assert drawn.labels == ("Inquiry", "MQL", "SAL", "SQL", "Opportunity", "Customer")
    assert drawn.series == (
        ("2026-01", (800, 328, 140, 85, 52, 25)),
        ("before", (650, 270, 120, 72, 42, 25)),
    )


def test_a_trend_is_a_line() -> None:
    drawn = by_group(answered("funnel", "2026 by month", MONTHS))

    assert drawn
    assert (drawn.kind, drawn.labels[0], [name for name, _ in drawn.series]) == (
        "line",
        "2026-01",
        ["Leads", "MQLs", "Customers"],
    )


def test_shares_are_drawn_in_percent_and_money_in_its_major_unit() -> None:
    share, money = by_group(kpi("mql rate 2026-01 by source")), by_group(campaigns())

    assert share
    assert money
    assert (share.unit, share.series[0][1]) == ("%", (40.0, 28.000000000000004, 50.0))
    assert money.title == "New leads by campaign"


@pytest.mark.parametrize("text", ["leads 2026-01", "mql rate 2026-01"])
def test_one_number_is_no_chart(text: str) -> None:
    assert "data_visualization" not in kinds(catalog.answered(kpi(text)))


def test_a_group_without_data_is_left_out_of_the_chart_and_stays_in_the_table() -> None:
    answer = kpi("mql rate 2026-01 by source")
    silent = replace(
        answer.lines[0],
        by="bing",
        values={"mql_rate": replace(answer.lines[0].values["mql_rate"], value=None)},
    )
    drawn = by_group(replace(answer, lines=(*answer.lines, silent)))

    assert drawn
    assert "bing" not in drawn.labels
    assert "bing" in catalog.answered(replace(answer, lines=(*answer.lines, silent))).plain


# Tables


def test_a_table_can_be_sorted_by_its_numbers() -> None:
    (table,) = (
        block
        for block in catalog.answered(kpi("mql rate 2026-01 vs 2025-12 by source")).blocks
        if block["type"] == "data_table"
    )

    assert table["caption"] == "Lead to MQL: 2026-01 vs 2025-12 by source"
    assert table["rows"][1] == [
        {"type": "raw_text", "text": "google"},
        {"type": "raw_number", "value": 40.0, "text": "40 % (200/500)"},
        {"type": "raw_number", "value": 45.0, "text": "45 %"},
        {"type": "raw_number", "value": -5.0, "text": "-5 points"},
    ]


def kinds(message: Message) -> list[str]:
    return [block["type"] for block in message.blocks]
