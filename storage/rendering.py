"""What Slack would not draw: the level at which each kind of message is said in a workspace since then."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from storage.database import clock
from storage.tables import rendering


@dataclass(frozen=True, slots=True)
class Rendering:
    """A kind of message, how richly it is said, and what Slack answered to more."""

    kind: str
    level: str
    error: str
    since: datetime


def remembered(c: sa.Connection, workspace: str) -> list[Rendering]:
    """Every kind that is said less richly than it could be, by name."""
    found = (
        sa.select(rendering.c.kind, rendering.c.level, rendering.c.error, rendering.c.since)
        .where(rendering.c.workspace_id == workspace)
        .order_by(rendering.c.kind)
    )
    return [Rendering(**row._asdict()) for row in c.execute(found)]


def remember(c: sa.Connection, workspace: str, kind: str, level: str, error: str) -> None:
    learned = {"level": level, "error": error, "since": clock(c)}
    insert = sqlite.insert if c.dialect.name == "sqlite" else postgresql.insert
    row = insert(rendering).values(workspace_id=workspace, kind=kind, **learned)
    c.execute(row.on_conflict_do_update(index_elements=["workspace_id", "kind"], set_=learned))


def forget(c: sa.Connection, workspace: str) -> int:
    """Forget all of them; how many there were."""
    return c.execute(sa.delete(rendering).where(rendering.c.workspace_id == workspace)).rowcount
