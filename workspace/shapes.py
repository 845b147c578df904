"""Slack's JSON for what the world holds."""

from __future__ import annotations

from typing import Any

from workspace.config import Channel, User
from workspace.state import Json, Message, View, World, fresh_id


def user_json(world: World, user: User) -> Json:
    return {
        "id": user.id,
        "team_id": world.config.team_id,
        "name": user.name,
        "real_name": user.real_name,
        "deleted": False,
        "is_bot": user.is_bot,
        "is_restricted": False,
        "is_ultra_restricted": False,
        "is_app_user": False,
        "tz": user.tz,
        "profile": {
            "real_name": user.real_name,
            "display_name": user.name,
            "title": user.title,
            "email": user.email,
            "team": world.config.team_id,
        },
    }


def channel_json(world: World, channel: Channel) -> Json:
    bot = world.config.app.bot_user_id
    shape: Json = {
        "id": channel.id,
        "is_channel": not channel.is_im and not channel.is_private,
        "is_group": channel.is_private,
        "is_im": channel.is_im,
        "is_mpim": False,
        "is_private": channel.is_private or channel.is_im,
        "is_archived": channel.is_archived,
    }
    if channel.is_im:
        return shape | {"user": channel.user, "is_open": True}
    return shape | {
        "name": channel.name,
        "name_normalized": channel.name,
        "is_member": bot in channel.members,
        "num_members": len(channel.members),
        "topic": {"value": channel.topic, "creator": "", "last_set": 0},
        "purpose": {"value": channel.topic, "creator": "", "last_set": 0},
    }


def message_json(world: World, message: Message, *, with_metadata: bool = False) -> Json:
    shape: Json = {
        "type": "message",
        "user": message.user,
        "text": message.text,
        "ts": message.ts,
        "team": world.config.team_id,
    }
    if message.bot_id:
        shape |= {"bot_id": message.bot_id, "app_id": message.app_id, "bot_profile": _bot_profile(world)}
    if message.blocks:
        shape["blocks"] = list(message.blocks)
    if message.attachments:
        shape["attachments"] = list(message.attachments)
    if message.files:
        shape["files"] = [{"id": file_id} for file_id in message.files]
    if message.edited_ts:
        shape["edited"] = {"user": message.bot_id or message.user, "ts": message.edited_ts}
    if message.metadata and with_metadata:
        shape["metadata"] = message.metadata
    return shape | _thread(world, message)


def _thread(world: World, message: Message) -> Json:
    if message.is_reply:
        return {"thread_ts": message.thread_ts}
    replies = world.replies(message.channel, message.ts)
    if not replies:
        return {}
    return {
        "thread_ts": message.ts,
        "reply_count": len(replies),
        "reply_users": sorted({reply.user for reply in replies}),
        "latest_reply": replies[-1].ts,
    }


def _bot_profile(world: World) -> Json:
    app = world.config.app
    return {"id": app.bot_id, "app_id": app.app_id, "name": app.name, "team_id": world.config.team_id}


def view_json(world: World, view: View) -> Json:
    """Return the view as the app gets it back: what it sent, and what became of it."""
    app = world.config.app
    defaults: Json = {
        "private_metadata": "",
        "callback_id": "",
        "external_id": "",
        "close": None,
        "submit": None,
    }
    flags: Json = {"clear_on_close": False, "notify_on_close": False}
    title: Json = {"type": "plain_text", "text": "View Title", "emoji": True}
    return (
        {"title": title}
        | defaults
        | flags
        | view.content
        | {
            "id": view.id,
            "team_id": world.config.team_id,
            "app_id": app.app_id,
            "app_installed_team_id": world.config.team_id,
            "bot_id": app.bot_id,
            "hash": view.hash,
            "root_view_id": view.root_id,
            "previous_view_id": view.previous_id,
            "state": {"values": dict(view.state or {})},
        }
    )


def with_ids(blocks: list[Json]) -> list[Json]:
    """Fill in the block ids and action ids that the app left to Slack."""
    return [_with_ids(block) for block in blocks]


def _with_ids(block: Json) -> Json:
    filled = {"block_id": fresh_id("b"), **block}
    for name in ("accessory", "element"):
        if isinstance(block.get(name), dict):
            filled[name] = _with_action_id(block[name])
    if block["type"] in ("actions", "context_actions"):
        filled["elements"] = [_with_action_id(element) for element in block["elements"]]
    if block["type"] == "card" and block.get("actions"):
        filled["actions"] = [_with_action_id(element) for element in block["actions"]]
    if block["type"] == "container":
        filled["child_blocks"] = with_ids(block["child_blocks"])
    if block["type"] == "carousel":
        filled["elements"] = with_ids(block["elements"])
    if block["type"] == "layout":
        filled["rows"] = [_row_with_ids(row) for row in block["rows"]]
    return filled


def _row_with_ids(row: Json) -> Json:
    return row | {
        "items": [item | {"blocks": with_ids(item.get("blocks", []))} for item in row.get("items", [])]
    }


def _with_action_id(element: dict[str, Any]) -> dict[str, Any]:
    return element if element["type"] == "image" else {"action_id": fresh_id("a"), **element}
