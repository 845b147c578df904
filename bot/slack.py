"""Tipoff's words to Slack: each call's outcome is a value, because what to do next depends on it.

Slack offers no idempotency key. A call that timed out or was dropped may have been carried out, so posting
never retries by itself: an ambiguous outcome is reconciled by the card's key in the message's metadata.
"""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackRequestError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.settings import Settings
from briefs.message import Level, Message
from funnel.errors import TipoffError

EVENT_TYPE = "tipoff_card"
CLOCK_SKEW = timedelta(minutes=10)  # between the database and Slack; more would only cost pages to read
PEOPLE = ("U", "W")  # how the ids of people begin
PAGE = 200  # the most that Slack recommends
AMBIGUOUS = frozenset({"internal_error", "fatal_error", "request_timeout", "service_unavailable"})
LIMITED = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})
GONE = frozenset({"message_not_found"})
NO_PARENT = GONE | {"thread_not_found", "cannot_reply_to_message"}
FIXED = frozenset({"cant_update_message", "edit_window_closed"})
LOST_CHANNEL = frozenset({"channel_not_found", "is_archived", "not_in_channel"})
NETWORK = (aiohttp.ClientError, asyncio.TimeoutError, OSError)
UNSENT = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
)  # there was no connection to send it by

ADVICE = {
    "not_in_channel": "invite me there: /invite @Tipoff",
    "channel_not_found": "check channels in the playbook, and invite me there: /invite @Tipoff",
    "is_archived": "unarchive the channel or name another in the playbook",
    "invalid_auth": "check SLACK_BOT_TOKEN",
    "not_authed": "set SLACK_BOT_TOKEN",
    "token_revoked": "reinstall the app and set the new SLACK_BOT_TOKEN",
    "token_expired": "reinstall the app and set the new SLACK_BOT_TOKEN",
    "account_inactive": "reinstall the app and set the new SLACK_BOT_TOKEN",
    "missing_scope": "add the scope in the app's settings and reinstall it (see manifest.yaml)",
    "cant_delete_message": "delete the message by hand: what it says is no longer to be said",
    "restricted_action": "ask an admin to let apps post in this channel",
}


class UndeliveredError(TipoffError):
    """Slack did not take what was for one person; says why."""


@dataclass(frozen=True, slots=True)
class Done:
    """Slack did it: where the message stands."""

    channel: str
    ts: str


@dataclass(frozen=True, slots=True)
class Limited:
    """Slack asks for a pause."""

    seconds: float

    @property
    def sentence(self) -> str:
        return f"Slack asks to come again in {self.seconds:g} s"


@dataclass(frozen=True, slots=True)
class Away:
    """Slack did not answer, and surely did nothing that matters: it was only read, or nothing was sent."""

    why: str

    @property
    def sentence(self) -> str:
        return f"Slack cannot be reached: {self.why}"


@dataclass(frozen=True, slots=True)
class Unsure:
    """Nobody knows whether Slack did it."""

    why: str

    @property
    def sentence(self) -> str:
        return f"Slack may have done it or not: {self.why}"


@dataclass(frozen=True, slots=True)
class Refused:
    """Slack will not do it until a person changes something; `error` is Slack's word."""

    error: str

    @property
    def sentence(self) -> str:
        advice = ADVICE.get(self.error)
        return f"Slack says {self.error}: {advice}" if advice else f"Slack says {self.error}"


@dataclass(frozen=True, slots=True)
class Absent:
    """The message is not there (any more)."""


def posted_at(ts: str) -> datetime:
    """When a message was posted, by Slack's clock: its `ts` says so, and never changes."""
    return datetime.fromtimestamp(float(ts), UTC)


Unread = Limited | Away | Refused
Outcome = Done | Absent | Unread | Unsure


def client_of(settings: Settings, session: aiohttp.ClientSession) -> AsyncWebClient:
    """A client that never repeats a call by itself: the stock one posts twice when a connection drops."""
    return AsyncWebClient(
        settings.slack_bot_token.get_secret_value(),
        base_url=settings.slack_api_url,
        session=session,
        retry_handlers=[],
    )


async def send_file(client: AsyncWebClient, user: str, name: str, text: str) -> None:
    """Send a text file to one person, in the direct messages between them and the bot.

    Raises:
        UndeliveredError: Slack did not take it.

    """
    try:
        opened = await client.conversations_open(users=user)
        await client.files_upload_v2(channel=opened["channel"]["id"], filename=name, title=name, content=text)
    except (SlackApiError, SlackRequestError, *NETWORK) as error:
        word = str(error.response.get("error")) if isinstance(error, SlackApiError) else ""
        why = Refused(word).sentence if word else f"Slack cannot be reached: {type(error).__name__}"
        raise UndeliveredError(f"I could not send you the file. {why}.") from error


