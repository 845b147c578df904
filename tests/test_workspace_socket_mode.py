"""Socket Mode, heard by the real Bolt adapter."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import aiohttp
import pytest
from slack_bolt.async_app import AsyncAck, AsyncApp
from workspace_rig import ANNA, APP, GENERAL, LEADS, QUICK, bolt_app, client_of, connected, error_of

from workspace import Running, Workspace

Event = dict[str, Any]


@pytest.fixture
async def rig() -> AsyncIterator[tuple[Workspace, Running, AsyncApp]]:
    workspace = Workspace(replace(QUICK, ack_seconds=0.3))
    async with workspace.serve() as running:
        yield workspace, running, bolt_app(running)


Rig = tuple[Workspace, Running, AsyncApp]


async def test_what_is_said_reaches_the_app_as_an_event(rig: Rig) -> None:
    workspace, running, app = rig
    heard: list[Event] = []

    @app.event("message")
    async def listen(event: Event) -> None:
        heard.append(event)

    async with connected(app, workspace, running):
        said = await workspace.say(ANNA, LEADS, "5 < 6 & @ben see #general https://example.com")
        event = (await workspace.wait_for(lambda: heard))[0]

    assert (event["user"], event["channel"], event["ts"]) == (ANNA, LEADS, said.ts)
    assert event["channel_type"] == "channel"
    assert event["text"] == "5 &lt; 6 &amp; <@U0BEN> see <#C0GENERAL|general> <https://example.com>"


async def test_a_mention_is_an_event_of_its_own(rig: Rig) -> None:
    workspace, running, app = rig
    heard: list[str] = []

    @app.event("app_mention")
    async def mentioned(event: Event) -> None:
        heard.append(event["text"])

    @app.event("message")
    async def said() -> None:
        pass

    async with connected(app, workspace, running):
        await workspace.say(ANNA, LEADS, "@echo hello")
        await workspace.wait_for(lambda: heard)
    assert heard == ["<@U0APP> hello"]


async def test_an_event_nobody_subscribed_to_or_can_see_is_not_sent(rig: Rig) -> None:
    workspace, running, app = rig
    heard: list[Event] = []

    @app.event("message")
    async def listen(event: Event) -> None:
        heard.append(event)

    async with connected(app, workspace, running):
        await workspace.say(ANNA, GENERAL, "the bot is not in here")
        workspace.event({"type": "team_join", "user": ANNA})
        await workspace.say(ANNA, "D0ANNA", "but here it is")
        await workspace.wait_for(lambda: heard)
    assert [event["text"] for event in heard] == ["but here it is"]


async def test_an_event_without_an_answer_comes_again_three_times() -> None:
    workspace = Workspace(replace(QUICK, ack_seconds=0.1))
    attempts: list[tuple[int, str]] = []
    async with workspace.serve() as running:
        app = bolt_app(running)  # Bolt does not acknowledge an event without a listener
        async with connected(app, workspace, running) as handler:

            async def note(_client: Any, request: Any) -> None:
                attempts.append((request.retry_attempt, request.retry_reason))

            handler.client.socket_mode_request_listeners.append(note)
            await workspace.say(ANNA, LEADS, "anybody?")
            await workspace.wait_for(lambda: len(attempts) == 4)
            await asyncio.sleep(0.15)
    assert attempts == [(0, ""), (1, "timeout"), (2, "timeout"), (3, "timeout")]


async def test_an_answered_event_comes_once(rig: Rig) -> None:
    workspace, running, app = rig
    heard: list[Event] = []

    @app.event("message")
    async def listen(event: Event) -> None:
        heard.append(event)

    async with connected(app, workspace, running):
        await workspace.say(ANNA, LEADS, "once")
        await workspace.wait_for(lambda: heard)
        await asyncio.sleep(0.4)
    assert len(heard) == 1


async def test_a_slash_command_carries_what_slack_sends(rig: Rig) -> None:
    workspace, running, app = rig
    bodies: list[Event] = []

    @app.command("/shout")
    async def shout(ack: AsyncAck, body: Event) -> None:
        bodies.append(body)
        await ack()

    async with connected(app, workspace, running):
        ack = await workspace.command(ANNA, LEADS, "/shout", "@ben in #leads & #sales-managers")
    body = bodies[0]

    assert ack.error is None
    assert (body["user_id"], body["user_name"]) == (ANNA, "anna")
    assert (body["channel_id"], body["channel_name"]) == (LEADS, "leads")
    assert body["text"] == "<@U0BEN|ben> in <#C0LEADS|leads> &amp; <#G0MANAGERS|>"


async def test_a_command_without_escaping_carries_raw_text(rig: Rig) -> None:
    workspace, running, app = rig

    @app.command("/echo")
    async def echo(ack: AsyncAck, command: Event) -> None:
        await ack(command["text"])

    async with connected(app, workspace, running):
        await workspace.command(ANNA, LEADS, "/echo", "@ben <b> & co")
    (answer,) = workspace.messages(LEADS)
    assert (answer.text, answer.ephemeral_to) == ("@ben <b> & co", ANNA)


@pytest.mark.parametrize("where", ["silent", "away"])
async def test_slackbot_tells_only_the_person_that_a_command_failed(rig: Rig, where: str) -> None:
    workspace, running, app = rig
    if where == "silent":
        async with connected(app, workspace, running):
            ack = await workspace.command(ANNA, LEADS, "/echo")
    else:
        ack = await workspace.command(ANNA, LEADS, "/echo")

    error = "operation_timeout" if where == "silent" else "dispatch_failed"
    (message,) = workspace.messages(LEADS)
    assert ack.error == error
    assert (message.user, message.ephemeral_to) == ("USLACKBOT", ANNA)
    assert message.text == f'/echo failed with the error "{error}"'


async def test_a_command_the_app_does_not_have_is_not_sent(rig: Rig) -> None:
    workspace, _, _ = rig
    assert (await workspace.command(ANNA, LEADS, "/nope")).error == "invalid_command"
    assert [message.text for message in workspace.messages(LEADS)] == ["/nope is not a valid command."]


@pytest.mark.parametrize("trouble", ["abort", "refresh"])
async def test_the_app_comes_back_after_its_connection_went_away(rig: Rig, trouble: str) -> None:
    workspace, running, app = rig
    heard: list[Event] = []

    @app.event("message")
    async def listen(event: Event) -> None:
        heard.append(event)

    async with connected(app, workspace, running):
        opened = len(workspace.slack.calls.of("apps.connections.open"))
        await getattr(workspace.sockets, trouble)()
        await workspace.wait_for(lambda: len(workspace.slack.calls.of("apps.connections.open")) > opened)
        await workspace.wait_for(lambda: workspace.sockets.connections)
        await workspace.say(ANNA, LEADS, "still there?")
        await workspace.wait_for(lambda: heard)
    assert heard[0]["text"] == "still there?"


async def test_each_payload_goes_to_one_of_several_connections(rig: Rig) -> None:
    workspace, running, app = rig
    answered = {"first": 0, "second": 0}

    def listen(to: AsyncApp, name: str) -> None:
        @to.command("/echo")
        async def echo(ack: AsyncAck) -> None:
            answered[name] += 1
            await ack()

    other = bolt_app(running)
    listen(app, "first")
    listen(other, "second")
    async with connected(app, workspace, running), connected(other, workspace, running):
        for _ in range(4):
            await workspace.command(ANNA, LEADS, "/echo")
    assert answered == {"first": 2, "second": 2}


async def test_an_eleventh_connection_is_sent_away(rig: Rig) -> None:
    workspace, running, _ = rig
    client = client_of(running, running.app_token)
    async with aiohttp.ClientSession() as session:
        links = []
        for _ in range(11):
            opened = await client.apps_connections_open(app_token=running.app_token)
            links.append(await session.ws_connect(opened["url"]))
        greetings = [(await link.receive_json())["type"] for link in links]
        assert workspace.sockets.connections == 10
        for link in links:
            await link.close()
    assert greetings == ["hello"] * 10 + ["disconnect"]


async def test_a_ticket_opens_one_connection(rig: Rig) -> None:
    _, running, _ = rig
    client = client_of(running)
    opened = await client.apps_connections_open(app_token=running.app_token)
    async with aiohttp.ClientSession() as session:
        async with session.ws_connect(opened["url"]) as link:
            hello = await link.receive_json()
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(opened["url"])
    assert hello["connection_info"] == {"app_id": APP.app_id}


async def test_a_bot_token_opens_no_connection(rig: Rig) -> None:
    opened = client_of(rig[1]).apps_connections_open(app_token=APP.bot_token)
    assert await error_of(opened) == "not_allowed_token_type"
