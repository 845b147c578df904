"""Finished messages: values that a sender only has to send.

The limits are Slack's; the two about size are measured rather than documented (`msg_blocks_too_long`).
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

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


@dataclass(frozen=True, slots=True)
class Message:
    """What is said: Block Kit, the same as Slack's fallback `text`, and the same for a terminal.

    `text` has `&<>` escaped as Slack asks; `plain` is for people and may be longer.

    Raises:
        TooLargeError: the blocks are more than one message may hold.

    """

    text: str
    blocks: tuple[Block, ...]
    plain: str = ""

    def __post_init__(self) -> None:
        _within("characters of text", len(self.text), TEXT)
        _within("blocks", len(self.blocks), MESSAGE_BLOCKS)
        _within("visible characters", self.visible, VISIBLE)
        _within("bytes of JSON", _json_bytes(self.blocks), JSON_BYTES)

    @property
    def visible(self) -> int:
        """How many characters a reader sees, buttons included."""
        return sum(len(text) for block in self.blocks for text in words_of(block))

    @property
    def payload(self) -> dict[str, Any]:
        """The message as arguments of `chat.postMessage`, `chat.update` and `respond`."""
        return {"text": self.text, "blocks": list(self.blocks)}


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
    def payload(self) -> dict[str, Any]:
        """The view as `views.open` and `views.update` take it."""
        view: dict[str, Any] = {
            "type": "modal",
            "title": _plain_text(self.title),
            "close": _plain_text(self.close),
            "blocks": list(self.blocks),
            "callback_id": self.callback_id,
            "private_metadata": self.private_metadata,
        }
        return view | ({"submit": _plain_text(self.submit)} if self.submit else {})


def visible(message: Message) -> int:
    """How many characters somebody reads, the row of buttons aside."""
    lines = (block for block in message.blocks if block["type"] != "actions")
    return sum(len(text) for block in lines for text in words_of(block))


def fallback(plain: str) -> str:
    """`plain` as the top-level `text` of a message: `&<>` escaped, and cut where it is too long."""
    escaped = plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    if len(escaped) <= TEXT:
        return escaped
    return re.sub(r"&\w*$", "", escaped[: TEXT - 1]) + "…"


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


def _plain_text(text: str) -> Block:
    return {"type": "plain_text", "text": text}


def _json_bytes(blocks: tuple[Block, ...]) -> int:
    return len(json.dumps(blocks, ensure_ascii=False, separators=(",", ":")).encode())


def _within(what: str, size: int, limit: int) -> None:
    if size > limit:
        raise TooLargeError(f"{size} {what}, {limit} at most")
