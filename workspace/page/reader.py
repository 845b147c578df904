"""Who reads the page: names and times as this person sees them."""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from workspace.config import User
from workspace.state import World

DATE_TOKEN = re.compile(r"\{([a-z_]+)\}")


class Reader:
    def __init__(self, world: World, user: User) -> None:
        self.world = world
        self.user = user
        self.zone = ZoneInfo(user.tz)

    def user_name(self, user_id: str) -> str:
        user = self.world.users.get(user_id)
        return user.real_name if user else user_id

    def channel_name(self, channel_id: str) -> str:
        channel = self.world.channels.get(channel_id)
        if channel is None or (channel.is_private and self.user.id not in channel.members):
            return "private channel"
        return channel.name

    def when(self, timestamp: float) -> datetime:
        return datetime.fromtimestamp(timestamp, self.zone)

    def now(self) -> datetime:
        return self.when(self.world.clock())

    def clock_time(self, timestamp: float) -> str:
        return f"{self.when(timestamp):%H:%M}"

    def day(self, timestamp: float) -> str:
        """Return the day as Slack's dividers name it."""
        day, today = self.when(timestamp).date(), self.now().date()
        named = {0: "Today", 1: "Yesterday", -1: "Tomorrow"}
        return named.get((today - day).days) or f"{day:%A, %B} {day.day}"

    def date(self, timestamp: float, template: str) -> str:
        """Fill the tokens of Slack's date format, `{date_short} at {time}`."""
        at = self.when(timestamp)
        tokens = {
            "date_num": f"{at:%Y-%m-%d}",
            "date": f"{at:%B} {at.day}, {at.year}",
            "date_short": f"{at:%b} {at.day}, {at.year}",
            "date_long": f"{at:%A, %B} {at.day}, {at.year}",
            "date_pretty": self._pretty(timestamp, f"{at:%B} {at.day}, {at.year}"),
            "date_short_pretty": self._pretty(timestamp, f"{at:%b} {at.day}, {at.year}"),
            "date_long_pretty": self._pretty(timestamp, f"{at:%A, %B} {at.day}, {at.year}"),
            "day_divider_pretty": self.day(timestamp),
            "time": f"{at:%H:%M}",
            "time_secs": f"{at:%H:%M:%S}",
            "ago": self._ago(timestamp),
        }
        return DATE_TOKEN.sub(lambda match: tokens.get(match[1], match[0]), template)

    def _pretty(self, timestamp: float, otherwise: str) -> str:
        day = self.day(timestamp)
        return day.lower() if "," not in day else otherwise

    def _ago(self, timestamp: float) -> str:
        seconds = self.world.clock() - timestamp
        for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
            amount = int(abs(seconds) // size)
            if amount:
                words = f"{amount} {unit}{'s' if amount > 1 else ''}"
                return f"{words} ago" if seconds > 0 else f"in {words}"
        return "just now"
