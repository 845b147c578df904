"""Deriving everything from the journal again, in steps short enough to run beside a live bot.

First whose every event is, then what each lead comes to. A store that was right is only read.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import sqlalchemy as sa

from funnel.events import EVENT, CampaignSpent
from funnel.persons import Identifier, Mention
from funnel.playbook import Playbook
from storage import facts, journal, spending
from storage.database import Database, take_turn
from storage.identity import Families, Owned, Parted, mention_of, part, remember
from storage.journal import LeadEntry
from storage.tables import identity, lead, mail_hit
from storage.tables import journal as entries
from storage.telling import fold

CHUNK = 1000  # journal rows at a time
STEP = 200  # leads in one transaction


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """How many leads there are, and of how many leads, identifiers and spend rows something was wrong."""

    leads: int
    changed: int


@dataclass(frozen=True, slots=True)
class _Misplaced:
    """What is wrong with whose events are whose: the right lead of a seq, the right owners of identifiers."""

    rows: dict[int, int]
    wrong: set[Identifier]
    right: dict[Identifier, Owned]

    @property
    def count(self) -> int:
        return len(self.rows) + len(self.wrong | self.right.keys())


async def rebuild(database: Database, workspace: str, playbook: Playbook) -> Rebuilt:
    await database.write(lambda c: journal.queue_set_aside(c, workspace))
    misplaced = (await database.read(lambda c: _misplaced(c, workspace))).count
    if misplaced:
        misplaced = await database.write(lambda c: _put_right(c, workspace))
    changed = misplaced + await database.write(lambda c: _spend(c, workspace, playbook))
    seen, last = 0, 0
    while True:
        step = await database.write(partial(_facts, workspace=workspace, playbook=playbook, after=last))
        changed += step.changed
        if step.last is None:
            return Rebuilt(leads=seen, changed=changed)
        seen, last = seen + step.leads, step.last


def _misplaced(c: sa.Connection, workspace: str) -> _Misplaced:
    """Compare whose the events are with whose they should be, by all their identifiers from the first on."""
    families = Families()
    said: dict[int, int] = {}
    split: list[int] = []
    for seq, entry in _told(c, workspace):
        mentioned = mention_of(entry.event)
        said[seq] = entry.lead
        families.add(seq, mentioned.names)
        split += [seq] if mentioned.is_split else []
    leads = {seq: families.of(seq) for seq in said}
    right = {one: Owned(family) for one, family in families.identified().items()}
    for parted in _parted(c, workspace, families, {families.of(seq) for seq in split}):
        leads |= parted.leads
        right |= parted.owned
    known = {
        Identifier(row.kind, row.value): Owned(row.lead_id, row.family)
        for row in c.execute(sa.select(identity).where(identity.c.workspace_id == workspace))
    }
    return _Misplaced(
        {seq: lead_id for seq, lead_id in leads.items() if said[seq] != lead_id},
        {one for one, owned in known.items() if right.get(one) != owned},
        {one: owned for one, owned in right.items() if known.get(one) != owned},
    )


def _parted(c: sa.Connection, workspace: str, families: Families, parted: set[int]) -> Iterator[Parted]:
    """The families of those numbers, sorted out; only they are read again."""
    mentions: defaultdict[int, dict[int, Mention]] = defaultdict(dict)
    for seq, entry in _told(c, workspace) if parted else ():
        if (family := families.of(seq)) in parted:
            mentions[family][seq] = mention_of(entry.event)
    return map(part, mentions.values())


def _told(c: sa.Connection, workspace: str) -> Iterator[tuple[int, LeadEntry]]:
    """The events that belong to leads, a chunk at a time, in the order in which they were accepted."""
    last = 0
    while rows := c.execute(
        sa.select(entries.c.seq, entries.c.lead_id, entries.c.body)
        .where(entries.c.workspace_id == workspace, entries.c.seq > last, entries.c.lead_id > 0)
        .order_by(entries.c.seq)
        .limit(CHUNK)
    ).all():
        for row in rows:
            event = EVENT.validate_json(row.body)
            if not isinstance(event, CampaignSpent):
                yield row.seq, LeadEntry(row.lead_id, event)
        last = rows[-1].seq


def _put_right(c: sa.Connection, workspace: str) -> int:
    """Give every event to its lead; looked at again inside the turn, because tellers went on meanwhile."""
    take_turn(c, workspace)
    misplaced = _misplaced(c, workspace)
    journal.assign(c, workspace, misplaced.rows)
    if misplaced.wrong:
        c.execute(
            sa.delete(identity).where(
                identity.c.workspace_id == workspace,
                identity.c.kind == sa.bindparam("of_kind"),
                identity.c.value == sa.bindparam("of_value"),
            ),
            [{"of_kind": one.kind, "of_value": one.value} for one in misplaced.wrong],
        )
    remember(c, workspace, misplaced.right)
    return misplaced.count


def _spend(c: sa.Connection, workspace: str, playbook: Playbook) -> int:
    take_turn(c, workspace)
    events = (
        EVENT.validate_json(text)
        for text in c.execute(
            sa.select(entries.c.body).where(entries.c.workspace_id == workspace, entries.c.lead_id == 0)
        ).scalars()
    )
    spent = (event for event in events if isinstance(event, CampaignSpent))
    return spending.rewrite(c, workspace, spent, playbook)


@dataclass(frozen=True, slots=True)
class _Step:
    leads: int
    changed: int
    last: int | None


def _facts(c: sa.Connection, *, workspace: str, playbook: Playbook, after: int) -> _Step:
    """Tell the next leads after that id again, and forget those of whom the journal knows nothing."""
    take_turn(c, workspace)
    known, stand, hit = (
        set(
            c.execute(
                sa.select(table.c.lead_id)
                .where(table.c.workspace_id == workspace, table.c.lead_id > after)
                .distinct()
                .order_by(table.c.lead_id)
                .limit(STEP)
            ).scalars()
        )
        for table in (entries, lead, mail_hit)
    )
    chunk = sorted(known | stand | hit)[:STEP]
    if not chunk:
        return _Step(leads=0, changed=0, last=None)
    right = known & set(chunk)
    vanished = set(chunk) - known
    folded = fold(c, workspace, playbook, right, vanished)
    if vanished:
        facts.erase(c, workspace, vanished)
    changed = facts.write(c, workspace, folded.leads, playbook) | folded.moved | vanished
    return _Step(leads=len(right), changed=len(changed), last=chunk[-1])
