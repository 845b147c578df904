"""What became of a claim. Each outcome holds only while the lease that was handed out still stands."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa

from funnel.brief import Receipts
from storage.claiming import Claim, change_held, rest_lane
from storage.database import clock, take_turn
from storage.marking import end_thread, open_lane
from storage.tables import card
from storage.tables import lane as lanes
from storage.threads import keep_thread

MOST_ATTEMPTS = 12
WAIT = 600.0  # seconds until a card that waits for a person is tried again

DELETED = "deleted"

Outcome = Callable[..., bool]


class Posted(NamedTuple):
    """What Slack shows of a card, where, and by which events each of its lines is proven."""

    channel_id: str
    ts: str
    said_hash: str
    receipts: Receipts | None


def said(c: sa.Connection, workspace: str, claim: Claim, posted: Posted, bursts: int | None) -> bool:
    channel_id, ts, said_hash, receipts = posted
    proof = json.dumps({line: list(map(str, keys)) for line, keys in (receipts or {}).items()})
    stands: dict[str, Any] = {"channel_id": channel_id, "ts": ts, "said_hash": said_hash}
    if not _settle(c, workspace, claim, "said", **stands, said_receipts=proof):
        return False
    if bursts is not None:
        keep_thread(c, workspace, replace(claim.card, channel_id=channel_id, ts=ts), bursts)
    return True


def unchanged(c: sa.Connection, workspace: str, claim: Claim, bursts: int | None) -> bool:
    if not _settle(c, workspace, claim, "said", called=False):
        return False
    if bursts is not None:
        keep_thread(c, workspace, claim.card, bursts)
    return True


def gone(c: sa.Connection, workspace: str, claim: Claim) -> bool:
    called = claim.card.posted or claim.reconcile
    nowhere = {"channel_id": None, "ts": None, "said_hash": None, "said_receipts": None}
    if not _settle(c, workspace, claim, "gone", called=called, **nowhere):
        return False
    _end_thread(c, workspace, claim)
    return True


def deleted(c: sa.Connection, workspace: str, claim: Claim) -> bool:
    """Where it stood is remembered: nothing is said there again, and what follows it needs no post."""
    if not _settle(c, workspace, claim, DELETED):
        return False
    _end_thread(c, workspace, claim)
    return True


def _end_thread(c: sa.Connection, workspace: str, claim: Claim) -> None:
    if claim.card.kind == "brief":
        end_thread(c, workspace, claim.card.lead_id, claim.card.episode)


def retry(c: sa.Connection, workspace: str, claim: Claim, seconds: float, error: str) -> bool:
    if claim.card.attempts >= MOST_ATTEMPTS:
        return _put_off(c, workspace, claim, "waiting", error, WAIT)
    return _put_off(c, workspace, claim, "due", error, seconds)


def wait(c: sa.Connection, workspace: str, claim: Claim, error: str, seconds: float) -> bool:
    """Slack surely did nothing, so the attempt does not make the next one ask Slack first."""
    uncounted = {"attempts": claim.card.attempts - 1}
    return _put_off(c, workspace, claim, "waiting", error, seconds, **uncounted)


def doubt(c: sa.Connection, workspace: str, claim: Claim, error: str, seconds: float) -> bool:
    return _put_off(c, workspace, claim, "doubt", error, seconds)


def hold(c: sa.Connection, workspace: str, claim: Claim, seconds: float, error: str) -> bool:
    earlier = claim.card.attempts - 1
    first = claim.card.first_attempt_at if earlier else None
    if not _release(c, workspace, claim, attempts=earlier, first_attempt_at=first):
        return False
    until = clock(c) + timedelta(seconds=seconds)
    c.execute(
        sa.update(lanes)
        .where(lanes.c.workspace_id == workspace, lanes.c.lane == claim.card.lane, lanes.c.next_at < until)
        .values(next_at=until, held=error)
    )
    return True


def wake_waiting(c: sa.Connection, workspace: str) -> int:
    take_turn(c, workspace)
    return c.execute(
        sa.update(card)
        .where(card.c.workspace_id == workspace, card.c.state.in_(["waiting", "doubt"]))
        .values(due_at=clock(c))
    ).rowcount


def move_unposted(c: sa.Connection, workspace: str, lane: str) -> int:
    """Only what Slack surely never did (`attempts` counts the others): it would be said in both lanes."""
    take_turn(c, workspace)
    open_lane(c, workspace, lane)
    return c.execute(
        sa.update(card)
        .where(
            card.c.workspace_id == workspace,
            card.c.kind == "brief",
            card.c.lane != lane,
            card.c.ts.is_(None),
            card.c.lease_until.is_(None),
            card.c.state.in_(["due", "waiting"]),
            card.c.attempts == 0,
        )
        .values(lane=lane, due_at=clock(c))
    ).rowcount


def _settle(
    c: sa.Connection,
    workspace: str,
    claim: Claim,
    state: str,
    *,
    called: bool = True,
    **values: Any,
) -> bool:
    """Slack agrees with the version that was claimed; a newer one is due at once, or at a reply's pace."""
    moved_on = sa.and_(card.c.version > claim.card.version, sa.literal(state != DELETED))
    pace = claim.lease.pace if called and claim.card.thread_ts else timedelta()
    return _release(
        c,
        workspace,
        claim,
        called=called,
        state=sa.case((moved_on, "due"), else_=state),
        due_at=clock(c) + pace,
        said_version=claim.card.version,
        attempts=0,
        first_attempt_at=None,
        error=None,
        **values,
    )


def _put_off(
    c: sa.Connection, workspace: str, claim: Claim, state: str, error: str, seconds: float, **values: Any
) -> bool:
    due = clock(c) + timedelta(seconds=seconds)
    return _release(c, workspace, claim, state=state, due_at=due, error=error, **values)


def _release(c: sa.Connection, workspace: str, claim: Claim, *, called: bool = True, **values: Any) -> bool:
    """Give the lease back with its outcome; False, and nothing written, when somebody else has it now.

    The lane rests from now on.
    """
    if not change_held(c, workspace, claim, lease_owner=None, lease_until=None, **values):
        return False
    rest = claim.lease.spacing if called else timedelta()
    rest_lane(c, workspace, claim, clock(c) + rest)
    return True
