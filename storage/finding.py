"""Looking up leads."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from funnel.crowds import NO_HITS
from funnel.events import LeadEvent, in_order
from funnel.identity import email_key
from funnel.journey import tell
from funnel.lead import Lead, LeadSummary
from funnel.period import Period
from funnel.persons import Identifier, Story, story
from funnel.playbook import Playbook
from funnel.stage import Stage
from storage import crowds, journal
from storage.facts import searchable
from storage.identity import family_of
from storage.tables import NOBODY, identity
from storage.tables import lead as leads

CHUNK = 100  # leads that are folded at a time


def lead(c: sa.Connection, workspace: str, lead_id: int, playbook: Playbook) -> Lead | None:
    events = events_of(c, workspace, lead_id)
    crowded = crowds.of_leads(c, workspace, [lead_id], playbook.machines)
    return tell(events, playbook, crowded.get(lead_id, NO_HITS)) if events else None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a walk through leads in order of creation stands."""

    created_at: datetime
    lead_id: int


def _after(place: Place) -> sa.ColumnElement[bool]:
    """The leads that were created later, or have a larger number where that is the same moment."""
    same = sa.and_(leads.c.created_at == place.created_at, leads.c.lead_id > place.lead_id)
    return sa.or_(leads.c.created_at > place.created_at, same)


def next_created(
    c: sa.Connection, workspace: str, period: Period, playbook: Playbook, after: Place | None
) -> tuple[list[Lead], Place | None]:
    """The next leads created in a period, and where that leaves off; None when there are no more."""
    found = c.execute(
        sa.select(leads.c.created_at, leads.c.lead_id)
        .where(
            leads.c.workspace_id == workspace,
            leads.c.created_at >= (after.created_at if after else period.start),
            leads.c.created_at < period.end,
            *([_after(after)] if after else []),
        )
        .order_by(leads.c.created_at, leads.c.lead_id)
        .limit(CHUNK)
    ).all()
    if not found:
        return [], None
    ids = [row.lead_id for row in found]
    events = journal.of_leads(c, workspace, ids, {})
    crowded = crowds.of_leads(c, workspace, ids, playbook.machines)
    told = [tell(events[one], playbook, crowded.get(one, NO_HITS)) for one in ids if one in events]
    return told, Place(*found[-1])


def events_of(c: sa.Connection, workspace: str, lead_id: int) -> list[LeadEvent]:
    return sorted(journal.of_leads(c, workspace, [lead_id], {}).get(lead_id, []), key=in_order)


def lead_of(c: sa.Connection, workspace: str, email: str) -> int | None:
    return c.execute(
        sa.select(identity.c.lead_id).where(
            identity.c.workspace_id == workspace,
            identity.c.kind == "email",
            identity.c.value == email_key(email),
            identity.c.lead_id > NOBODY,
        )
    ).scalar()


def story_of(c: sa.Connection, workspace: str, email: str) -> Story | None:
    if lead_of(c, workspace, email) is None:
        return None
    address = Identifier("email", email_key(email))
    return story(family_of(c, workspace, address), address)


def find_leads(c: sa.Connection, workspace: str, text: str, limit: int) -> list[LeadSummary]:
    exact = lead_of(c, workspace, text)
    words = searchable(text)
    meant = leads.c.lead_id == exact if exact else leads.c.found_by.contains(words, autoescape=True)
    found = (
        sa.select(
            leads.c.lead_id.label("id"),
            leads.c.name,
            leads.c.email,
            leads.c.company,
            leads.c.stage,
            leads.c.last_touch_at,
        )
        .where(leads.c.workspace_id == workspace, leads.c.forgotten.is_(False), meant)
        .order_by(leads.c.last_touch_at.desc().nulls_last(), leads.c.lead_id.desc())
        .limit(limit)
    )
    return [LeadSummary(**row._asdict() | {"stage": Stage(row.stage)}) for row in c.execute(found)]
