"""One rule for each type of block."""

from __future__ import annotations

from functools import partial
from typing import Any

from workspace.rules import data, elements
from workspace.rules.problems import Problems, Rule, count, each, length, lengths, one_of, problem, required
from workspace.rules.texts import PLAIN, optional_text, text

RICH_TEXT_PARTS = ("rich_text_section", "rich_text_list", "rich_text_quote", "rich_text_preformatted")
INDENT = 8
LAYOUT_ROWS = 5


def block(value: Any, pointer: str) -> Problems:
    if not isinstance(value, dict):
        yield problem("must be a block", pointer)
        return
    rule = RULES.get(str(value.get("type")))
    if rule is None:
        yield problem(f"unsupported type: {value.get('type')}", f"{pointer}/type")
        return
    yield from lengths(value, {"block_id": 255}, pointer)
    yield from rule(value, pointer)


def _section(value: dict[str, Any], pointer: str) -> Problems:
    if value.get("text") is None and not value.get("fields"):
        yield problem("missing required field: text", pointer)
    yield from optional_text(value, "text", pointer, most=3000)
    if value.get("fields") is not None:
        yield from count(value["fields"], f"{pointer}/fields", most=10)
        yield from each(value["fields"], partial(text, most=2000), f"{pointer}/fields")
    if value.get("accessory") is not None:
        yield from elements.element(value["accessory"], f"{pointer}/accessory", elements.ACCESSORIES)


def _header(value: dict[str, Any], pointer: str) -> Problems:
    yield from text(value.get("text"), f"{pointer}/text", most=150, kinds=PLAIN)


def _context(value: dict[str, Any], pointer: str) -> Problems:
    yield from count(value.get("elements"), f"{pointer}/elements", most=10)
    yield from each(value.get("elements"), _context_element, f"{pointer}/elements")


def _context_element(value: Any, pointer: str) -> Problems:
    if isinstance(value, dict) and value.get("type") == "image":
        yield from elements.image(value, pointer)
    else:
        yield from text(value, pointer)


def _elements(value: dict[str, Any], pointer: str, *, most: int, allowed: frozenset[str]) -> Problems:
    yield from count(value.get("elements"), f"{pointer}/elements", most=most)
    yield from each(value.get("elements"), partial(elements.element, allowed=allowed), f"{pointer}/elements")


def _input(value: dict[str, Any], pointer: str) -> Problems:
    yield from text(value.get("label"), f"{pointer}/label", most=2000, kinds=PLAIN)
    yield from optional_text(value, "hint", pointer, most=2000, kinds=PLAIN)
    yield from elements.element(value.get("element"), f"{pointer}/element", elements.INPUTS)


def _image(value: dict[str, Any], pointer: str) -> Problems:
    yield from elements.image(value, pointer)
    yield from optional_text(value, "title", pointer, most=2000, kinds=PLAIN)


def _rich_text(value: dict[str, Any], pointer: str) -> Problems:
    yield from count(value.get("elements"), f"{pointer}/elements", most=3000)
    yield from each(value.get("elements"), _rich_text_part, f"{pointer}/elements")


def _rich_text_part(value: Any, pointer: str) -> Problems:
    kind = value.get("type") if isinstance(value, dict) else None
    if kind not in RICH_TEXT_PARTS:
        yield problem(f"unsupported type: {kind}", f"{pointer}/type")
        return
    yield from required(value, ("elements",), pointer)
    if kind != "rich_text_list":
        yield from each(value.get("elements"), _rich_text_leaf, f"{pointer}/elements")
        return
    yield from one_of(value.get("style"), ("bullet", "ordered"), f"{pointer}/style")
    if not 0 <= value.get("indent", 0) <= INDENT:
        yield problem(f"must be between 0 and {INDENT}", f"{pointer}/indent")
    yield from each(value.get("elements"), _rich_text_part, f"{pointer}/elements")


def _rich_text_leaf(value: Any, pointer: str) -> Problems:
    kind = value.get("type") if isinstance(value, dict) else None
    if kind == "text":
        yield from length(value.get("text"), f"{pointer}/text", most=40_000)
    elif kind == "link":
        yield from length(value.get("url"), f"{pointer}/url", most=3000)


def _markdown(value: dict[str, Any], pointer: str) -> Problems:
    yield from length(value.get("text"), f"{pointer}/text", most=12_000)


def _alert(value: dict[str, Any], pointer: str) -> Problems:
    yield from text(value.get("text"), f"{pointer}/text", most=200)
    levels = ("default", "info", "warning", "error", "success")
    yield from one_of(value.get("level", "default"), levels, f"{pointer}/level")


def _card(value: dict[str, Any], pointer: str) -> Problems:
    if not any(value.get(name) for name in ("title", "body", "hero_image", "actions")):
        yield problem("must have at least one of: title, body, hero_image, actions", pointer)
    for name, most in {"title": 150, "subtitle": 150, "body": 200, "subtext": 200}.items():
        yield from optional_text(value, name, pointer, most=most)
    if value.get("actions") is not None:
        yield from count(value["actions"], f"{pointer}/actions", most=3)
        yield from each(value["actions"], elements.element, f"{pointer}/actions")


def _carousel(value: dict[str, Any], pointer: str) -> Problems:
    yield from count(value.get("elements"), f"{pointer}/elements", most=10)
    yield from each(value.get("elements"), block, f"{pointer}/elements")


def _container(value: dict[str, Any], pointer: str) -> Problems:
    yield from optional_text(value, "title", pointer, most=150, kinds=PLAIN)
    yield from optional_text(value, "subtitle", pointer, most=150)
    yield from count(value.get("child_blocks"), f"{pointer}/child_blocks", most=10)
    yield from each(value.get("child_blocks"), block, f"{pointer}/child_blocks")


def _layout(value: dict[str, Any], pointer: str) -> Problems:
    yield from required(value, ("label",), pointer)
    yield from count(value.get("rows"), f"{pointer}/rows", most=LAYOUT_ROWS)
    for child, where in layout_children(value, pointer):
        yield from block(child, where)


def layout_children(value: dict[str, Any], pointer: str) -> list[tuple[Any, str]]:
    """Every block in a layout's grid with its pointer; the fallback is the same content again."""
    children: list[tuple[Any, str]] = []
    for row_index, row in enumerate(value.get("rows") or []):
        for index, item in enumerate(row.get("items") or []):
            where = f"{pointer}/rows/{row_index}/items/{index}/blocks"
            children += [(child, f"{where}/{n}") for n, child in enumerate(item.get("blocks") or [])]
    return children


def _video(value: dict[str, Any], pointer: str) -> Problems:
    yield from required(value, ("title", "alt_text", "video_url", "thumbnail_url"), pointer)


def _unchecked(_value: dict[str, Any], _pointer: str) -> Problems:
    yield from ()


RULES: dict[str, Rule] = {
    "actions": partial(_elements, most=25, allowed=elements.ACTIONS),
    "alert": _alert,
    "card": _card,
    "carousel": _carousel,
    "container": _container,
    "context": _context,
    "context_actions": partial(_elements, most=5, allowed=elements.CONTEXT_ACTIONS),
    "data_table": data.data_table,
    "data_visualization": data.data_visualization,
    "divider": _unchecked,
    "file": _unchecked,
    "header": _header,
    "image": _image,
    "input": _input,
    "layout": _layout,
    "markdown": _markdown,
    "plan": _unchecked,
    "rich_text": _rich_text,
    "section": _section,
    "table": data.table,
    "task_card": _unchecked,
    "video": _video,
}
