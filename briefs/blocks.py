"""A page as Block Kit, built and validated with slackblocks.

Text from outside stands in `rich_text`, `raw_text` and `plain_text`, none of which Slack reads for mentions,
links or formatting.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import slackblocks as kit
from markdown_it.tree import SyntaxTreeNode

from briefs import charts, plain
from briefs.columns import Side
from briefs.literal import clip
from briefs.marks import Drawing, Member, Menu, Moment, Pressed, Web, read_mark
from briefs.message import Block
from briefs.page import Page

HEADER = 150
CHARTS = 2  # of one message
TABLE = "Table"  # what a table is called that nothing stands before
PAGE_ROWS = 10  # of a table, before its reader turns the page
Cell = kit.RawText | kit.RawNumber | kit.RichTextBlock
_STYLES = {"strong": "bold", "em": "italic", "s": "strike"}


class _Date(kit.RichText):
    """The rich text element `date`, which slackblocks does not have."""

    def __init__(self, moment: Moment, words: str) -> None:
        super().__init__(words)
        self._moment = moment

    def _resolve(self) -> dict[str, Any]:
        return {
            "type": "date",
            "timestamp": self._moment.at,
            "format": self._moment.format,
            "fallback": self.text,
        }


def draw(page: Page) -> tuple[Block, ...]:
    """The blocks of a page, as a message takes them."""
    return identified(shape._resolve() for shape in shapes(page))  # noqa: SLF001 - a message would draw each thrice


def identified(blocks: Iterable[Block]) -> tuple[Block, ...]:
    """The same blocks; only an input keeps its id, for the others' are random and equal pages are equal."""
    return tuple(
        {name: value for name, value in block.items() if name != "block_id" or block["type"] == "input"}
        for block in blocks
    )


def shapes(page: Page) -> list[kit.Block]:
    """The blocks of a page, before validation as a whole.

    One table of a message can be a table block: the last one is. Two charts can be drawn: the first two are.
    The others are said in a fixed-width font, and so are fences.
    """
    nodes = page.tree.children
    spare = {
        *[node for node in nodes if node.type == "fence"],
        *[node for node in nodes if node.type == "table"][:-1],
        *[node for node in nodes if node.type == "paragraph" and plain.chart(node)][CHARTS:],
    }
    lines = [line for node in nodes[:1] if node.type != "table" for line in plain.words(node).splitlines()]
    caption = next(iter(lines), TABLE)
    return [
        block
        for node in nodes
        for block in ([_preformatted(node)] if node in spare else _shape(node, caption))
    ]


def _shape(node: SyntaxTreeNode, caption: str) -> list[kit.Block]:
    match node.type:
        case "bullet_list" | "ordered_list":
            return _list(node)
        case "heading" if node.tag == "h1":
            block: kit.Block = kit.HeaderBlock(clip(plain.words(node), HEADER))
        case "heading":
            block = kit.ContextBlock([kit.Text(plain.words(node), kit.TextType.PLAINTEXT)])
        case "paragraph" if drawn := plain.chart(node):
            block = charts.block(drawn)
        case "paragraph" if buttons := plain.only_buttons(node):
            block = kit.ActionsBlock([_button(label, mark) for label, mark in buttons])
        case "paragraph":
            block = kit.RichTextBlock(kit.RichTextSection(_elements(node)))
        case "blockquote":
            block = kit.RichTextBlock([kit.RichTextQuote(_elements(child)) for child in node.children])
        case "table":
            block = _table(node, caption)
        case "hr":
            block = kit.DividerBlock()
        case unknown:
            raise ValueError(f"a page cannot hold {unknown}")
    return [block]


def _list(node: SyntaxTreeNode) -> list[kit.Block]:
    items = [item.children[0] for item in node.children]
    if any(plain.buttons(item) for item in items):
        return [_with_button(item) for item in items]
    style = "ordered" if node.type == "ordered_list" else "bullet"
    sections = [kit.RichTextSection(_elements(item)) for item in items]
    return [kit.RichTextBlock(kit.RichTextList(style, sections, offset=None, border=None))]


