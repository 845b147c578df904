"""Slack's mrkdwn as HTML: text is escaped, only Slack's own markup becomes markup."""

from __future__ import annotations

import re

from markupsafe import Markup

from workspace.page.emoji import emojized
from workspace.page.html import el, join, link, safe_url
from workspace.page.reader import Reader

FENCE = re.compile(r"```\n?(.*?)\n?```", re.DOTALL)
QUOTE = re.compile(r"^(?:&gt;|>) ?")
INLINE = re.compile(
    r"""
      `(?P<code>[^`\n]+)`
    | <(?P<angle>[^<>\n]+)>
    | (?<![\w*])\*(?P<bold>[^\s*](?:[^*\n]*[^\s*])?)\*(?![\w*])
    | (?<![\w_])_(?P<italic>[^\s_](?:[^_\n]*[^\s_])?)_(?![\w_])
    | (?<![\w~])~(?P<strike>[^\s~](?:[^~\n]*[^\s~])?)~(?![\w~])
    | (?P<url>https?://[^\s<>|]+[^\s<>|.,;:!?)'"])
    """,
    re.VERBOSE,
)
TAGS = {"bold": "strong", "italic": "em", "strike": "s"}
DATE = re.compile(r"!date\^(\d+)\^([^|^]*)(?:\^([^|]*))?(?:\|(.*))?$")


def mrkdwn(text: str, reader: Reader) -> Markup:
    """Render a text; fenced code first, then quotes line by line, then what stands in a line."""
    parts: list[Markup] = []
    at = 0
    for fence in FENCE.finditer(text):
        parts += [_lines(text[at : fence.start()], reader), el("pre", plain(fence[1]))]
        at = fence.end()
    return join([*parts, _lines(text[at:], reader)])


def plain(text: str) -> str:
    """Undo Slack's three escapes; the HTML builder escapes for HTML."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _lines(text: str, reader: Reader) -> Markup:
    parts: list[Markup] = []
    quoted: list[str] = []
    spoken: list[str] = []
    for line in text.strip("\n").split("\n"):
        mark = QUOTE.match(line)
        if (mark and spoken) or (not mark and quoted):
            parts.append(_paragraph(quoted, spoken, reader))
            quoted, spoken = [], []
        (quoted if mark else spoken).append(line[mark.end() :] if mark else line)
    return join([*parts, _paragraph(quoted, spoken, reader)])


def _paragraph(quoted: list[str], spoken: list[str], reader: Reader) -> Markup:
    if quoted:
        return el("blockquote", inline("\n".join(quoted), reader))
    return inline("\n".join(spoken), reader)


def inline(text: str, reader: Reader) -> Markup:
    parts: list[Markup | str] = []
    at = 0
    for match in INLINE.finditer(text):
        parts += [emojized(plain(text[at : match.start()])), _token(match, reader)]
        at = match.end()
    return join([*parts, emojized(plain(text[at:]))])


def _token(match: re.Match[str], reader: Reader) -> Markup:
    kind = str(match.lastgroup)
    value = match[kind]
    if kind == "code":
        return el("code", plain(value))
    if kind == "url":
        return link(plain(value), plain(value))
    if kind == "angle":
        return _angle(value, reader)
    return el(TAGS[kind], inline(value, reader))


def _angle(value: str, reader: Reader) -> Markup:
    """Render what Slack puts in angle brackets: mentions, channels, dates, broadcasts and links."""
    target, _, label = value.partition("|")
    if target.startswith("@"):
        return mention(f"@{reader.user_name(target[1:])}")
    if target.startswith("#"):
        return mention(f"#{reader.channel_name(target[1:])}")
    if target.startswith("!"):
        return _special(value, target, plain(label), reader)
    if not label and safe_url(plain(target)) is None:
        return join([plain(f"<{value}>")])  # no markup of Slack's: shown as it was written
    return link(plain(target), emojized(plain(label)) or plain(target))


def _special(value: str, target: str, label: str, reader: Reader) -> Markup:
    date = DATE.match(value)
    if date is None:
        return mention(label or f"@{target[1:].partition('^')[0]}")
    words = reader.date(int(date[1]), plain(date[2]))
    shown = el("time", words, title=plain(date[4] or ""))
    return link(plain(date[3]), shown) if date[3] else shown


def mention(words: str) -> Markup:
    return el("span", words, class_="mention")
