"""What stands under a posted brief: its timeline, and one reply for each burst of what the lead did since.

Under the card of an incident stands one reply for each of its changes.
"""

from datetime import datetime, timedelta

import sqlalchemy as sa

from storage.claiming import Card
from storage.database import clock
from storage.marking import blank
from storage.tables import card

INCIDENT, TURN = "incident", "turn"  # kinds of card


def keep_thread(c: sa.Connection, workspace: str, head: Card, replies: int) -> None:
    """Make the replies that a posted card should have and has not."""
    if head.kind == INCIDENT:
        _keep_turns(c, workspace, head, replies)
    else:
        _keep_bursts(c, workspace, head, replies)


def turn_key(incident: str, number: int) -> str:
    """The key of the reply that says the change of that number, from 1, of an incident's card."""
    return f"{incident}#{number}"


def head_of(turn: str) -> str:
    """The key of the incident's card that a reply stands under."""
    return turn.rpartition("#")[0]


def _keep_turns(c: sa.Connection, workspace: str, head: Card, turns: int) -> None:
    """What has been told has happened: a turn is made once, and its order is that of the changes."""
    now = clock(c)
    wanted = {turn_key(head.key, number): number for number in range(1, turns + 1)}
    found = sa.select(card.c.key).where(card.c.workspace_id == workspace, card.c.key.in_(list(wanted)))
    made = set(c.execute(found).scalars())
    new = [
        blank(workspace, head.lane, now + number * timedelta(microseconds=1), now)
        | {
            "key": key,
            "kind": TURN,
            "lead_id": None,
            "burst": number,
            "channel_id": head.channel_id,
            "thread_ts": head.ts,
        }
        for key, number in wanted.items()
        if key not in made
    ]
    if new:
        c.execute(sa.insert(card), new)


def _keep_bursts(c: sa.Connection, workspace: str, brief: Card, bursts: int) -> None:
    """Make the replies that a posted brief should have and has not; wake those that had nothing to say.

    Only whoever has the brief's lease comes here, so nobody else makes the same ones.
    """
    now = clock(c)
    under = (card.c.workspace_id == workspace, card.c.lead_id == brief.lead_id)
    found = c.execute(sa.select(card.c.key, card.c.state).where(*under, card.c.episode == brief.episode))
    states = {row.key: row.state for row in found}
    wanted = [_reply(workspace, brief, burst, now) for burst in (None, *range(1, bursts + 1))]
    new = [row for row in wanted if row["key"] not in states]
    if new:
        c.execute(sa.insert(card), new)
    gone = [row["key"] for row in wanted if states.get(row["key"]) == "gone"]
    if gone:
        c.execute(
            sa.update(card)
            .where(*under, card.c.key.in_(gone))
            .values(state="due", due_at=now, channel_id=brief.channel_id, thread_ts=brief.ts)
        )


def _reply(workspace: str, brief: Card, burst: int | None, now: datetime) -> dict[str, object]:
    """The row of a reply: the timeline, or what the lead did in that burst."""
    if burst is None:
        kind, key = "timeline", f"timeline:{brief.key.removeprefix('brief:')}"
    else:
        kind, key = "activity", f"activity:lead-{brief.lead_id}:{brief.episode}:{burst}"
    return blank(workspace, brief.lane, now, now) | {
        "key": key,
        "kind": kind,
        "lead_id": brief.lead_id,
        "episode": brief.episode,
        "burst": burst,
        "channel_id": brief.channel_id,
        "thread_ts": brief.ts,
    }
