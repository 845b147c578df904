"""A workspace and a real Bolt app on real sockets, for the tests of the workspace."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import aiohttp
from slack_bolt.adapter.asgi.async_handler import AsyncSlackRequestHandler
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from workspace import App, Command, Config, Running, Workspace
from workspace.wire import Listener

LEADS, GENERAL, MANAGERS = "C0LEADS", "C0GENERAL", "G0MANAGERS"
ANNA, BEN, MAYA = "U0ANNA", "U0BEN", "U0MAYA"

APP = App(
    name="Echo",
    commands=(Command("/echo", "Says it again", "[words]"), Command("/shout", "Escaped", should_escape=True)),
    events=frozenset({"message.channels", "message.im", "app_mention", "app_home_opened"}),
)
QUICK = Config(app=APP, rate=1000.0, burst=1000)


def client_of(running: Running, token: str | None = None) -> AsyncWebClient:
    return AsyncWebClient(token=token or running.bot_token, base_url=running.api_url, retry_handlers=[])


@asynccontextmanager
async def serving(config: Config = QUICK) -> AsyncIterator[tuple[Workspace, AsyncWebClient]]:
    """A workspace that nobody but the test talks to."""
    workspace = Workspace(config)
    async with workspace.serve() as running:
        yield workspace, client_of(running)


def bolt_app(running: Running) -> AsyncApp:
    return AsyncApp(client=client_of(running), signing_secret=running.signing_secret)


@asynccontextmanager
async def connected(
    app: AsyncApp, workspace: Workspace, running: Running
) -> AsyncIterator[AsyncSocketModeHandler]:
    """The app on Socket Mode, once it said hello."""
    before = workspace.sockets.connections
    handler = AsyncSocketModeHandler(app, running.app_token, ping_interval=1)
    await handler.connect_async()
    try:
        await workspace.wait_for(lambda: workspace.sockets.connections > before)
        yield handler
    finally:
        await handler.close_async()


@asynccontextmanager
async def over_http(config: Config = QUICK) -> AsyncIterator[tuple[Workspace, AsyncApp]]:
    """A Bolt app behind its own server, spoken to by signed requests."""
    app = AsyncApp(
        token=config.app.bot_token,
        signing_secret=config.app.signing_secret,
        request_verification_enabled=True,
    )
    listener = Listener(AsyncSlackRequestHandler(app))
    port = await listener.start("127.0.0.1", 0)
    config = replace(config, app=replace(config.app, request_url=f"http://127.0.0.1:{port}/slack/events"))
    workspace = Workspace(config)
    try:
        async with workspace.serve() as running:
            app.client.base_url = running.api_url
            yield workspace, app
    finally:
        await listener.stop()


async def error_of(call: Any) -> str:
    """The error a Web API call is refused with."""
    try:
        await call
    except SlackApiError as refusal:
        return str(refusal.response["error"])
    return "ok"


class Markup(HTMLParser):
    """What a browser would make of a page: its tags with their attributes, and its visible text."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


async def page_of(workspace: Workspace, path: str) -> str:
    async with aiohttp.ClientSession() as session, session.get(f"{workspace.slack.url}{path}") as response:
        assert response.status == 200, await response.text()
        return await response.text()
