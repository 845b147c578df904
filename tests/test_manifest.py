"""The manifests are what the bot is: its commands, events, actions and scopes, both ways."""

import ast
import inspect
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from cli_rig import HOUSE, Desk
from slack_bolt.async_app import AsyncApp
from slack_rig import ANNA, captured, talking
from slack_sdk.web.async_client import AsyncWebClient

from bot import app as slack_app
from bot.actions import ACTIONS, SUBMISSIONS
from bot.app import Identity
from bot.manifest import SCOPES, as_yaml, manifest

SHARED = HOUSE.parent / "shared" / "slack"
FILES = {"manifest.yaml": False, "manifest.http.yaml": True}
both_ways = pytest.mark.parametrize("over_http", [False, True], ids=["socket", "http"])

# The scopes that a method needs; () where any token will do. Slash commands need `commands`.
METHODS: dict[str, tuple[str, ...]] = {
    "apps.connections.open": (),
    "auth.test": (),
    "chat.delete": ("chat:write",),
    "chat.postMessage": ("chat:write",),
    "chat.update": ("chat:write",),
    "conversations.history": ("channels:history", "groups:history", "im:history"),
    "conversations.open": ("im:write",),
    "conversations.replies": ("channels:history", "groups:history", "im:history"),
    "files.completeUploadExternal": ("files:write",),
    "files.getUploadURLExternal": ("files:write",),
    "users.conversations": ("channels:read", "groups:read"),
    "views.open": (),
    "views.update": (),
}
EVENTS = {"member_joined_channel": ("channels:read", "groups:read")}


@pytest.mark.parametrize("name", FILES)
def test_the_files_are_what_the_command_prints(name: str, tmp_path: Path) -> None:
    over_http = FILES[name]

    printed = Desk(tmp_path).tipoff("manifest", *(["--http"] if over_http else [])).out

    assert printed == as_yaml(over_http=over_http)
    assert (HOUSE / name).read_text(encoding="utf-8") == printed
    assert yaml.safe_load(printed) == manifest(over_http=over_http)


@both_ways
@pytest.mark.skipif(not SHARED.is_dir(), reason=f"Slack's schema is not at {SHARED}")
def test_slacks_own_schema_accepts_it(*, over_http: bool) -> None:
    schema = json.loads((SHARED / "manifest.schema.json").read_text())

    jsonschema.validate(manifest(over_http=over_http), schema)


ESSENCE: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["display_information", "features", "oauth_config", "settings"],
    "properties": {
        "display_information": {
            "type": "object",
            "additionalProperties": False,
            "required": ["name"],
            "properties": {
                "name": {"type": "string", "maxLength": 35},
                "description": {"type": "string", "maxLength": 140},
                "background_color": {"type": "string", "pattern": "^#[0-9a-f]{6}$"},
            },
        },
        "features": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "bot_user": {
                    "type": "object",
                    "required": ["display_name"],
                    "properties": {"display_name": {"type": "string", "maxLength": 80}},
                },
                "slash_commands": {
                    "type": "array",
                    "maxItems": 50,
                    "items": {
                        "type": "object",
                        "additionalProperties": False,
                        "required": ["command", "description"],
                        "properties": {
                            "command": {"type": "string", "pattern": "^/[a-z]+$", "maxLength": 32},
                            "description": {"type": "string", "maxLength": 2000},
                            "usage_hint": {"type": "string", "maxLength": 1000},
                            "should_escape": {"type": "boolean"},
                            "url": {"type": "string", "pattern": "^https://"},
                        },
                    },
                },
            },
        },
        "oauth_config": {"type": "object"},
        "settings": {"type": "object"},
    },
}


@both_ways
def test_the_essence_of_slacks_schema_holds(*, over_http: bool) -> None:
    jsonschema.validate(manifest(over_http=over_http), ESSENCE)


def test_the_two_differ_only_in_where_slack_finds_the_bot() -> None:
    socket, http = manifest(over_http=False), manifest(over_http=True)
    url = "https://tipoff.example.com/slack/events"

    assert http["settings"].pop("socket_mode_enabled") is False
    assert socket["settings"].pop("socket_mode_enabled") is True
    assert [command.pop("url") for command in http["features"]["slash_commands"]] == [url] * 5
    assert http["settings"]["event_subscriptions"].pop("request_url") == url
    assert http["settings"]["interactivity"].pop("request_url") == url
    assert http == socket


# What Bolt has registered


@pytest.fixture
async def bolt(sqlite_url: str) -> AsyncApp:
    async with talking(sqlite_url) as talk:
        return slack_app.build(talk.tipoff.house, Identity("T", "B", "U"), AsyncWebClient("xoxb-x"))


