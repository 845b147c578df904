"""Everything one local Slack remembers, in one place for the Web API, the people and the tests."""

from __future__ import annotations

import time
from collections.abc import Callable

from workspace.calls import CallLog
from workspace.config import Channel, Config
from workspace.errors import SlackError
from workspace.faults import FaultPlan
from workspace.pace import Pace
from workspace.state import World
from workspace.tickets import ResponseUrls, Triggers


class Slack:
    def __init__(self, config: Config, clock: Callable[[], float] = time.time) -> None:
        self.config = config
        self.app = config.app
        self.world = World(config, clock)
        self.faults = FaultPlan()
        self.calls = CallLog()
        self.pace = Pace(config.rate, config.burst)
        self.triggers = Triggers(config.trigger_seconds, clock)
        self.response_urls = ResponseUrls(config.response_url_seconds, clock)
        self.uploads: dict[str, bytes | None] = {}
        self.socket_tickets: set[str] = set()
        self.revoked: set[str] = set()
        self.url = ""  # known once the server listens

    def require_scope(self, *any_of: str) -> None:
        if not self.app.scopes.intersection(any_of):
            provided = ",".join(sorted(self.app.scopes))
            raise SlackError("missing_scope", needed=any_of[0], provided=provided)

    def conversation(self, channel_id: str) -> Channel:
        """Return a conversation the bot may know of: private ones only as a member."""
        channel = self.world.channels.get(channel_id)
        if channel is None or (channel.is_private and self.app.bot_user_id not in channel.members):
            raise SlackError("channel_not_found")
        return channel

    def require_member(self, channel: Channel) -> None:
        if self.app.bot_user_id not in channel.members:
            raise SlackError("not_in_channel")
