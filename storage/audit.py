"""Who was shown what a mask hides, and who was refused something: written down once, never changed."""

import uuid
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from storage.database import Database
from storage.tables import audit


@dataclass(frozen=True, slots=True)
class Entry:
    """One deed: who (a Slack member id) did what, to which lead and in which channel, where there are any."""

    at: datetime
    actor: str
    action: str
    lead_id: int | None = None
    channel: str | None = None


COLUMNS = tuple(audit.c[field.name] for field in fields(Entry))


class Audit:
    """The audit trail of one workspace: `store.audit`."""

    def __init__(self, database: Database, workspace: str) -> None:
        self._database = database
        self._workspace = workspace

    async def note(
        self,
        actor: str,
        action: str,
        *,
        at: datetime,
        lead_id: int | None = None,
        channel: str | None = None,
    ) -> None:
        """Write down a deed; durable when this returns."""
        await self.note_once(uuid.uuid4().hex, Entry(at, actor, action, lead_id, channel))

    async def note_once(self, deed: str, entry: Entry) -> bool:
        """Write down a deed that can be done only once; whether this was that time."""
        row = {"workspace_id": self._workspace, "id": deed, **asdict(entry)}
        return await self._database.write(lambda c: _inserted(c, row))

    async def latest(self, limit: int, lead_id: int | None = None) -> list[Entry]:
        """The last `limit` deeds, newest first; only those to one lead where `lead_id` names it."""
        found = sa.select(*COLUMNS).where(audit.c.workspace_id == self._workspace)
        if lead_id is not None:
            found = found.where(audit.c.lead_id == lead_id)
        newest = found.order_by(audit.c.at.desc(), audit.c.id).limit(limit)
        return await self._database.read(lambda c: [Entry(**row._asdict()) for row in c.execute(newest)])


def _inserted(c: sa.Connection, row: dict[str, Any]) -> bool:
    insert = sqlite.insert if c.dialect.name == "sqlite" else postgresql.insert
    return c.execute(insert(audit).on_conflict_do_nothing(), row).rowcount == 1
