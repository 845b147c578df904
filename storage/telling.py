"""From the journal to leads, facts and cards: the step that follows every acceptance.

One transaction tells a batch of events: whose they are, what those leads come to now, and which messages
may have changed with them.
"""

import logging
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import sqlalchemy as sa

from funnel.crowds import NO_HITS, hits
from funnel.events import CampaignSpent, Event
from funnel.journey import tell
from funnel.lead import Lead
from funnel.playbook import Playbook
from funnel.triggers import owed
from storage import crowds, facts, identity, journal, marking, spending
from storage.database import Database, take_turn
from storage.tables import NOBODY

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Told:
    """How many events were told or set aside, how many leads they touched, and how many cards they marked."""

    events: int
    leads: int
    cards: int


async def tell_or_set_aside(
    database: Database, workspace: str, playbook: Playbook, now: datetime, limit: int
) -> Told:
    """Tell up to `limit` events; where one of them cannot be told, half as many, down to the culprit.

    The culprit itself is set aside by a transaction of its own. When the database is what fails, that
    fails too, and nothing is set aside.
    """
    try:
        return await database.write(
            partial(tell_next, workspace=workspace, playbook=playbook, now=now, limit=limit)
        )
    except Exception as error:
        if _of_the_database(error):
            raise
        if limit > 1:
            return await tell_or_set_aside(database, workspace, playbook, now, limit // 2)
        receipt = await database.write(partial(journal.set_next_aside, workspace=workspace))
        log.exception("set aside an event that cannot be told: %s", receipt)
        return Told(events=1, leads=0, cards=0)


TROUBLE = ("08", "40", "53", "57", "58")  # connections, deadlocks, resources, operators, the system


def _of_the_database(error: Exception) -> bool:
    """Whether the database fails, and not the event: it may work in a moment, and no event is to blame."""
    if not isinstance(error, sa.exc.DBAPIError):
        return isinstance(error, OSError)
    code = getattr(error.orig, "sqlstate", None) or ""
    return (
        error.connection_invalidated
        or code.startswith(TROUBLE)
        or isinstance(error.orig, sqlite3.OperationalError)
    )


def tell_next(c: sa.Connection, workspace: str, playbook: Playbook, now: datetime, limit: int) -> Told:
    take_turn(c, workspace)
    entries = journal.untold(c, workspace, limit)
    if not entries:
        return Told(events=0, leads=0, cards=0)
    events = {entry.seq: entry.event for entry in entries}
    touched = _tell_leads(c, workspace, playbook, events)
    spent = {seq: event for seq, event in events.items() if isinstance(event, CampaignSpent)}
    journal.assign(c, workspace, dict.fromkeys(spent, NOBODY))
    if spent:
        spending.write(c, workspace, spent.values(), playbook)
    cards = marking.mark(
        c,
        workspace,
        touched.leads,
        deserving={
            lead_id: len(told) for lead_id, lead in touched.leads.items() if (told := owed(lead, playbook))
        },
        lane=playbook.channels.briefs,
        now=now,
    ) + marking.mark_gone(c, workspace, touched.gone)
    return Told(events=len(entries), leads=len(touched.leads), cards=cards)


@dataclass(frozen=True, slots=True)
class _Touched:
    leads: dict[int, Lead]
    gone: set[int]


def _tell_leads(
    c: sa.Connection, workspace: str, playbook: Playbook, events: Mapping[int, Event]
) -> _Touched:
    of_leads = {seq: event for seq, event in events.items() if not isinstance(event, CampaignSpent)}
    if not of_leads:
        return _Touched({}, set())
    resolved = identity.resolve(c, workspace, of_leads)
    journal.assign(c, workspace, resolved.leads)
    journal.reassign(c, workspace, resolved.merged)
    facts.erase(c, workspace, resolved.gone)
    leads = fold(c, workspace, playbook, resolved.touched, resolved.gone, events).leads
    changed = facts.write(c, workspace, leads, playbook)
    touched = {one: lead for one, lead in leads.items() if one in resolved.touched or one in changed}
    return _Touched(touched, resolved.gone)


@dataclass(frozen=True, slots=True)
class Folded:
    """Leads as they are now, and those of whom the hits were others than what was written down."""

    leads: dict[int, Lead]
    moved: set[int]


def fold(
    c: sa.Connection,
    workspace: str,
    playbook: Playbook,
    leads: set[int],
    gone: set[int],
    known: Mapping[int, Event] | None = None,
) -> Folded:
    """The leads of those ids, from their events in the journal, and others to whom it makes a difference.

    A hit that completes a crowd is a sign of others too; so is one that is `gone` with its lead.
    """
    rules = playbook.machines
    events = journal.of_leads(c, workspace, leads, known or {})
    own = dict.fromkeys(gone, NO_HITS) | {lead: hits(some) for lead, some in events.items()}
    settled = crowds.settle(c, workspace, own, rules)
    crowded = settled.crowded
    if settled.company:
        events |= journal.of_leads(c, workspace, settled.company, {})
        crowded |= crowds.of_leads(c, workspace, settled.company, rules)
    told = {lead: tell(some, playbook, crowded.get(lead, NO_HITS)) for lead, some in events.items()}
    return Folded(told, settled.moved)
