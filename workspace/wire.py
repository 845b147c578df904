"""The TCP connection beneath a request, so that the server can hang up without a word."""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from typing import Any

import uvicorn
from starlette.types import Scope
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

EXTENSION = "workspace.transport"


class HttpProtocol(HttpToolsProtocol):
    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {EXTENSION: {"transport": self.transport}}


class SocketProtocol(WebSocketsSansIOProtocol):
    def handle_connect(self, event: Any) -> None:
        super().handle_connect(event)  # starts the task that will see the scope, but not before we return
        if hasattr(self, "scope"):
            self.scope["extensions"] = {EXTENSION: {"transport": self.transport}}


async def drop_connection(scope: Scope) -> None:
    """Abort the connection: the client sees it end with no answer, whatever is sent afterwards."""
    scope["extensions"][EXTENSION]["transport"].abort()
    await asyncio.sleep(0)  # let uvicorn hear of it before a response is tried


class Listener(uvicorn.Server):
    """A uvicorn server that lives in somebody else's event loop and leaves its signals alone."""

    def __init__(self, app: Any) -> None:
        config = uvicorn.Config(
            app,
            http=HttpProtocol,
            ws=SocketProtocol,
            ws_ping_interval=None,
            lifespan="off",
            log_config=None,
            access_log=False,
        )
        super().__init__(config)
        self.servers: list[asyncio.Server] = []  # so that a listener that never started can stop

    async def start(self, host: str, port: int) -> int:
        """Listen, and return the port; a port that is taken raises OSError."""
        self.config.load()
        self.lifespan = self.config.lifespan_class(self.config)
        listening = socket.create_server((host, port))
        await self.startup(sockets=[listening])
        return int(listening.getsockname()[1])

    async def stop(self) -> None:
        """Hang up on everybody: nobody is owed an answer from a workspace that closes."""
        for listener in self.servers:
            listener.close()
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        for task in list(self.server_state.tasks):
            task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.gather(*self.server_state.tasks, return_exceptions=True)
