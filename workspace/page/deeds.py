"""What people do on the page: a form comes in, a deed is done, and they are sent back to look."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Hashable
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from workspace.answers import OPTIONS, SELECTED_LISTS, find, stateful
from workspace.page.elements import field_name
from workspace.page.html import safe_url
from workspace.page.place import Place
from workspace.people import is_command
from workspace.state import Json, View

if TYPE_CHECKING:
    from workspace.server import Workspace

Deed = Callable[[Place, FormData], Awaitable[str | None]]
ANSWER_SECONDS = 1.0  # how long the way back waits for an answer to show
CLICK_SECONDS = 0.3  # and for what a click does, which may be nothing to see


class Deeds:
    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._world = workspace.world

    def routes(self) -> list[Route]:
        deeds = {"say": self._say, "click": self._click, "submit": self._submit, "close": self._close}
        return [Route(f"/do/{name}", self._endpoint(deed), methods=["POST"]) for name, deed in deeds.items()]

    def _endpoint(self, deed: Deed) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            if not _from_this_page(request):
                return PlainTextResponse("Only this page may do that.", status_code=403)
            async with request.form() as form:
                place = Place.read(self._world, form)
                target = await self._done(deed, place, form)
            return RedirectResponse(target or place.url, status_code=303)

        return endpoint

    async def _done(self, deed: Deed, place: Place, form: FormData) -> str | None:
        before = self._sight(place)
        try:
            target = await deed(place, form)
        except LookupError:
            return None  # what they clicked went away beneath the finger
        patience = CLICK_SECONDS if "click" in form else ANSWER_SECONDS
        await self._workspace.happens(lambda: self._sight(place) != before, within=patience)
        return target

    def _sight(self, place: Place) -> Hashable:
        """What somebody sees, to tell whether there is anything new."""
        messages = self._workspace.messages(place.channel, place.user)
        views = [*self._world.modals.get(place.user, []), self._world.homes.get(place.user)]
        shown = tuple((view.id, view.hash, str(view.errors), view.trouble) for view in views if view)
        return tuple((message.ts, message.edited_ts) for message in messages), shown

    async def _say(self, place: Place, form: FormData) -> str | None:
        text, thread_ts = str(form.get("text", "")).strip(), str(form.get("thread_ts", "")) or None
        command = None if thread_ts else is_command(text)
        if command:
            await self._workspace.command(place.user, place.channel, command[1], (command[2] or "").strip())
        elif text:
            await self._workspace.say(place.user, place.channel, text, thread_ts)
        return None

    async def _click(self, place: Place, form: FormData) -> str | None:
        """Press a button; one with an address also leads there."""
        pressed = json.loads(str(form["click"]))
        where, blocks = self._where(place, form)
        _, element = find(blocks, pressed["action_id"], pressed["block_id"], pressed["value"])
        selected = _chosen(form, pressed["block_id"], element, self._zone(place))
        await self._workspace.click(
            place.user,
            pressed["action_id"],
            block_id=pressed["block_id"],
            value=pressed["value"],
            selected=selected,
            **where,
        )
        return safe_url(str(element.get("url", ""))) if element["type"] == "button" else None

    def _where(self, place: Place, form: FormData) -> tuple[Json, Any]:
        """Return the message or view the form belongs to; a modal keeps what was typed into it so far."""
        if "view_id" not in form:
            message = self._world.message(place.channel, str(form["ts"]))
            return {"channel": place.channel, "ts": str(form["ts"])}, message.blocks if message else ()
        view = self._world.view(str(form["view_id"]))
        if view is None or view.user != place.user:
            raise LookupError("This view is closed.")
        if view.kind == "modal":
            self._workspace.modals.fill(view, self._values(view, place, form))
        return {"view_id": view.id}, view.content["blocks"]

    async def _submit(self, place: Place, form: FormData) -> str | None:
        view = self._workspace.modals.top(place.user, str(form["view_id"]))
        await self._workspace.submit(place.user, self._values(view, place, form), view.id)
        return None

    async def _close(self, place: Place, _form: FormData) -> str | None:
        await self._workspace.close(place.user)
        return None

    def _values(self, view: View, place: Place, form: FormData) -> dict[str, dict[str, Any]]:
        """Return every field of a modal; a box that is not ticked is in no form, but it is an answer."""
        values: dict[str, dict[str, Any]] = {}
        for block, element in stateful(view.content["blocks"]):
            chosen = _chosen(form, block["block_id"], element, self._zone(place))
            values.setdefault(block["block_id"], {})[element["action_id"]] = chosen
        return values

    def _zone(self, place: Place) -> ZoneInfo:
        return ZoneInfo(self._world.users[place.user].tz)


def _chosen(form: FormData, block_id: str, element: Json, zone: ZoneInfo) -> Any:
    name = field_name(block_id, element["action_id"])
    if element["type"] in OPTIONS or element["type"] in SELECTED_LISTS:
        return [str(value) for value in form.getlist(name)]
    value = form.get(name)
    if element["type"] == "datetimepicker" and value:
        return int(datetime.fromisoformat(str(value)).replace(tzinfo=zone).timestamp())
    return value


def _from_this_page(request: Request) -> bool:
    """Keep other sites' forms out: a browser says where a form comes from."""
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")
