"""Block Kit as HTML: what each block and element turns into."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from workspace_rig import ANNA, APP, QUICK, Markup, page_of, serving

from workspace import Workspace
from workspace.answers import answer, initial
from workspace.page.blocks import Canvas, draw
from workspace.page.emoji import UNICODE, emojized
from workspace.page.reader import Reader

Json = dict[str, Any]
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC).timestamp()
WORLD = Workspace(QUICK, clock=lambda: NOW).world
READER = Reader(WORLD, WORLD.users[ANNA])


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def drawn(block: Json, **canvas: Any) -> str:
    return str(draw({"block_id": "b", **block}, Canvas(READER, **canvas)))


def leaf(kind: str, **fields: Any) -> Json:
    return {"type": kind, **fields}


def lines(*leaves: Json) -> Json:
    return {"type": "rich_text_section", "elements": list(leaves)}


@pytest.mark.parametrize(
    ("element", "html"),
    [
        (leaf("text", text="*a* <@U1>"), "*a* &lt;@U1&gt;"),
        (leaf("text", text="a", style={"bold": True, "italic": True}), "<em><strong>a</strong></em>"),
        (leaf("text", text="a", style={"code": True}), "<code>a</code>"),
        (leaf("text", text="a", style={"strike": True}), "<s>a</s>"),
        (
            leaf("link", url="ftp://x.test"),
            '<span class="dead-link" title="Not a link to follow: ftp://x.test">ftp://x.test</span>',
        ),
        (leaf("user", user_id="U0BEN"), '<span class="mention">@Ben Okafor</span>'),
        (leaf("channel", channel_id="C0LEADS"), '<span class="mention">#leads</span>'),
        (leaf("channel", channel_id="G0MANAGERS"), '<span class="mention">#private channel</span>'),
        (leaf("broadcast", range="here"), '<span class="mention">@here</span>'),
        (leaf("usergroup", usergroup_id="S1"), '<span class="mention">@S1</span>'),
        (leaf("emoji", name="fire"), "🔥"),
        (leaf("emoji", name="unheard_of"), ":unheard_of:"),
        (leaf("color", value="#ff0000"), "<code>#ff0000</code>"),
        (leaf("team", team_id="T1"), '<span class="muted">[team]</span>'),
    ],
)
def test_rich_text_elements_are_never_parsed(element: Json, html: str) -> None:
    block = drawn({"type": "rich_text", "elements": [lines(element)]})
    assert block == (
        '<div class="block rich_text"><div class="rich-text">'
        f'<div class="rich-section">{html}</div></div></div>'
    )


def test_lists_quotes_and_code_keep_their_shape() -> None:
    items = [
        {
            "type": "rich_text_list",
            "style": "ordered",
            "offset": 2,
            "elements": [lines(leaf("text", text="three"))],
        },
        {
            "type": "rich_text_list",
            "style": "bullet",
            "indent": 1,
            "elements": [lines(leaf("text", text="deeper"))],
        },
        {"type": "rich_text_quote", "elements": [leaf("text", text="said")]},
        {"type": "rich_text_preformatted", "elements": [leaf("text", text="x = 1")]},
    ]
    html = drawn({"type": "rich_text", "elements": items})
    assert '<ol class="indent-0" start="3"><li><div class="rich-section">three</div></li></ol>' in html
    assert '<ul class="indent-1"><li><div class="rich-section">deeper</div></li></ul>' in html
    assert "<blockquote>said</blockquote><pre>x = 1</pre>" in html


@pytest.mark.parametrize(
    ("seconds", "template", "words"),
    [
        (0, "{date_pretty} at {time}", "today at 13:00"),
        (-86_400, "{day_divider_pretty}", "Yesterday"),
        (-86_400 * 3, "{date_long_pretty}", "Thursday, November 19, 2026"),
        (-86_400 * 400, "{date_short}", "Oct 18, 2025"),
        (-7_200, "{ago}", "2 hours ago"),
        (60, "{ago}", "in 1 minute"),
        (0, "{ago} {no_such_token}", "just now {no_such_token}"),
    ],
)
def test_dates_read_as_the_reader_would_say_them(seconds: int, template: str, words: str) -> None:
    date = leaf("date", timestamp=int(NOW) + seconds, format=template, fallback="then")
    html = drawn({"type": "rich_text", "elements": [lines(date)]})
    assert f'<time title="then">{words}</time>' in html


def cell(text: str) -> Json:
    return {"type": "raw_text", "text": text}


def number(value: float) -> Json:
    return {"type": "raw_number", "value": value}


def test_a_table_aligns_its_columns() -> None:
    rich = {"type": "rich_text", "elements": [lines(leaf("text", text="b"))]}
    settings = [None, {"align": "right"}]
    html = drawn(
        {"type": "table", "column_settings": settings, "rows": [[cell("A"), cell("B")], [cell("a"), rich]]}
    )
    assert '<tr><th>A</th><th class="right">B</th></tr>' in html
    assert '<tr><td>a</td><td class="right"><div class="rich-text">' in html


def test_a_data_table_shows_its_first_rows_and_folds_the_rest() -> None:
    rows = [[cell("Source"), cell("Leads")], *([cell(f"s{n}"), number(n * 1000)] for n in range(15))]
    html = drawn({"type": "data_table", "caption": "Leads by source", "rows": rows})
    assert "<caption>Leads by source</caption>" in html
    assert '<td>s11</td><td class="right">11,000</td>' in html.partition("<details>")[0]
    assert "<summary>3 more rows</summary>" in html


OPTIONS = [
    {"text": plain("A"), "value": "a"},
    {"text": plain("B"), "value": "b", "description": plain("later")},
]
GROUPS = [{"label": plain("All"), "options": OPTIONS}]
ELEMENTS: list[tuple[Json, str, Any, Json]] = [
    (leaf("plain_text_input"), "input", "hi", {"value": "hi"}),
    (leaf("plain_text_input", multiline=True), "textarea", "hi", {"value": "hi"}),
    (leaf("email_text_input"), "input", "a@b.test", {"value": "a@b.test"}),
    (leaf("url_text_input"), "input", "https://x.test", {"value": "https://x.test"}),
    (leaf("number_input", is_decimal_allowed=True), "input", 5, {"value": "5"}),
    (leaf("datepicker"), "input", "2026-11-22", {"selected_date": "2026-11-22"}),
    (leaf("timepicker"), "input", "09:30", {"selected_time": "09:30"}),
    (leaf("datetimepicker"), "input", int(NOW), {"selected_date_time": int(NOW)}),
    (leaf("static_select", options=OPTIONS), "select", "b", {"selected_option": OPTIONS[1]}),
    (leaf("static_select", option_groups=GROUPS), "optgroup", "a", {"selected_option": OPTIONS[0]}),
    (leaf("multi_static_select", options=OPTIONS), "select", ["a", "b"], {"selected_options": OPTIONS}),
    (leaf("users_select"), "select", "U0BEN", {"selected_user": "U0BEN"}),
    (leaf("multi_users_select"), "select", "U0BEN", {"selected_users": ["U0BEN"]}),
    (leaf("channels_select"), "select", "C0LEADS", {"selected_channel": "C0LEADS"}),
    (leaf("conversations_select"), "select", "C0LEADS", {"selected_conversation": "C0LEADS"}),
    (leaf("checkboxes", options=OPTIONS), "fieldset", ["a"], {"selected_options": OPTIONS[:1]}),
    (leaf("radio_buttons", options=OPTIONS), "fieldset", "a", {"selected_option": OPTIONS[0]}),
]


@pytest.mark.parametrize(
    ("element", "tag", "raw", "state"),
    ELEMENTS,
    ids=[f"{n}-{each[0]['type']}" for n, each in enumerate(ELEMENTS)],
)
def test_every_input_is_a_form_control_that_keeps_its_answer(
    element: Json, tag: str, raw: Any, state: Json
) -> None:
    element = element | {"action_id": "v"}
    chosen = answer(element, raw)
    block = {"type": "input", "label": plain("Label"), "element": element}
    page = Markup(drawn(block, state={"b": {"v": chosen}}))
    untouched = Markup(drawn(block))

    assert chosen == {"type": element["type"], **state}
    assert page.all(tag)
    assert '["b", "v"]' in {attributes.get("name") for _, attributes in page.tags}
    assert page.tags != untouched.tags or page.text != untouched.text


def test_an_element_starts_with_what_the_app_set() -> None:
    assert initial(leaf("plain_text_input", initial_value="x")) == leaf("plain_text_input", value="x")
    assert initial(leaf("users_select", initial_user="U0BEN")) == leaf("users_select", selected_user="U0BEN")
    chosen = leaf("static_select", options=OPTIONS, initial_option=OPTIONS[1])
    assert initial(chosen) == leaf("static_select", selected_option=OPTIONS[1])


def test_an_element_the_page_cannot_draw_is_named() -> None:
    block = {"type": "input", "label": plain("File"), "element": leaf("file_input", action_id="v")}
    assert "[file_input]" in Markup(drawn(block)).text


def test_blocks_with_less_to_them_are_drawn_too() -> None:
    section = {"type": "section", "block_id": "s", "text": plain("inside")}
    folded = {"type": "container", "title": plain("More"), "is_collapsible": True, "child_blocks": [section]}
    rich_title = {"type": "rich_text", "elements": [lines(leaf("text", text="Rich"))]}
    titled = {
        "type": "container",
        "rich_text_title": rich_title,
        "subtitle": plain("sub"),
        "child_blocks": [section],
    }
    video = {"type": "video", "title": plain("Tour"), "video_url": "https://x.test/v", "alt_text": "x"}
    items = [{"width": "narrow", "blocks": [section]}, {"width": "odd", "blocks": [section]}]
    layout = {"type": "layout", "label": plain("KPIs"), "is_label_visible": True, "rows": [{"items": items}]}

    assert '<details open><summary><div class="container-title">' in drawn(folded)
    assert Markup(drawn(titled)).text == "Rich sub inside"
    assert Markup(drawn(video)).all("a")[0]["href"] == "https://x.test/v"
    assert 'class="layout-row"><div class="narrow">' in drawn(layout)
    assert Markup(drawn({"type": "alert", "level": "warning", "text": plain("Careful")})).text == "⚠️ Careful"
    assert drawn({"type": "divider"}) == '<div class="block divider"><hr></div>'


def test_a_risky_button_carries_its_question() -> None:
    confirm = {"title": plain("Sure?"), "text": plain("It cannot be undone.")}
    button = {"type": "button", "action_id": "go", "text": plain("Go"), "style": "danger", "confirm": confirm}
    (attributes,) = Markup(drawn({"type": "actions", "elements": [button]})).all("button")
    assert attributes["data-confirm"] == "Sure?\n\nIt cannot be undone."
    assert attributes["class"] == "button danger"


def test_the_emoji_a_message_needs_are_there() -> None:
    assert emojized(":fire: :large_orange_circle: :chart_with_upwards_trend:") == "🔥 🟠 📈"
    assert len(UNICODE) > 200


async def test_the_home_tab_shows_what_the_app_published() -> None:
    async with serving() as (workspace, client):
        empty = Markup(await page_of(workspace, f"/?as={ANNA}&channel=D0ANNA&tab=home")).text
        blocks = [{"type": "header", "text": plain("Your leads")}]
        await client.views_publish(user_id=ANNA, view={"type": "home", "blocks": blocks})
        full = Markup(await page_of(workspace, f"/?as={ANNA}&channel=D0ANNA&tab=home")).text
    assert f"{APP.name} has not published a Home tab for Anna Rivera yet." in empty
    assert "Your leads" in full


async def test_channels_with_news_are_counted_until_they_are_looked_at() -> None:
    def unread(html: str) -> bool:
        return any(attributes.get("class") == "unread" for attributes in Markup(html).all("span"))

    async with serving() as (workspace, client):
        await client.chat_postMessage(channel="C0MARKETING", text="news")
        before = await page_of(workspace, f"/?as={ANNA}&channel=C0LEADS")
        await page_of(workspace, f"/?as={ANNA}&channel=C0MARKETING")
        after = await page_of(workspace, f"/?as={ANNA}&channel=C0LEADS")
    assert (unread(before), unread(after)) == (True, False)


async def test_edits_attachments_and_files_are_shown() -> None:
    async with serving() as (workspace, client):
        posted = await client.chat_postMessage(channel="C0LEADS", text="first")
        await client.chat_update(channel="C0LEADS", ts=posted["ts"], text="second")
        inside = [{"type": "section", "text": plain("in an attachment")}]
        attachments = [{"blocks": inside}, {"text": "old style"}]
        await client.chat_postMessage(channel="C0LEADS", text="x", attachments=attachments)
        await client.files_upload_v2(content="x", filename="rows.csv", channel="C0LEADS")
        text = Markup(await page_of(workspace, f"/?as={ANNA}&channel=C0LEADS")).text
    assert "second (edited)" in text
    assert "in an attachment old style" in text
    assert "📎 F" in text
