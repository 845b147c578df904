"""rich_text: text that is never parsed, with its styles beside it."""

from __future__ import annotations

from markupsafe import Markup

from workspace.page.emoji import UNICODE
from workspace.page.html import el, join, link
from workspace.page.mrkdwn import mention
from workspace.page.reader import Reader
from workspace.state import Json

STYLES = {"code": "code", "bold": "strong", "italic": "em", "strike": "s", "underline": "u"}


def rich_text(block: Json, reader: Reader) -> Markup:
    return el("div", [_part(part, reader) for part in block.get("elements") or []], class_="rich-text")


def _part(part: Json, reader: Reader) -> Markup:
    kind = part.get("type")
    if kind == "rich_text_list":
        return _list(part, reader)
    content = [_leaf(leaf, reader) for leaf in part.get("elements") or []]
    if kind == "rich_text_quote":
        return el("blockquote", content)
    if kind == "rich_text_preformatted":
        return el("pre", content)
    return el("div", content, class_="rich-section")


def _list(part: Json, reader: Reader) -> Markup:
    """Render one list; Slack nests by a number, so the indent is a class and not a list in a list."""
    ordered = part.get("style") == "ordered"
    items = [el("li", _part(item, reader)) for item in part.get("elements") or []]
    start = int(part.get("offset", 0)) + 1 if ordered else None
    classes = f"indent-{int(part.get('indent', 0))}" + (" bordered" if part.get("border") else "")
    return el("ol" if ordered else "ul", items, class_=classes, start=start)


def _leaf(leaf: Json, reader: Reader) -> Markup:
    shown = _words(leaf, reader)
    for style, tag in STYLES.items():
        if (leaf.get("style") or {}).get(style):
            shown = el(tag, shown)
    return shown


def _words(leaf: Json, reader: Reader) -> Markup:  # noqa: PLR0911 - one line for each type of element
    kind = leaf.get("type")
    if kind == "text":
        return join([str(leaf.get("text", ""))])
    if kind == "link":
        return link(str(leaf.get("url", "")), str(leaf.get("text") or leaf.get("url", "")))
    if kind == "user":
        return mention(f"@{reader.user_name(str(leaf.get('user_id')))}")
    if kind == "channel":
        return mention(f"#{reader.channel_name(str(leaf.get('channel_id')))}")
    if kind == "broadcast":
        return mention(f"@{leaf.get('range')}")
    if kind == "usergroup":
        return mention(f"@{leaf.get('usergroup_id')}")
    if kind == "emoji":
        return join([UNICODE.get(str(leaf.get("name")), f":{leaf.get('name')}:")])
    if kind == "date":
        return _date(leaf, reader)
    if kind == "color":
        return el("code", str(leaf.get("value", "")))
    return el("span", f"[{kind}]", class_="muted")


def _date(leaf: Json, reader: Reader) -> Markup:
    words = reader.date(float(leaf.get("timestamp", 0)), str(leaf.get("format", "{date}")))
    shown = el("time", words, title=str(leaf.get("fallback", "")))
    return link(str(leaf["url"]), shown) if leaf.get("url") else shown
