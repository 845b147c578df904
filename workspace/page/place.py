"""Where somebody is on the page: who they act as, and what they look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup

from workspace.page.html import el, join
from workspace.state import World


@dataclass(frozen=True, slots=True)
class Place:
    user: str
    channel: str
    thread: str | None = None
    tab: str | None = None  # "home" in the app's conversation

    @classmethod
    def read(cls, world: World, given: Mapping[str, Any]) -> Place:
        """Find the place a query or a form names; what does not exist gives way to what does."""
        users = [user.id for user in world.config.users]
        user = str(given.get("as")) if given.get("as") in users else users[0]
        channels = [channel.id for channel in world.channels.values() if user in channel.members]
        channel = str(given.get("channel")) if given.get("channel") in channels else channels[0]
        thread = given.get("thread") or None
        tab = "home" if given.get("tab") == "home" and world.channels[channel].is_im else None
        return cls(user, channel, thread if world.message(channel, str(thread)) else None, tab)

    def at(self, **changes: Any) -> Place:
        return replace(self, **changes)

    @property
    def fields(self) -> dict[str, str]:
        named = {"as": self.user, "channel": self.channel, "thread": self.thread, "tab": self.tab}
        return {name: value for name, value in named.items() if value}

    @property
    def url(self) -> str:
        return f"/?{urlencode(self.fields)}"

    def hidden(self, **more: str) -> Markup:
        """Return the form fields that bring somebody back here after a click."""
        fields = {**self.fields, **more}
        return join([el("input", type="hidden", name=name, value=value) for name, value in fields.items()])
