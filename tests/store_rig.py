"""What tests of the store share: a few people, their events, and the rows as they stand."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from funnel.events import CampaignSpent, Event, LeadCaptured, LeadEngaged, Origin, Person
from funnel.playbook import Playbook
from storage.database import open_database
from storage.store import Store
from storage.telling import Told

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
PLAYBOOK = Playbook()


def minutes(count: float) -> datetime:
    return NOW + timedelta(minutes=count)


def captured(id: str, email: str = "ana@example.com", **fields: Any) -> LeadCaptured:  # noqa: A002 - an event's id
    """Somebody asks for a call, `at` so many minutes after `NOW`."""
    person = Person(email=email, **fields.pop("person", {}))
    return LeadCaptured(
        id=id,
        source=fields.pop("source", "site"),
        time=minutes(fields.pop("at", 0)),
        person=person,
        form=fields.pop("form", "Contact sales"),
        **fields,
    )


def viewed(id: str, *, at: float = 0, source: str = "site", **person: Any) -> LeadEngaged:  # noqa: A002 - an event's id
    return LeadEngaged(id=id, source=source, time=minutes(at), person=Person(**person), kind="page_viewed")


def spent(id: str, campaign: str, day: str, amount: str | None = None, **fields: Any) -> CampaignSpent:  # noqa: A002 - an event's id
    return CampaignSpent(
        id=id,
        source=fields.pop("source", "ads"),
        time=minutes(fields.pop("at", 0)),
        campaign=campaign,
        day=day,  # type: ignore[arg-type]
        amount=amount,  # type: ignore[arg-type]
        **fields,
    )


def from_campaign(campaign: str | None, source: str | None = None) -> Origin:
    return Origin(source=source, campaign=campaign)


async def tell_all(store: Store, playbook: Playbook = PLAYBOOK, limit: int = 200) -> list[Told]:
    """Tell until nothing is left."""
    told = []
    while (step := await store.tell(playbook, NOW, limit)).events:
        told.append(step)
    return told


async def take(store: Store, events: Iterable[Event]) -> None:
    """Record and tell."""
    await store.record(events)
    await tell_all(store)


async def rows(url: str, table: sa.Table, *columns: str, workspace: str = "main") -> list[tuple[Any, ...]]:
    """The rows of a workspace in a table, sorted."""
    database = open_database(url)
    wanted = [table.c[name] for name in columns] if columns else list(table.c)
    query = sa.select(*wanted).where(table.c.workspace_id == workspace)
    try:
        found = await database.read(lambda c: [tuple(row) for row in c.execute(query)])
    finally:
        await database.close()
    return sorted(found, key=repr)


async def change(url: str, statement: sa.Executable) -> None:
    """Do something to the tables behind the store's back."""
    database = open_database(url)
    try:
        await database.write(lambda c: c.execute(statement).close())
    finally:
        await database.close()
