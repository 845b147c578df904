"""Text objects, options and confirmation dialogs."""

from __future__ import annotations

from typing import Any

from workspace.rules.problems import Problems, count, each, length, lengths, one_of, problem, required

ANY_TEXT = ("plain_text", "mrkdwn")
PLAIN = ("plain_text",)


def text(value: Any, pointer: str, *, most: int = 3000, kinds: tuple[str, ...] = ANY_TEXT) -> Problems:
    if not isinstance(value, dict):
        yield problem("must be a text object", pointer)
        return
    yield from one_of(value.get("type"), kinds, f"{pointer}/type")
    yield from length(value.get("text"), f"{pointer}/text", most=most)


def optional_text(
    holder: dict[str, Any], name: str, pointer: str, *, most: int, kinds: tuple[str, ...] = ANY_TEXT
) -> Problems:
    if holder.get(name) is not None:
        yield from text(holder[name], f"{pointer}/{name}", most=most, kinds=kinds)


def option(value: Any, pointer: str) -> Problems:
    if not isinstance(value, dict):
        yield problem("must be an option", pointer)
        return
    yield from required(value, ("text", "value"), pointer)
    yield from optional_text(value, "text", pointer, most=75)
    yield from optional_text(value, "description", pointer, most=75)
    yield from lengths(value, {"value": 150, "url": 3000}, pointer)


def option_group(value: Any, pointer: str) -> Problems:
    yield from text(value.get("label"), f"{pointer}/label", most=75, kinds=PLAIN)
    yield from options(value.get("options"), f"{pointer}/options", most=100)


def options(value: Any, pointer: str, *, most: int) -> Problems:
    yield from count(value, pointer, most=most)
    yield from each(value, option, pointer)


def confirm(holder: dict[str, Any], pointer: str) -> Problems:
    dialog = holder.get("confirm")
    if dialog is None:
        return
    pointer = f"{pointer}/confirm"
    yield from optional_text(dialog, "title", pointer, most=100, kinds=PLAIN)
    yield from optional_text(dialog, "text", pointer, most=300)
    yield from optional_text(dialog, "confirm", pointer, most=30, kinds=PLAIN)
    yield from optional_text(dialog, "deny", pointer, most=30, kinds=PLAIN)
