"""Words in columns of a fixed-width font."""

import unicodedata
from collections.abc import Sequence
from typing import Literal

Side = Literal["left", "right"]


def aligned(cells: Sequence[Sequence[str]], sides: Sequence[Side]) -> str:
    """Rows of cells, their head first, in columns of a fixed-width font."""
    widths = [max(map(width, column)) for column in zip(*cells, strict=True)]
    lines = ["  ".join(map(padded, row, widths, sides)).rstrip() for row in cells]
    return "\n".join([lines[0], "─" * (sum(widths) + 2 * len(widths) - 2), *lines[1:]])


def padded(text: str, columns: int, side: Side = "left") -> str:
    """`text` with spaces at the side that it does not keep to."""
    space = " " * (columns - width(text))
    return space + text if side == "right" else text + space


def width(text: str) -> int:
    """How many columns of a terminal `text` takes."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1
        for char in text
    )
