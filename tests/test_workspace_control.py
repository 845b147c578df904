"""The control API, and the workspace in a process of its own."""

from __future__ import annotations

import asyncio
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from slack_bolt.async_app import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient
from workspace_rig import ANNA, APP, LEADS, QUICK, bolt_app, connected, error_of, serving

from workspace import App, Config, Workspace

Json = dict[str, Any]
MANIFEST = {
    "display_information": {"name": "Echo App", "description": "Says it again"},
    "features": {
        "bot_user": {"display_name": "Echo"},
        "app_home": {"home_tab_enabled": True},
        "slash_commands": [
            {"command": "/echo", "description": "Again", "usage_hint": "[words]", "should_escape": True}
        ],
    },
    "oauth_config": {"scopes": {"bot": ["commands", "chat:write"]}},
    "settings": {"event_subscriptions": {"bot_events": ["app_home_opened"]}},
}


class Control:
    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        self._url = url
        self._session = session

    async def post(self, name: str, **body: Any) -> Json:
        async with self._session.post(f"{self._url}/control/{name}", json=body) as response:
            answer: Json = await response.json()
            return answer | {"status": response.status}

    async def get(self, name: str, **query: str) -> Json:
        async with self._session.get(f"{self._url}/control/{name}", params=query) as response:
            answer: Json = await response.json()
            return answer


@asynccontextmanager
async def controlling(url: str) -> AsyncIterator[Control]:
    async with aiohttp.ClientSession() as session:
        yield Control(url, session)


async def test_a_conversation_can_be_played_over_http() -> None:
    workspace = Workspace(QUICK)
    button = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}}
    async with workspace.serve() as running, controlling(running.url) as control:
        app = bolt_app(running)

        @app.command("/echo")
        async def echo(ack: AsyncAck, command: Json) -> None:
            await ack({"text": command["text"], "blocks": [{"type": "actions", "elements": [button]}]})

        @app.action("go")
        async def go(ack: AsyncAck) -> None:
            await ack()

        @app.event("message")
        async def heard() -> None:
            pass

        async with connected(app, workspace, running):
            said = await control.post("say", user=ANNA, channel=LEADS, text="hello")
            ran = await control.post("command", user=ANNA, channel=LEADS, command="/echo", text="again")
            told = (await control.get("messages", channel=LEADS))["messages"]
            clicked = await control.post("click", user=ANNA, channel=LEADS, ts=told[1]["ts"], action_id="go")
            home = await control.post("home", user=ANNA)

    assert said["ok"]
    assert ran["ack"]["error"] is None
    assert [(each["text"], each["ephemeral_to"]) for each in told] == [("hello", None), ("again", ANNA)]
    assert clicked["ack"]["error"] is None
    assert home["ok"]


async def test_faults_calls_and_violations_are_within_reach() -> None:
    async with serving(Config(app=APP)) as (workspace, client), controlling(workspace.slack.url) as control:
        await control.post("faults", method="chat.postMessage", kind="error", error="is_archived")
        assert await error_of(client.chat_postMessage(channel=LEADS, text="x")) == "is_archived"
        await client.chat_postMessage(channel=LEADS, text="one")
        assert await error_of(client.chat_postMessage(channel=LEADS, text="two")) == "ratelimited"
        calls = (await control.get("calls"))["calls"]
        violations = (await control.get("violations"))["violations"]
        state = await control.get("state")

    assert [call["outcome"] for call in calls] == ["error", "ok", "ratelimited"]
    assert [violation["channel"] for violation in violations] == [LEADS]
    assert state["messages"][LEADS] == 1


