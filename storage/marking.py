"""Which messages may have changed: cards are made and marked here, and said elsewhere."""

from collections.abc import Collection, Mapping, Sequence
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
    deserving: Mapping[int, int],
    lane: str,
    now: datetime,
) -> int:
    """Mark the cards of `leads` stale, and make a brief for each episode that has none.

    `deserving` says how many episodes each lead has who deserves to be briefed.
    """
    today = clock(c)
    have = touch(c, workspace, leads)
    wanted = {
        brief_key(lead_id, episode): (lead_id, episode)
        for lead_id, count in sorted(deserving.items())
        for episode in range(1, count + 1)
    }
    _wake_gone(c, workspace, [brief_key(lead_id, newest) for lead_id, newest in deserving.items()])
    new = [about for key, about in wanted.items() if key not in have]
    if new:
        open_lane(c, workspace, lane)
        due = min(now, today)  # a caller whose clock is ahead delays nobody
        c.execute(sa.insert(card), [_brief(workspace, *about, lane, due, today) for about in new])
    return len(have) + len(new)


def brief_key(lead_id: int, episode: int = 1) -> str:
    """`brief:lead-42`, and `brief:lead-42:2` for the second episode of the same lead."""
    return f"brief:lead-{lead_id}" if episode == 1 else f"brief:lead-{lead_id}:{episode}"


def _brief(
    workspace: str, lead_id: int, episode: int, lane: str, due: datetime, today: datetime
) -> dict[str, object]:
    about = {"key": brief_key(lead_id, episode), "kind": "brief", "lead_id": lead_id}
    return about | blank(workspace, lane, due, today) | {"episode": episode}


def blank(workspace: str, lane: str, due: datetime, today: datetime) -> dict[str, object]:
    """What every card begins with."""
    return {
        "workspace_id": workspace,
        "episode": 1,
        "lane": lane,
        "version": 1,
        "said_version": 0,
        "state": "due",
        "due_at": due,
        "attempts": 0,
        "created_at": today,
    }


def open_card(c: sa.Connection, workspace: str, key: str, kind: str, lane: str) -> bool:
    """A card about no lead, due now; False where there is one of that key already, whatever became of it."""
    open_lane(c, workspace, lane)
    now = clock(c)
    insert = sqlite.insert if c.dialect.name == "sqlite" else postgresql.insert
    row = {"key": key, "kind": kind, "lead_id": None} | blank(workspace, lane, now, now)
    return bool(c.execute(insert(card).on_conflict_do_nothing(), row).rowcount)


def open_lane(c: sa.Connection, workspace: str, lane: str) -> None:
    row = {"workspace_id": workspace, "lane": lane, "next_at": clock(c)}
    insert = sqlite.insert if c.dialect.name == "sqlite" else postgresql.insert
    c.execute(insert(lanes).on_conflict_do_nothing(), row)


def touch(c: sa.Connection, workspace: str, leads: Collection[int]) -> set[str]:
    """Mark the cards of `leads` and the digests they were folded into stale; the keys of these cards.

    The digests are read from the marked rows, because a card may be folded while this waits for its row.
    """
    marked = _bump(c, workspace, card.c.lead_id.in_(list(leads)))
    digests = {row.parent for row in marked if row.parent}
    if digests:
        _bump(c, workspace, card.c.key.in_(digests))
    return {row.key for row in marked}


def touch_cards(c: sa.Connection, workspace: str, keys: Collection[str]) -> None:
    """Mark the cards of those keys stale, to be said again at once."""
    if keys:
        _bump(c, workspace, card.c.key.in_(list(keys)), at_once=True)


def follow_masks(c: sa.Connection, workspace: str, masks: str) -> int:
    """Mark what was said in lanes that followed other masks stale; how many cards."""
    changed = (
        sa.update(lanes)
        .where(lanes.c.workspace_id == workspace, sa.func.coalesce(lanes.c.masks, "") != masks)
        .values(masks=masks)
        .returning(lanes.c.lane)
    )
    names = list(c.execute(changed).scalars())
    people = sa.and_(card.c.lane.in_(names), card.c.kind != "scheduled")  # numbers are nobody's
    return len(_bump(c, workspace, people, at_once=True)) if names else 0


def end_thread(c: sa.Connection, workspace: str, lead_id: int | None, episode: int) -> None:
    """The brief of that episode stands no more: its replies are due at once, to be taken back."""
    replies = (card.c.lead_id == lead_id, card.c.episode == episode, card.c.thread_ts.is_not(None))
    _bump(c, workspace, sa.and_(*replies), at_once=True)


def _bump(
    c: sa.Connection, workspace: str, which: sa.ColumnElement[bool], *, at_once: bool = False
) -> Sequence[sa.Row[Any]]:
    """Move the version on; what had been said is due again, what is being tried keeps its own time.

    The `due_at` of what had been said is the earliest time for another change of it.
    """
    now = clock(c)
    rested = card.c.state == "said"
    early = card.c.state.in_(["said", "due"]) if at_once else sa.and_(rested, card.c.due_at < now)
    return c.execute(
        sa.update(card)
        .where(card.c.workspace_id == workspace, which)
        .values(
            version=card.c.version + 1,
            state=sa.case((rested, "due"), else_=card.c.state),
            due_at=sa.case((early, now), else_=card.c.due_at),
        )
        .returning(card.c.key, card.c.parent)
    ).all()


def _wake_gone(c: sa.Connection, workspace: str, keys: Collection[str]) -> None:
    """Briefs that had nothing to say have something again; those of older episodes are past."""
    c.execute(
        sa.update(card)
        .where(card.c.workspace_id == workspace, card.c.key.in_(list(keys)), card.c.state == "gone")
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
