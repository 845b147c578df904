"""Hindsight: what was known at a time, for one question, in a transaction that is undone.

The facts of the leads that got events since then are told again from the events received by then (who is
whom as it was then, too), into temporary tables; temporary views with the names of the real tables show
those instead, and all others as they stand. So the same SQL counts the past, nothing is written that
anybody else can see, and no writer waits. Who was forgotten since stays forgotten.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

import sqlalchemy as sa

from funnel.crowds import NO_HITS, hits
from funnel.errors import QuestionError
from funnel.events import EVENT, CampaignSpent, LeadEvent, LeadForgotten
from funnel.journey import tell
from funnel.playbook import Playbook
from storage import crowds, facts, spending
from storage.facts import Row
from storage.identity import Families, mention_of, part
from storage.tables import NOBODY, identity, journal, mail_hit, spend

MOST_CHANGED = 5_000  # leads; each is told again for one answer
UNCHANGED = "lead_id NOT IN (SELECT lead_id FROM then_changed)"
DISORDER = timedelta(hours=1)  # by which rows of the journal may be out of the order of their reception


def recall(c: sa.Connection, workspace: str, as_of: datetime, playbook: Playbook) -> None:
    """Make this connection see the facts as they were known at `as_of`, until its transaction is undone.

    Raises:
        QuestionError: too many leads have changed since.

    """
    since = _first_since(c, workspace, as_of - DISORDER)
    later = (
        journal.c.workspace_id == workspace,
        journal.c.seq >= since,
        journal.c.received_at > as_of,
    )
    changed = _changed(c, workspace, later, as_of)
    if changed:
        events = _known_events(c, workspace, changed, as_of)
        own = _sorted_out(events)
        _remember_changed(c, changed | own.keys())
        looked_at = {lead_id: hits(some) for lead_id, some in own.items()}
        _overlay(c, mail_hit, crowds.rows(workspace, looked_at), UNCHANGED)
        crowded = crowds.of_leads(c, workspace, own, playbook.machines)
        leads = {one: tell(some, playbook, crowded.get(one, NO_HITS)) for one, some in own.items()}
        for table, rows in facts.rows(workspace, leads, playbook).items():
            _overlay(c, table, rows, UNCHANGED)
    if c.execute(sa.select(journal.c.seq).where(*later, journal.c.lead_id == NOBODY).limit(1)).first():
        told = (EVENT.validate_json(body) for _, body in _bodies(c, workspace, [NOBODY], as_of))
        spent = spending.latest(event for event in told if isinstance(event, CampaignSpent))
        _overlay(c, spend, list(spending.rows(workspace, spent, playbook)), "1 = 0")


def _first_since(c: sa.Connection, workspace: str, time: datetime) -> int:
    """The first row of the journal that was received after a time, found by halving: rows come in order."""
    own = journal.c.workspace_id == workspace
    low, high = 0, c.execute(sa.select(sa.func.max(journal.c.seq)).where(own)).scalar() or 0
    while low < high:
        middle = (low + high) // 2
        row = sa.select(journal.c.seq, journal.c.received_at).where(own, journal.c.seq > middle)
        found = c.execute(row.order_by(journal.c.seq).limit(1)).first()
        if found is None or found.received_at > time:
            high = middle
        else:
            low = found.seq
    return low


def _changed(
    c: sa.Connection, workspace: str, later: Iterable[sa.ColumnElement[bool]], as_of: datetime
) -> set[int]:
    """The leads that got events later, and whoever was ever taken for one of them."""
    found = sa.select(journal.c.lead_id).where(*later, journal.c.lead_id > NOBODY).distinct()
    leads = set(c.execute(found.limit(MOST_CHANGED + 1)).scalars())
    if len(leads) > MOST_CHANGED:
        raise QuestionError(
            f"More than {MOST_CHANGED:,} leads changed since {as_of:%Y-%m-%d}, too many to tell again for "
            "one answer. Ask as of a later day."
        )
    own = identity.c.workspace_id == workspace
    families = sa.select(identity.c.family).where(
        own, identity.c.lead_id.in_(leads), identity.c.family.is_not(None)
    )
    kin = sa.select(identity.c.lead_id).where(own, identity.c.family.in_(families))
    return leads.union(c.execute(kin).scalars()) - {NOBODY}


def _bodies(
    c: sa.Connection, workspace: str, leads: Iterable[int], as_of: datetime
) -> Iterable[sa.Row[int, str]]:
    forgotten = LeadForgotten.model_fields["type"].default
    return c.execute(
        sa.select(journal.c.seq, journal.c.body).where(
            journal.c.workspace_id == workspace,
            journal.c.lead_id.in_(list(leads)),
            sa.or_(journal.c.received_at <= as_of, journal.c.type == forgotten),
        )
    )


def _known_events(
    c: sa.Connection, workspace: str, leads: Iterable[int], as_of: datetime
) -> dict[int, LeadEvent]:
    """What had been received of these leads by then, by the journal's numbers."""
    read = ((seq, EVENT.validate_json(body)) for seq, body in _bodies(c, workspace, leads, as_of))
    return {seq: event for seq, event in read if not isinstance(event, CampaignSpent)}


def _sorted_out(events: Mapping[int, LeadEvent]) -> dict[int, list[LeadEvent]]:
    """Whose these events are, by no others than these."""
    mentions = {seq: mention_of(event) for seq, event in events.items()}
    families = Families()
    for seq, said in mentions.items():
        families.add(seq, said.names)
    members: defaultdict[int, list[int]] = defaultdict(list)
    for seq in mentions:
        members[families.of(seq)].append(seq)
    leads: defaultdict[int, list[LeadEvent]] = defaultdict(list)
    for family, own in members.items():
        split = any(mentions[seq].is_split for seq in own)
        whose = part({seq: mentions[seq] for seq in own}).leads if split else dict.fromkeys(own, family)
        for seq, lead_id in whose.items():
            leads[lead_id].append(events[seq])
    return dict(leads)


def _remember_changed(c: sa.Connection, leads: Iterable[int]) -> None:
    c.execute(sa.text("CREATE TEMPORARY TABLE then_changed (lead_id BIGINT PRIMARY KEY)"))
    changed = sa.table("then_changed", sa.column("lead_id", sa.BigInteger))
    c.execute(sa.insert(changed), [{"lead_id": lead_id} for lead_id in leads])


def _overlay(c: sa.Connection, table: sa.Table, rows: list[Row], unchanged: str) -> None:
    """Hide a table behind a view of the same name: these rows, and of the real ones those `unchanged`."""
    then = table.to_metadata(sa.MetaData(), name=f"then_{table.name}")
    schema = "main" if c.dialect.name == "sqlite" else c.dialect.default_schema_name
    columns = ", ".join(f'"{column.name}"' for column in table.columns)
    real = f'SELECT {columns} FROM "{schema}"."{table.name}"'  # noqa: S608 - names of our own
    c.execute(sa.text(f"CREATE TEMPORARY TABLE {then.name} AS {real} WHERE 1 = 0"))
    if rows:
        c.execute(sa.insert(then), rows)
    view = f"{real} WHERE {unchanged} UNION ALL SELECT {columns} FROM {then.name}"  # noqa: S608 - names of our own
    c.execute(sa.text(f'CREATE TEMPORARY VIEW "{table.name}" AS {view}'))