def _with_button(item: SyntaxTreeNode) -> kit.Block:
    (label, mark) = plain.buttons(item)[-1]
    text = kit.Text(plain.words(item), kit.TextType.PLAINTEXT)
    return kit.SectionBlock(text, accessory=_button(label, mark))


def _button(label: str, mark: Pressed) -> kit.Button | kit.StaticSelectMenu:
    if isinstance(mark, Menu):
        return _menu(label, mark)
    return kit.Button(
        clip(label, 75),
        action_id=mark.action,
        url=mark.url or None,
        value=mark.value or None,
        style=mark.style or None,
    )


def _menu(label: str, mark: Menu) -> kit.StaticSelectMenu:
    options = [
        kit.Option(kit.Text(clip(words, 75), kit.TextType.PLAINTEXT), value)
        for value, words in json.loads(mark.choices)
    ]
    return kit.StaticSelectMenu(mark.action, options, placeholder=clip(label, 75))


def _table(node: SyntaxTreeNode, caption: str) -> kit.Block:
    """A table that its reader can sort: a column that keeps to the right by its numbers."""
    head, *rows = plain.rows(node)
    sides = plain.sides(node)
    cells: list[list[Cell]] = [[kit.RawText(cell or "–") for cell in head]]
    cells += [[_cell(cell or "–", side) for cell, side in zip(row, sides, strict=True)] for row in rows]
    return kit.DataTableBlock(cells, clip(caption, HEADER), page_size=PAGE_ROWS)


_NUMBER = re.compile(r"[^\d-]{0,4}(-?)\D{0,3}?(\d[\d,]*(?:\.\d+)?)")


def _cell(text: str, side: Side) -> Cell:
    found = _NUMBER.match(text) if side == "right" else None
    if not found:
        return kit.RawText(text)
    return kit.RawNumber(float(found[2].replace(",", "")) * (-1 if found[1] else 1), text)


def _preformatted(node: SyntaxTreeNode) -> kit.Block:
    return kit.RichTextBlock(kit.RichTextCodeBlock(kit.RichText(plain.part(node))))


def _elements(node: SyntaxTreeNode) -> list[kit.RichTextElement]:
    return list(_joined(_inline(node.children, frozenset())))


def _inline(nodes: Iterable[SyntaxTreeNode], styles: frozenset[str]) -> Iterator[kit.RichTextElement]:
    for node in nodes:
        match node.type:
            case "text":
                yield _text(node.content, styles)
            case "softbreak" | "hardbreak":
                yield _text("\n", styles)
            case "code_inline":
                yield _text(node.content, styles | {"code"})
            case "strong" | "em" | "s":
                yield from _inline(node.children, styles | {_STYLES[node.type]})
            case "link":
                yield from _link(node, styles)
            case "inline":
                yield from _inline(node.children, styles)
            case unknown:
                raise ValueError(f"a line of a page cannot hold {unknown}")


def _link(node: SyntaxTreeNode, styles: frozenset[str]) -> Iterator[kit.RichTextElement]:
    label = plain.words(node)
    match read_mark(str(node.attrs["href"])):
        case Moment() as moment:
            yield _Date(moment, label)
        case Member(id=who):
            yield kit.RichTextUser(who)
        case Drawing():
            yield _text(label, styles)
        case Web(url=url):
            yield kit.RichTextLink(url, label, **dict.fromkeys(styles, True))


def _text(text: str, styles: frozenset[str]) -> kit.RichText:
    return kit.RichText(text, **dict.fromkeys(styles, True))


def _joined(elements: Iterator[kit.RichTextElement]) -> Iterator[kit.RichTextElement]:
    """The same elements, with neighbours of one style made one and nothing empty."""
    waiting: kit.RichText | None = None
    for element in elements:
        if type(element) is not kit.RichText:
            yield from [waiting] if waiting else []
            waiting = None
            yield element
        elif waiting and _style(waiting) == _style(element):
            waiting.text += element.text
        elif element.text:
            yield from [waiting] if waiting else []
            waiting = element
    yield from [waiting] if waiting else []


def _style(text: kit.RichText) -> Sequence[bool | None]:
    return text.bold, text.italic, text.strike, text.code
