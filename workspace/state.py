"""The in-memory world: users, conversations, messages, views. Nothing is written to disk."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

from workspace.config import Channel, Config, User

Json = dict[str, Any]
SLACKBOT = User("USLACKBOT", "slackbot", "Slackbot", avatar="💬", is_bot=True)
MODAL_STACK = 3


@dataclass(frozen=True, slots=True)
class Message:
    channel: str
    ts: str
    user: str
    text: str
    blocks: tuple[Json, ...] = ()
    attachments: tuple[Json, ...] = ()
    metadata: Json | None = None
    thread_ts: str | None = None
    bot_id: str | None = None
    app_id: str | None = None
    edited_ts: str | None = None
    ephemeral_to: str | None = None
    files: tuple[str, ...] = ()

    @property
    def is_reply(self) -> bool:
        return self.thread_ts not in (None, self.ts)

    def visible_to(self, user: str) -> bool:
        return self.ephemeral_to in (None, user)


@dataclass(frozen=True, slots=True)
class View:
    """A modal or a Home tab as one user sees it now."""

    id: str
    user: str
    content: Json  # as the app sent it, block ids filled in
    hash: str
    root_id: str
    previous_id: str | None = None
    state: Mapping[str, Mapping[str, Json]] | None = None
    errors: Mapping[str, str] | None = None  # block_id -> the sentence under that input
    trouble: str | None = None  # the app did not answer a submission

    @property
    def kind(self) -> str:
        return str(self.content["type"])


class Pulse:
    """Beats on every change, so that tests and the page can wait for one."""

    def __init__(self) -> None:
        self.beats = 0
        self._waiting: set[asyncio.Future[None]] = set()

    def beat(self) -> None:
        self.beats += 1
        waiting, self._waiting = self._waiting, set()
        for future in waiting:
            if not future.done():
                future.set_result(None)

    async def after(self, beats: int) -> int:
        """Return the number of beats as soon as it is greater than `beats`."""
        while self.beats <= beats:
            future = asyncio.get_running_loop().create_future()
            self._waiting.add(future)
            try:
                await future
            finally:
                self._waiting.discard(future)
        return self.beats


class World:
    def __init__(self, config: Config, clock: Callable[[], float] = time.time) -> None:
        app = config.app
        bot = User(
            app.bot_user_id, app.name.lower().replace(" ", ""), app.name, avatar=app.avatar, is_bot=True
        )
        self.config = config
        self.clock = clock
        self.pulse = Pulse()
        self.users = {user.id: user for user in (*config.users, bot, SLACKBOT)}
        self.channels = {channel.id: channel for channel in config.channels}
        self.modals: dict[str, list[View]] = {}
        self.homes: dict[str, View] = {}
        self._messages: dict[str, dict[str, Message]] = {}
        self._replies: dict[tuple[str, str], list[str]] = {}  # (channel, thread_ts) -> the replies' ts
        self._last_ts = 0
        for user in config.users:
            self.open_im(user.id)

    def next_ts(self) -> str:
        """Slack's message id: seconds and microseconds, never twice and always rising."""
        self._last_ts = max(self._last_ts + 1, int(self.clock() * 1_000_000))
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def open_im(self, user: str) -> Channel:
        """Return the direct message between the app and the user."""
        channel_id = f"D{user[1:]}"
        bot = self.config.app.bot_user_id
        im = Channel(channel_id, channel_id, members=frozenset({user, bot}), user=user)
        return self.channels.setdefault(channel_id, im)

    def join(self, channel: str, user: str) -> Channel:
        before = self.channels[channel]
        self.channels[channel] = replace(before, members=before.members | {user})
        self.pulse.beat()
        return self.channels[channel]

    def keep(self, message: Message) -> Message:
        """Store a new message, or put the changed one in the old one's place."""
        told = self._messages.setdefault(message.channel, {})
        if message.is_reply and message.ts not in told:
            self._replies.setdefault((message.channel, str(message.thread_ts)), []).append(message.ts)
        told[message.ts] = message
        self.pulse.beat()
        return message

    def forget(self, message: Message) -> None:
        del self._messages[message.channel][message.ts]
        if message.is_reply:
            self._replies[message.channel, str(message.thread_ts)].remove(message.ts)
        self.pulse.beat()

    def messages(self, channel: str) -> Iterator[Message]:
        """Every message of a conversation, oldest first, ephemeral ones and replies too."""
        yield from self._messages.get(channel, {}).values()

    def message(self, channel: str, ts: str) -> Message | None:
        return self._messages.get(channel, {}).get(ts)

    def replies(self, channel: str, thread_ts: str) -> list[Message]:
        told = self._messages.get(channel, {})
        return [told[ts] for ts in self._replies.get((channel, thread_ts), ())]

    def open_modal(self, view: View) -> View:
        self.modals.setdefault(view.user, []).append(view)
        self.pulse.beat()
        return view

    def publish_home(self, view: View) -> View:
        self.homes[view.user] = view
        self.pulse.beat()
        return view

    def all_views(self) -> Iterator[View]:
        for stack in self.modals.values():
            yield from stack
        yield from self.homes.values()

    def view(self, view_id: str) -> View | None:
        return next((view for view in self.all_views() if view.id == view_id), None)

    def replace_view(self, view: View) -> View:
        home = self.homes.get(view.user)
        if home is not None and home.id == view.id:
            self.homes[view.user] = view
        stack = self.modals.get(view.user, [])
        self.modals[view.user] = [view if each.id == view.id else each for each in stack]
        self.pulse.beat()
        return view

    def close_modals(self, user: str, *, down_to: int = 0) -> list[View]:
        """Take modals off the user's stack until `down_to` are left; return those that went."""
        stack = self.modals.get(user, [])
        self.modals[user], gone = stack[:down_to], stack[down_to:]
        self.pulse.beat()
        return gone


def fresh_id(prefix: str) -> str:
    return f"{prefix}{uuid4().hex[:10].upper()}"


def fresh_hash(clock: Callable[[], float]) -> str:
    return f"{int(clock())}.{uuid4().hex[:8]}"
