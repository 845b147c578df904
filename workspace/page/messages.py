"""A conversation: messages, day dividers, threads and the composer."""

from __future__ import annotations

from itertools import groupby
from zlib import crc32

from markupsafe import Markup

from workspace.config import Channel, User
from workspace.page.blocks import Canvas, draw_blocks
from workspace.page.html import Child, el, join
from workspace.page.mrkdwn import mrkdwn
from workspace.page.place import Place
from workspace.page.reader import Reader
from workspace.page.texts import text_of
from workspace.state import Json, Message

AVATAR_COLOURS = 6


def avatar(user: User, size: str = "") -> Markup:
    colour = crc32(user.id.encode()) % AVATAR_COLOURS
    return el("span", user.avatar, class_=f"avatar colour-{colour} {size}".strip(), aria_hidden="true")


def conversation(messages: list[Message], place: Place, reader: Reader) -> Markup:
    """Draw the messages of a channel day by day, without the replies that live in threads."""
    told = [each for each in messages if not each.is_reply or each.ephemeral_to]
    days = groupby(told, key=lambda each: reader.day(float(each.ts)))
    return join([_day(day, list(those), place, reader) for day, those in days])


def _day(day: str, messages: list[Message], place: Place, reader: Reader) -> Markup:
    divider = el("div", el("span", day), class_="day")
    return join([divider, [message_html(each, place, reader, in_thread=False) for each in messages]])


def thread(root: Message, replies: list[Message], place: Place, reader: Reader) -> Markup:
    count = el("div", el("span", _replies(len(replies))), class_="day") if replies else None
    told = [message_html(each, place, reader, in_thread=True) for each in replies]
    return join([message_html(root, place, reader, in_thread=True), count, told])


def _replies(count: int) -> str:
    return f"{count} repl{'y' if count == 1 else 'ies'}"


def message_html(message: Message, place: Place, reader: Reader, *, in_thread: bool) -> Markup:
    author = reader.world.users[message.user]
    at = float(message.ts)
    note = el("div", "👁 Only visible to you", class_="only-you") if message.ephemeral_to else None
    head = el(
        "div",
        el("strong", author.real_name, class_="author"),
        el("span", "APP", class_="badge") if author.is_bot else None,
        el("time", reader.clock_time(at), title=reader.date(at, "{date_long} at {time_secs}")),
        class_="head",
    )
    body = el("div", note, head, _content(message, place, reader), class_="body")
    footer = None if in_thread or message.ephemeral_to else _thread_link(message, place, reader)
    classes = "message ephemeral" if message.ephemeral_to else "message"
    return el("article", avatar(author), el("div", body, footer), class_=classes, id=f"m{message.ts}")


def _content(message: Message, place: Place, reader: Reader) -> Child:
    canvas = Canvas(reader, hidden=place.hidden(ts=message.ts))
    edited = el("span", " (edited)", class_="muted") if message.edited_ts else None
    text = el("div", mrkdwn(message.text, reader), edited if not message.blocks else None, class_="words")
    files = [el("div", f"📎 {file_id}", class_="picture") for file_id in message.files]
    return [
        draw_blocks(_tables_last(message.blocks), canvas) if message.blocks else text,
        edited if message.blocks else None,
        [_attachment(each, canvas) for each in message.attachments],
        files,
    ]


def _tables_last(blocks: tuple[Json, ...]) -> list[Json]:
    """Put plain tables where Slack draws them in a message: at its bottom."""
    return sorted(blocks, key=lambda block: block["type"] == "table")


def _attachment(attachment: Json, canvas: Canvas) -> Markup:
    if attachment.get("blocks"):
        return el("div", draw_blocks(attachment["blocks"], canvas), class_="attachment")
    words = attachment.get("text") or attachment.get("fallback", "")
    return el("div", text_of({"type": "mrkdwn", "text": words}, canvas.reader), class_="attachment")


def _thread_link(message: Message, place: Place, reader: Reader) -> Markup:
    replies = reader.world.replies(message.channel, message.ts)
    seen = [each for each in replies if each.visible_to(reader.user.id)]
    url = place.at(thread=message.ts).url
    if not seen:
        return el("a", "↩ Reply in thread", href=url, class_="reply-link quiet")
    authors = dict.fromkeys(reader.world.users[each.user] for each in seen)
    faces = [avatar(author, "tiny") for author in authors]
    last = el("span", f"Last reply {reader.clock_time(float(seen[-1].ts))}", class_="muted")
    return el("a", faces, el("b", _replies(len(seen))), last, href=url, class_="reply-link")


def composer(channel: Channel, place: Place, reader: Reader, *, in_thread: bool) -> Markup:
    """Draw the box to type in; a slash command belongs in a conversation, not in a thread."""
    app = reader.world.config.app
    name = app.name if channel.is_im else f"#{channel.name}"
    box = el(
        "input",
        type="text",
        name="text",
        placeholder="Reply…" if in_thread else f"Message {name}",
        autocomplete="off",
        required=True,
        aria_label="Message",
        autofocus=not in_thread,
    )
    hints = None if in_thread or not app.commands else _hints(reader)
    target = place.hidden(thread_ts=str(place.thread)) if in_thread else place.hidden()
    send = el("button", "➤", class_="go", title="Send", aria_label="Send")
    return el(
        "form",
        target,
        hints,
        el("div", box, send, class_="box"),
        method="post",
        action="/do/say",
        class_="composer",
    )


def _hints(reader: Reader) -> Markup:
    app = reader.world.config.app
    rows = [
        el(
            "li",
            el("b", command.command, data_command=command.command),
            el("code", command.usage_hint) if command.usage_hint else None,
            el("span", command.description, class_="muted"),
            el("small", app.name),
        )
        for command in app.commands
    ]
    return el("details", el("summary", "/ commands"), el("ul", rows), class_="hints")
