"""What a person typed, the way Slack passes it on."""

from __future__ import annotations

import re

from workspace.state import World

MENTION = re.compile(r"(?<![\w@])@([\w.-]+)")
CHANNEL = re.compile(r"(?<![\w#&])#([\w-]+)")
URL = re.compile(r"https?://[^\s<>|]+")


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def linked(world: World, text: str, *, with_names: bool = False) -> str:
    """Escape a text and turn @names, #channels and addresses into Slack's links.

    In messages a mention is `<@U…>`; a slash command that asks for escaping gets `<@U…|name>`.
    """
    users = {user.name: user.id for user in world.users.values()}
    channels = {channel.name: channel for channel in world.channels.values()}

    def user_link(match: re.Match[str]) -> str:
        name = match[1]
        if name not in users:
            return match[0]
        return f"<@{users[name]}|{name}>" if with_names else f"<@{users[name]}>"

    def channel_link(match: re.Match[str]) -> str:
        channel = channels.get(match[1])
        if channel is None:
            return match[0]
        name = "" if channel.is_private else channel.name
        return f"<#{channel.id}|{name}>"

    text = URL.sub(lambda match: f"<{match[0]}>", escaped(text))
    return CHANNEL.sub(channel_link, MENTION.sub(user_link, text))
