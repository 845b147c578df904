"""table and data_table."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from workspace.page.html import Child, el
from workspace.page.reader import Reader
from workspace.page.rich_text import rich_text
from workspace.page.texts import words_of
from workspace.state import Json

ROWS_SHOWN = 12


def table(block: Json, reader: Reader) -> Markup:
    settings = block.get("column_settings") or []
    rows = [
        [(cell, _alignment(settings, column)) for column, cell in enumerate(row)] for row in block["rows"]
    ]
    return el(
        "div",
        el("table", [_row(row, reader, "th" if n == 0 else "td") for n, row in enumerate(rows)]),
        class_="table",
    )


def data_table(block: Json, reader: Reader) -> Markup:
    """Render the table whole: what Slack pages through stands in a fold after the first rows."""
    header, *rows = block["rows"]
    aligned = [[(cell, _natural(cell)) for cell in row] for row in rows]
    head = _row([(cell, _natural(rows[0][n]) if rows else "") for n, cell in enumerate(header)], reader, "th")
    shown, rest = aligned[:ROWS_SHOWN], aligned[ROWS_SHOWN:]
    drawn = el(
        "table",
        el("caption", words_of(block.get("caption"))),
        head,
        [_row(row, reader, "td") for row in shown],
    )
    more = el("table", head, [_row(row, reader, "td") for row in rest])
    fold = el("details", el("summary", f"{len(rest)} more rows"), more) if rest else None
    return el("div", drawn, fold, class_="table")


def _row(cells: list[tuple[Json, str]], reader: Reader, tag: str) -> Markup:
    return el("tr", [el(tag, _content(cell, reader), class_=align or None) for cell, align in cells])


def _content(cell: Json, reader: Reader) -> Child:
    if cell["type"] == "rich_text":
        return rich_text(cell, reader)
    if cell["type"] == "raw_number":
        return str(cell.get("text") or f"{cell.get('value', 0):,}")
    return str(cell.get("text", ""))


def _natural(cell: Json) -> str:
    return "right" if cell["type"] == "raw_number" else ""


def _alignment(settings: list[Any], column: int) -> str:
    setting = settings[column] if column < len(settings) else None
    align = (setting or {}).get("align", "")
    return align if align in ("center", "right") else ""
