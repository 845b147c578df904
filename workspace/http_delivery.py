"""Delivery over HTTP: signed requests to the app's request URL, events tried again as Slack does."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from urllib.parse import urlencode

import aiohttp

from workspace.delivery import FAILED, TIMED_OUT, Ack, Kind
from workspace.slack import Slack
from workspace.state import Json

JSON_TYPE = "application/json"
FORM_TYPE = "application/x-www-form-urlencoded"
OK = 200
REDIRECTS = 2
RETRY_REASONS = {TIMED_OUT: "http_timeout", FAILED: "http_error", "connection_failed": "connection_failed"}


def signed(secret: str, timestamp: int, body: bytes) -> dict[str, str]:
    """Return the headers that prove the request came from Slack."""
    digest = hmac.new(secret.encode(), f"v0:{timestamp}:".encode() + body, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": str(timestamp), "X-Slack-Signature": f"v0={digest}"}


class HttpDelivery:
    def __init__(self, slack: Slack, url: str) -> None:
        self._slack = slack
        self._url = url
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=slack.config.ack_seconds))
        self._telling: set[asyncio.Task[None]] = set()

    async def ask(self, kind: Kind, payload: Json) -> Ack:
        fields = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
        ack, _ = await self._post(urlencode(fields).encode(), FORM_TYPE)
        return Ack(FAILED) if ack.error == "connection_failed" else ack

    def tell(self, payload: Json) -> None:
        task = asyncio.create_task(self._tell(json.dumps(payload).encode()))
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    async def _tell(self, body: bytes) -> None:
        ack, wants_retries = await self._post(body, JSON_TYPE)
        for number, pause in enumerate(self._slack.config.event_retries, start=1):
            if ack.error is None or not wants_retries:
                return
            await asyncio.sleep(pause)
            reason = RETRY_REASONS[ack.error]
            retry = {"X-Slack-Retry-Num": str(number), "X-Slack-Retry-Reason": reason}
            ack, wants_retries = await self._post(body, JSON_TYPE, retry)

    async def _post(
        self, body: bytes, content_type: str, more: dict[str, str] | None = None
    ) -> tuple[Ack, bool]:
        """Return the answer, and whether the app would have an event sent again."""
        headers = signed(self._slack.app.signing_secret, int(self._slack.world.clock()), body)
        headers |= {"Content-Type": content_type, "User-Agent": "Slackbot 1.0 (local workspace)"} | (
            more or {}
        )
        try:
            async with self._session.post(
                self._url, data=body, headers=headers, max_redirects=REDIRECTS
            ) as response:
                wants_retries = response.headers.get("X-Slack-No-Retry") != "1"
                if response.status != OK:
                    return Ack(FAILED), wants_retries
                return Ack(payload=_parsed(await response.text(), response.content_type)), wants_retries
        except TimeoutError:
            return Ack(TIMED_OUT), True
        except ValueError:  # an answer that says JSON and is not
            return Ack(FAILED), True
        except aiohttp.ClientError:
            return Ack("connection_failed"), True

    async def stop(self) -> None:
        for task in list(self._telling):
            task.cancel()
        await asyncio.gather(*self._telling, return_exceptions=True)
        await self._session.close()


def _parsed(text: str, content_type: str) -> Json | None:
    if not text.strip():
        return None
    if content_type != JSON_TYPE:
        return {"text": text}
    parsed = json.loads(text)
    return parsed if isinstance(parsed, dict) else None
