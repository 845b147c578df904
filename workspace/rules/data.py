"""Tables and charts."""

from __future__ import annotations

from typing import Any

from workspace.rules.problems import Problems, count, length, problem, required
from workspace.rules.texts import PLAIN, text

CELLS = ("raw_text", "raw_number", "rich_text")
TABLE_ROWS, DATA_TABLE_ROWS, COLUMNS = 100, 201, 20


def table(block: dict[str, Any], pointer: str) -> Problems:
    yield from count(block.get("rows"), f"{pointer}/rows", most=TABLE_ROWS)
    yield from _rows(block, pointer)
    if "column_settings" in block:
        yield from count(block["column_settings"], f"{pointer}/column_settings", most=COLUMNS, least=0)


def data_table(block: dict[str, Any], pointer: str) -> Problems:
    yield from required(block, ("caption",), pointer)
    yield from count(block.get("rows"), f"{pointer}/rows", most=DATA_TABLE_ROWS, least=2)
    yield from _rows(block, pointer)
    widths = {len(row) for row in block.get("rows") or [] if isinstance(row, list)}
    if len(widths) > 1:
        yield problem("all rows must have the same number of columns", f"{pointer}/rows")
    page_size = block.get("page_size", 5)
    if not (isinstance(page_size, int) and 1 <= page_size <= 100):  # noqa: PLR2004 - Slack's
        yield problem("must be between 1 and 100", f"{pointer}/page_size")


def _rows(block: dict[str, Any], pointer: str) -> Problems:
    for index, row in enumerate(block.get("rows") or []):
        where = f"{pointer}/rows/{index}"
        yield from count(row, where, most=COLUMNS)
        for column, cell in enumerate(row if isinstance(row, list) else []):
            yield from _cell(cell, f"{where}/{column}")


def _cell(cell: Any, pointer: str) -> Problems:
    kind = cell.get("type") if isinstance(cell, dict) else None
    if kind not in CELLS:
        yield problem(f"unsupported type: {kind}", f"{pointer}/type")
    elif kind == "raw_text":
        yield from length(cell.get("text"), f"{pointer}/text", most=20_000)
    elif kind == "raw_number" and not isinstance(cell.get("value"), (int, float)):
        yield problem("must be a number", f"{pointer}/value")


def data_visualization(block: dict[str, Any], pointer: str) -> Problems:
    yield from _title(block.get("title"), f"{pointer}/title")
    chart = block.get("chart")
    if not isinstance(chart, dict):
        yield problem("missing required field: chart", pointer)
    elif chart.get("type") == "pie":
        yield from _pie(chart, f"{pointer}/chart")
    elif chart.get("type") in ("bar", "area", "line"):
        yield from _series_chart(chart, f"{pointer}/chart")
    else:
        yield problem(f"unsupported type: {chart.get('type')}", f"{pointer}/chart/type")


def _title(title: Any, pointer: str) -> Problems:
    if isinstance(title, dict):
        yield from text(title, pointer, most=50, kinds=PLAIN)
    else:
        yield from length(title, pointer, most=50)


def _pie(chart: dict[str, Any], pointer: str) -> Problems:
    yield from count(chart.get("segments"), f"{pointer}/segments", most=12)
    for index, segment in enumerate(chart.get("segments") or []):
        where = f"{pointer}/segments/{index}"
        yield from length(segment.get("label"), f"{where}/label", most=20)
        if not (isinstance(segment.get("value"), (int, float)) and segment["value"] > 0):
            yield problem("must be greater than 0", f"{where}/value")


def _series_chart(chart: dict[str, Any], pointer: str) -> Problems:
    axis = chart.get("axis_config") or {}
    categories = axis.get("categories")
    yield from count(categories, f"{pointer}/axis_config/categories", most=20)
    for name in categories or []:
        yield from length(name, f"{pointer}/axis_config/categories", most=20)
    for label in ("x_label", "y_label"):
        if axis.get(label) is not None:
            yield from length(axis[label], f"{pointer}/axis_config/{label}", most=50)
    series = chart.get("series")
    yield from count(series, f"{pointer}/series", most=12)
    names = [one.get("name") for one in series or []]
    if len(set(names)) < len(names):
        yield problem("names must be unique", f"{pointer}/series")
    for index, one in enumerate(series or []):
        yield from _series(one, categories or [], f"{pointer}/series/{index}")


def _series(series: dict[str, Any], categories: list[str], pointer: str) -> Problems:
    yield from length(series.get("name"), f"{pointer}/name", most=20)
    yield from count(series.get("data"), f"{pointer}/data", most=20)
    if sorted(str(point.get("label")) for point in series.get("data") or []) != sorted(categories):
        yield problem("must have exactly one point for each category", f"{pointer}/data")
