"""The page around a conversation: sidebar, header, thread pane, Home tab and modal."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup

from workspace.config import Channel
from workspace.page.blocks import Canvas, draw_blocks
from workspace.page.html import Child, el
from workspace.page.messages import avatar, composer, conversation, thread
from workspace.page.place import Place
from workspace.page.reader import Reader
from workspace.page.texts import words_of
from workspace.state import Message, View

SHOWN = 200  # the last messages of a conversation; a load test leaves more than a page should hold


def page(place: Place, reader: Reader, unread: Mapping[str, int]) -> Markup:
    channel = reader.world.channels[place.channel]
    title = _title(channel, reader)
    head = el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("title", f"{title} · {reader.world.config.team_name}"),
        el("link", rel="icon", href="/icon.svg", type="image/svg+xml"),
        el("link", rel="stylesheet", href="/style.css"),
        el("script", src="/live.js", defer=True),
    )
    panes = [_sidebar(place, reader, unread), _main(place, channel, reader), _thread_pane(place, reader)]
    stack = reader.world.modals.get(reader.user.id)
    modal = el("div", _modal(stack[-1], place, reader) if stack else None, id="modal")
    body = el("body", el("div", panes, class_="workspace" + (" with-thread" if place.thread else "")), modal)
    return Markup("<!doctype html>\n{}").format(el("html", head, body, lang="en"))


def _title(channel: Channel, reader: Reader) -> str:
    return reader.world.config.app.name if channel.is_im else f"#{channel.name}"


def _sidebar(place: Place, reader: Reader, unread: Mapping[str, int]) -> Markup:
    world = reader.world
    mine = [channel for channel in world.channels.values() if reader.user.id in channel.members]
    channels = [
        _entry(each, "🔒" if each.is_private else "#", each.name, place, unread)
        for each in mine
        if not each.is_im
    ]
    app = world.config.app
    apps = [
        _entry(each, avatar(world.users[app.bot_user_id], "tiny"), app.name, place, unread)
        for each in mine
        if each.is_im
    ]
    return el(
        "nav",
        el("header", world.config.team_name),
        el("h2", "Channels"),
        el("ul", channels),
        el("h2", "Apps"),
        el("ul", apps),
        _switcher(place, reader),
        id="sidebar",
    )


def _entry(channel: Channel, mark: Child, name: str, place: Place, unread: Mapping[str, int]) -> Markup:
    here, news = channel.id == place.channel, unread.get(channel.id, 0)
    count = el("span", str(news), class_="unread") if news and not here else None
    classes = " ".join(word for word, holds in (("here", here), ("news", count is not None)) if holds)
    entry = el(
        "a", el("span", mark, class_="mark"), el("span", name), count, href=Place(place.user, channel.id).url
    )
    return el("li", entry, class_=classes or None)


def _switcher(place: Place, reader: Reader) -> Markup:
    """Let anybody act as any of the users; a channel they are not in gives way to one they are in."""
    people = [
        el(
            "li",
            el(
                "a",
                avatar(user, "small"),
                el("span", user.real_name, el("small", user.title)),
                href=place.at(user=user.id).url,
            ),
            class_="here" if user.id == reader.user.id else None,
        )
        for user in reader.world.config.users
    ]
    me = [avatar(reader.user, "small"), el("span", reader.user.real_name, el("small", "You act as"))]
    return el("details", el("summary", me), el("ul", people), class_="switcher", id="switcher")


def _main(place: Place, channel: Channel, reader: Reader) -> Markup:
    if place.tab == "home":
        home = reader.world.homes.get(reader.user.id)
        return el(
            "main", _header(place, channel, reader), el("section", _home(home, place, reader), id="home")
        )
    told = [each for each in reader.world.messages(channel.id) if each.visible_to(reader.user.id)][-SHOWN:]
    return el(
        "main",
        _header(place, channel, reader),
        el(
            "section",
            _opening(channel, reader),
            conversation(told, place, reader),
            id="messages",
            class_="scroll",
        ),
        composer(channel, place, reader, in_thread=False),
    )


def _header(place: Place, channel: Channel, reader: Reader) -> Markup:
    name = el("h1", "🔒 " if channel.is_private else None, _title(channel, reader))
    if channel.is_im:
        home = place.at(tab="home", thread=None)
        tabs = [
            el("a", "Home", href=home.url, class_="here" if place.tab else None),
            el("a", "Messages", href=home.at(tab=None).url, class_=None if place.tab else "here"),
        ]
        return el("header", name, el("div", tabs, class_="tabs"), class_="channel")
    people = el("span", f"👥 {len(channel.members)}", class_="muted", title="Members")
    return el("header", name, el("span", channel.topic, class_="muted topic"), people, class_="channel")


def _opening(channel: Channel, reader: Reader) -> Markup:
    app = reader.world.config.app
    words = app.description if channel.is_im else channel.topic
    start = f"This is the very beginning of {_title(channel, reader)}."
    return el("div", el("strong", start), el("p", words, class_="muted"), class_="opening")


def _home(home: View | None, place: Place, reader: Reader) -> Child:
    if home is None:
        app = reader.world.config.app
        return el(
            "p", f"{app.name} has not published a Home tab for {reader.user.real_name} yet.", class_="opening"
        )
    canvas = Canvas(reader, state=home.state or {}, hidden=place.hidden(view_id=home.id))
    trouble = el("p", home.trouble, class_="error") if home.trouble else None
    return [trouble, draw_blocks(home.content["blocks"], canvas)]


def _thread_pane(place: Place, reader: Reader) -> Markup | None:
    root = reader.world.message(place.channel, place.thread or "")
    if root is None or not root.visible_to(reader.user.id):
        return None
    replies: list[Message] = reader.world.replies(place.channel, root.ts)
    seen = [each for each in replies if each.visible_to(reader.user.id)]
    channel = reader.world.channels[place.channel]
    close = el("a", "✕", href=place.at(thread=None).url, title="Close the thread", class_="close")
    return el(
        "aside",
        el(
            "header",
            el("h1", "Thread"),
            el("span", _title(channel, reader), class_="muted"),
            close,
            class_="channel",
        ),
        el("section", thread(root, seen, place, reader), id="thread", class_="scroll"),
        composer(channel, place, reader, in_thread=True),
    )


def _modal(view: View, place: Place, reader: Reader) -> Markup:
    content = view.content
    canvas = Canvas(reader, state=view.state or {}, errors=view.errors or {})
    submit = words_of(content["submit"]) if content.get("submit") else None
    close: dict[str, str | bool] = {"formaction": "/do/close", "formnovalidate": True}
    # Enter presses the first button of a form, which must not be one that closes it.
    default = el("button", submit, class_="default", tabindex="-1", aria_hidden="true") if submit else None
    app = reader.world.users[reader.world.config.app.bot_user_id]
    return el(
        "form",
        place.hidden(view_id=view.id),
        default,
        el(
            "header",
            avatar(app, "small"),
            el("h1", words_of(content["title"])),
            el("button", "✕", class_="close", **close),
        ),
        el("p", view.trouble, class_="error", role="alert") if view.trouble else None,
        el("section", draw_blocks(content["blocks"], canvas)),
        el(
            "footer",
            el("button", words_of(content.get("close")) or "Close", class_="button", **close),
            el("button", submit, class_="button primary") if submit else None,
        ),
        method="post",
        action="/do/submit",
        class_="dialog",
        role="dialog",
        aria_modal="true",
        data_hash=f"{view.id} {view.hash} {sorted((view.errors or {}).items())} {view.trouble}",
    )
