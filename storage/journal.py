"""The journal: every event as it was accepted, once, for good."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import chain
from operator import attrgetter
from typing import Any

import sqlalchemy as sa

from funnel.events import EVENT, CampaignSpent, Event, EventKey, LeadEvent, Written, written
from storage.columns import plain
from storage.tables import SET_ASIDE, UNTOLD, journal

Row = dict[str, Any]
KEY = ("source", "event_id")  # what makes two rows of a workspace the same
ROWS = 200  # of one statement in SQLite


class NotAllNew(Exception):  # noqa: N818 - undoes a transaction; nobody outside of this room sees it
    """Some of the rows stand in the journal already."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """How many of the events were new, and how many the journal already had."""

    new: int
    repeated: int


@dataclass(frozen=True, slots=True)
class Entry:
    """An event and its place in the journal."""

    seq: int
    event: Event


@dataclass(frozen=True, slots=True)
class LeadEntry:
    """A lead's event, and whose it is."""

    lead: int
    event: LeadEvent


def rows(workspace: str, events: Iterable[Event], received_at: datetime) -> list[Row]:
    """The rows that state `events`."""
    return rows_of(workspace, map(written, events), received_at)


def rows_of(workspace: str, events: Iterable[Written], received_at: datetime) -> list[Row]:
    """The rows that state `events`, in an order that two callers with the same events share.

    (PostgreSQL makes the second of two writers of one key wait for the first; in different orders, two
    callers would wait for each other.)
    """
    return [
        {
            "workspace_id": workspace,
            "source": plain(event.source),
            "event_id": plain(event.id),
            "type": event.type,
            "at": event.time,
            "received_at": received_at,
            "quiet": event.quiet,
            "body": event.body,
        }
        for event in sorted(events, key=attrgetter(*EventKey._fields))
    ]


def append(c: sa.Connection, *, workspace: str, rows: Sequence[Row]) -> Recorded:
    """Add the rows whose `(source, id)` the journal does not have."""
    new = _append[c.dialect.name](c, workspace, rows)
    return Recorded(new=new, repeated=len(rows) - new)


def append_new(c: sa.Connection, *, workspace: str, rows: Sequence[Row]) -> None:
    """Add the rows, none of which the journal has.

    Raises:
        NotAllNew: it has some; the transaction is to be undone.

    """
    if _append[c.dialect.name](c, workspace, rows) < len(rows):
        raise NotAllNew


def _append_sqlite(c: sa.Connection, workspace: str, rows: Sequence[Row]) -> int:
    last = c.execute(
        sa.select(sa.func.coalesce(sa.func.max(journal.c.seq), 0)).where(journal.c.workspace_id == workspace)
    ).scalar_one()
    values = [(seq, *row.values()) for seq, row in enumerate(map(_written, rows), start=last + 1)]
    return sum(
        c.exec_driver_sql(_insert_sqlite(len(some)), tuple(chain.from_iterable(some))).rowcount
        for some in (values[start : start + ROWS] for start in range(0, len(values), ROWS))
    )


def _written(row: Row) -> Row:
    """A row with its times as SQLAlchemy writes them into SQLite."""
    return {**row, "at": _text(row["at"]), "received_at": _text(row["received_at"])}


def _text(time: datetime) -> str:
    return time.replace(tzinfo=None).isoformat(" ", "microseconds")


@cache
def _insert_sqlite(rows: int) -> str:
    """One statement for many rows: the driver lets other threads run once, not once a row."""
    values = ", ".join(["(?, ?, ?, ?, ?, ?, ?, ?, ?)"] * rows)
    return f"INSERT INTO journal ({_COLUMNS}) VALUES {values} ON CONFLICT DO NOTHING"  # noqa: S608 - no value in it


def _append_postgresql(c: sa.Connection, _workspace: str, rows: Sequence[Row]) -> int:
    columns = zip(*(row.values() for row in rows), strict=True)
    return c.exec_driver_sql(_INSERT_POSTGRESQL, tuple(map(list, columns))).rowcount


