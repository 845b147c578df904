"""What a link of a page may stand for: a moment, a member, a button, a menu, a chart, a web address.

A link is Markdown's only way to say more than words, so the five that Slack alone knows are links of a
private scheme. A value cannot forge one: its brackets are escaped.
"""

import re
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any, Literal
from urllib.parse import parse_qsl, urlencode, urlsplit

from briefs.literal import Markdown, literal

SCHEME = "tipoff"
LONGEST_URL = 3_000
_MEMBER = re.compile(r"[UW](?:(?=[A-Z0-9]*[0-9])[A-Z0-9]{2,}|[A-Z0-9]{8,})")  # not WENDY
_ADDRESS = re.compile(
    r"(?:https?://[^\s/?#@\\<>|\"]+(?:[/?#]\S*)?|mailto:[^\s@<>|\"]+@[^\s@<>|\"]+)", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Moment:
    """A time that every reader sees in their own zone, as Slack's `{tokens}` of `format`."""

    at: int
    format: str = "{date_short_pretty} at {time}"


@dataclass(frozen=True, slots=True)
class Member:
    """A member of the workspace, by id."""

    id: str


@dataclass(frozen=True, slots=True)
class Button:
    """Something to press: its `action` and `value` come back to the bot; a `url` opens."""

    action: str
    value: str = ""
    style: Literal["", "primary", "danger"] = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Menu:
    """Something to choose from: its `action` and the value of what was chosen come back to the bot.

    `choices` are JSON: pairs of a value and the words for it.
    """

    action: str
    choices: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart, as the JSON that `briefs.charts` writes and reads."""

    data: str


@dataclass(frozen=True, slots=True)
class Web:
    """An ordinary link."""

    url: str


Pressed = Button | Menu
Mark = Moment | Member | Pressed | Drawing | Web
_KINDS: dict[str, Any] = {
    "moment": Moment,
    "member": Member,
    "button": Button,
    "menu": Menu,
    "drawing": Drawing,
}


def marked(label: str, mark: Moment | Member | Pressed | Drawing) -> Markdown:
    """Markdown that shows `label` and stands for `mark`."""
    kind = type(mark).__name__.lower()
    stated = ((field.name, getattr(mark, field.name)) for field in fields(mark))
    query = urlencode([(name, value) for name, value in stated if value != ""])
    return Markdown(f"[{literal(label)}]({SCHEME}:{kind}?{query})")


def link(label: str, url: str) -> Markdown:
    """A link to a web or mail address; any other address leaves only the label."""
    if len(url) > LONGEST_URL or not url.isprintable() or not _ADDRESS.fullmatch(url):
        return literal(label)
    address = re.sub(r"([<>\\&])", r"\\\1", url)
    return Markdown(f"[{literal(label)}](<{address}>)")


def member(who: str) -> Markdown:
    """A mention of the member with that id; any other word is only said."""
    return marked(f"@{who}", Member(who)) if _MEMBER.fullmatch(who) else literal(who)


@lru_cache  # a page is drawn and said as plain text, and each asks several times what a link is
def read_mark(href: str) -> Mark:
    """What the link `href` of a page stands for."""
    parts = urlsplit(href)
    if parts.scheme != SCHEME:
        return Web(href)
    kind = _KINDS[parts.path]
    given = dict(parse_qsl(parts.query))
    mark: Mark = kind(
        **{
            field.name: int(given[field.name]) if field.type is int else given[field.name]
            for field in fields(kind)
            if field.name in given
        }
    )
    return mark