class Slack:
    """Posts, updates, deletes and finds messages, one attempt each."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client
        self._ids: dict[str, str] = {}

    async def post(
        self, channel: str, key: str, message: Message, level: Level, thread_ts: str | None = None
    ) -> Outcome:
        """Post a new message that carries `key` in its metadata.

        With `thread_ts` it is a reply to that message, and `Absent` if there is none to reply to (any more).
        """
        outcome = await self._call(
            "chat.postMessage",
            NO_PARENT if thread_ts else frozenset(),
            channel=channel,
            **({"thread_ts": thread_ts} if thread_ts else {}),
            **message.payload(level),
            metadata={"event_type": EVENT_TYPE, "event_payload": {"key": key}},
            unfurl_links=False,
            unfurl_media=False,
            parse="none",
        )
        if isinstance(outcome, Refused) and outcome.error in LOST_CHANNEL:
            self._ids.clear()  # its name may belong to another channel now
        return outcome

    async def update(self, channel: str, ts: str, message: Message, level: Level) -> Outcome:
        """Make a message say something else; `Absent` if there is none any more.

        One that may not be changed any more is left as it is.
        """
        outcome = await self._call(
            "chat.update",
            GONE,
            channel=channel,
            ts=ts,
            **message.payload(level),
            parse="none",
        )
        fixed = isinstance(outcome, Refused) and outcome.error in FIXED
        return Done(channel, ts) if fixed else outcome

    async def delete(self, channel: str, ts: str) -> Outcome:
        return await self._call("chat.delete", GONE, channel=channel, ts=ts)

    async def find(
        self, channel: str, key: str, since: datetime, thread_ts: str | None = None
    ) -> Done | Absent | Unread:
        """Our own message of that key among those newer than `since`; `Absent` if it is not there.

        It is looked for in the channel, or with `thread_ts` among the replies to that message.
        """
        cursor: str | None = None
        oldest = f"{(since - CLOCK_SKEW).timestamp():.6f}"
        while True:
            window = {"channel": channel, "oldest": oldest, "limit": PAGE, "include_all_metadata": True}
            if cursor:
                window["cursor"] = cursor
            if thread_ts:
                page = await self._read("conversations.replies", ts=thread_ts, **window)
            else:
                page = await self._read("conversations.history", **window)
            if not isinstance(page, dict):
                lost = thread_ts and isinstance(page, Refused) and page.error in NO_PARENT
                return Absent() if lost else page
            for message in page.get("messages", []):
                metadata = message.get("metadata") or {}
                if metadata.get("event_type") == EVENT_TYPE and metadata["event_payload"].get("key") == key:
                    return Done(channel, message["ts"])
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return Absent()

    async def name_of(self, channel: str) -> str | Unread:
        """The name of a channel that the bot is in, by its id; a direct message has none but that."""
        if channel.startswith("D"):
            return channel
        if channel not in self._ids.values() and (trouble := await self._learn_channels()):
            return trouble
        names = (f"#{name}" for name, known in self._ids.items() if known == channel)
        return next(names, Refused("not_in_channel"))

    async def channel_id(self, channel: str) -> str | Unread:
        """The id of a channel that the playbook names; an id is its own, a person's is their direct messages.

        Only the channels that the bot is in are listed: a large workspace has too many others.
        """
        if channel.startswith(PEOPLE):
            return await self._direct(channel)
        if not channel.startswith("#"):
            return channel
        name = channel.removeprefix("#")
        if name not in self._ids:
            trouble = await self._learn_channels()
            if trouble:
                return trouble
        return self._ids.get(name) or Refused("not_in_channel")

    async def _direct(self, user: str) -> str | Unread:
        """The channel of the direct messages with a person."""
        if user not in self._ids:
            answer = await self._ask("conversations.open", json={"users": user})
            if not isinstance(answer, dict):
                return _unread(answer)
            self._ids[user] = answer["channel"]["id"]
        return self._ids[user]

    async def scopes(self) -> frozenset[str] | Unread:
        """What the bot's token may do, from `auth.test`."""
        try:
            response = await self._client.auth_test()
        except (SlackApiError, *NETWORK) as error:
            return _unread(_meaning("auth.test", error))
        granted = response.headers.get("x-oauth-scopes", "")
        return frozenset(scope.strip() for scope in granted.split(",") if scope.strip())

    async def _learn_channels(self) -> Unread | None:
        cursor: str | None = None
        while True:
            page = await self._read(
                "users.conversations",
                types="public_channel,private_channel",
                exclude_archived=True,
                limit=PAGE,
                **({"cursor": cursor} if cursor else {}),
            )
            if not isinstance(page, dict):
                return page
            self._ids.update({channel["name"]: channel["id"] for channel in page["channels"]})
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return None

    async def _read(self, method: str, **arguments: Any) -> dict[str, Any] | Unread:
        answer = await self._ask(method, http_verb="GET", params=arguments)
        return answer if isinstance(answer, dict) else _unread(answer)

    async def _call(self, method: str, absent: frozenset[str] = frozenset(), /, **arguments: Any) -> Outcome:
        answer = await self._ask(method, json=arguments)
        if isinstance(answer, dict):
            return Done(answer["channel"], answer["ts"])
        return Absent() if isinstance(answer, Refused) and answer.error in absent else answer

    async def _ask(self, method: str, **how: Any) -> dict[str, Any] | Unread | Unsure:
        try:
            response = await self._client.api_call(method, **how)
        except (SlackApiError, *NETWORK) as error:
            return _meaning(method, error)
        return response.data if isinstance(response.data, dict) else Unsure(f"{method}: no JSON")


def _unread(answer: Unread | Unsure) -> Unread:
    """Of a call that changes nothing, nobody needs to know whether it was carried out."""
    return Away(answer.why) if isinstance(answer, Unsure) else answer


def _meaning(method: str, error: Exception) -> Unread | Unsure:
    if not isinstance(error, SlackApiError):
        why = f"{method}: {type(error).__name__} {error}".strip()
        return Away(why) if isinstance(error, UNSENT) else Unsure(why)
    response = error.response
    if not isinstance(response, AsyncSlackResponse) or not isinstance(response.data, dict):
        return Unsure(f"{method}: {error}")
    word = response.data.get("error", "")
    if response.status_code == HTTPStatus.TOO_MANY_REQUESTS or word in LIMITED:
        return Limited(_seconds(response.headers.get("Retry-After")))
    if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR or word in AMBIGUOUS or not word:
        return Unsure(f"{method}: Slack answered {response.status_code} {word}".strip())
    return Refused(word)


def _seconds(header: str | None) -> float:
    try:
        return max(0.0, float(header or 1))
    except ValueError:
        return 1.0
