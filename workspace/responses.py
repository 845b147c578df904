"""What an app says through a response_url, or in the body of its answer to a slash command."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from workspace.calls import Call
from workspace.errors import SlackError
from workspace.faults import Fault
from workspace.rules.surfaces import check_message_blocks
from workspace.shapes import with_ids
from workspace.slack import Slack
from workspace.state import Json, Message
from workspace.tickets import ResponseUrl
from workspace.wire import drop_connection

METHOD = "response_url"  # its name in the call log and in faults
GONE = ("expired_url", "used_url")


def respond(slack: Slack, url: ResponseUrl, body: Json) -> None:
    """Post, replace or delete a message where the command or the click happened."""
    original = slack.world.message(url.channel, url.message_ts) if url.message_ts else None
    if body.get("delete_original"):
        if original:
            slack.world.forget(original)
        return
    content = _content(body)
    if body.get("replace_original") and original:
        slack.world.keep(replace(original, **content, edited_ts=slack.world.next_ts()))
        return
    public = body.get("response_type") == "in_channel"
    message = Message(
        channel=url.channel,
        ts=slack.world.next_ts(),
        user=slack.app.bot_user_id,
        bot_id=slack.app.bot_id,
        app_id=slack.app.app_id,
        thread_ts=body.get("thread_ts") or url.thread_ts,
        ephemeral_to=None if public else url.user,
        metadata=body.get("metadata") if public else None,
        **content,
    )
    slack.world.keep(message)


def _content(body: Json) -> dict[str, Any]:
    text, blocks = body.get("text") or "", body.get("blocks") or []
    attachments = body.get("attachments") or []
    if isinstance(blocks, str):
        blocks = json.loads(blocks)
    if not (text or blocks or attachments):
        raise SlackError("no_text")
    if blocks:
        check_message_blocks(blocks)
    return {"text": text, "blocks": tuple(with_ids(blocks)), "attachments": tuple(attachments)}


class ResponseEndpoint:
    def __init__(self, slack: Slack) -> None:
        self._slack = slack

    async def endpoint(self, request: Request) -> Response:
        at, started = self._slack.world.clock(), time.monotonic()
        fault = self._slack.faults.strike(METHOD, None)
        outcome, response = await self._answer(request, fault)
        took = time.monotonic() - started
        self._slack.calls.add(Call(METHOD, None, outcome, at=at, monotonic=started, seconds=took))
        if fault and fault.kind in ("dropped", "processed_then_dropped"):
            await drop_connection(request.scope)
        return response

    async def _answer(self, request: Request, fault: Fault | None) -> tuple[str, Response]:
        if fault and fault.kind in ("server_error", "dropped"):
            return fault.kind, PlainTextResponse("upstream connect error", 500)
        if fault and fault.kind == "error":
            return fault.kind, JSONResponse(SlackError(fault.error).answer(), 400)
        return await self._processed(request)

    async def _processed(self, request: Request) -> tuple[str, Response]:
        try:
            url = self._slack.response_urls.use(request.path_params["token"])
            respond(self._slack, url, await _body(request))
        except SlackError as error:
            return error.error, JSONResponse(error.answer(), 404 if error.error in GONE else 400)
        return "ok", PlainTextResponse("ok")


async def _body(request: Request) -> Json:
    try:
        body = json.loads(await request.body())
    except ValueError:
        raise SlackError("invalid_payload") from None
    if not isinstance(body, dict):
        raise SlackError("invalid_payload")
    return body
