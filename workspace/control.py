"""The control API: everything a person or a test may do to the workspace, as JSON over HTTP."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from workspace.shapes import channel_json, message_json, user_json, view_json
from workspace.state import Json, Message, World

if TYPE_CHECKING:
    from workspace.server import Workspace

Deed = Callable[..., Coroutine[Any, Any, Json]]


def routes(workspace: Workspace) -> list[BaseRoute]:
    deeds, looks = _Deeds(workspace), _Looks(workspace)
    posts: dict[str, Deed] = {
        "say": deeds.say,
        "command": deeds.command,
        "click": deeds.click,
        "submit": deeds.submit,
        "close": deeds.close,
        "home": deeds.home,
        "event": deeds.event,
        "faults": deeds.faults,
        "faults/clear": deeds.clear_faults,
        "socket/abort": deeds.abort_sockets,
        "socket/refresh": deeds.refresh_sockets,
        "tokens/revoke": deeds.revoke_tokens,
    }
    gets = {
        "messages": looks.messages,
        "views": looks.views,
        "calls": looks.calls,
        "violations": looks.violations,
        "state": looks.state,
    }
    return [
        *(Route(f"/control/{name}", _posted(deed), methods=["POST"]) for name, deed in posts.items()),
        *(Route(f"/control/{name}", look) for name, look in gets.items()),
    ]


def _posted(deed: Deed) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        """Take the JSON object as the deed's arguments. Only JSON: a form of another site cannot send it."""
        if not request.headers.get("content-type", "").startswith("application/json"):
            return JSONResponse({"ok": False, "error": "send application/json"}, 415)
        try:
            arguments = json.loads(await request.body() or b"{}")
            return JSONResponse({"ok": True, **await deed(**arguments)})
        except (LookupError, TypeError, ValueError) as error:
            return JSONResponse({"ok": False, "error": str(error)}, 400)

    return endpoint


class _Deeds:
    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    async def say(self, user: str, channel: str, text: str, thread_ts: str | None = None) -> Json:
        message = await self._workspace.say(user, channel, text, thread_ts)
        return {"ts": message.ts}

    async def command(self, user: str, channel: str, command: str, text: str = "") -> Json:
        return {"ack": asdict(await self._workspace.command(user, channel, command, text))}

    async def click(self, user: str, action_id: str, **where: Any) -> Json:
        return {"ack": asdict(await self._workspace.click(user, action_id, **where))}

    async def submit(self, user: str, values: Json | None = None, view_id: str | None = None) -> Json:
        return {"ack": asdict(await self._workspace.submit(user, values or {}, view_id))}

    async def close(self, user: str) -> Json:
        await self._workspace.close(user)
        return {}

    async def home(self, user: str) -> Json:
        await self._workspace.home(user)
        return {}

    async def event(self, event: Json) -> Json:
        self._workspace.event(event)
        return {}

    async def faults(self, method: str, kind: Any, **order: Any) -> Json:
        self._workspace.fault(method, kind, **order)
        return {}

    async def clear_faults(self) -> Json:
        self._workspace.faults.clear()
        return {}

    async def abort_sockets(self) -> Json:
        await self._workspace.sockets.abort()
        return {}

    async def refresh_sockets(self, reason: Any = "refresh_requested") -> Json:
        await self._workspace.sockets.refresh(reason)
        return {}

    async def revoke_tokens(self) -> Json:
        self._workspace.revoke_tokens()
        return {}


class _Looks:
    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    async def messages(self, request: Request) -> Response:
        channel = request.query_params.get("channel", "")
        seen_by = request.query_params.get("seen_by")
        told = self._workspace.messages(channel, seen_by)
        return JSONResponse({"ok": True, "messages": [_told(self._workspace.world, each) for each in told]})

    async def views(self, request: Request) -> Response:
        user = request.query_params.get("user", "")
        world = self._workspace.world
        stack = world.modals.get(user, [])
        home = world.homes.get(user)
        modals = [view_json(world, view) | {"errors": view.errors, "trouble": view.trouble} for view in stack]
        return JSONResponse({"ok": True, "modals": modals, "home": view_json(world, home) if home else None})

    async def calls(self, _request: Request) -> Response:
        return JSONResponse({"ok": True, "calls": [asdict(call) for call in self._workspace.calls]})

    async def violations(self, _request: Request) -> Response:
        return JSONResponse({"ok": True, "violations": [asdict(each) for each in self._workspace.violations]})

    async def state(self, _request: Request) -> Response:
        world = self._workspace.world
        counts = {channel: len(list(world.messages(channel))) for channel in world.channels}
        state = {
            "users": [user_json(world, user) for user in world.users.values()],
            "channels": [channel_json(world, channel) for channel in world.channels.values()],
            "messages": counts,
            "connections": self._workspace.sockets.connections,
            "beats": world.pulse.beats,
        }
        return JSONResponse({"ok": True, **state})


def _told(world: World, message: Message) -> Json:
    """Return a message with everything the workspace knows, also what Slack's API would not tell."""
    shape = message_json(world, message, with_metadata=True)
    return shape | {"channel": message.channel, "ephemeral_to": message.ephemeral_to}
