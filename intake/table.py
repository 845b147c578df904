"""A row of a table as events, by a mapping of its columns."""

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, tzinfo
from typing import Any, NamedTuple

from funnel.events import DealMoved, LeadCaptured, LeadEvent, LeadScored, LeadStaged
from intake.answer import refuse
from intake.fingerprint import fingerprint
from intake.mapping import ORIGIN, PERSON, Mapping
from intake.moment import cell_moment

Row = dict[str, str]
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")


class Draft(NamedTuple):
    """An event of a row, before it is checked: `fields` are without source and quiet."""

    model: type[LeadEvent]
    fields: dict[str, Any]


class Layout(NamedTuple):
    """How the rows of one file become events, and the column that each field of an event comes from."""

    drafts: Callable[[Row, tzinfo], Iterator[Draft]]
    columns: dict[str, str]


def layout(mapping: Mapping) -> Layout:
    """The layout of a table with these columns."""
    columns = mapping.columns
    names = {
        **{f"person.{name}": columns[name] for name in PERSON if name in columns},
        **{f"origin.{name}": columns[name] for name in ORIGIN if name in columns},
        **columns,
        "person": columns.get("email") or columns.get("user_id") or columns["anonymous_id"],
    }
    return Layout(lambda row, zone: _drafts(Cells(mapping, row), zone), names)


class Cells:
    """The cells of one row by what the mapping says they are."""

    def __init__(self, mapping: Mapping, row: Row) -> None:
        self.mapping = mapping
        self.row = row
        self._columns = mapping.columns

    def __getitem__(self, field: str) -> str | None:
        column = self._columns.get(field)
        return self.row.get(column) or None if column else None

    def some(self, *fields: str) -> dict[str, str]:
        """Those of these fields that the row fills."""
        return {field: value for field in fields if (value := self[field])}

    @property
    def rest(self) -> Row:
        mapped = set(self._columns.values())
        return {column: value for column, value in self.row.items() if value and column not in mapped}


def _drafts(cells: Cells, zone: tzinfo) -> Iterator[Draft]:
    time = cell_time(cells.row, cells.mapping.time, zone, cells.mapping.time_format)
    key = cells["id"] or fingerprint({column: value for column, value in cells.row.items() if value})
    shared = {"person": _person(cells), "time": time, "properties": cells.rest}
    if cells.mapping.captures:
        yield Draft(LeadCaptured, {**shared, "id": f"{key}/captured", **_captured(cells)})
    for model, fields in _said_of_them(cells, zone):
        kind = model.model_fields["type"].default.rpartition(".")[2]
        fact = fingerprint([cells["time"], *fields.values()])
        yield Draft(model, {**shared, "id": f"{key}/{kind}/{fact}", **fields})


def _said_of_them(cells: Cells, zone: tzinfo) -> Iterator[tuple[type[LeadEvent], dict[str, Any]]]:
    """What the row says beyond a form; a later export may say something else, which is another event."""
    if cells["stage"]:
        yield LeadStaged, cells.some("stage", "reason", "owner")
    if cells["score"]:
        yield LeadScored, cells.some("score", "grade")
    if cells["deal"]:
        amount = {"amount": _amount(cells["amount"])} if cells["amount"] else {}
        stage = {"stage": cells["deal_stage"] or "open"}
        closes, owner = _closes(cells, zone), cells.some("owner")
        yield DealMoved, {**cells.some("deal", "currency"), **closes, **owner, **stage, **amount}


def _captured(cells: Cells) -> dict[str, Any]:
    return {
        "form": cells["form"] or cells.mapping.form_name,
        "origin": cells.some(*ORIGIN) or None,
        **cells.some("comment", "owner"),
    }


def _person(cells: Cells) -> dict[str, Any]:
    name = " ".join(cells.some("first_name", "last_name").values())
    return {**({"name": name} if name else {}), **cells.some(*PERSON)}


def _closes(cells: Cells, zone: tzinfo) -> dict[str, str]:
    """The day by which a deal is expected to close, if the row says one.

    Raises:
        NotUnderstood: the cell holds no day; says what would be one.

    """
    column, text = cells.mapping.close_date, cells["close_date"]
    if column is None or text is None:
        return {}
    try:
        return {"close_date": _day(text, zone, cells.mapping.time_format)}
    except ValueError as error:
        raise refuse(f"{column} {error}.", column, text) from None


def _day(text: str, zone: tzinfo, pattern: str | None) -> str:
    """The day that a cell states, as the file writes its times or else as ISO 8601 does."""
    if pattern:
        with suppress(ValueError):
            return cell_moment(text, zone, pattern).date().isoformat()
    return cell_moment(text, zone, None).date().isoformat()


def _amount(text: str | None) -> str:
    """A sum as a spreadsheet shows it (`$1,234.50`), as a decimal number."""
    plain = (text or "").strip("$€£ ")
    return plain.replace(",", "") if _GROUPED.fullmatch(plain) else plain


def cell_time(row: Row, column: str, zone: tzinfo, pattern: str | None = None) -> datetime:
    """The time in a column.

    Raises:
        NotUnderstood: the cell is empty or no time; says what would be one.

    """
    text = row.get(column, "")
    if not text:
        raise refuse(f"{column} is empty: a row must say when it happened.", column)
    try:
        return cell_moment(text, zone, pattern)
    except ValueError as error:
        raise refuse(f"{column} {error}.", column, text) from None
