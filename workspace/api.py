"""The Web API: one endpoint that checks, logs, spoils on order, and dispatches to the methods."""

from __future__ import annotations

import asyncio
import time

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from workspace.arguments import Arguments, read_arguments, token_of
from workspace.calls import Call
from workspace.errors import RateLimitedError, SlackError
from workspace.faults import Fault
from workspace.methods import chat, connection, conversations, files, people, views
from workspace.methods.method import Method
from workspace.slack import Slack
from workspace.wire import drop_connection

FAMILIES = (connection, chat, conversations, people, views, files)
METHODS: dict[str, Method] = {method.name: method for family in FAMILIES for method in family.METHODS}
NOT_PROCESSED = {"dropped", "server_error", "ratelimited", "error"}


class WebApi:
    def __init__(self, slack: Slack) -> None:
        self._slack = slack

    async def endpoint(self, request: Request) -> Response:
        at, started = self._slack.world.clock(), time.monotonic()
        name = request.path_params["method"]
        try:
            args = await read_arguments(request)
        except SlackError as error:
            return JSONResponse(error.answer())
        channel = str(args.values["channel"]) if "channel" in args else None
        thread = str(args.values["thread_ts"]) if "thread_ts" in args else None
        fault = self._slack.faults.strike(name, channel)
        outcome, response = await self._answer(request, name, args, fault)
        took = time.monotonic() - started
        self._slack.calls.add(Call(name, channel, outcome, at, started, took, thread))
        self._slack.world.pulse.beat()
        if fault and fault.kind in ("dropped", "processed_then_dropped"):
            await drop_connection(request.scope)
        return response

    async def _answer(
        self, request: Request, name: str, args: Arguments, fault: Fault | None
    ) -> tuple[str, Response]:
        """Return what the log says and what the client gets, which a fault makes two things."""
        if fault and fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
        if fault and fault.kind in NOT_PROCESSED:
            return fault.kind, self._spoiled(fault)
        outcome, response = self._processed(request, name, args)
        if fault and fault.kind == "processed_server_error":
            return fault.kind, self._spoiled(fault)
        return (fault.kind if fault and fault.kind != "slow" else outcome), response

    def _spoiled(self, fault: Fault) -> Response:
        if fault.kind == "ratelimited":
            return _too_many_requests(RateLimitedError(f"{fault.retry_after:g}"))
        if fault.kind == "error":
            return JSONResponse(SlackError(fault.error).answer())
        return PlainTextResponse("upstream connect error", status_code=500)

    def _processed(self, request: Request, name: str, args: Arguments) -> tuple[str, Response]:
        try:
            answer = self._call(token_of(request, args), name, args)
        except RateLimitedError as error:
            return error.error, _too_many_requests(error)
        except SlackError as error:
            return error.error, JSONResponse(error.answer())
        granted = ",".join(sorted(self._slack.app.scopes))
        return "ok", JSONResponse(answer, headers={"X-OAuth-Scopes": granted})

    def _call(self, token: str, name: str, args: Arguments) -> dict[str, object]:
        method = METHODS.get(name)
        if method is None:
            raise SlackError("unknown_method", req_method=name)
        self._authenticate(method, token)
        if method.scope:
            self._slack.require_scope(method.scope)
        args.require(method.required)
        return method.answer(self._slack, args)

    def _authenticate(self, method: Method, token: str) -> None:
        app = self._slack.app
        if method.token == "none":  # noqa: S105 - which kind of token, not one
            return
        if not token:
            raise SlackError("not_authed")
        if token in self._slack.revoked:
            raise SlackError("token_revoked")
        if token not in (app.bot_token, app.app_token):
            raise SlackError("invalid_auth")
        if token != (app.app_token if method.token == "app" else app.bot_token):  # noqa: S105 - a kind
            raise SlackError("not_allowed_token_type")


def _too_many_requests(error: RateLimitedError) -> Response:
    return JSONResponse(error.answer(), status_code=429, headers={"Retry-After": error.retry_after})


class Uploads:
    """Where the bytes of a file go between getUploadURLExternal and completeUploadExternal."""

    def __init__(self, slack: Slack) -> None:
        self._slack = slack

    async def endpoint(self, request: Request) -> Response:
        file_id = request.path_params["file_id"]
        if file_id not in self._slack.uploads:
            return PlainTextResponse("file not found", status_code=404)
        self._slack.uploads[file_id] = await request.body()
        return PlainTextResponse(f"OK - {len(await request.body())}")
