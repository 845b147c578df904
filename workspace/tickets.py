"""Short-lived permissions that Slack hands to an app: trigger ids and response URLs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

from workspace.errors import SlackError

RESPONSE_URL_USES = 5


@dataclass(frozen=True, slots=True)
class Trigger:
    user: str
    at: float


class Triggers:
    """A trigger id opens or pushes one view, within three seconds of what the user did."""

    def __init__(self, seconds: float, clock: Callable[[], float]) -> None:
        self._seconds = seconds
        self._clock = clock
        self._issued: dict[str, Trigger] = {}
        self._exchanged: set[str] = set()

    def issue(self, user: str) -> str:
        trigger_id = f"{len(self._issued) + 1}.{uuid4().hex}"
        self._issued[trigger_id] = Trigger(user, self._clock())
        return trigger_id

    def check(self, trigger_id: str) -> Trigger:
        trigger = self._issued.get(trigger_id)
        if trigger is None:
            raise SlackError("invalid_trigger_id")
        if trigger_id in self._exchanged:
            raise SlackError("exchanged_trigger_id")
        if self._clock() - trigger.at > self._seconds:
            raise SlackError("expired_trigger_id")
        return trigger

    def exchange(self, trigger_id: str) -> None:
        """Spend the trigger: only now that a view was accepted, so that a rejected view may be mended."""
        self._exchanged.add(trigger_id)


@dataclass(slots=True)
class ResponseUrl:
    """Where an app may answer a command or a click without being a member of the channel."""

    channel: str
    user: str
    at: float
    message_ts: str | None = None
    thread_ts: str | None = None
    uses: int = 0


class ResponseUrls:
    def __init__(self, seconds: float, clock: Callable[[], float]) -> None:
        self._seconds = seconds
        self._clock = clock
        self._issued: dict[str, ResponseUrl] = {}

    def issue(
        self, channel: str, user: str, message_ts: str | None = None, thread_ts: str | None = None
    ) -> str:
        token = uuid4().hex
        self._issued[token] = ResponseUrl(channel, user, self._clock(), message_ts, thread_ts)
        return token

    def use(self, token: str) -> ResponseUrl:
        url = self._issued.get(token)
        if url is None or self._clock() - url.at > self._seconds:
            raise SlackError("expired_url")
        if url.uses >= RESPONSE_URL_USES:
            raise SlackError("used_url")
        url.uses += 1
        return url
