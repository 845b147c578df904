"""Interactive elements: buttons, menus, pickers and inputs."""

from __future__ import annotations

from typing import Any

from workspace.rules.problems import Problems, each, lengths, one_of, problem, required
from workspace.rules.texts import PLAIN, confirm, option_group, optional_text, options

CONVERSATION_SELECTS = frozenset(
    {"users_select", "channels_select", "conversations_select", "external_select"}
    | {"multi_users_select", "multi_channels_select", "multi_conversations_select", "multi_external_select"}
)
OPTION_SELECTS = frozenset({"static_select", "multi_static_select"})
CHOICES = frozenset({"checkboxes", "radio_buttons"})
PICKERS = frozenset({"datepicker", "timepicker", "datetimepicker"})
TEXT_INPUTS = frozenset({"plain_text_input", "email_text_input", "url_text_input", "number_input"})

INPUTS = (
    TEXT_INPUTS
    | PICKERS
    | CHOICES
    | OPTION_SELECTS
    | CONVERSATION_SELECTS
    | {"file_input", "rich_text_input"}
)
ACTIONS = (
    PICKERS | CHOICES | OPTION_SELECTS | CONVERSATION_SELECTS | {"button", "overflow", "workflow_button"}
)
ACCESSORIES = ACTIONS | {"image"}
CONTEXT_ACTIONS = frozenset({"feedback_buttons", "icon_button"})
KNOWN = INPUTS | ACCESSORIES | CONTEXT_ACTIONS


def element(value: Any, pointer: str, allowed: frozenset[str] = KNOWN) -> Problems:
    if not isinstance(value, dict):
        yield problem("must be an element", pointer)
        return
    kind = value.get("type")
    if kind not in allowed:
        yield problem(f"unsupported type: {kind}", f"{pointer}/type")
        return
    yield from lengths(value, {"action_id": 255}, pointer)
    yield from optional_text(value, "placeholder", pointer, most=150, kinds=PLAIN)
    yield from confirm(value, pointer)
    yield from _particulars(kind, value, pointer)


def _particulars(kind: str, value: dict[str, Any], pointer: str) -> Problems:
    if kind == "button":
        yield from _button(value, pointer)
    elif kind == "overflow":
        yield from options(value.get("options"), f"{pointer}/options", most=5)
    elif kind in CHOICES:
        yield from options(value.get("options"), f"{pointer}/options", most=10)
    elif kind in OPTION_SELECTS:
        yield from _select(value, pointer)
    elif kind == "image":
        yield from image(value, pointer)
    elif kind == "plain_text_input":
        yield from _plain_text_input(value, pointer)


def _button(value: dict[str, Any], pointer: str) -> Problems:
    yield from required(value, ("text",), pointer)
    yield from optional_text(value, "text", pointer, most=75, kinds=PLAIN)
    yield from lengths(value, {"value": 2000, "url": 3000, "accessibility_label": 75}, pointer)
    if value.get("style") is not None:
        yield from one_of(value["style"], ("primary", "danger"), f"{pointer}/style")


def _select(value: dict[str, Any], pointer: str) -> Problems:
    if "option_groups" in value:
        yield from each(value["option_groups"], option_group, f"{pointer}/option_groups")
    else:
        yield from options(value.get("options"), f"{pointer}/options", most=100)


def _plain_text_input(value: dict[str, Any], pointer: str) -> Problems:
    for name in ("min_length", "max_length"):
        limit = value.get(name)
        if limit is not None and not (isinstance(limit, int) and 0 <= limit <= 3000):  # noqa: PLR2004 - Slack's
            yield problem("must be between 0 and 3000", f"{pointer}/{name}")


def image(value: dict[str, Any], pointer: str) -> Problems:
    if "slack_file" not in value:
        yield from required(value, ("image_url",), pointer)
    yield from required(value, ("alt_text",), pointer)
    yield from lengths(value, {"image_url": 3000, "alt_text": 2000}, pointer)
