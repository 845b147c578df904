"""Looking at cards without touching them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from storage.claiming import CARD, Card, as_card
from storage.marking import brief_key
from storage.tables import OPEN_STATES, card
from storage.tables import lane as lanes
from storage.threads import head_of


@dataclass(frozen=True, slots=True)
class Trouble:
    """A card that failed: `waiting` for a person, in `doubt`, or to be tried again (`due`)."""

    key: str
    lane: str
    state: str
    error: str
    since: datetime


def troubles(c: sa.Connection, workspace: str) -> list[Trouble]:
    since = sa.func.coalesce(card.c.first_attempt_at, card.c.due_at)
    found = (
        sa.select(card.c.key, card.c.lane, card.c.state, card.c.error, since.label("since"))
        .where(card.c.workspace_id == workspace, card.c.state.in_(OPEN_STATES), card.c.error.is_not(None))
        .order_by(since, card.c.lead_id)
    )
    return [Trouble(**row._asdict()) for row in c.execute(found)]


def card_by_key(c: sa.Connection, workspace: str, key: str) -> Card | None:
    return _one(c, workspace, card.c.key == key)


def card_by_message(c: sa.Connection, workspace: str, channel_id: str, ts: str) -> Card | None:
    return _one(c, workspace, sa.and_(card.c.channel_id == channel_id, card.c.ts == ts))


def _one(c: sa.Connection, workspace: str, which: sa.ColumnElement[bool]) -> Card | None:
    row = c.execute(sa.select(*CARD).where(card.c.workspace_id == workspace, which)).first()
    return as_card(row) if row else None


def thread_stands(c: sa.Connection, workspace: str, reply: Card) -> bool:
    key = brief_key(reply.lead_id, reply.episode) if reply.lead_id else head_of(reply.key)
    head = card_by_key(c, workspace, key)
    return bool(head and head.ts == reply.thread_ts and head.state != "deleted")


def next_due(c: sa.Connection, workspace: str) -> datetime | None:
    free_at = _later(_later(card.c.due_at, lanes.c.next_at), card.c.lease_until)
    found = (
        sa.select(sa.func.min(free_at))
        .join_from(
            card,
            lanes,
            sa.and_(card.c.workspace_id == lanes.c.workspace_id, card.c.lane == lanes.c.lane),
        )
        .where(card.c.workspace_id == workspace, card.c.state.in_(OPEN_STATES))
    )
    earliest: datetime | None = c.execute(found).scalar_one()
    return earliest


def _later(one: sa.ColumnElement[Any], other: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """The later of two times, where the second may be missing."""
    return sa.case((other > one, other), else_=one)
