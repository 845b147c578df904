"""HTML out of function calls: every text is escaped here and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from markupsafe import Markup, escape

Child = str | Markup | None | Iterable["Child"]
VOID = frozenset({"br", "hr", "img", "input", "link", "meta"})
SCHEMES = frozenset({"http", "https", "mailto"})
UNPRINTABLE = re.compile(r"[\x00-\x20\x7f\u2028\u2029]")


def el(tag: str, *children: Child, **attributes: str | float | bool | None) -> Markup:
    """Return an element; `class_` is `class`, `data_x` is `data-x`, None and False are left out."""
    written = Markup().join(_attribute(name, value) for name, value in attributes.items())
    if tag in VOID:
        return Markup("<{}{}>").format(tag, written)
    return Markup("<{}{}>{}</{}>").format(tag, written, join(children), tag)


def join(children: Iterable[Child]) -> Markup:
    return Markup().join(_child(child) for child in children)


def _child(child: Child) -> Markup:
    if child is None:
        return Markup()
    if isinstance(child, str):
        return escape(child)
    return join(child)


def _attribute(name: str, value: str | float | bool | None) -> Markup:  # noqa: FBT001 - HTML has such attributes
    if value is None or value is False:
        return Markup()
    name = name.rstrip("_").replace("_", "-")
    return Markup(" {}").format(name) if value is True else Markup(' {}="{}"').format(name, value)


def safe_url(url: str) -> str | None:
    """Return the address if a click on it can do no harm here."""
    if UNPRINTABLE.search(url):
        return None
    try:
        scheme = urlsplit(url).scheme.lower()
    except ValueError:
        return None
    return url if scheme in SCHEMES else None


def link(url: str, label: Child) -> Markup:
    """Return a link, or only its label and the bare address if the address is not one to follow."""
    safe = safe_url(url)
    if safe is None:
        return el("span", label, class_="dead-link", title=f"Not a link to follow: {url}")
    return el("a", label, href=safe, target="_blank", rel="noopener noreferrer nofollow")
