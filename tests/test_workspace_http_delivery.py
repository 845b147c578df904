"""Delivery over HTTP: signed, tried again, and answered by the real Bolt adapter."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import aiohttp
import pytest
from slack_bolt.async_app import AsyncAck
from slack_sdk.signature import SignatureVerifier
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, Router
from workspace_rig import ANNA, APP, LEADS, QUICK, over_http

from workspace import Workspace
from workspace.wire import Listener

BUTTON = {"type": "button", "action_id": "go", "value": "7", "text": {"type": "plain_text", "text": "Go"}}
ACTIONS = [{"type": "actions", "block_id": "row", "elements": [BUTTON]}]


@dataclass
class Recorder:
    """An app that keeps what it gets and answers what it is told to."""

    answer: Callable[[int], Response]
    requests: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    async def endpoint(self, request: Request) -> Response:
        self.requests.append((dict(request.headers), await request.body()))
        return self.answer(len(self.requests))

    @property
    def retries(self) -> list[tuple[str | None, str | None]]:
        names = ("x-slack-retry-num", "x-slack-retry-reason")
        return [(headers.get(names[0]), headers.get(names[1])) for headers, _ in self.requests]


@asynccontextmanager
async def recording(
    answer: Callable[[int], Response], **config: Any
) -> AsyncIterator[tuple[Workspace, Recorder]]:
    recorder = Recorder(answer)
    listener = Listener(Router([Route("/slack/events", recorder.endpoint, methods=["POST"])]))
    url = f"http://127.0.0.1:{await listener.start('127.0.0.1', 0)}/slack/events"
    defaults = {"event_retries": (0.0, 0.01, 0.02), "ack_seconds": 0.3}
    workspace = Workspace(replace(QUICK, app=replace(APP, request_url=url), **(defaults | config)))
    try:
        async with workspace.serve():
            yield workspace, recorder
    finally:
        await listener.stop()


async def test_every_request_carries_a_signature_that_verifies() -> None:
    async with recording(lambda _: Response()) as (workspace, recorder):
        await workspace.command(ANNA, LEADS, "/echo", "grüße")
        await workspace.say(ANNA, LEADS, "grüße")
        await workspace.wait_for(lambda: len(recorder.requests) == 2)
    verifier = SignatureVerifier(APP.signing_secret)
    assert all(verifier.is_valid_request(body, headers) for headers, body in recorder.requests)
    assert not verifier.is_valid_request(b"forged", recorder.requests[0][0])


async def test_an_event_that_fails_is_sent_again_with_number_and_reason() -> None:
    async with recording(lambda _: Response(status_code=500)) as (workspace, recorder):
        await workspace.say(ANNA, LEADS, "hello")
        await workspace.wait_for(lambda: len(recorder.requests) == 4)
    assert recorder.retries == [(None, None), ("1", "http_error"), ("2", "http_error"), ("3", "http_error")]
    assert len({body for _, body in recorder.requests}) == 1  # the same event_id


async def test_an_event_is_not_sent_again_once_it_is_taken() -> None:
    async with recording(lambda n: Response(status_code=500 if n == 1 else 200)) as (workspace, recorder):
        await workspace.say(ANNA, LEADS, "first")
        await workspace.wait_for(lambda: len(recorder.requests) == 2)
        await workspace.say(ANNA, LEADS, "second")
        await workspace.wait_for(lambda: len(recorder.requests) == 3)
    assert [number for number, _ in recorder.retries] == [None, "1", None]


async def test_an_app_may_ask_not_to_be_retried() -> None:
    refusal = Response(status_code=500, headers={"X-Slack-No-Retry": "1"})
    async with recording(lambda _: refusal, event_retries=(0.0,)) as (workspace, recorder):
        await workspace.say(ANNA, LEADS, "hello")
        await workspace.wait_for(lambda: recorder.requests)
        await workspace.say(ANNA, LEADS, "again")
        await workspace.wait_for(lambda: len(recorder.requests) >= 2)
    assert recorder.retries == [(None, None)] * 2


async def test_an_app_that_is_away_fails_the_command() -> None:
    config = replace(QUICK, app=replace(APP, request_url="http://127.0.0.1:9/slack/events"))
    workspace = Workspace(config)
    async with workspace.serve():
        ack = await workspace.command(ANNA, LEADS, "/echo")
    assert ack.error == "dispatch_failed"
    assert workspace.messages(LEADS)[0].text == '/echo failed with the error "dispatch_failed"'


async def test_bolt_answers_commands_over_http() -> None:
    async with over_http() as (workspace, app):

        @app.command("/echo")
        async def echo(ack: AsyncAck, command: dict[str, str]) -> None:
            await ack({"response_type": "in_channel", "text": command["text"]})

        ack = await workspace.command(ANNA, LEADS, "/echo", "hello & <all>")

    assert ack.error is None
    (answer,) = workspace.messages(LEADS)
    assert (answer.text, answer.ephemeral_to) == ("hello & <all>", None)


async def test_bolt_hears_clicks_over_http() -> None:
    async with over_http() as (workspace, app):
        pressed: list[str] = []

        @app.action("go")
        async def go(ack: AsyncAck, action: dict[str, str]) -> None:
            pressed.append(action["value"])
            await ack()

        posted = await app.client.chat_postMessage(channel=LEADS, text="x", blocks=ACTIONS)
        ack = await workspace.click(ANNA, "go", channel=LEADS, ts=posted["ts"])

    assert (ack.error, pressed) == (None, ["7"])


async def test_a_forged_request_does_not_get_past_bolt() -> None:
    async with over_http() as (workspace, _), aiohttp.ClientSession() as session:
        url = str(workspace.config.app.request_url)
        headers = {"X-Slack-Request-Timestamp": "1", "X-Slack-Signature": "v0=00"}
        async with session.post(url, data="payload={}", headers=headers) as response:
            assert response.status == 401


@pytest.mark.parametrize("status", [404, 500])
async def test_a_click_the_app_cannot_take_is_told_to_the_person(status: int) -> None:
    async with recording(lambda _: Response(status_code=status)) as (workspace, _):
        async with aiohttp.ClientSession() as session:
            body = {"channel": LEADS, "text": "x", "blocks": ACTIONS}
            headers = {"Authorization": f"Bearer {APP.bot_token}"}
            url = f"{workspace.slack.url}/api/chat.postMessage"
            async with session.post(url, json=body, headers=headers) as response:
                posted = await response.json()
        ack = await workspace.click(ANNA, "go", channel=LEADS, ts=posted["ts"])
    assert ack.error == "dispatch_failed"
    assert [each.user for each in workspace.messages(LEADS, seen_by=ANNA)] == ["U0APP", "USLACKBOT"]


async def test_an_app_that_takes_too_long_times_out() -> None:
    stop = asyncio.Event()

    async def slowly(_request: Request) -> Response:
        await stop.wait()
        return Response()

    listener = Listener(Router([Route("/slack/events", slowly, methods=["POST"])]))
    url = f"http://127.0.0.1:{await listener.start('127.0.0.1', 0)}/slack/events"
    workspace = Workspace(replace(QUICK, app=replace(APP, request_url=url), ack_seconds=0.1))
    async with workspace.serve():
        ack = await workspace.command(ANNA, LEADS, "/echo")
    await listener.stop()
    assert ack.error == "operation_timeout"


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (Response("hello", media_type="text/plain"), "hello"),
        (Response('{"text": "hello"}', media_type="application/json"), "hello"),
        (Response("{", media_type="application/json"), '/echo failed with the error "dispatch_failed"'),
        (
            Response('{"blocks": [{"type": "x"}]}', media_type="application/json"),
            '/echo failed with the error "dispatch_failed"',
        ),
    ],
    ids=["plain", "json", "no json", "bad blocks"],
)
async def test_a_command_is_answered_in_the_body(answer: Response, text: str) -> None:
    async with recording(lambda _: answer) as (workspace, _):
        await workspace.command(ANNA, LEADS, "/echo")
    assert [message.text for message in workspace.messages(LEADS, seen_by=ANNA)] == [text]
