"""Slack's app manifest, made from the tables of commands and events: one source, two ways to connect."""

from typing import Any

import yaml

from bot.commands import COMMANDS
from bot.http import SLACK_PATH

EVENTS = ("member_joined_channel",)
SCOPES = {
    "channels:history": "find a brief again whose posting was interrupted, instead of posting it twice",
    "channels:read": "find the id of a channel that the playbook names",
    "chat:write": "post briefs",
    "commands": "answer /lead, /kpi, /funnel, /campaigns, /tipoff",
    "files:write": "send the leads behind a number as a file to the person who asks",
    "groups:history": "the same in private channels",
    "groups:read": "the same in private channels",
    "im:history": "the same in direct messages",
    "im:write": "open the direct messages in which a digest or such a file is sent",
}
HOST = "https://tipoff.example.com"


def manifest(*, over_http: bool) -> dict[str, Any]:
    """The manifest for Socket Mode, or for HTTP with `HOST` to be replaced by one's own."""
    url = {"url": HOST + SLACK_PATH} if over_http else {}
    request_url = {"request_url": HOST + SLACK_PATH} if over_http else {}
    return {
        "display_information": {
            "name": "Tipoff",
            "description": "A pre-call brief for every lead, and funnel numbers with their receipt.",
            "background_color": "#1d3b36",
        },
        "features": {
            "bot_user": {"display_name": "Tipoff", "always_online": True},
            "slash_commands": [
                {
                    "command": command.name,
                    "description": command.does,
                    "usage_hint": command.usage,
                    "should_escape": False,
                    **url,
                }
                for command in COMMANDS
            ],
        },
        "oauth_config": {"scopes": {"bot": list(SCOPES)}},
        "settings": {
            "event_subscriptions": {**request_url, "bot_events": list(EVENTS)},
            "interactivity": {"is_enabled": True, **request_url},
            "org_deploy_enabled": False,
            "socket_mode_enabled": not over_http,
            "token_rotation_enabled": False,
        },
    }


def as_yaml(*, over_http: bool) -> str:
    """The manifest as the file in the project holds it."""
    way = "over HTTP: replace the host by your own" if over_http else "in Socket Mode"
    option = " --http" if over_http else ""
    head = (
        f"# Slack app manifest for Tipoff {way}. Written by `tipoff manifest{option}`.\n"
        "# Why each scope:\n" + "".join(f"#   {scope}: {why}\n" for scope, why in SCOPES.items())
    )
    return head + yaml.safe_dump(manifest(over_http=over_http), sort_keys=False, width=110)
