"""Which card is whose turn: lanes that may speak, and a lease on the first card of each."""

from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from storage import digests
from storage.database import clock
from storage.tables import OPEN_STATES, card
from storage.tables import lane as lanes


@dataclass(frozen=True, slots=True)
class Card:
    """One Slack message: what it is a view of (`version`), and what Slack was last told (`said_*`, `ts`).

    A reply has the `thread_ts` of the brief that it stands under, and that brief's channel.
    """

    key: str
    kind: str
    lead_id: int | None
    episode: int
    burst: int | None
    lane: str
    parent: str | None
    version: int
    said_version: int
    state: str
    due_at: datetime
    attempts: int
    first_attempt_at: datetime | None
    channel_id: str | None
    ts: str | None
    thread_ts: str | None
    said_hash: str | None
    said_receipts: str | None
    error: str | None
    created_at: datetime

    @property
    def posted(self) -> bool:
        return self.ts is not None


CARD = tuple(card.c[field.name] for field in fields(Card))


@dataclass(frozen=True, slots=True)
class Terms:
    """For how long a worker takes a card, and how long its lane and a reply rest after it; seconds."""

    lease: float
    spacing: float
    pace: float


@dataclass(frozen=True, slots=True)
class Lease:
    """Whose turn it is with a card, and so in its lane, until when; and how long the lane rests after it.

    `pace` is how long a reply stays as it is before it is changed again.
    """

    owner: str
    until: datetime
    spacing: timedelta
    pace: timedelta


@dataclass(frozen=True, slots=True)
class Claim:
    """A card in one worker's hands.

    `reconcile` when an earlier attempt may have posted the message: look for `card.key` in the metadata of
    the lane's messages since `card.first_attempt_at` before posting.
    """

    card: Card
    lease: Lease
    reconcile: bool


def claim(
    c: sa.Connection,
    *,
    workspace: str,
    owner: str,
    limit: int,
    terms: Terms,
    burst: int,
) -> list[Claim]:
    now = clock(c)
    lease = Lease(
        owner,
        until=now + timedelta(seconds=terms.lease),
        spacing=timedelta(seconds=terms.spacing),
        pace=timedelta(seconds=terms.pace),
    )
    claims = []
    for lane in _free_lanes(c, workspace, now, limit):
        digests.fold(c, workspace, lane, now, burst)
        first = _first(c, workspace, lane, now)
        if first:
            _occupy(c, workspace, lane, lease.until)
            claims.append(_lease(c, workspace, first, now, lease))
    return claims


def renew(c: sa.Connection, *, workspace: str, claim: Claim, seconds: float) -> Claim | None:
    """The claim with a lease that ends so many seconds from now; None when somebody else has the card."""
    until = clock(c) + timedelta(seconds=seconds)
    if not change_held(c, workspace, claim, lease_until=until):
        return None
    rest_lane(c, workspace, claim, until)
    return replace(claim, lease=replace(claim.lease, until=until))


def change_held(c: sa.Connection, workspace: str, claim: Claim, **values: Any) -> bool:
    """Change a card that its worker still holds; False, and nothing written, when somebody else has it."""
    changed = c.execute(
        sa.update(card)
        .where(
            card.c.workspace_id == workspace,
            card.c.key == claim.card.key,
            card.c.lease_owner == claim.lease.owner,
            card.c.lease_until == claim.lease.until,
        )
        .values(**values)
    )
    return changed.rowcount == 1


def rest_lane(c: sa.Connection, workspace: str, claim: Claim, until: datetime) -> None:
    """Let the lane of a claim rest until then, unless somebody has made it rest longer meanwhile."""
    c.execute(
        sa.update(lanes)
        .where(
            lanes.c.workspace_id == workspace,
            lanes.c.lane == claim.card.lane,
            lanes.c.next_at == claim.lease.until,
        )
        .values(next_at=until)
    )


def claimable(now: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(
        card.c.state.in_(OPEN_STATES),
        card.c.due_at <= now,
        sa.or_(card.c.lease_until.is_(None), card.c.lease_until <= now),
    )


def _free_lanes(c: sa.Connection, workspace: str, now: datetime, limit: int) -> list[str]:
    """Lanes that may speak and have something to say, locked; those of another replica are skipped."""
    waiting = sa.exists().where(card.c.workspace_id == workspace, card.c.lane == lanes.c.lane, claimable(now))
    free = (
        sa.select(lanes.c.lane)
        .where(lanes.c.workspace_id == workspace, lanes.c.next_at <= now, waiting)
        .order_by(lanes.c.next_at)
        .limit(limit)
        .with_for_update(skip_locked=True, of=lanes)
    )
    return list(c.execute(free).scalars())


def _first(c: sa.Connection, workspace: str, lane: str, now: datetime) -> Card | None:
    """The card whose turn it is in a lane; one that another transaction has in hand is passed over.

    New briefs go first, then new replies, then changes of what was said.
    """
    turn = sa.case((card.c.ts.is_not(None), 2), (card.c.thread_ts.is_not(None), 1), else_=0)
    row = c.execute(
        sa.select(*CARD)
        .where(card.c.workspace_id == workspace, card.c.lane == lane, claimable(now))
        .order_by(turn, card.c.due_at, card.c.lead_id)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).first()
    return as_card(row) if row else None


def _lease(c: sa.Connection, workspace: str, found: Card, now: datetime, lease: Lease) -> Claim:
    first = found.first_attempt_at if found.attempts else None
    tried = replace(found, attempts=found.attempts + 1, first_attempt_at=first or now)
    c.execute(
        sa.update(card)
        .where(card.c.workspace_id == workspace, card.c.key == found.key)
        .values(
            lease_owner=lease.owner,
            lease_until=lease.until,
            attempts=tried.attempts,
            first_attempt_at=tried.first_attempt_at,
        )
    )
    reconcile = not found.posted and (found.attempts > 0 or found.state == "doubt")
    return Claim(tried, lease, reconcile)


def as_card(row: sa.Row[Any]) -> Card:
    return Card(**row._asdict())


def _occupy(c: sa.Connection, workspace: str, lane: str, until: datetime) -> None:
    """Nobody else speaks in the lane before this turn is over: only then is the pause between two exact."""
    c.execute(
        sa.update(lanes)
        .where(lanes.c.workspace_id == workspace, lanes.c.lane == lane)
        .values(next_at=until, held=None)
    )
