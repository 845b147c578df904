"""Block Kit's limits, each refused with a pointer to the spot."""

from __future__ import annotations

from typing import Any

import pytest

from workspace.errors import SlackError
from workspace.rules.surfaces import check_message_blocks, check_view
from workspace.shapes import with_ids


def plain(text: str) -> dict[str, str]:
    return {"type": "plain_text", "text": text}


def button(text: str = "Go", **more: Any) -> dict[str, Any]:
    return {"type": "button", "text": plain(text), "action_id": "go", **more}


def options(count: int, **more: Any) -> list[dict[str, Any]]:
    return [{"text": plain("x"), "value": str(n), **more} for n in range(count)]


def actions(*elements: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "actions", "elements": list(elements), **more}


def select(**more: Any) -> dict[str, Any]:
    return {"type": "static_select", "action_id": "pick", **more}


def section(**more: Any) -> dict[str, Any]:
    return {"type": "section", **more}


def cells(*texts: str) -> list[dict[str, str]]:
    return [{"type": "raw_text", "text": text} for text in texts]


def bar(values: dict[str, float], categories: list[str]) -> dict[str, Any]:
    data = [{"label": label, "value": value} for label, value in values.items()]
    axis = {"categories": categories}
    return {"type": "bar", "series": [{"name": "Leads", "data": data}], "axis_config": axis}


def drawn(chart: dict[str, Any]) -> dict[str, Any]:
    return {"type": "data_visualization", "title": "Leads", "chart": chart}


PIE = drawn({"type": "pie", "segments": [{"label": "Organic", "value": 3}]})
TABLE = {"type": "table", "rows": [cells("a", "b")]}
DIVIDER = {"type": "divider"}
TITLED_CARD = {"type": "card", "title": plain("x")}

NAMED = {"name": "Leads", "data": [{"label": "W1", "value": 1}]}

ACCEPTED: list[dict[str, Any]] = [
    section(text=plain("x" * 3000)),
    section(fields=[plain("x" * 2000)] * 10),
    section(text=plain("x"), accessory=button()),
    {"type": "header", "text": plain("x" * 150)},
    {
        "type": "context",
        "elements": [{"type": "image", "image_url": "https://x.test/a.png", "alt_text": "a"}],
    },
    actions(button("x" * 75), select(options=options(100)), {"type": "users_select", "action_id": "u"}),
    actions({"type": "overflow", "action_id": "o", "options": options(5)}),
    {"type": "image", "image_url": "https://x.test/a.png", "alt_text": "a", "title": plain("A")},
    {"type": "markdown", "text": "x" * 12_000},
    PIE,
    drawn(bar({"W1": 3, "W2": -1}, ["W1", "W2"])),
    TABLE,
    {"type": "data_table", "caption": "Leads", "rows": [cells("a"), [{"type": "raw_number", "value": 1}]]},
    {"type": "container", "title": plain("x"), "child_blocks": [section(text=plain("x"))]},
    {"type": "layout", "label": plain("KPIs"), "rows": [{"items": [{"blocks": [section(text=plain("x"))]}]}]},
    {"type": "card", "title": plain("x"), "actions": [button()]},
    {"type": "carousel", "elements": [TITLED_CARD]},
    {"type": "video", "title": plain("x"), "alt_text": "x", "video_url": "u", "thumbnail_url": "u"},
    actions(select(option_groups=[{"label": plain("All"), "options": options(2)}])),
    section(text=plain("x"), accessory={"type": "image", "image_url": "https://x.test", "alt_text": "a"}),
    {"type": "input", "label": plain("x"), "element": {"type": "plain_text_input", "max_length": 3000}},
    {
        "type": "rich_text",
        "elements": [{"type": "rich_text_quote", "elements": [{"type": "link", "url": "u"}]}],
    },
    drawn(bar({"W1": 1}, ["W1"])) | {"title": plain("Leads")},
    {**TABLE, "column_settings": [{"align": "right"}, None]},
]

REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"type": "hologram"}, "/blocks/0/type"),
    (section(), "/blocks/0"),
    (section(text=plain("")), "/blocks/0/text/text"),
    (section(text=plain("x" * 3001)), "/blocks/0/text/text"),
    (section(text={"type": "html", "text": "x"}), "/blocks/0/text/type"),
    (section(fields=[plain("x")] * 11), "/blocks/0/fields"),
    (section(fields=[plain("x" * 2001)]), "/blocks/0/fields/0/text"),
    (section(text=plain("x"), block_id="x" * 256), "/blocks/0/block_id"),
    (section(text=plain("x"), accessory={"type": "plain_text_input"}), "/blocks/0/accessory/type"),
    ({"type": "header", "text": {"type": "mrkdwn", "text": "x"}}, "/blocks/0/text/type"),
    ({"type": "header", "text": plain("x" * 151)}, "/blocks/0/text/text"),
    ({"type": "context", "elements": [plain("x")] * 11}, "/blocks/0/elements"),
    (actions(), "/blocks/0/elements"),
    (actions(*[button()] * 26), "/blocks/0/elements"),
    (actions(button("x" * 76)), "/blocks/0/elements/0/text/text"),
    (actions(button(value="x" * 2001)), "/blocks/0/elements/0/value"),
    (actions(button(style="fancy")), "/blocks/0/elements/0/style"),
    (
        actions({"type": "button", "text": plain("x"), "action_id": "x" * 256}),
        "/blocks/0/elements/0/action_id",
    ),
    (actions(select(options=options(101))), "/blocks/0/elements/0/options"),
    (
        actions(select(options=options(1, description=plain("x" * 76)))),
        "/blocks/0/elements/0/options/0/description",
    ),
    (actions({"type": "overflow", "action_id": "o", "options": options(6)}), "/blocks/0/elements/0/options"),
    (
        actions({"type": "radio_buttons", "action_id": "r", "options": options(11)}),
        "/blocks/0/elements/0/options",
    ),
    (actions(button(confirm={"title": plain("x" * 101)})), "/blocks/0/elements/0/confirm/title"),
    ({"type": "image", "image_url": "https://x.test/a.png"}, "/blocks/0"),
    ({"type": "rich_text", "elements": [{"type": "text", "text": "x"}]}, "/blocks/0/elements/0/type"),
    (
        {
            "type": "rich_text",
            "elements": [{"type": "rich_text_list", "style": "bullet", "indent": 9, "elements": []}],
        },
        "/blocks/0/elements/0/indent",
    ),
    ({"type": "markdown", "text": "x" * 12_001}, "/blocks/0/text"),
    ({"type": "alert", "text": plain("x")}, "/blocks/0/type"),
    (drawn({"type": "donut"}), "/blocks/0/chart/type"),
    (drawn({"type": "pie", "segments": [{"label": "x", "value": 0}]}), "/blocks/0/chart/segments/0/value"),
    (
        drawn({"type": "pie", "segments": [{"label": "x" * 21, "value": 1}]}),
        "/blocks/0/chart/segments/0/label",
    ),
    (drawn(bar({"W1": 1}, ["W1", "W2"])), "/blocks/0/chart/series/0/data"),
    ({"type": "table", "rows": [cells("a")] * 101}, "/blocks/0/rows"),
    ({"type": "table", "rows": [cells("")]}, "/blocks/0/rows/0/0/text"),
    ({"type": "table", "rows": [cells("x" * 10_001)]}, "/blocks"),
    ({"type": "data_table", "rows": [cells("a"), cells("b")]}, "/blocks/0"),
    ({"type": "data_table", "caption": "x", "rows": [cells("a"), cells("b", "c")]}, "/blocks/0/rows"),
    ({"type": "card", "subtitle": plain("x")}, "/blocks/0"),
    ({"type": "container", "title": plain("x"), "child_blocks": [DIVIDER] * 11}, "/blocks/0/child_blocks"),
    ({"type": "layout", "rows": [{"items": []}]}, "/blocks/0"),
    (section(text="bare words"), "/blocks/0/text"),
    ({"type": "actions", "elements": ["go"]}, "/blocks/0/elements/0"),
    (actions(select(options=["won"])), "/blocks/0/elements/0/options/0"),
    (
        {"type": "input", "label": plain("x"), "element": {"type": "plain_text_input", "max_length": 3001}},
        "/blocks/0/element/max_length",
    ),
    ({"type": "table", "rows": [cells("a")], "column_settings": [None] * 21}, "/blocks/0/column_settings"),
    ({"type": "table", "rows": [[{"type": "icon"}]]}, "/blocks/0/rows/0/0/type"),
    ({"type": "table", "rows": [[{"type": "raw_number", "value": "1"}]]}, "/blocks/0/rows/0/0/value"),
    (
        {"type": "data_table", "caption": "x", "rows": [cells("a"), cells("b")], "page_size": 0},
        "/blocks/0/page_size",
    ),
    ({"type": "data_visualization", "title": "x"}, "/blocks/0"),
    (drawn(bar({"W1": 1}, ["W1"]) | {"series": [NAMED, NAMED]}), "/blocks/0/chart/series"),
    (
        drawn({**bar({"W1": 1}, ["W1"]), "axis_config": {"categories": ["W1"], "x_label": "x" * 51}}),
        "/blocks/0/chart",
    ),
    ({"type": "context", "elements": "x"}, "/blocks/0/elements"),
]