async def test_a_modal_and_tokens_can_be_controlled() -> None:
    async with serving() as (workspace, client), controlling(workspace.slack.url) as control:
        view = {
            "type": "modal",
            "title": {"type": "plain_text", "text": "Hi"},
            "blocks": [{"type": "divider"}],
        }
        await client.views_open(trigger_id=workspace.slack.triggers.issue(ANNA), view=view)
        open_ones = (await control.get("views", user=ANNA))["modals"]
        await control.post("close", user=ANNA)
        closed = (await control.get("views", user=ANNA))["modals"]
        await control.post("tokens/revoke")
        assert await error_of(client.auth_test()) == "token_revoked"
    assert [modal["title"]["text"] for modal in open_ones] == ["Hi"]
    assert closed == []


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("say", {"user": "U0NOBODY", "channel": LEADS, "text": "x"}),
        ("say", {"user": ANNA, "channel": "G0MANAGERS", "text": "x"}),
        ("say", {"user": ANNA}),
        ("click", {"user": ANNA, "action_id": "go", "channel": LEADS, "ts": "1.000001"}),
        ("submit", {"user": ANNA, "values": {}}),
        ("faults", {"method": "*", "kind": "gremlins"}),
    ],
)
async def test_what_cannot_be_done_is_said_in_a_sentence(name: str, body: Json) -> None:
    async with serving() as (workspace, _), controlling(workspace.slack.url) as control:
        answer = await control.post(name, **body)
    assert answer["status"] == 400
    assert answer["error"]


async def test_a_form_of_another_site_controls_nothing() -> None:
    async with serving() as (workspace, _), aiohttp.ClientSession() as session:
        url = f"{workspace.slack.url}/control/tokens/revoke"
        async with session.post(url, data="{}", headers={"Content-Type": "text/plain"}) as response:
            assert response.status == 415
    assert workspace.slack.revoked == set()


def test_a_manifest_tells_which_app_is_installed() -> None:
    app = App.from_manifest(MANIFEST)
    assert (app.name, app.description, app.home_tab) == ("Echo", "Says it again", True)
    assert app.scopes == {"commands", "chat:write"}
    assert app.events == {"app_home_opened"}
    (command,) = app.commands
    assert (command.command, command.usage_hint, command.should_escape) == ("/echo", "[words]", True)


def test_a_config_from_a_manifest_can_be_adjusted() -> None:
    config = Config.from_manifest(MANIFEST, app={"bot_token": "xoxb-other"}, rate=50.0)
    assert (config.app.name, config.app.bot_token, config.rate) == ("Echo", "xoxb-other", 50.0)


async def test_waiting_for_what_never_happens_ends_with_a_sentence() -> None:
    with pytest.raises(TimeoutError, match=r"did not happen within 0\.01 seconds"):
        await Workspace(QUICK).wait_for(lambda: None, timeout=0.01)


async def test_a_port_that_is_taken_is_said_so() -> None:
    async with serving() as (workspace, _):
        port = int(workspace.slack.url.rpartition(":")[2])
        with pytest.raises(OSError, match="in use"):
            async with Workspace(QUICK).serve(port=port):
                pass


async def test_sockets_events_and_faults_can_be_controlled() -> None:
    workspace = Workspace(QUICK)
    homes: list[Json] = []
    async with workspace.serve() as running, controlling(running.url) as control:
        app = bolt_app(running)

        @app.event("app_home_opened")
        async def opened(event: Json) -> None:
            homes.append(event)

        async with connected(app, workspace, running):
            await control.post("event", event={"type": "app_home_opened", "user": ANNA, "tab": "messages"})
            await workspace.wait_for(lambda: homes)
            for trouble in ("socket/refresh", "socket/abort"):
                opens = len(workspace.slack.calls.of("apps.connections.open"))
                assert (await control.post(trouble))["ok"]
                await workspace.wait_for(
                    lambda opens=opens: len(workspace.slack.calls.of("apps.connections.open")) > opens
                )
                await workspace.wait_for(lambda: workspace.sockets.connections)
        await control.post("faults", method="*", kind="dropped", times=9)
        await control.post("faults/clear")
    assert homes[0]["tab"] == "messages"
    assert workspace.faults.faults == []


async def test_it_runs_as_a_process_of_its_own(tmp_path: Path) -> None:
    manifest = tmp_path / "manifest.yaml"
    manifest.write_text("display_information: {name: Echo}\noauth_config: {scopes: {bot: [chat:write]}}\n")
    command = (sys.executable, "-m", "workspace", "--port", "0", "--rate", "100", "--manifest", str(manifest))
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    told: dict[str, str] = {}
    while "SLACK_SIGNING_SECRET" not in told:
        line = (await process.stdout.readline()).decode()
        told.update(re.findall(r"(\w+)=(\S+)", line))
    client = AsyncWebClient(token=told["SLACK_BOT_TOKEN"], base_url=told["SLACK_API_URL"])
    answer = await client.auth_test()
    process.send_signal(signal.SIGTERM)

    assert await process.wait() == 0
    assert answer["user"] == "echo"
