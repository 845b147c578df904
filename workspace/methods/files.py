"""files.*: the two-step upload; the bytes are kept, nothing looks into them."""

from __future__ import annotations

from workspace.arguments import Arguments
from workspace.errors import SlackError
from workspace.methods.method import Method
from workspace.slack import Slack
from workspace.state import Json, Message, fresh_id

LARGEST_FILE = 1_000_000_000


def get_upload_url(slack: Slack, args: Arguments) -> Json:
    args.whole("length", 0, most=LARGEST_FILE)
    file_id = fresh_id("F")
    slack.uploads[file_id] = None
    return {"ok": True, "file_id": file_id, "upload_url": f"{slack.url}/upload/{file_id}"}


def complete_upload(slack: Slack, args: Arguments) -> Json:
    files = args.structure("files", "invalid_arguments")
    if not isinstance(files, list) or not files:
        raise SlackError("invalid_arguments")
    ids = tuple(str(file.get("id")) for file in files)
    if any(slack.uploads.get(file_id) is None for file_id in ids):
        raise SlackError("file_not_found")
    if "channel_id" in args:
        _share(slack, args, ids)
    return {"ok": True, "files": [{"id": file["id"], "title": file.get("title", "")} for file in files]}


def _share(slack: Slack, args: Arguments, ids: tuple[str, ...]) -> None:
    channel = slack.conversation(args.text("channel_id"))
    slack.require_member(channel)
    message = Message(
        channel=channel.id,
        ts=slack.world.next_ts(),
        user=slack.app.bot_user_id,
        bot_id=slack.app.bot_id,
        app_id=slack.app.app_id,
        text=args.text("initial_comment"),
        thread_ts=args.text("thread_ts") or None,
        files=ids,
    )
    slack.world.keep(message)


METHODS = (
    Method("files.getUploadURLExternal", get_upload_url, ("filename", "length"), "files:write"),
    Method("files.completeUploadExternal", complete_upload, ("files",), "files:write"),
)
