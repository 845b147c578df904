"""The workspace itself: a server to start, and the same deeds in Python for tests in its event loop."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from starlette.applications import Starlette
from starlette.routing import BaseRoute, Route, WebSocketRoute

from workspace import control
from workspace.api import Uploads, WebApi
from workspace.calls import Call
from workspace.config import Config
from workspace.delivery import Ack, Delivery
from workspace.faults import Fault, Kind
from workspace.http_delivery import HttpDelivery
from workspace.modals import Modals, Values
from workspace.pace import Violation
from workspace.page import routes as page
from workspace.people import People
from workspace.responses import ResponseEndpoint
from workspace.slack import Slack
from workspace.socket_mode import SocketMode
from workspace.state import Json, Message, View
from workspace.wire import Listener

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Running:
    """Where a served workspace is, and what an app needs to speak to it."""

    url: str
    api_url: str
    bot_token: str
    app_token: str
    signing_secret: str


class Workspace:
    """A local Slack with one app installed.

    >>> async with Workspace(Config()).serve() as running:
    ...     client = AsyncWebClient(token=running.bot_token, base_url=running.api_url)
    """

    def __init__(self, config: Config | None = None, clock: Callable[[], float] = time.time) -> None:
        self.config = config or Config()
        self.slack = Slack(self.config, clock)
        self.world = self.slack.world
        self.faults = self.slack.faults

    @asynccontextmanager
    async def serve(self, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[Running]:
        self.sockets = SocketMode(self.slack)
        request_url = self.config.app.request_url
        delivery: Delivery = HttpDelivery(self.slack, request_url) if request_url else self.sockets
        self.people = People(self.slack, delivery)
        self.modals = Modals(self.people)
        listener = Listener(Starlette(routes=self._routes()))
        try:
            self.slack.url = f"http://{host}:{await listener.start(host, port)}"
            yield self._running()
        finally:
            await delivery.stop()
            await listener.stop()

    def _routes(self) -> list[BaseRoute]:
        return [
            Route("/api/{method}", WebApi(self.slack).endpoint, methods=["GET", "POST"]),
            Route("/upload/{file_id}", Uploads(self.slack).endpoint, methods=["POST"]),
            Route("/response/{token}", ResponseEndpoint(self.slack).endpoint, methods=["POST"]),
            WebSocketRoute("/link/", self.sockets.endpoint),
            *control.routes(self),
            *page.routes(self),
        ]

    def _running(self) -> Running:
        app, url = self.config.app, self.slack.url
        return Running(url, f"{url}/api/", app.bot_token, app.app_token, app.signing_secret)

    # What people do.

    async def say(self, user: str, channel: str, text: str, thread_ts: str | None = None) -> Message:
        return await self.people.say(user, channel, text, thread_ts)

    async def command(self, user: str, channel: str, command: str, text: str = "") -> Ack:
        """Run a slash command and return the app's answer once it acknowledged, or why it did not."""
        return await self.people.command(user, channel, command, text)

    async def click(self, user: str, action_id: str, **where: Any) -> Ack:
        """Press or choose something; `where` is `channel` and `ts`, or `view_id`; see `People.click`."""
        return await self.people.click(user, action_id, **where)

    async def submit(self, user: str, values: Values, view_id: str | None = None) -> Ack:
        """Submit the person's modal; `values` is {block_id: {action_id: value or list of values}}."""
        return await self.modals.submit(user, values, view_id)

    async def close(self, user: str) -> None:
        await self.modals.close(user)

    async def home(self, user: str) -> None:
        await self.people.home(user)

    def event(self, event: Json) -> None:
        """Send the app any event it subscribed to, in Slack's words."""
        self.people.event(event)

    # What went on.

    def messages(self, channel: str, seen_by: str | None = None) -> list[Message]:
        """Every message of a conversation, oldest first: all there are, or those one person sees."""
        return [each for each in self.world.messages(channel) if seen_by is None or each.visible_to(seen_by)]

    def modal(self, user: str) -> View | None:
        """The modal on top of a person's stack."""
        stack = self.world.modals.get(user)
        return stack[-1] if stack else None

    def home_tab(self, user: str) -> View | None:
        return self.world.homes.get(user)

    @property
    def calls(self) -> list[Call]:
        return self.slack.calls.calls

    @property
    def violations(self) -> list[Violation]:
        return self.slack.pace.violations

    async def wait_for(self, happened: Callable[[], T | None], timeout: float = 20.0) -> T:  # noqa: ASYNC109 - a test's patience
        """Return what `happened()` returns as soon as it is true; look again on every change."""
        try:
            async with asyncio.timeout(timeout):
                while True:
                    beats = self.world.pulse.beats
                    result = happened()
                    if result:
                        return result
                    await self._change(beats)
        except TimeoutError:
            raise TimeoutError(f"It did not happen within {timeout:g} seconds.") from None

    async def happens(self, condition: Callable[[], bool], within: float) -> bool:
        """Wait a moment for something, and return whether it happened."""
        try:
            return await self.wait_for(condition, timeout=within)
        except TimeoutError:
            return False

    async def _change(self, beats: int) -> None:
        """Wait for a change here, or a moment, since what is waited for may happen elsewhere."""
        try:
            async with asyncio.timeout(0.02):
                await self.world.pulse.after(beats)
        except TimeoutError:
            return

    # Trouble.

    def fault(self, method: str, kind: Kind, *, times: int | None = None, **order: Any) -> Fault:
        """Order trouble: once, or `times`, or for ever at random if there is a `probability`."""
        if times is None and "probability" not in order:
            times = 1
        fault = Fault(method, kind, times, **order)
        self.faults.add(fault)
        return fault

    def revoke_tokens(self) -> None:
        self.slack.revoked |= {self.config.app.bot_token, self.config.app.app_token}
