"""Which messages may have changed: cards are made and marked here, and said elsewhere."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from storage.database import clock
from storage.tables import card
from storage.tables import lane as lanes


def mark(
    c: sa.Connection,
    workspace: str,
    leads: Collection[int],
    *,
    deserving: Collection[int],
    lane: str,
    now: datetime,
) -> int:
    """Mark the cards of `leads` stale, and make one for each `deserving` lead that has none."""
    today = clock(c)
    have = touch(c, workspace, leads)
    _wake_gone(c, workspace, have.intersection(deserving))
    new = sorted(set(deserving) - have)
    if new:
        open_lane(c, workspace, lane)
        due = min(now, today)  # a caller whose clock is ahead delays nobody
        c.execute(sa.insert(card), [_brief(workspace, lead_id, lane, due, today) for lead_id in new])
    return len(have) + len(new)


def brief_key(lead_id: int) -> str:
    return f"brief:lead-{lead_id}"


def _brief(workspace: str, lead_id: int, lane: str, due: datetime, today: datetime) -> dict[str, object]:
    return {"key": brief_key(lead_id), "kind": "brief", "lead_id": lead_id} | blank(
        workspace, lane, due, today
    )


def blank(workspace: str, lane: str, due: datetime, today: datetime) -> dict[str, object]:
    """What every card begins with."""
    return {
        "workspace_id": workspace,
        "lane": lane,
        "version": 1,
        "said_version": 0,
        "state": "due",
        "due_at": due,
        "attempts": 0,
        "created_at": today,
    }


def open_lane(c: sa.Connection, workspace: str, lane: str) -> None:
    row = {"workspace_id": workspace, "lane": lane, "next_at": clock(c)}
    insert = sqlite.insert if c.dialect.name == "sqlite" else postgresql.insert
    c.execute(insert(lanes).on_conflict_do_nothing(), row)


def touch(c: sa.Connection, workspace: str, leads: Collection[int]) -> set[int]:
    """Mark the cards of `leads` and the digests they were folded into stale; the leads that have one.

    The digests are read from the marked rows, because a card may be folded while this waits for its row.
    """
    marked = _bump(c, workspace, card.c.lead_id.in_(list(leads)))
    digests = {row.parent for row in marked if row.parent}
    if digests:
        _bump(c, workspace, card.c.key.in_(digests))
    return {row.lead_id for row in marked}


def _bump(c: sa.Connection, workspace: str, which: sa.ColumnElement[bool]) -> Sequence[sa.Row[Any]]:
    """Move the version on; what had been said is due again, what is being tried keeps its own time."""
    rested = card.c.state == "said"
    return c.execute(
        sa.update(card)
        .where(card.c.workspace_id == workspace, which)
        .values(
            version=card.c.version + 1,
            state=sa.case((rested, "due"), else_=card.c.state),
            due_at=sa.case((rested, clock(c)), else_=card.c.due_at),
        )
        .returning(card.c.lead_id, card.c.parent)
    ).all()


def _wake_gone(c: sa.Connection, workspace: str, leads: Collection[int]) -> None:
    """Briefs that had nothing to say have something again."""
    c.execute(
        sa.update(card)
        .where(
            card.c.workspace_id == workspace,
            card.c.lead_id.in_(list(leads)),
            card.c.state == "gone",
        )
        .values(state="due", due_at=clock(c))
    )


def mark_gone(c: sa.Connection, workspace: str, gone: Collection[int]) -> int:
    """Drop the briefs of leads that became part of others; the worker takes back what may have been said."""
    if not gone:
        return 0
    marked = touch(c, workspace, gone)
    c.execute(
        sa.update(card)
        .where(
            card.c.workspace_id == workspace,
            card.c.lead_id.in_(list(gone)),
            card.c.state == "due",
            card.c.attempts == 0,
            card.c.ts.is_(None),
        )
        .values(state="gone")
    )
    return len(marked)