# The one busy insert goes to the driver as it is: SQLAlchemy would look at every value of every row again.
_COLUMNS = "seq, workspace_id, source, event_id, type, at, received_at, quiet, body"
_INSERT_POSTGRESQL = f"""
    INSERT INTO journal ({_COLUMNS})
    SELECT nextval('journal_seq'), one.*
    FROM unnest(
        $1::text[], $2::text[], $3::text[], $4::text[],
        $5::timestamptz[], $6::timestamptz[], $7::bool[], $8::text[]
    ) AS one
    ON CONFLICT DO NOTHING
"""  # noqa: S608 - no value in it
_append: dict[str, Callable[[sa.Connection, str, Sequence[Row]], int]] = {
    "sqlite": _append_sqlite,
    "postgresql": _append_postgresql,
}


def untold(c: sa.Connection, workspace: str, limit: int) -> list[Entry]:
    """The next events that nobody was told of.

    Raises:
        ValidationError: one of them does not read back.

    """
    found = c.execute(
        sa.select(journal.c.seq, journal.c.body)
        .where(journal.c.workspace_id == workspace, journal.c.lead_id.is_(UNTOLD))
        .order_by(journal.c.seq)
        .limit(limit)
    )
    return [Entry(seq, EVENT.validate_json(text)) for seq, text in found]


def assign(c: sa.Connection, workspace: str, leads: Mapping[int, int]) -> None:
    """Write down which lead each journal row (by seq) belongs to."""
    if leads:
        c.execute(
            sa.update(journal)
            .where(journal.c.workspace_id == workspace, journal.c.seq == sa.bindparam("of_seq"))
            .values(lead_id=sa.bindparam("to_lead")),
            [{"of_seq": seq, "to_lead": lead} for seq, lead in leads.items()],
        )


def reassign(c: sa.Connection, workspace: str, merged: Mapping[int, int]) -> None:
    """Give the rows of each lead that was merged to the lead it is now."""
    if merged:
        c.execute(
            sa.update(journal)
            .where(journal.c.workspace_id == workspace, journal.c.lead_id == sa.bindparam("old"))
            .values(lead_id=sa.bindparam("new")),
            [{"old": old, "new": new} for old, new in merged.items()],
        )


def set_next_aside(c: sa.Connection, workspace: str) -> str | None:
    """Take the next untold event out of the queue until the next rebuild; its receipt, if there was one."""
    found = c.execute(
        sa.select(journal.c.seq, journal.c.source, journal.c.event_id)
        .where(journal.c.workspace_id == workspace, journal.c.lead_id.is_(UNTOLD))
        .order_by(journal.c.seq)
        .limit(1)
    ).first()
    if found is None:
        return None
    assign(c, workspace, {found.seq: SET_ASIDE})
    return f"{found.source}/{found.event_id}"


def queue_set_aside(c: sa.Connection, workspace: str) -> None:
    """Make the events that were set aside untold again."""
    c.execute(
        sa.update(journal)
        .where(journal.c.workspace_id == workspace, journal.c.lead_id == SET_ASIDE)
        .values(lead_id=UNTOLD)
    )


def of_leads(
    c: sa.Connection, workspace: str, leads: Iterable[int], known: Mapping[int, Event]
) -> dict[int, list[LeadEvent]]:
    """The events of each lead, in no order; `known` saves reading again what is at hand, by seq."""
    events: dict[int, list[LeadEvent]] = {}
    for entry in entries_of(c, workspace, leads, known).values():
        events.setdefault(entry.lead, []).append(entry.event)
    return events


def entries_of(
    c: sa.Connection, workspace: str, leads: Iterable[int], known: Mapping[int, Event] | None = None
) -> dict[int, LeadEntry]:
    """The events of leads by seq; `known` saves reading again what is at hand."""
    at_hand = known or {}
    found = c.execute(
        sa.select(journal.c.seq, journal.c.lead_id, journal.c.body).where(
            journal.c.workspace_id == workspace, journal.c.lead_id.in_(list(leads))
        )
    )
    read = ((seq, lead, at_hand.get(seq) or EVENT.validate_json(text)) for seq, lead, text in found)
    return {seq: LeadEntry(lead, event) for seq, lead, event in read if not isinstance(event, CampaignSpent)}