def pointers(refusal: SlackError) -> list[str]:
    messages = refusal.details["response_metadata"]["messages"]
    return [message.rpartition("[json-pointer:")[2].rstrip("]") for message in messages]


@pytest.mark.parametrize("block", ACCEPTED, ids=lambda block: block["type"])
def test_a_block_within_its_limits_is_accepted(block: dict[str, Any]) -> None:
    check_message_blocks([block])


@pytest.mark.parametrize(
    ("block", "pointer"), REFUSED, ids=[f"{n}-{block['type']}" for n, (block, _) in enumerate(REFUSED)]
)
def test_a_block_beyond_its_limits_is_refused_where_it_hurts(block: dict[str, Any], pointer: str) -> None:
    with pytest.raises(SlackError, match="invalid_blocks") as refusal:
        check_message_blocks([block])
    assert any(found.startswith(pointer) for found in pointers(refusal.value)), pointers(refusal.value)


@pytest.mark.parametrize(
    "blocks",
    [
        [DIVIDER] * 51,
        [section(text=plain("x"), block_id="same")] * 2,
        [PIE] * 3,
        [TABLE] * 2,
        [{"type": "markdown", "text": "x" * 7000}] * 2,
        [],
        "text",
        ["text"],
    ],
    ids=[
        "51 blocks",
        "one block_id twice",
        "3 charts",
        "2 tables",
        "too much markdown",
        "none",
        "no list",
        "no block",
    ],
)
def test_a_message_that_is_too_much_as_a_whole_is_refused(blocks: Any) -> None:
    with pytest.raises(SlackError, match="invalid_blocks"):
        check_message_blocks(blocks)


MODAL = {"type": "modal", "title": plain("x"), "blocks": [DIVIDER]}
INPUT = {"type": "input", "label": plain("x"), "element": {"type": "plain_text_input", "action_id": "v"}}


@pytest.mark.parametrize(
    "change",
    [
        {"title": plain("x" * 25)},
        {"title": None},
        {"blocks": [DIVIDER] * 101},
        {"blocks": [INPUT]},
        {"blocks": [TABLE]},
        {"blocks": [PIE]},
        {"blocks": [{"type": "markdown", "text": "x"}]},
        {"private_metadata": "x" * 3001},
        {"callback_id": "x" * 256},
        {"type": "home", "blocks": [{"type": "alert", "text": plain("x")}]},
        {"type": "poster"},
    ],
    ids=" ".join,
)
def test_a_view_that_slack_would_not_open_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(SlackError, match="invalid_arguments"):
        check_view(MODAL | change)


def test_the_home_tab_takes_charts_and_tables_and_a_modal_takes_alerts() -> None:
    check_view({"type": "home", "blocks": [PIE, TABLE]})
    check_view(MODAL | {"blocks": [{"type": "alert", "text": plain("x")}]})


def test_ids_left_out_are_filled_in_at_every_depth() -> None:
    row = {"items": [{"blocks": [actions({"type": "button", "text": plain("x")})]}]}
    filled = with_ids(
        [{"type": "layout", "label": plain("x"), "rows": [row]}, actions(button(), block_id="mine")]
    )
    inner = filled[0]["rows"][0]["items"][0]["blocks"][0]
    assert filled[0]["block_id"] != inner["block_id"] != ""
    assert inner["elements"][0]["action_id"] != ""
    assert filled[1] == actions(button(), block_id="mine")
