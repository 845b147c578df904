"""The blocks of a message without the newer ones: for a Slack that will not draw `rich_text` or a table.

Text goes into mrkdwn, which Slack reads: `&<>` are escaped, `verbatim` keeps it from finding links and names,
and what it would read as bold, code, a quote or an emoji is shown by its look-alike.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from briefs.charts import bars, of_block
from briefs.columns import Side, aligned

Block = dict[str, Any]

KEPT = frozenset({"actions", "context", "divider", "image", "input", "section"})
SECTION = 3_000
_LOOK_ALIKES = str.maketrans(
    {
        "*": "\N{ASTERISK OPERATOR}",
        "~": "\N{TILDE OPERATOR}",
        "`": "\N{MODIFIER LETTER GRAVE ACCENT}",
    }
)
_BAR = "\N{DIVIDES}"  # for the bar that ends the address of a link
_EDGE = re.compile(r"(?<![^\W_])_|_(?![^\W_])")  # an underscore within a word is only itself: jon_doe
_EMOJI = re.compile(r":(?=[\w+'-]+:)")
_QUOTE = re.compile("^>", re.MULTILINE)
_STYLES = {"code": "`", "strike": "~", "italic": "_", "bold": "*"}


def classic(blocks: Iterable[Block]) -> tuple[Block, ...]:
    """The same words and buttons in `section`, `context`, `actions` and `divider`; a chart is bars."""
    return tuple(drawn for block in blocks for drawn in _drawn(block))


def escaped(text: str) -> str:
    """`text` with the three characters of Slack's own markup made harmless."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unformatted(text: str) -> str:
    """`text` with nothing that mrkdwn takes for formatting; it looks the same."""
    shown = _EDGE.sub("\N{MODIFIER LETTER LOW MACRON}", text.translate(_LOOK_ALIKES))
    return _QUOTE.sub("\N{ZERO WIDTH SPACE}>", _EMOJI.sub(":\N{ZERO WIDTH SPACE}", shown))


def _drawn(block: Block) -> Iterator[Block]:
    match block["type"]:
        case kept if kept in KEPT:
            yield block
        case "header":
            yield from _sections([f"*{_literal(block['text']['text'])}*"])
        case "rich_text":
            for element in block["elements"]:
                yield from _rich(element)
        case "table" | "data_table":
            yield from _sections(_fixed(_table(block)), "```")
        case "data_visualization":
            yield from _sections(_fixed(bars(of_block(block))), "```")
        case _:
            yield from classic(block.get("child_blocks", []))  # a container without its frame


def _rich(element: Block) -> Iterator[Block]:
    match element["type"]:
        case "rich_text_list":
            items = [_line(item["elements"]) for item in element["elements"]]
            bullets = [
                f"{number}." if element["style"] == "ordered" else "•" for number in range(1, len(items) + 1)
            ]
            yield from _sections(map(" ".join, zip(bullets, items, strict=True)))
        case "rich_text_quote":
            yield from _sections(f">{line}" for line in _line(element["elements"]).splitlines())
        case "rich_text_preformatted":
            text = "".join(part.get("text", "") for part in element["elements"])
            yield from _sections(_fixed(text), "```")
        case _:
            yield from _sections(_line(element["elements"]).splitlines())


def _line(elements: Iterable[Block]) -> str:
    return "".join(map(_inline, elements))


def _inline(element: Block) -> str:
    match element["type"]:
        case "user":
            return f"<@{element['user_id']}>"
        case "date":
            words = _literal(element["fallback"]).replace("|", _BAR)
            return f"<!date^{element['timestamp']}^{element['format']}|{words}>"
        case "link":
            address = element["url"].replace("|", "%7C").replace("<", "%3C").replace(">", "%3E")
            return f"<{escaped(address)}|{_literal(element['text']).replace('|', _BAR)}>"
    return "\n".join(_styled(line, element.get("style", {})) for line in element["text"].split("\n"))


def _styled(text: str, style: dict[str, bool]) -> str:
    """`text` between its marks, which must touch its words."""
    words = text.strip()
    if not words:
        return text
    before, after = text[: text.index(words)], text[text.index(words) + len(words) :]
    marks = [mark for name, mark in _STYLES.items() if style.get(name)]
    return before + "".join(reversed(marks)) + _literal(words) + "".join(marks) + after


def _literal(text: str) -> str:
    return escaped(unformatted(text))


def _table(block: Block) -> str:
    cells = [[str(cell.get("text", cell.get("value", ""))) for cell in row] for row in block["rows"]]
    sides: list[Side] = [
        "right" if any(cell["type"] == "raw_number" for cell in column) else "left"
        for column in zip(*block["rows"], strict=True)
    ]
    return aligned(cells, sides)


def _fixed(text: str) -> list[str]:
    return escaped(text.translate(_LOOK_ALIKES)).splitlines()


def _sections(lines: Iterable[str], fence: str = "") -> Iterator[Block]:
    """As many sections as the lines take, each between fences."""
    room = SECTION - 2 * len(fence)
    waiting = ""
    for line in lines:
        short = line if len(line) <= room else re.sub(r"(&\w*|<[^>]*)$", "", line[: room - 1]) + "…"
        if waiting and len(waiting) + 1 + len(short) > room:
            yield _section(fence + waiting + fence)
            waiting = ""
        waiting = f"{waiting}\n{short}" if waiting else short
    if waiting.strip():
        yield _section(fence + waiting + fence)


def _section(text: str) -> Block:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}
