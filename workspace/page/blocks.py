"""Block Kit as HTML, one function for each block; a block nobody taught it is shown as what it is."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from workspace.answers import elements_of
from workspace.page.charts import chart
from workspace.page.elements import dispatching, element, image
from workspace.page.html import Child, el, join, link
from workspace.page.reader import Reader
from workspace.page.rich_text import rich_text
from workspace.page.tables import data_table, table
from workspace.page.texts import markdown, text_of, words_of
from workspace.state import Json

ALERTS = {"default": "💬", "info": "ℹ️", "warning": "⚠️", "error": "⛔", "success": "✅"}  # noqa: RUF001 - an emoji
SENDS_ITSELF = ("button", "overflow", "image")
WIDTHS = ("narrow", "standard", "wide", "full")


@dataclass(frozen=True, slots=True)
class Canvas:
    """What a block is drawn on: who reads it, what was filled in, and where a click goes."""

    reader: Reader
    state: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    hidden: Markup | None = None  # fields for the form around a block; a modal is one form itself


def draw_blocks(blocks: Sequence[Json], canvas: Canvas) -> Markup:
    return join([draw(block, canvas) for block in blocks])


def draw(block: Json, canvas: Canvas) -> Markup:
    drawing = DRAWINGS.get(block["type"])
    if drawing is None:
        return _unknown(block)
    drawn = el("div", drawing(block, canvas), class_=f"block {block['type']}")
    if canvas.hidden is None or not any(elements_of(block)):
        return drawn
    return el("form", canvas.hidden, drawn, method="post", action="/do/click")


def _unknown(block: Json) -> Markup:
    words = f"This local workspace does not draw the block type “{block['type']}” yet."
    source = el("pre", json.dumps(block, indent=2, ensure_ascii=False))
    return el(
        "div",
        el("p", words),
        el("details", el("summary", "What the app sent"), source),
        class_="block unknown",
    )


def _element(block: Json, one: Json, canvas: Canvas) -> Markup:
    """Draw an element, with a way to send what was chosen unless it sends itself or waits for a submit."""
    state = canvas.state.get(block["block_id"], {}).get(one.get("action_id", ""))
    control = element(one, block, state, canvas.reader)
    if one["type"] in SENDS_ITSELF or (block["type"] == "input" and not block.get("dispatch_action")):
        return control
    return dispatching(control, one, block)


def _section(block: Json, canvas: Canvas) -> Child:
    fields = [el("div", text_of(one, canvas.reader)) for one in block.get("fields") or []]
    accessory = block.get("accessory")
    return [
        el(
            "div",
            el("div", text_of(block["text"], canvas.reader), class_="words") if block.get("text") else None,
            el("div", fields, class_="fields") if fields else None,
            class_="section-text",
        ),
        el("div", _element(block, accessory, canvas), class_="accessory") if accessory else None,
    ]


def _header(block: Json, _canvas: Canvas) -> Child:
    return el("h3", words_of(block["text"]))


def _divider(_block: Json, _canvas: Canvas) -> Child:
    return el("hr")


def _context(block: Json, canvas: Canvas) -> Child:
    return [
        image(one) if one["type"] == "image" else el("span", text_of(one, canvas.reader))
        for one in block["elements"]
    ]


def _actions(block: Json, canvas: Canvas) -> Child:
    return [_element(block, one, canvas) for one in block["elements"]]


def _input(block: Json, canvas: Canvas) -> Child:
    error = canvas.errors.get(block["block_id"])
    optional = el("span", " (optional)", class_="muted") if block.get("optional") else None
    control = _element(block, block["element"], canvas)
    tag = "fieldset" if block["element"]["type"] in ("checkboxes", "radio_buttons") else "label"
    title = el("legend" if tag == "fieldset" else "span", words_of(block["label"]), optional, class_="label")
    return [
        el(tag, title, control, class_="field" + (" wrong" if error else "")),
        el("p", error, class_="error", role="alert") if error else None,
        el("p", text_of(block["hint"], canvas.reader), class_="hint") if block.get("hint") else None,
    ]


def _image(block: Json, _canvas: Canvas) -> Child:
    title = el("strong", words_of(block["title"])) if block.get("title") else None
    url = str(block.get("image_url", ""))
    return [title, el("div", "🖼️ ", link(url, str(block.get("alt_text") or url)), class_="picture")]


def _alert(block: Json, canvas: Canvas) -> Child:
    level = block.get("level", "default")
    return el(
        "div", ALERTS.get(level, "💬"), " ", text_of(block["text"], canvas.reader), class_=f"alert-{level}"
    )


def _card(block: Json, canvas: Canvas) -> Child:
    lines = [
        el("div", text_of(block[name], canvas.reader), class_=f"card-{name}")
        for name in ("title", "subtitle", "body", "subtext")
        if block.get(name)
    ]
    hero = image(block["hero_image"]) if block.get("hero_image") else None
    buttons = [_element(block, one, canvas) for one in block.get("actions") or []]
    return [hero, lines, el("div", buttons, class_="actions") if buttons else None]


def _container(block: Json, canvas: Canvas) -> Child:
    title = text_of(block["title"], canvas.reader) if block.get("title") else None
    if title is None and block.get("rich_text_title"):
        title = rich_text(block["rich_text_title"], canvas.reader)
    subtitle = (
        el("div", text_of(block["subtitle"], canvas.reader), class_="muted")
        if block.get("subtitle")
        else None
    )
    children = draw_blocks(block["child_blocks"], canvas)
    heading = el("div", title, class_="container-title") if title else None
    if block.get("is_collapsible"):
        return el(
            "details", el("summary", heading), subtitle, children, open=not block.get("default_collapsed")
        )
    return [heading, subtitle, children]


def _layout(block: Json, canvas: Canvas) -> Child:
    """Draw the grid itself; the fallback is for clients that cannot."""
    label = (
        el("div", words_of(block["label"]), class_="layout-label") if block.get("is_label_visible") else None
    )
    rows = [
        el("div", [_cell(item, canvas) for item in row.get("items") or []], class_="layout-row")
        for row in block["rows"]
    ]
    return [label, rows]


def _cell(item: Json, canvas: Canvas) -> Markup:
    width = item.get("width", "standard")
    return el("div", draw_blocks(item.get("blocks") or [], canvas), class_=width if width in WIDTHS else None)


def _video(block: Json, canvas: Canvas) -> Child:
    url = str(block.get("title_url") or block["video_url"])
    return ["▶️ ", link(url, words_of(block["title"])), text_of(block.get("description"), canvas.reader)]


DRAWINGS: dict[str, Callable[[Json, Canvas], Child]] = {
    "actions": _actions,
    "alert": _alert,
    "card": _card,
    "container": _container,
    "context": _context,
    "data_table": lambda block, canvas: data_table(block, canvas.reader),
    "data_visualization": lambda block, _: chart(block),
    "divider": _divider,
    "header": _header,
    "image": _image,
    "input": _input,
    "layout": _layout,
    "markdown": lambda block, _: markdown(str(block["text"])),
    "rich_text": lambda block, canvas: rich_text(block, canvas.reader),
    "section": _section,
    "table": lambda block, canvas: table(block, canvas.reader),
    "video": _video,
}
