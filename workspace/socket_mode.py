"""Socket Mode: envelopes over WebSockets, each to one of the app's connections, each acknowledged."""

from __future__ import annotations

import asyncio
import json
import socket
from dataclasses import dataclass, field
from typing import Literal

from starlette.websockets import WebSocket, WebSocketDisconnect

from workspace.delivery import FAILED, TIMED_OUT, Ack, Kind
from workspace.slack import Slack
from workspace.state import Json, fresh_id
from workspace.wire import drop_connection

MOST_CONNECTIONS = 10
CONNECTION_SECONDS = 18_060  # what Slack's hello promises
Reason = Literal["warning", "refresh_requested", "link_disabled", "too_many_websockets"]


@dataclass(eq=False, slots=True)
class Link:
    """One open connection, and the envelopes on it that wait for an answer."""

    socket: WebSocket
    waiting: dict[str, asyncio.Future[Ack]] = field(default_factory=dict)

    async def ask(self, envelope: Json) -> Ack:
        answer: asyncio.Future[Ack] = asyncio.get_running_loop().create_future()
        self.waiting[envelope["envelope_id"]] = answer
        try:
            await self.socket.send_text(json.dumps(envelope))
            return await answer
        except (WebSocketDisconnect, RuntimeError):
            return Ack(FAILED)
        finally:
            del self.waiting[envelope["envelope_id"]]

    def hear(self, text: str) -> None:
        """Take an acknowledgement; one that comes too late, or for nothing, changes nothing."""
        message = json.loads(text)
        answer = self.waiting.get(message.get("envelope_id"))
        if answer and not answer.done():
            answer.set_result(Ack(payload=message.get("payload")))

    def break_off(self) -> None:
        for answer in self.waiting.values():
            if not answer.done():
                answer.set_result(Ack(FAILED))


class SocketMode:
    def __init__(self, slack: Slack) -> None:
        self._slack = slack
        self._links: list[Link] = []
        self._connected = asyncio.Event()
        self._turn = 0
        self._telling: set[asyncio.Task[None]] = set()

    @property
    def connections(self) -> int:
        return len(self._links)

    async def endpoint(self, websocket: WebSocket) -> None:
        ticket = websocket.query_params.get("ticket", "")
        if ticket not in self._slack.socket_tickets:
            await websocket.close()
            return
        self._slack.socket_tickets.discard(ticket)
        await websocket.accept()
        if len(self._links) >= MOST_CONNECTIONS:
            await websocket.send_text(json.dumps(_disconnect("too_many_websockets")))
            await websocket.close()
            return
        link = Link(websocket)
        self._links.append(link)
        try:
            await self._greet(link)
            async for text in websocket.iter_text():
                link.hear(text)
        finally:
            self._leave(link)

    async def _greet(self, link: Link) -> None:
        hello = {
            "type": "hello",
            "num_connections": len(self._links),
            "debug_info": {"host": socket.gethostname(), "approximate_connection_time": CONNECTION_SECONDS},
            "connection_info": {"app_id": self._slack.app.app_id},
        }
        await link.socket.send_text(json.dumps(hello))
        self._connected.set()
        self._slack.world.pulse.beat()

    def _leave(self, link: Link) -> None:
        link.break_off()
        self._links.remove(link)
        if not self._links:
            self._connected.clear()
        self._slack.world.pulse.beat()

    async def ask(self, kind: Kind, payload: Json) -> Ack:
        return await self._deliver(_envelope(kind, payload))

    def tell(self, payload: Json) -> None:
        task = asyncio.create_task(self._tell(payload))
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    async def _tell(self, payload: Json) -> None:
        reason = ""
        for attempt in range(len(self._slack.config.event_retries) + 1):
            ack = await self._deliver(_envelope("events_api", payload, attempt, reason))
            if ack.error is None:
                return
            reason = "timeout" if ack.error == TIMED_OUT else "connection_failed"

    async def _deliver(self, envelope: Json) -> Ack:
        """Send to the connection whose turn it is; wait for one if there is none, but not for long."""
        try:
            async with asyncio.timeout(self._slack.config.ack_seconds):
                await self._connected.wait()
                self._turn += 1
                return await self._links[self._turn % len(self._links)].ask(envelope)
        except TimeoutError:
            return Ack(TIMED_OUT if self._links else FAILED)

    async def refresh(self, reason: Reason = "refresh_requested") -> None:
        """Ask every connection to go and come back, as Slack does every few hours."""
        for link in list(self._links):
            await link.socket.send_text(json.dumps(_disconnect(reason)))
            if reason != "warning":
                await link.socket.close()

    async def abort(self) -> None:
        """Cut every connection without a goodbye."""
        for link in list(self._links):
            await drop_connection(link.socket.scope)

    async def stop(self) -> None:
        for task in list(self._telling):
            task.cancel()
        await asyncio.gather(*self._telling, return_exceptions=True)


def _envelope(kind: Kind, payload: Json, attempt: int = 0, reason: str = "") -> Json:
    envelope: Json = {
        "envelope_id": fresh_id("env-"),
        "type": kind,
        "payload": payload,
        "accepts_response_payload": kind != "events_api",
    }
    return envelope | ({"retry_attempt": attempt, "retry_reason": reason} if kind == "events_api" else {})


def _disconnect(reason: Reason) -> Json:
    return {"type": "disconnect", "reason": reason, "debug_info": {"host": socket.gethostname()}}
