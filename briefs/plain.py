"""A page as plain text: for a terminal, for notifications, for screen readers."""

from collections.abc import Iterator

from markdown_it.tree import SyntaxTreeNode

from briefs import charts
from briefs.charts import Chart
from briefs.columns import Side, aligned, padded, width
from briefs.marks import Button, Drawing, Menu, Pressed, read_mark
from briefs.page import Page


def plain(page: Page) -> str:
    """The page without markup and buttons: labels and tables aligned."""
    return "\n\n".join(filter(None, map(part, page.tree.children)))


def part(node: SyntaxTreeNode) -> str:
    """One part of a page: a paragraph, a list, a table, a chart."""
    match node.type:
        case "table":
            return table(node)
        case "hr":
            return "─" * 40
        case "bullet_list" | "ordered_list":
            return "\n".join(f"• {words(item)}" for item in node.children)
        case "paragraph" if drawn := chart(node):
            return charts.bars(drawn)
        case "paragraph":
            return _aligned(words(node).splitlines(), _labels(node))
        case _:
            return words(node)


def words(node: SyntaxTreeNode) -> str:
    """What a node says, without markup and without buttons."""
    return "".join(_words(node)).strip()


def _words(node: SyntaxTreeNode) -> Iterator[str]:
    match node.type:
        case "text" | "fence":
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


def buttons(node: SyntaxTreeNode) -> list[tuple[str, Pressed]]:
    """The buttons and menus of a node, each with its label."""
    if button := _button(node):
        return [("".join(child.content for child in node.children), button)]
    return [found for child in node.children for found in buttons(child)]


def only_buttons(node: SyntaxTreeNode) -> list[tuple[str, Pressed]]:
    """The buttons and menus of a node that says nothing else, else none."""
    return [] if words(node) else buttons(node)


def _button(node: SyntaxTreeNode) -> Pressed | None:
    if node.type != "link":
        return None
    mark = read_mark(str(node.attrs["href"]))
    return mark if isinstance(mark, Button | Menu) else None


def chart(node: SyntaxTreeNode) -> Chart | None:
    """The chart that is all that a paragraph holds."""
    inside = node.children[0].children
    mark = read_mark(str(inside[0].attrs["href"])) if [one.type for one in inside] == ["link"] else None
    return charts.read(words(inside[0]), mark) if isinstance(mark, Drawing) else None


def _labels(node: SyntaxTreeNode) -> set[str]:
    """The bold words of a paragraph that end in a colon."""
    return {
        label
        for child in node.children[0].children
        if child.type == "strong" and (label := words(child)).endswith(":")
    }


def _aligned(lines: list[str], labels: set[str]) -> str:
    """The lines of a paragraph, with what follows their labels in one column."""
    column = max(map(width, labels), default=0)
    return "\n".join(_shifted(line, labels, column) for line in lines)


def _shifted(line: str, labels: set[str], column: int) -> str:
    label = next((label for label in labels if line.startswith(label)), None)
    return line if label is None else f"{padded(label, column, 'left')} {line.removeprefix(label).strip()}"


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
