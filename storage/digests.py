"""A burst of new briefs becomes one digest: no message is dropped, each becomes a line."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TypeVar

import sqlalchemy as sa

from storage.marking import blank
from storage.tables import card

LONGEST_DIGEST = 80  # leads; what one Slack message can list

T = TypeVar("T")


def fold(c: sa.Connection, workspace: str, lane: str, now: datetime, burst: int) -> None:
    """Where more than `burst` briefs wait that Slack surely never saw, make them all members of digests."""
    fresh = (
        card.c.workspace_id == workspace,
        card.c.lane == lane,
        card.c.kind == "brief",
        card.c.state.in_(["due", "waiting"]),
        card.c.due_at <= now,
        card.c.ts.is_(None),
        card.c.attempts == 0,
        card.c.lease_until.is_(None),
    )
    waiting = c.execute(sa.select(sa.func.count()).where(*fresh)).scalar_one()
    if waiting <= burst:
        return
    found = sa.select(card.c.key).where(*fresh).order_by(card.c.lead_id, card.c.episode)
    for part in _parts(c.execute(found.with_for_update(skip_locked=True)).all(), LONGEST_DIGEST):
        key = f"digest:{lane}:{part[0].key.removeprefix('brief:lead-')}"
        c.execute(
            sa.insert(card),
            {"key": key, "kind": "digest", "lead_id": None} | blank(workspace, lane, now, now),
        )
        c.execute(
            sa.update(card)
            .where(card.c.workspace_id == workspace, card.c.key.in_([row.key for row in part]))
            .values(state="folded", parent=key)
        )


def _parts(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (items[start : start + size] for start in range(0, len(items), size))


def members(c: sa.Connection, workspace: str, key: str) -> dict[int, int]:
    found = sa.select(card.c.lead_id, card.c.episode).where(
        card.c.workspace_id == workspace, card.c.parent == key
    )
    return {row.lead_id: row.episode for row in c.execute(found.order_by(card.c.lead_id, card.c.episode))}
