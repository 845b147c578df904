"""A strict guard in front of Slack's routes: 401 for anything that Slack did not sign just now.

Bolt checks signatures too, but it reads bodies of any size first, prints forged ones to the log, and answers
500 to a timestamp that is no number and to a payload that is no object.
"""

import hashlib
import hmac
import re
import time
from collections.abc import Callable
from urllib.parse import parse_qs, unquote_to_bytes

from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.body import read_body
from intake.answer import NotUnderstood, TooLarge
from intake.body import parse_json

TIMESTAMP = re.compile(r"[0-9]{1,12}")
SIGNATURE = re.compile(r"v0=[0-9a-f]{64}")
CONTENT_TYPES = ("application/json", "application/x-www-form-urlencoded")
OLDEST = 300  # seconds, Slack's own window


class SlackGuard:
    """Lets a request through to `app` only if `secret` signed it within five minutes of `now()` (epoch s)."""

    def __init__(self, app: ASGIApp, secret: str, now: Callable[[], float] = time.time) -> None:
        self._app = app
        self._secret = secret.encode()
        self._now = now

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            body = await read_body(request)
        except TooLarge:
            await _refusal(413, "too large")(scope, receive, send)
            return
        except ClientDisconnect:
            return
        if not self._signed(request, body):
            await _refusal(401, "not signed by Slack")(scope, receive, send)
            return
        if not _is_object(_payload(request, body)):
            await _refusal(400, "not a payload of Slack's")(scope, receive, send)
            return
        await self._app(scope, _replay(body), send)

    def _signed(self, request: Request, body: bytes) -> bool:
        timestamp = request.headers.get("x-slack-request-timestamp", "")
        signature = request.headers.get("x-slack-signature", "")
        if not (
            self._secret
            and TIMESTAMP.fullmatch(timestamp)
            and SIGNATURE.fullmatch(signature)
            and _content_type(request) in CONTENT_TYPES
            and abs(self._now() - int(timestamp)) <= OLDEST
            and _is_text(body)
        ):
            return False
        signed = b"v0:" + timestamp.encode() + b":" + body
        expected = hmac.new(self._secret, signed, hashlib.sha256).hexdigest()
        return hmac.compare_digest(f"v0={expected}", signature)


def _is_text(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def _payload(request: Request, body: bytes) -> bytes:
    """The JSON of a request: its body, or a field of the form; a slash command has none."""
    if _content_type(request) == "application/json":
        return body
    if b"payload" not in unquote_to_bytes(body):  # as in every command, and forms take long to read
        return b"{}"
    return parse_qs(body, keep_blank_values=True).get(b"payload", [b"{}"])[0]


def _is_object(text: bytes) -> bool:
    try:
        return isinstance(parse_json(text), dict)
    except NotUnderstood:
        return False


def _content_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def _refusal(status: int, words: str) -> Response:
    return PlainTextResponse(words, status)


def _replay(body: bytes) -> Receive:
    """A `receive` that hands over the body that was read already."""

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive
