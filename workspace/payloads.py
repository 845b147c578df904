"""The payloads Slack sends to an app."""

from __future__ import annotations

from typing import Any

from workspace.config import Channel, User
from workspace.shapes import message_json, view_json
from workspace.slack import Slack
from workspace.state import Json, Message, View, fresh_id

VERIFICATION_TOKEN = "local-verification-token"  # noqa: S105 - deprecated by Slack, still in every payload


def event_callback(slack: Slack, event: Json) -> Json:
    team, bot = slack.config.team_id, slack.app.bot_user_id
    authorization = {"team_id": team, "user_id": bot, "is_bot": True, "is_enterprise_install": False}
    return {
        "type": "event_callback",
        "token": VERIFICATION_TOKEN,
        "team_id": team,
        "api_app_id": slack.app.app_id,
        "event": event,
        "event_id": fresh_id("Ev"),
        "event_time": int(slack.world.clock()),
        "authorizations": [{"enterprise_id": None, **authorization}],
        "is_ext_shared_channel": False,
        "event_context": fresh_id("EC"),
    }


def message_event(slack: Slack, channel: Channel, message: Message) -> Json:
    kind = "im" if channel.is_im else "group" if channel.is_private else "channel"
    shape = message_json(slack.world, message)
    return shape | {"channel": channel.id, "channel_type": kind, "event_ts": message.ts}


def home_opened(slack: Slack, user: User, view: View | None) -> Json:
    event = {
        "type": "app_home_opened",
        "user": user.id,
        "channel": slack.world.open_im(user.id).id,
        "tab": "home",
        "event_ts": slack.world.next_ts(),
    }
    return event | ({"view": view_json(slack.world, view)} if view else {})


def slash_command(slack: Slack, user: User, channel: Channel, command: str, text: str) -> Json:
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": slack.config.team_id,
        "team_domain": slack.config.team_domain,
        "channel_id": channel.id,
        "channel_name": "directmessage" if channel.is_im else channel.name,
        "user_id": user.id,
        "user_name": user.name,
        "command": command,
        "text": text,
        "api_app_id": slack.app.app_id,
        "is_enterprise_install": "false",
        "response_url": response_url(slack, channel.id, user.id),
        "trigger_id": slack.triggers.issue(user.id),
    }


def message_action(slack: Slack, user: User, message: Message, actions: list[Json], values: Json) -> Json:
    """Build the block_actions of a click in a message."""
    channel = slack.world.channels[message.channel]
    where: Json = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": channel.id,
        "is_ephemeral": bool(message.ephemeral_to),
    }
    if message.thread_ts:
        where["thread_ts"] = message.thread_ts
    name = "directmessage" if channel.is_im else channel.name
    return _block_actions(slack, user, where, actions) | {
        "channel": {"id": channel.id, "name": name},
        "message": message_json(slack.world, message, with_metadata=True),
        "state": {"values": values},
        "response_url": response_url(slack, channel.id, user.id, message.ts, message.thread_ts),
    }


def view_action(slack: Slack, user: User, view: View, actions: list[Json]) -> Json:
    """Build the block_actions of a click in a modal or a Home tab."""
    where = {"type": "view", "view_id": view.id}
    return _block_actions(slack, user, where, actions) | {"view": view_json(slack.world, view)}


def _block_actions(slack: Slack, user: User, container: Json, actions: list[Json]) -> Json:
    trigger_id = slack.triggers.issue(user.id)
    return _interaction(slack, user, "block_actions") | {
        "container": container,
        "trigger_id": trigger_id,
        "actions": [action | {"action_ts": slack.world.next_ts()} for action in actions],
    }


def view_submission(slack: Slack, user: User, view: View) -> Json:
    trigger_id = slack.triggers.issue(user.id)
    shape = {"trigger_id": trigger_id, "view": view_json(slack.world, view), "response_urls": []}
    return _interaction(slack, user, "view_submission") | shape


def view_closed(slack: Slack, user: User, view: View, *, is_cleared: bool) -> Json:
    shape = {"view": view_json(slack.world, view), "is_cleared": is_cleared}
    return _interaction(slack, user, "view_closed") | shape


def _interaction(slack: Slack, user: User, kind: str) -> Json:
    team = slack.config.team_id
    return {
        "type": kind,
        "team": {"id": team, "domain": slack.config.team_domain},
        "user": {"id": user.id, "username": user.name, "name": user.name, "team_id": team},
        "api_app_id": slack.app.app_id,
        "token": VERIFICATION_TOKEN,
        "enterprise": None,
        "is_enterprise_install": False,
    }


def response_url(slack: Slack, *issued_for: Any) -> str:
    return f"{slack.url}/response/{slack.response_urls.issue(*issued_for)}"
