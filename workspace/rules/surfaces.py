"""What a message, a modal and a Home tab may hold, and how much of it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any, Literal

from workspace.errors import refused
from workspace.rules.blocks import RULES, block, layout_children
from workspace.rules.problems import Problems, count, each, lengths, problem
from workspace.rules.texts import PLAIN, optional_text, text

Surface = Literal["message", "modal", "home"]
Blocks = list[dict[str, Any]]

ONLY_IN_MESSAGES = {"markdown", "plan", "task_card", "context_actions", "file"}
NOT_IN_MODALS = {"table", "data_table", "data_visualization", "carousel", "container", "layout"}
ALLOWED: dict[Surface, set[str]] = {
    "message": set(RULES) - {"alert"},
    "modal": set(RULES) - ONLY_IN_MESSAGES - NOT_IN_MODALS,
    "home": set(RULES) - ONLY_IN_MESSAGES - {"alert"},
}
MOST_BLOCKS: dict[Surface, int] = {"message": 50, "modal": 100, "home": 100}
MOST_CHARTS = 2
MOST_MARKDOWN = 12_000
MOST_TABLE_TEXT = {"table": 10_000, "data_table": 20_000}

# Undocumented but real: what Slack refused with msg_blocks_too_long when it was measured.
MOST_MESSAGE_TEXT = 13_200
MOST_MESSAGE_BYTES = 17_000


def check_message_blocks(blocks: Any) -> None:
    """Raise what chat.postMessage answers to blocks that Slack would not take."""
    _refuse("invalid_blocks", _on_surface(blocks, "message"))


def check_message_size(blocks: Blocks) -> None:
    """Raise `msg_blocks_too_long`; a response_url is not held to this."""
    size = len(json.dumps(blocks, ensure_ascii=False, separators=(",", ":")).encode())
    if size > MOST_MESSAGE_BYTES or visible_length(blocks) > MOST_MESSAGE_TEXT:
        raise refused("msg_blocks_too_long", ["msg_blocks_too_long [json-pointer:/blocks]"])


def check_view(view: dict[str, Any]) -> None:
    """Raise what views.* answers to a view that Slack would not take."""
    _refuse("invalid_arguments", _view(view))


def _refuse(error: str, problems: Problems) -> None:
    found = list(problems)
    if found:
        raise refused(error, found)


def _view(view: dict[str, Any]) -> Problems:
    surface = view.get("type")
    if surface not in ("modal", "home"):
        yield problem(f"unsupported type: {surface}", "/view/type")
        return
    yield from lengths(view, {"private_metadata": 3000, "callback_id": 255, "external_id": 255}, "/view")
    if surface == "modal":
        yield from text(view.get("title"), "/view/title", most=24, kinds=PLAIN)
        yield from optional_text(view, "submit", "/view", most=24, kinds=PLAIN)
        yield from optional_text(view, "close", "/view", most=24, kinds=PLAIN)
    blocks = view.get("blocks")
    yield from _on_surface(blocks, surface, "/view/blocks", least=0)
    inputs = [one for one in blocks or [] if isinstance(one, dict) and one.get("type") == "input"]
    if surface == "modal" and inputs and not view.get("submit"):
        yield problem("missing required field: submit", "/view")


def _on_surface(blocks: Any, surface: Surface, pointer: str = "/blocks", least: int = 1) -> Problems:
    yield from count(blocks, pointer, most=MOST_BLOCKS[surface], least=least)
    if not isinstance(blocks, list):
        return
    for index, one in enumerate(blocks):
        kind = one.get("type") if isinstance(one, dict) else None
        if kind in RULES and kind not in ALLOWED[surface]:
            yield problem(f"unsupported type: {kind}", f"{pointer}/{index}/type")
    yield from each(blocks, block, pointer)
    yield from _unique([one.get("block_id") for one in nested(blocks)], "block_id", pointer)
    yield from _totals(blocks, pointer)


def _unique(ids: list[Any], name: str, pointer: str) -> Problems:
    for value, times in Counter(one for one in ids if one).items():
        if times > 1:
            yield problem(f"`{name}` {value} already exists", pointer)


def _totals(blocks: Blocks, pointer: str) -> Problems:
    """Limits that hold over all blocks of one kind together."""
    everything = list(nested(blocks))
    if sum(one.get("type") == "data_visualization" for one in everything) > MOST_CHARTS:
        yield problem(f"no more than {MOST_CHARTS} data_visualization blocks allowed", pointer)
    if sum(len(str(one.get("text"))) for one in everything if one.get("type") == "markdown") > MOST_MARKDOWN:
        yield problem(f"markdown text must be less than {MOST_MARKDOWN + 1} characters", pointer)
    tables = [one for one in everything if one.get("type") in MOST_TABLE_TEXT]
    if len(tables) > 1:
        yield problem("only_one_table_allowed", pointer)
    for kind, most in MOST_TABLE_TEXT.items():
        rows = [one.get("rows") for one in tables if one["type"] == kind]
        if sum(len(words) for words in strings(rows, ("text",))) > most:
            yield problem(f"{kind} text must be less than {most + 1} characters", pointer)


def nested(blocks: Blocks) -> Iterator[dict[str, Any]]:
    """Every block, those inside containers, carousels and layouts too."""
    for one in blocks:
        if isinstance(one, dict):
            yield one
            yield from nested(one.get("child_blocks") or [])
            if one.get("type") == "carousel":
                yield from nested(one.get("elements") or [])
            yield from nested(
                [child for child, _ in layout_children(one, "")] if one.get("type") == "layout" else []
            )


def strings(value: Any, names: tuple[str, ...]) -> Iterator[str]:
    """Every string stored under one of the names, at any depth."""
    if isinstance(value, list):
        for item in value:
            yield from strings(item, names)
    elif isinstance(value, dict):
        for name, item in value.items():
            if isinstance(item, str) and name in names:
                yield item
            else:
                yield from strings(item, names)


def visible_length(blocks: Blocks) -> int:
    return sum(map(len, strings(blocks, ("text", "label", "title", "alt_text", "caption"))))
