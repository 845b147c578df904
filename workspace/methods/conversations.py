"""conversations.*: what the app may read of channels and their messages."""

from __future__ import annotations

from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Literal, TypeVar

from workspace.arguments import Arguments
from workspace.config import Channel
from workspace.errors import SlackError
from workspace.methods.method import Method
from workspace.shapes import channel_json, message_json
from workspace.slack import Slack
from workspace.state import Json, Message

TYPES = ("public_channel", "private_channel", "im", "mpim")
PAGE, LARGEST_PAGE = 100, 999
T = TypeVar("T")


def info(slack: Slack, args: Arguments) -> Json:
    return {"ok": True, "channel": channel_json(slack.world, _readable(slack, args.text("channel"), "read"))}


def list_conversations(slack: Slack, args: Arguments) -> Json:
    mine = slack.app.bot_user_id
    return _listed(slack, args, lambda each: not each.is_private or mine in each.members)


def list_joined(slack: Slack, args: Arguments) -> Json:
    """`users.conversations`: those that the bot is in."""
    return _listed(slack, args, lambda each: slack.app.bot_user_id in each.members)


def _listed(slack: Slack, args: Arguments, shown: Callable[[Channel], bool]) -> Json:
    types = {kind.strip() for kind in args.text("types", "public_channel").split(",")}
    if not types <= set(TYPES):
        raise SlackError("invalid_types")
    channels = [channel for channel in slack.world.channels.values() if _kind(channel) in types]
    for kind in types:
        slack.require_scope(f"{_family(kind)}:read")
    visible = [each for each in channels if shown(each)]
    open_ones = [each for each in visible if not (each.is_archived and args.flag("exclude_archived"))]
    page, cursor = _page(sorted(open_ones, key=lambda each: each.id), args, lambda each: each.id)
    shapes = [channel_json(slack.world, each) for each in page]
    return {"ok": True, "channels": shapes, "response_metadata": {"next_cursor": cursor}}


def members(slack: Slack, args: Arguments) -> Json:
    channel = _readable(slack, args.text("channel"), "read")
    page, cursor = _page(sorted(channel.members), args, str)
    return {"ok": True, "members": page, "response_metadata": {"next_cursor": cursor}}


def join(slack: Slack, args: Arguments) -> Json:
    channel = slack.conversation(args.text("channel"))
    if channel.is_archived:
        raise SlackError("is_archived")
    if channel.is_im or channel.is_private:
        raise SlackError("method_not_supported_for_channel_type")
    joined = slack.world.join(channel.id, slack.app.bot_user_id)
    return {"ok": True, "channel": channel_json(slack.world, joined)}


def open_conversation(slack: Slack, args: Arguments) -> Json:
    if "channel" in args:
        return {"ok": True, "channel": {"id": slack.conversation(args.text("channel")).id}}
    users = [user for user in args.text("users").split(",") if user]
    if not users:
        raise SlackError("users_list_not_supplied")
    if len(users) > 1:
        raise SlackError("too_many_users")  # this workspace has no group direct messages
    user = slack.world.users.get(users[0])
    if user is None or user.is_bot:
        raise SlackError("user_not_found")
    channel = slack.world.open_im(user.id)
    return {
        "ok": True,
        "channel": channel_json(slack.world, channel) if args.flag("return_im") else {"id": channel.id},
    }


def history(slack: Slack, args: Arguments) -> Json:
    channel = _readable(slack, args.text("channel"), "history")
    slack.require_member(channel)
    window = _window(args)
    told = [each for each in _public(slack, channel) if not each.is_reply and window.holds(each.ts)]
    page, cursor = _page(told[::-1], args, lambda each: each.ts)
    return _messages(slack, page, args, cursor)


def replies(slack: Slack, args: Arguments) -> Json:
    channel = _readable(slack, args.text("channel"), "history")
    slack.require_member(channel)
    parent = slack.world.message(channel.id, args.text("ts"))
    root = (parent.thread_ts or parent.ts) if parent else args.text("ts")
    window = _window(args)
    thread = [each for each in _public(slack, channel) if root in (each.ts, each.thread_ts)]
    if not thread:  # replies outlive the message that they stand under
        raise SlackError("thread_not_found")
    told = [each for each in thread if each.ts == root or window.holds(each.ts)]
    page, cursor = _page(told, args, lambda each: each.ts)
    return _messages(slack, page, args, cursor)


def _public(slack: Slack, channel: Channel) -> list[Message]:
    return [message for message in slack.world.messages(channel.id) if not message.ephemeral_to]


def _messages(slack: Slack, page: Sequence[Message], args: Arguments, cursor: str) -> Json:
    with_metadata = args.flag("include_all_metadata")
    shapes = [message_json(slack.world, each, with_metadata=with_metadata) for each in page]
    answer = {"ok": True, "messages": shapes, "has_more": bool(cursor)}
    return answer | ({"response_metadata": {"next_cursor": cursor}} if cursor else {})


def _readable(slack: Slack, channel_id: str, verb: Literal["read", "history"]) -> Channel:
    channel = slack.conversation(channel_id)
    slack.require_scope(f"{_family(_kind(channel))}:{verb}")
    return channel


def _kind(channel: Channel) -> str:
    if channel.is_im:
        return "im"
    return "private_channel" if channel.is_private else "public_channel"


def _family(kind: str) -> str:
    """The word that scopes use for a type of conversation."""
    return {"public_channel": "channels", "private_channel": "groups"}.get(kind, kind)


@dataclass(frozen=True, slots=True)
class Window:
    oldest: Decimal
    latest: Decimal
    inclusive: bool

    def holds(self, ts: str) -> bool:
        at = Decimal(ts)
        if self.inclusive:
            return self.oldest <= at <= self.latest
        return self.oldest < at < self.latest


def _window(args: Arguments) -> Window:
    return Window(_ts(args, "oldest", "0"), _ts(args, "latest", "Infinity"), args.flag("inclusive"))


def _ts(args: Arguments, name: str, default: str) -> Decimal:
    try:
        return Decimal(args.text(name) or default)
    except InvalidOperation:
        raise SlackError(f"invalid_ts_{name}") from None


def _page(items: list[T], args: Arguments, key: Callable[[T], str]) -> tuple[list[T], str]:
    """Cut one page out of the items, from the cursor on; the cursor names the first item of the next page."""
    limit = args.whole("limit", PAGE, most=LARGEST_PAGE)
    start = 0
    if args.text("cursor"):
        keys = [key(item) for item in items]
        try:
            start = keys.index(b64decode(args.text("cursor"), validate=True).decode())
        except (Base64Error, UnicodeDecodeError, ValueError):
            raise SlackError("invalid_cursor") from None
    rest = items[start:]
    cursor = b64encode(key(rest[limit]).encode()).decode() if len(rest) > limit else ""
    return rest[:limit], cursor


METHODS = (
    Method("conversations.info", info, ("channel",)),
    Method("conversations.list", list_conversations),
    Method("users.conversations", list_joined),
    Method("conversations.members", members, ("channel",)),
    Method("conversations.join", join, ("channel",), "channels:join"),
    Method("conversations.open", open_conversation, scope="im:write"),
    Method("conversations.history", history, ("channel",)),
    Method("conversations.replies", replies, ("channel", "ts")),
)
