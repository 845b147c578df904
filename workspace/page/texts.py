"""Text objects, and the `markdown` block's standard Markdown."""

from __future__ import annotations

from markdown_it import MarkdownIt
from markupsafe import Markup

from workspace.page.emoji import emojized
from workspace.page.html import el, safe_url
from workspace.page.mrkdwn import mrkdwn
from workspace.page.reader import Reader
from workspace.state import Json


def text_of(value: Json | str | None, reader: Reader) -> Markup:
    """Render a text object; where Slack also takes a bare string, that too."""
    if value is None:
        return Markup()
    if isinstance(value, str):
        return el("span", emojized(value))
    if value.get("type") == "mrkdwn":
        return mrkdwn(str(value.get("text", "")), reader)
    return el("span", words_of(value))


def words_of(value: Json | str | None) -> str:
    """Return a plain text without markup, for attributes and menus."""
    if isinstance(value, dict):
        text = str(value.get("text", ""))
        return emojized(text) if value.get("emoji", True) else text
    return emojized(value or "")


class SafeMarkdown(MarkdownIt):
    """CommonMark with tables, without raw HTML and pictures, and with links that may be followed."""

    def __init__(self) -> None:
        super().__init__("commonmark", {"html": False})
        self.enable(["table", "strikethrough"]).disable("image")

    def validateLink(self, url: str) -> bool:  # noqa: N802 - markdown-it's name for its hook
        return safe_url(url) is not None


def markdown(text: str) -> Markup:
    html = SafeMarkdown().render(emojized(text))
    return el("div", Markup(html), class_="markdown")  # noqa: S704 - its raw HTML is off
