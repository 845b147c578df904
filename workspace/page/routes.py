"""What the browser may look at: the page, its two files, and the news of changes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from workspace.page.deeds import Deeds
from workspace.page.layout import page
from workspace.page.place import Place
from workspace.page.reader import Reader

if TYPE_CHECKING:
    from workspace.server import Workspace

HERE = Path(__file__).parent
POLICY = "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}
REFRESH = "x-refresh"  # the script's header: somebody is still looking, nobody opened anything
QUIET_SECONDS = 0.05  # news in a burst is told once


def routes(workspace: Workspace) -> list[BaseRoute]:
    site = _Site(workspace)
    return [
        Route("/", site.show),
        Route("/events", site.events),
        *(Route(f"/{name}", _file(name)) for name in ("style.css", "live.js", "icon.svg")),
        *Deeds(workspace).routes(),
    ]


def _file(name: str) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(_request: Request) -> Response:
        return FileResponse(HERE / name, headers=HEADERS)

    return endpoint


class _Site:
    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._world = workspace.world
        self._seen: dict[tuple[str, str], str] = {}  # (user, channel) -> when they last looked

    async def show(self, request: Request) -> Response:
        place = Place.read(self._world, request.query_params)
        if place.tab == "home" and REFRESH not in request.headers:
            await self._open_home(place.user)
        self._seen[place.user, place.channel] = self._world.next_ts()
        reader = Reader(self._world, self._world.users[place.user])
        return HTMLResponse(page(place, reader, self._unread(place.user)), headers=HEADERS)

    async def _open_home(self, user: str) -> None:
        """Tell the app, and give it a moment to publish, so that the first look shows something."""
        before = self._world.homes.get(user)
        await self._workspace.home(user)
        await self._workspace.happens(lambda: self._world.homes.get(user) is not before, within=0.3)

    def _unread(self, user: str) -> dict[str, int]:
        return {
            channel.id: self._news(user, channel.id)
            for channel in self._world.channels.values()
            if user in channel.members
        }

    def _news(self, user: str, channel: str) -> int:
        since = self._seen.get((user, channel), "")
        seen = self._workspace.messages(channel, user)
        return sum(each.ts > since and not each.is_reply and each.user != user for each in seen)

    async def events(self, _request: Request) -> Response:
        return EventSourceResponse(self._changes(), headers=HEADERS)

    async def _changes(self) -> AsyncIterator[ServerSentEvent]:
        beats = self._world.pulse.beats
        while True:
            beats = await self._world.pulse.after(beats)
            await asyncio.sleep(QUIET_SECONDS)
            beats = self._world.pulse.beats
            yield ServerSentEvent(event="change", data=str(beats))
