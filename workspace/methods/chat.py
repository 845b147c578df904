"""chat.*: messages posted, changed and deleted by the app."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from workspace.arguments import Arguments
from workspace.config import Channel
from workspace.errors import SlackError
from workspace.methods.method import Method
from workspace.rules.surfaces import check_message_blocks, check_message_size
from workspace.shapes import message_json, with_ids
from workspace.slack import Slack
from workspace.state import Json, Message

LONGEST_TEXT = 40_000  # longer is cut, with a warning
LONGEST_UPDATE = 4_000  # longer is refused
LONGEST_MARKDOWN = 12_000
MOST_ATTACHMENTS = 100
METADATA_BYTES = 16_000  # Slack names the error but not the number


def post_message(slack: Slack, args: Arguments) -> Json:
    channel = _postable(slack, args.text("channel"))
    message = _compose(slack, channel, args)
    slack.pace.take(channel.id, slack.world.clock())
    cut = len(message.text) > LONGEST_TEXT
    message = slack.world.keep(replace(message, text=message.text[:LONGEST_TEXT]))
    answer = {
        "ok": True,
        "channel": channel.id,
        "ts": message.ts,
        "message": message_json(slack.world, message),
    }
    return answer | ({"response_metadata": {"warnings": ["message_truncated"]}} if cut else {})


def post_ephemeral(slack: Slack, args: Arguments) -> Json:
    channel = _postable(slack, args.text("channel"))
    user = args.text("user")
    if user not in channel.members:
        raise SlackError("user_not_in_channel")
    message = _compose(slack, channel, args)
    if len(message.text) > LONGEST_TEXT:
        raise SlackError("msg_too_long")
    message = slack.world.keep(replace(message, ephemeral_to=user, metadata=None))
    return {"ok": True, "message_ts": message.ts}


def update(slack: Slack, args: Arguments) -> Json:
    channel, message = _own_message(slack, args, "cant_update_message")
    content = _content(args)
    if len(content["text"]) > LONGEST_UPDATE:
        raise SlackError("msg_too_long")
    if "text" not in args:
        content["text"] = message.text
    if "attachments" not in args:
        content["attachments"] = message.attachments
    metadata = _metadata(args) if "metadata" in args else message.metadata
    changed = replace(message, **content, metadata=metadata, edited_ts=slack.world.next_ts())
    slack.world.keep(changed)
    shape = message_json(slack.world, changed)
    return {"ok": True, "channel": channel.id, "ts": changed.ts, "text": changed.text, "message": shape}


def delete(slack: Slack, args: Arguments) -> Json:
    channel, message = _own_message(slack, args, "cant_delete_message")
    slack.world.forget(message)
    return {"ok": True, "channel": channel.id, "ts": message.ts}


def get_permalink(slack: Slack, args: Arguments) -> Json:
    channel = slack.conversation(args.text("channel"))
    ts = args.text("message_ts")
    if slack.world.message(channel.id, ts) is None:
        raise SlackError("message_not_found")
    return {
        "ok": True,
        "channel": channel.id,
        "permalink": f"{slack.url}/archives/{channel.id}/p{ts.replace('.', '')}",
    }


def _postable(slack: Slack, channel_id: str) -> Channel:
    """Return the conversation to post in; a user's id means the direct message with that user."""
    user = slack.world.users.get(channel_id)
    channel = slack.world.open_im(user.id) if user and not user.is_bot else slack.conversation(channel_id)
    if channel.is_archived:
        raise SlackError("is_archived")
    if channel.is_private or "chat:write.public" not in slack.app.scopes:
        slack.require_member(channel)
    return channel


def _own_message(slack: Slack, args: Arguments, otherwise: str) -> tuple[Channel, Message]:
    channel = slack.conversation(args.text("channel"))
    message = slack.world.message(channel.id, args.text("ts"))
    if message is None or message.ephemeral_to:
        raise SlackError("message_not_found")
    if message.user != slack.app.bot_user_id:
        raise SlackError(otherwise)
    return channel, message


def _compose(slack: Slack, channel: Channel, args: Arguments) -> Message:
    return Message(
        channel=channel.id,
        ts=slack.world.next_ts(),
        user=slack.app.bot_user_id,
        bot_id=slack.app.bot_id,
        app_id=slack.app.app_id,
        thread_ts=_thread(slack, channel, args.text("thread_ts")),
        metadata=_metadata(args),
        **_content(args),
    )


def _content(args: Arguments) -> dict[str, Any]:
    text, markdown = args.text("text"), args.text("markdown_text")
    blocks = args.structure("blocks", "invalid_blocks_format") or []
    attachments = args.structure("attachments", "invalid_attachments") or []
    if markdown and (text or blocks):
        raise SlackError("markdown_text_conflict")
    if len(markdown) > LONGEST_MARKDOWN:
        raise SlackError("msg_too_long")
    if markdown:
        blocks = [{"type": "markdown", "text": markdown}]
    if not (text or blocks or attachments):
        raise SlackError("no_text")
    if blocks:
        check_message_blocks(blocks)
        check_message_size(blocks)
    if len(attachments) > MOST_ATTACHMENTS:
        raise SlackError("too_many_attachments")
    return {"text": text or markdown, "blocks": tuple(with_ids(blocks)), "attachments": tuple(attachments)}


def _metadata(args: Arguments) -> Json | None:
    metadata = args.structure("metadata", "invalid_metadata_format")
    if not metadata:
        return None
    if not isinstance(metadata, dict):
        raise SlackError("invalid_metadata_format")
    if not isinstance(metadata.get("event_type"), str) or not isinstance(metadata.get("event_payload"), dict):
        raise SlackError("invalid_metadata_schema")
    if len(json.dumps(metadata).encode()) > METADATA_BYTES:
        raise SlackError("metadata_too_large")
    return metadata


def _thread(slack: Slack, channel: Channel, thread_ts: str) -> str | None:
    if not thread_ts:
        return None
    parent = slack.world.message(channel.id, thread_ts)
    if parent is None or parent.ephemeral_to:
        raise SlackError("cannot_reply_to_message")
    return parent.thread_ts or parent.ts


METHODS = (
    Method("chat.postMessage", post_message, ("channel",), "chat:write"),
    Method("chat.postEphemeral", post_ephemeral, ("channel", "user"), "chat:write"),
    Method("chat.update", update, ("channel", "ts"), "chat:write"),
    Method("chat.delete", delete, ("channel", "ts"), "chat:write"),
    Method("chat.getPermalink", get_permalink, ("channel", "message_ts")),
)