def registered(bolt: AsyncApp) -> dict[str, set[str]]:
    """The names that Bolt listens for, by kind; catch-alls are patterns and not among them."""
    found: dict[str, set[str]] = {"command": set(), "event": set(), "action": set(), "view": set()}
    for listener in bolt._async_listeners:  # noqa: SLF001 - Bolt tells nobody
        for matcher in listener.matchers:
            match = inspect.getclosurevars(matcher.func).nonlocals["func"]
            kind = match.__qualname__.split(".")[0].removesuffix("_submission")
            names = inspect.getclosurevars(match).nonlocals.values()
            found.setdefault(kind, set()).update(name for name in names if isinstance(name, str))
    return found


async def test_bolt_listens_for_what_the_manifest_names_and_nothing_else(bolt: AsyncApp) -> None:
    named = manifest(over_http=False)

    assert registered(bolt) == {
        **{key: set() for key in registered(bolt)},
        "command": {one["command"] for one in named["features"]["slash_commands"]},
        "event": set(named["settings"]["event_subscriptions"]["bot_events"]),
        "action": set(ACTIONS),
        "view": set(SUBMISSIONS),
    }


def test_every_button_and_menu_has_an_action_and_every_action_one_of_them() -> None:
    templates = (HOUSE / "briefs" / "templates").glob("*.j2")
    pressed = {
        action
        for path in templates
        for action in re.findall(r'(?:button|menu)\("(tipoff\.\w+)"', path.read_text())
    }

    assert pressed == set(ACTIONS)


def test_every_form_has_a_submission() -> None:
    modal = (HOUSE / "briefs" / "modal.py").read_text()

    assert set(re.findall(r'"(tipoff\.\w+)"', modal)) == set(SUBMISSIONS)


def test_interactivity_is_on_because_there_are_buttons() -> None:
    assert manifest(over_http=False)["settings"]["interactivity"] == {"is_enabled": True}


# Scopes


def called() -> Iterator[str]:
    """Every Web API method that the bot calls, by its name or by the client's method."""
    for path in (HOUSE / "bot").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            name = node.func.attr
            if "_" in name and name != "api_call" and hasattr(AsyncWebClient, name) and name[0] != "_":
                yield from methods_of(name)
            for argument in node.args[:1]:
                if isinstance(argument, ast.Constant) and re.fullmatch(METHOD, str(argument.value)):
                    yield str(argument.value)


METHOD = r"(?:chat|conversations|users|views|apps|auth|team|reactions|files|usergroups|bots)(?:\.[a-zA-Z]+)+"


UPLOAD = ("files.getUploadURLExternal", "files.completeUploadExternal")


def methods_of(name: str) -> tuple[str, ...]:
    """`views_open` as Slack writes it; an upload is two calls."""
    return UPLOAD if name == "files_upload_v2" else (name.replace("_", "."),)


def test_the_methods_that_the_bot_calls_are_those_whose_scopes_are_known() -> None:
    assert set(called()) == set(METHODS)


def test_every_scope_is_needed_and_every_need_is_a_scope() -> None:
    needed = {scope for scopes in (*METHODS.values(), *EVENTS.values()) for scope in scopes} | {"commands"}

    assert set(SCOPES) == needed
    assert manifest(over_http=False)["oauth_config"]["scopes"] == {"bot": sorted(needed)}
    assert set(EVENTS) == set(manifest(over_http=False)["settings"]["event_subscriptions"]["bot_events"])


@pytest.mark.skipif(not SHARED.is_dir(), reason=f"Slack's list of methods is not at {SHARED}")
def test_the_scopes_of_each_method_are_those_that_slack_asks() -> None:
    slack = json.loads((SHARED / "webapi_spec.json").read_text())

    wrong = {
        name for name, scopes in METHODS.items() if not set(scopes) <= set(slack["methods"][name]["scopes"])
    }
    wrong |= {name for name, scopes in METHODS.items() if slack["methods"][name]["scopes"] and not scopes}
    wrong |= {
        name for name, scopes in EVENTS.items() if not set(scopes) <= set(slack["events"][name]["scopes"])
    }

    assert wrong == set()


async def test_a_token_with_exactly_these_scopes_is_enough_for_everything_the_bot_does(
    sqlite_url: str,
) -> None:
    """The local Slack has the manifest's scopes, and refuses what they do not cover."""
    async with talking(sqlite_url) as talk:
        await talk.send(captured("1", "ana@example.com", "Ana"))
        (card,) = await talk.cards(1)
        await talk.press(ANNA, "tipoff.timeline", card)
        await talk.press(ANNA, "tipoff.claim", card)
        await talk.workspace.wait_for(lambda: talk.public()[0].edited_ts)
        await talk.workspace.wait_for(lambda: talk.workspace.modal(ANNA))
        outcomes = {call.method: call.outcome for call in talk.workspace.calls}

    assert talk.workspace.config.app.scopes == set(SCOPES)
    assert set(outcomes.values()) == {"ok"}
    assert outcomes.keys() <= METHODS.keys()
