"""Interactive elements as form controls that work without JavaScript."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from markupsafe import Markup

from workspace.answers import SELECTED, SELECTED_LISTS, initial
from workspace.page.html import el, join
from workspace.page.reader import Reader
from workspace.page.texts import text_of, words_of
from workspace.state import Json

TEXT_INPUTS = {"email_text_input": "email", "url_text_input": "url", "number_input": "number"}
PICKERS = {"datepicker": "date", "timepicker": "time", "datetimepicker": "datetime-local"}
Choice = tuple[str, str]  # value and label


def field_name(block_id: str, action_id: str) -> str:
    return json.dumps([block_id, action_id])


def element(element: Json, block: Json, state: Json | None, reader: Reader) -> Markup:
    """Draw one element of a block; `state` is what was chosen so far."""
    kind = element["type"]
    if kind == "button":
        return _button(element, block)
    if kind == "overflow":
        return _overflow(element, block)
    if kind == "image":
        return image(element)
    if kind in CONTROLS:
        name = field_name(block["block_id"], element["action_id"])
        return CONTROLS[kind](element, name, state or initial(element), reader)
    return el("span", f"[{kind}]", class_="muted")


def click(block: Json, element: Json, value: str | None = None) -> str:
    """Return what a button sends: which element it is, and the value that was chosen with it."""
    return json.dumps({"block_id": block["block_id"], "action_id": element["action_id"], "value": value})


def dispatching(control: Markup, element: Json, block: Json) -> Markup:
    """Give a menu outside an input the button that sends its choice; the script presses it on change."""
    send = el(
        "button",
        "OK",
        name="click",
        value=click(block, element),
        formaction="/do/click",
        formnovalidate=True,
        class_="button small send",
    )
    return el("span", control, send, class_="dispatching")


def image(element: Json) -> Markup:
    """Name a picture instead of fetching it: the page loads nothing from elsewhere."""
    return el(
        "span",
        "🖼️ ",
        str(element.get("alt_text", "")),
        class_="picture",
        title=str(element.get("image_url", "")),
    )


def _button(element: Json, block: Json) -> Markup:
    return el(
        "button",
        words_of(element["text"]),
        " ↗" if element.get("url") else None,
        name="click",
        value=click(block, element, element.get("value")),
        formaction="/do/click",
        formtarget="_blank" if element.get("url") else None,
        formnovalidate=True,
        aria_label=element.get("accessibility_label"),
        data_confirm=_question(element),
        class_=f"button {element.get('style', '')}".strip(),
    )


def _question(element: Json) -> str | None:
    dialog = element.get("confirm")
    return f"{words_of(dialog.get('title'))}\n\n{words_of(dialog.get('text'))}" if dialog else None


def _overflow(element: Json, block: Json) -> Markup:
    items = [
        el(
            "button",
            words_of(option["text"]),
            name="click",
            value=click(block, element, option["value"]),
            formaction="/do/click",
            formnovalidate=True,
            data_confirm=_question(element),
        )
        for option in element["options"]
    ]
    return el(
        "details",
        el("summary", "⋯", title="More actions"),
        el("div", items, class_="menu"),
        class_="overflow",
    )


def _text_area(element: Json, name: str, state: Json, _reader: Reader) -> Markup:
    limits = {"minlength": element.get("min_length"), "maxlength": element.get("max_length")}
    value, placeholder = state.get("value") or "", words_of(element.get("placeholder"))
    if element.get("multiline"):
        return el("textarea", "\n", value, name=name, rows=4, placeholder=placeholder, **limits)
    return el("input", type="text", name=name, value=value, placeholder=placeholder, **limits)


def _text_input(element: Json, name: str, state: Json, _reader: Reader) -> Markup:
    limits = {"min": element.get("min_value"), "max": element.get("max_value")}
    return el(
        "input",
        type=TEXT_INPUTS[element["type"]],
        name=name,
        value=state.get("value"),
        step="any" if element.get("is_decimal_allowed") else None,
        placeholder=words_of(element.get("placeholder")),
        **limits,
    )


def _picker(element: Json, name: str, state: Json, reader: Reader) -> Markup:
    kind = element["type"]
    value = state.get(SELECTED.get(kind, "selected_date_time"))
    if kind == "datetimepicker" and value:
        value = datetime.fromtimestamp(int(value), UTC).astimezone(reader.zone).strftime("%Y-%m-%dT%H:%M")
    return el("input", type=PICKERS[kind], name=name, value=value)


def _static_select(element: Json, name: str, state: Json, _reader: Reader) -> Markup:
    chosen = {option["value"] for option in _chosen_options(state)}
    groups = element.get("option_groups")
    if groups:
        options = [
            el("optgroup", _options(_pairs(group), chosen), label=words_of(group["label"]))
            for group in groups
        ]
        return _select(element, name, join(options))
    return _select(element, name, _options(_pairs(element), chosen))


def _chosen_options(state: Json) -> list[Json]:
    single = state.get("selected_option")
    return [single] if single else state.get("selected_options") or []


def _pairs(holder: Json) -> list[Choice]:
    return [(option["value"], words_of(option["text"])) for option in holder["options"]]


def _entity_select(element: Json, name: str, state: Json, reader: Reader) -> Markup:
    kind = element["type"].removeprefix("multi_")
    chosen = state.get(SELECTED.get(element["type"], "")) or state.get(
        SELECTED_LISTS.get(element["type"], "")
    )
    everyone = {"users_select": _users, "channels_select": _channels, "conversations_select": _channels}[kind]
    return _select(
        element, name, _options(everyone(reader), {chosen} if isinstance(chosen, str) else set(chosen or ()))
    )


def _users(reader: Reader) -> list[Choice]:
    return [(user.id, user.real_name) for user in reader.world.config.users]


def _channels(reader: Reader) -> list[Choice]:
    seen = [
        each for each in reader.world.channels.values() if reader.user.id in each.members and not each.is_im
    ]
    return [(channel.id, f"#{channel.name}") for channel in seen]


def _select(element: Json, name: str, options: Markup) -> Markup:
    several = element["type"].startswith("multi_")
    hint = words_of(element.get("placeholder")) or "Choose…"
    empty = None if several else el("option", hint, value="")
    return el("select", empty, options, name=name, multiple=several, size=4 if several else None)


def _options(pairs: Iterable[Choice], chosen: set[str]) -> Markup:
    return join([el("option", label, value=value, selected=value in chosen) for value, label in pairs])


def _choices(element: Json, name: str, state: Json, reader: Reader) -> Markup:
    kind = "checkbox" if element["type"] == "checkboxes" else "radio"
    chosen = {option["value"] for option in _chosen_options(state)}
    rows = [
        el(
            "label",
            el("input", type=kind, name=name, value=option["value"], checked=option["value"] in chosen),
            el("span", text_of(option["text"], reader)),
            el("small", text_of(option["description"], reader)) if option.get("description") else None,
        )
        for option in element["options"]
    ]
    return el("div", rows, class_="choices")


CONTROLS: dict[str, Callable[[Json, str, Json, Reader], Markup]] = {
    "plain_text_input": _text_area,
    **dict.fromkeys(TEXT_INPUTS, _text_input),
    **dict.fromkeys(PICKERS, _picker),
    **dict.fromkeys(("static_select", "multi_static_select"), _static_select),
    **dict.fromkeys(("users_select", "channels_select", "conversations_select"), _entity_select),
    **dict.fromkeys(SELECTED_LISTS, _entity_select),
    **dict.fromkeys(("checkboxes", "radio_buttons"), _choices),
}
