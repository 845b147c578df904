"""What a person picked or typed, in the shape Slack's `state.values` and `actions` have it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from workspace.rules.surfaces import nested
from workspace.state import Json

SELECTED = {  # element type -> the field that holds a single plain answer
    "users_select": "selected_user",
    "channels_select": "selected_channel",
    "conversations_select": "selected_conversation",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
}
SELECTED_LISTS = {
    "multi_users_select": "selected_users",
    "multi_channels_select": "selected_channels",
    "multi_conversations_select": "selected_conversations",
}
OPTION = {"static_select", "radio_buttons", "overflow", "external_select"}
OPTIONS = {"multi_static_select", "checkboxes", "multi_external_select"}
INITIAL = {
    "value": "initial_value",
    "selected_option": "initial_option",
    "selected_options": "initial_options",
}


def answer(element: Json, raw: Any) -> Json:
    """Return the element's state for what was chosen: a value, a list of values, or Slack's own shape."""
    kind = element["type"]
    if isinstance(raw, dict):
        return {"type": kind, **raw}
    return {"type": kind, **_chosen(element, kind, raw)}


def _chosen(element: Json, kind: str, raw: Any) -> Json:
    if kind in OPTION:
        return {"selected_option": _option(element, raw)}
    if kind in OPTIONS:
        return {"selected_options": [_option(element, value) for value in _several(raw)]}
    if kind in SELECTED:
        return {SELECTED[kind]: raw or None}
    if kind in SELECTED_LISTS:
        return {SELECTED_LISTS[kind]: _several(raw)}
    if kind == "datetimepicker":
        return {"selected_date_time": int(raw) if raw else None}
    return {"value": None if raw in (None, "") else str(raw)}


def _several(raw: Any) -> list[Any]:
    if raw in (None, ""):
        return []
    return list(raw) if isinstance(raw, (list, tuple)) else [raw]


def _option(element: Json, value: Any) -> Json | None:
    if value in (None, ""):
        return None
    return next((each for each in options_of(element) if each.get("value") == value), None)


def options_of(element: Json) -> list[Json]:
    grouped = [option for group in element.get("option_groups") or [] for option in group["options"]]
    return list(element.get("options") or grouped)


def initial(element: Json) -> Json:
    """Return the state of an element that nobody has touched yet."""
    kind = element["type"]
    untouched = answer(element, None)
    (field,) = untouched.keys() - {"type"}
    name = INITIAL.get(field) or field.replace("selected_", "initial_")
    return {"type": kind, field: element.get(name, untouched[field])}


def is_empty(state: Json) -> bool:
    return all(value in (None, "", []) for name, value in state.items() if name != "type")


def stateful(blocks: Sequence[Json]) -> Iterator[tuple[Json, Json]]:
    """Every element with a state, with its block: inputs, and menus in actions and sections."""
    for block in nested(list(blocks)):
        for element in elements_of(block):
            if element["type"] not in ("button", "image", "overflow", "workflow_button"):
                yield block, element


def elements_of(block: Json) -> Iterator[Json]:
    """Every interactive element that lies directly in a block."""
    for name in ("element", "accessory"):
        if isinstance(block.get(name), dict):
            yield block[name]
    if block["type"] in ("actions", "context_actions"):
        yield from block["elements"]
    if block["type"] == "card":
        yield from block.get("actions") or []


def find(
    blocks: Sequence[Json], action_id: str, block_id: str | None, value: str | None
) -> tuple[Json, Json]:
    """Return the block and the element a click is meant for; several buttons may share an action id."""
    hits = [
        (block, element)
        for block in nested(list(blocks))
        for element in elements_of(block)
        if element.get("action_id") == action_id and block_id in (None, block["block_id"])
    ]
    exact = [hit for hit in hits if value is not None and hit[1].get("value") == value]
    if not hits:
        raise LookupError(f"There is nothing with the action_id {action_id!r} here.")
    return (exact or hits)[0]
