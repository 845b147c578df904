"""Rows of a CSV file as events, one at a time; pure: the lines are handed in.

Open a file with `encoding=ENCODING, newline=""`, as the standard library's reader wants it.
"""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import tzinfo
from itertools import chain

from pydantic import ValidationError

from funnel.events import Event
from intake import olist
from intake.answer import NotUnderstood, Problem, problems_of, refuse
from intake.body import storable
from intake.headers import guess
from intake.mapping import Mapping, check
from intake.table import Draft, Layout, Row, layout

ENCODING = "utf-8-sig"
DELIMITERS = (",", ";", "\t")
NAMED: dict[str, Callable[[Sequence[str]], Layout]] = {"olist": olist.layout}


def read_rows(
    lines: Iterable[str],
    mapping: Mapping | str | None,
    source: str,
    zone: tzinfo,
    *,
    live: bool = False,
    after: int = 0,
) -> Iterator[tuple[int, tuple[Event, ...] | Problem]]:
    """Each row's number, from 1 below the header, with its events or with what was wrong with it.

    `mapping` is a mapping of columns, the name of one of `NAMED`, or None to guess it from the header.
    The events are quiet unless `live`; rows up to number `after` are skipped. Ids come from the rows alone,
    so that a second import of the same rows makes the same events.

    Raises:
        NotUnderstood: the file is empty or not UTF-8, or its columns do not say who and when.

    """
    records = _records(_text(lines))
    headers = _header(next(records, None))
    plan = _layout(mapping, headers)
    for number, cells in enumerate(records, 1):
        if number > after:
            row = _row(headers, cells)
            read = row if isinstance(row, Problem) else _events(row, plan, source, zone, quiet=not live)
            yield number, replace(read, index=number) if isinstance(read, Problem) else read


def _text(lines: Iterable[str]) -> Iterator[str]:
    try:
        yield from map(storable, lines)
    except UnicodeDecodeError as error:
        raise refuse(
            f"The file is not UTF-8: byte {error.object[error.start]:#04x}. Save it as CSV UTF-8.",
        ) from None


def _records(lines: Iterator[str]) -> Iterator[list[str] | csv.Error]:
    """The header and the rows that are not blank; a row that cannot be read does not end the file."""
    first = next(lines, "").removeprefix("\ufeff")
    widest = max(DELIMITERS, key=lambda delimiter: len(next(csv.reader([first], delimiter=delimiter), [])))
    reader = csv.reader(chain([first], lines), delimiter=widest)
    while True:
        try:
            cells = [cell.strip() for cell in next(reader)]
        except StopIteration:
            return
        except csv.Error as error:
            yield error
        else:
            if any(cells):
                yield cells


def _header(cells: list[str] | csv.Error | None) -> list[str]:
    """The columns' names; the second column of one name gets a number."""
    if not isinstance(cells, list):
        raise refuse("The file has no header: its first line must name the columns.")
    return [
        name if name not in cells[:place] else f"{name} ({cells[:place].count(name) + 1})"
        for place, name in enumerate(cells)
    ]


def _layout(mapping: Mapping | str | None, headers: list[str]) -> Layout:
    if isinstance(mapping, str):
        if mapping not in NAMED:
            raise refuse(
                f"There is no mapping named {mapping}. Named: {', '.join(NAMED)}.", "mapping", mapping
            )
        return NAMED[mapping](headers)
    chosen = mapping or guess(headers)
    check(chosen, headers)
    return layout(chosen)


def _row(headers: list[str], cells: list[str] | csv.Error) -> Row | Problem:
    if isinstance(cells, csv.Error):
        return Problem(None, "", f"The row cannot be read: {cells}. Is a quotation mark left open?")
    if len(cells) > len(headers):
        said = f"The row has {len(cells)} cells, the header {len(headers)}. Is a delimiter left unquoted?"
        return Problem(None, "", said)
    return dict.fromkeys(headers, "") | dict(zip(headers, cells, strict=False))


def _events(row: Row, plan: Layout, source: str, zone: tzinfo, *, quiet: bool) -> tuple[Event, ...] | Problem:
    try:
        drafts = plan.drafts(row, zone)
        return tuple(_event(draft, source, quiet=quiet) for draft in drafts)
    except NotUnderstood as refusal:
        return refusal.problems[0]
    except ValidationError as error:
        return problems_of(error, plan.columns).problems[0]


def _event(draft: Draft, source: str, *, quiet: bool) -> Event:
    return draft.model.model_validate({**draft.fields, "source": source, "quiet": quiet})
