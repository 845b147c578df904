"""Finished messages: values that a sender only has to send.

The limits are Slack's; the two about size are measured rather than documented (`msg_blocks_too_long`).
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

from briefs.classic import SECTION, classic, escaped, unformatted

Block = dict[str, Any]

TEXT = 4_000
MESSAGE_BLOCKS = 50
VISIBLE = 9_000
JSON_BYTES = 15_000
VIEW_BLOCKS = 100
VIEW_TITLE = 24
VIEW_BYTES = 250_000


class TooLargeError(ValueError):
    """A message or view that Slack would refuse."""


class Level(StrEnum):
    """How richly a message is said: with all that Block Kit has, with its oldest blocks, or as text."""

    RICH = "rich"
    CLASSIC = "classic"
    TEXT = "text"

    @property
    def below(self) -> Self | None:
        """The next level down; None below text."""
        levels = list(type(self))
        return next(iter(levels[levels.index(self) + 1 :]), None)


@dataclass(frozen=True, slots=True)
class Message:
    """What is said: Block Kit, the same as Slack's fallback `text`, and the same for a terminal.

    `text` has `&<>` escaped as Slack asks; `plain` is for people and may be longer. `kind` is the page
    that it is made of: what is learned of one `new_lead` holds for the next.

    Raises:
        TooLargeError: the blocks are more than one message may hold.

    """

    text: str
    blocks: tuple[Block, ...]
    plain: str = ""
    kind: str = ""

    def __post_init__(self) -> None:
        _within("characters of text", len(self.text), TEXT)
        _within("blocks", len(self.blocks), MESSAGE_BLOCKS)
        _within("visible characters", sum(map(len, words_of(self.blocks))), VISIBLE)
        _within("bytes of JSON", _json_bytes(self.blocks), JSON_BYTES)

    def payload(self, level: Level = Level.RICH) -> dict[str, Any]:
        """The message as arguments of `chat.postMessage`, `chat.update` and `respond`.

        Classic blocks may be more than one message may hold, since escaping makes text longer; then it is
        said as text.
        """
        if level is Level.RICH:
            return {"text": self.text, "blocks": list(self.blocks)}
        blocks = classic(self.blocks) if level is Level.CLASSIC else ()
        if blocks and len(blocks) <= MESSAGE_BLOCKS and _json_bytes(blocks) <= JSON_BYTES:
            return {"text": self.text, "blocks": list(blocks)}
        return {"text": fallback(unformatted(self.plain)) if self.plain else self.text, "blocks": []}


def visible(message: Message) -> int:
    """How many characters of a message a reader reads: without buttons, and without gaps that align words."""
    return sum(len(" ".join(line.split())) for line in message.plain.splitlines())


@dataclass(frozen=True, slots=True)
class View:
    """A modal.

    Raises:
        TooLargeError: it is more than one modal may hold.

    """

    title: str
    blocks: tuple[Block, ...]
    callback_id: str
    private_metadata: str = ""
    submit: str | None = None
    close: str = "Close"

    def __post_init__(self) -> None:
        _within("characters of title", len(self.title), VIEW_TITLE)
        _within("blocks", len(self.blocks), VIEW_BLOCKS)
        _within("bytes of JSON", _json_bytes(self.blocks), VIEW_BYTES)

    @property
    def kind(self) -> str:
        """What kind of view it is, as `Message.kind`."""
        return self.callback_id

    def payload(self, level: Level = Level.RICH) -> dict[str, Any]:
        """The view as `views.open` and `views.update` take it; its inputs are there at every level."""
        view: dict[str, Any] = {
            "type": "modal",
            "title": _plain_text(self.title),
            "close": _plain_text(self.close),
            "blocks": self._drawn(level),
            "callback_id": self.callback_id,
            "private_metadata": self.private_metadata,
        }
        return view | ({"submit": _plain_text(self.submit)} if self.submit else {})

    def _drawn(self, level: Level) -> list[Block]:
        match level:
            case Level.RICH:
                return list(self.blocks)
            case Level.CLASSIC:
                return list(classic(self.blocks))
            case Level.TEXT:
                return _bare(self.blocks)


def fallback(plain: str) -> str:
    """`plain` as the top-level `text` of a message: `&<>` escaped, and cut where it is too long."""
    text = escaped(plain)
    return text if len(text) <= TEXT else re.sub(r"&\w*$", "", text[: TEXT - 1]) + "…"


def words_of(block: Any) -> Iterator[str]:
    """Every piece of text that a reader sees in a block."""
    if isinstance(block, list | tuple):
        for part in block:
            yield from words_of(part)
    elif isinstance(block, dict):
        for name, part in block.items():
            if name in ("text", "fallback") and isinstance(part, str):
                yield part
            else:
                yield from words_of(part)


def _bare(blocks: tuple[Block, ...]) -> list[Block]:
    """Only inputs, and what the other blocks say."""
    return [
        block
        if block["type"] == "input"
        else {"type": "section", "text": _plain_text(" ".join(words_of(block))[:SECTION])}
        for block in blocks
        if block["type"] == "input" or any(words_of(block))
    ]


def _plain_text(text: str) -> Block:
    return {"type": "plain_text", "text": text}


def _json_bytes(blocks: tuple[Block, ...]) -> int:
    return len(json.dumps(blocks, ensure_ascii=False, separators=(",", ":")).encode())


def _within(what: str, size: int, limit: int) -> None:
    if size > limit:
        raise TooLargeError(f"{size} {what}, {limit} at most")
