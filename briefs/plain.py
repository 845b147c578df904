"""A page as plain text: for a terminal, for notifications, for screen readers."""

import unicodedata
from collections.abc import Iterator, Sequence
from typing import Literal

from markdown_it.tree import SyntaxTreeNode

from briefs.marks import Button, read_mark
from briefs.page import Page

Side = Literal["left", "right"]


def plain(page: Page) -> str:
    """The page without markup and buttons: labels and tables aligned."""
    return "\n\n".join(filter(None, map(_part, page.tree.children)))


def _part(node: SyntaxTreeNode) -> str:
    match node.type:
        case "table":
            return table(node)
        case "hr":
            return "─" * 40
        case "bullet_list" | "ordered_list":
            return "\n".join(f"• {words(item)}" for item in node.children)
        case "paragraph":
            return _aligned(words(node).splitlines(), _labels(node))
        case _:
            return words(node)


def words(node: SyntaxTreeNode) -> str:
    """What a node says, without markup and without buttons."""
    return "".join(_words(node)).strip()


def _words(node: SyntaxTreeNode) -> Iterator[str]:
    match node.type:
        case "text":
            yield node.content
        case "code_inline":
            yield f"`{node.content}`"
        case "softbreak" | "hardbreak":
            yield "\n"
        case _ if _button(node):
            pass
        case _:
            for child in node.children:
                yield from _words(child)


def buttons(node: SyntaxTreeNode) -> list[tuple[str, Button]]:
    """The buttons of a node, each with its label."""
    if button := _button(node):
        return [("".join(child.content for child in node.children), button)]
    return [found for child in node.children for found in buttons(child)]


def only_buttons(node: SyntaxTreeNode) -> list[tuple[str, Button]]:
    """The buttons of a node that says nothing else, else none."""
    return [] if words(node) else buttons(node)


def _button(node: SyntaxTreeNode) -> Button | None:
    if node.type != "link":
        return None
    mark = read_mark(str(node.attrs["href"]))
    return mark if isinstance(mark, Button) else None


def _labels(node: SyntaxTreeNode) -> set[str]:
    """The bold words of a paragraph that end in a colon."""
    return {
        label
        for child in node.children[0].children
        if child.type == "strong" and (label := words(child)).endswith(":")
    }


def _aligned(lines: list[str], labels: set[str]) -> str:
    """The lines of a paragraph, with what follows their labels in one column."""
    column = max(map(_width, labels), default=0)
    return "\n".join(_shifted(line, labels, column) for line in lines)


def _shifted(line: str, labels: set[str], column: int) -> str:
    label = next((label for label in labels if line.startswith(label)), None)
    return line if label is None else f"{_padded(label, column, 'left')} {line.removeprefix(label).strip()}"


def rows(node: SyntaxTreeNode) -> list[list[str]]:
    """The cells of a table, its head first."""
    return [[words(cell) for cell in row.children] for part in node.children for row in part.children]


def sides(node: SyntaxTreeNode) -> list[Side]:
    """To which side each column of a table keeps."""
    head = node.children[0].children[0]
    return ["right" if "right" in str(cell.attrs.get("style", "")) else "left" for cell in head.children]


def table(node: SyntaxTreeNode) -> str:
    """A table whose columns are aligned in a fixed-width font."""
    return aligned(rows(node), sides(node))


def aligned(cells: Sequence[Sequence[str]], sides: Sequence[Side]) -> str:
    """Rows of cells, their head first, in columns of a fixed-width font."""
    widths = [max(map(_width, column)) for column in zip(*cells, strict=True)]
    lines = ["  ".join(map(_padded, row, widths, sides)).rstrip() for row in cells]
    return "\n".join([lines[0], "─" * (sum(widths) + 2 * len(widths) - 2), *lines[1:]])


def _padded(text: str, width: int, side: Side) -> str:
    space = " " * (width - _width(text))
    return space + text if side == "right" else text + space


def _width(text: str) -> int:
    """How many columns of a terminal `text` takes."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1
        for char in text
    )
