"""Words from outside, made literal: nothing that somebody typed can become markup.

CommonMark turns a backslash before any ASCII punctuation into that character, so a value that has one before
each of them is only ever itself. Line breaks are folded, because structure in Markdown begins with a line.
"""

import re
import string

CAP = 300
PROSE = 600
_INVISIBLE = dict.fromkeys(
    [0x00, 0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF]
)
_CONTROL = re.compile(r"[\x01-\x1f\x7f-\x9f\u2028\u2029]+")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_PUNCTUATION = re.compile(f"([{re.escape(string.punctuation)}])")


class Markdown(str):
    """Text that is Markdown already; any operation on it makes it an ordinary string again."""

    __slots__ = ()


def fold(text: str) -> str:
    """`text` on one line: no control characters, no marks that turn the reading direction."""
    plain = _CONTROL.sub(" ", text.translate(_INVISIBLE))
    return " ".join(_SURROGATE.sub("\N{REPLACEMENT CHARACTER}", plain).split())


def clip(text: str, length: int = CAP) -> str:
    """`text` on one line of at most `length` characters; what was cut off leaves a “…”."""
    folded = fold(text)
    if len(folded) <= length:
        return folded
    return folded[: length - 1].rstrip(" \N{ZERO WIDTH JOINER}\N{VARIATION SELECTOR-16}") + "…"


def literal(text: str) -> Markdown:
    """Markdown that shows `text`, folded and clipped, character for character."""
    return Markdown(_escaped(clip(text)))


def code(text: str) -> Markdown:
    """Markdown that shows `text` in the style of code."""
    folded = clip(text)
    fence = "`" * (max((len(run) for run in re.findall("`+", folded)), default=0) + 1)
    space = " " if "`" in folded else ""
    return Markdown(f"{fence}{space}{folded}{space}{fence}" if folded else "")


def fenced(text: str) -> Markdown:
    """Markdown that shows lines of ours as they stand, to be copied."""
    return Markdown(f"```\n{text}\n```")


def prose(text: str) -> Markdown:
    """Markdown that shows a sentence of ours, its `examples` between backticks in the style of code."""
    pieces = re.split(r"`([^`]+)`", clip(text, PROSE))
    return Markdown(
        "".join(code(piece) if place % 2 else _escaped(piece) for place, piece in enumerate(pieces))
    )


def _escaped(text: str) -> str:
    return _PUNCTUATION.sub(r"\\\1", text)
