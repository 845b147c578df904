"""Who an event is about: events that share an identifier are one lead's, unless somebody split them.

A lead's id is the smallest journal seq of its events, whatever order they were told in; nobody is ever
merged on a name. Whoever is joined in any way is one *family*, which goes by its smallest seq too. Most
families are one lead. One that a split event parted has its number in `identity.family`, and is sorted out
from the journal again whenever something new comes (`funnel.persons` has the rule).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa

from funnel.events import LeadEvent
from funnel.persons import KINDS, Circle, Identifier, Mention, mention, tell_apart
from storage import facts, journal
from storage.columns import plain
from storage.tables import NOBODY, identity

FAMILY = sa.func.coalesce(identity.c.family, identity.c.lead_id)


def mention_of(event: LeadEvent) -> Mention:
    """Every id that the event gives, as a column keeps it."""
    said = mention(event)
    groups = (_kept(group) for group in said.groups)
    return Mention(event, tuple(group for group in groups if group))


def _kept(group: Iterable[Identifier]) -> tuple[Identifier, ...]:
    return tuple(Identifier(kind, value) for kind, text in group if (value := plain(text)))


class Families:
    """Numbers and identifiers that belong together; a family goes by its smallest number."""

    def __init__(self, known: Mapping[Identifier, int] | None = None) -> None:
        self._above: dict[int, int] = {}
        self._number: dict[Identifier, int] = dict(known or {})

    def add(self, number: int, identifiers: Iterable[Identifier]) -> None:
        for identifier in identifiers:
            self._join(number, self._number.setdefault(identifier, number))

    def of(self, number: int) -> int:
        """The smallest number of the family that `number` is in."""
        above = self._above.get(number, number)
        while above != (higher := self._above.get(above, above)):
            self._above[number] = above = higher
        return above

    def identified(self) -> dict[Identifier, int]:
        return {identifier: self.of(number) for identifier, number in self._number.items()}

    def _join(self, one: int, other: int) -> None:
        low, high = sorted((self.of(one), self.of(other)))
        if low != high:
            self._above[high] = low


class Owned(NamedTuple):
    """Whose an identifier is: a lead's or `NOBODY`'s, and its family's number if that was parted."""

    lead: int
    family: int | None = None


class Parted(NamedTuple):
    """A parted family: which lead each of its events belongs to, by seq, and each of its identifiers."""

    leads: dict[int, int]
    owned: dict[Identifier, Owned]


def part(mentions: Mapping[int, Mention]) -> Parted:
    """Sort out one family from all of its mentions, by seq.

    An identifier of which only others' events speak is nobody's.
    """
    circles = tell_apart(mentions.values())
    numbers: dict[Circle, int] = {}
    for seq in sorted(mentions):
        numbers.setdefault(circles[mentions[seq].about], seq)
    family = min(mentions)
    return Parted(
        {seq: numbers[circles[said.about]] for seq, said in mentions.items()},
        {one: Owned(numbers.get(circle, NOBODY), family) for one, circle in circles.items()},
    )


@dataclass(frozen=True, slots=True)
class Resolved:
    """What new events change in whose events are whose.

    `leads` has the lead of each new seq and of those that moved, `merged` the leads all of whose events
    became another's. `touched` are the leads to be told again, `gone` those that are no more.
    """

    leads: dict[int, int]
    merged: dict[int, int]
    touched: set[int]
    gone: set[int]


def resolve(c: sa.Connection, workspace: str, events: Mapping[int, LeadEvent]) -> Resolved:
    """Find or make the lead of each event (by journal seq), and remember its identifiers."""
    mentions = {seq: mention_of(event) for seq, event in events.items()}
    known = _known(c, workspace, {one for said in mentions.values() for one in said.names})
    families = Families({one: row.family for one, row in known.items()})
    for seq, said in mentions.items():
        families.add(seq, said.names)
    parted = {families.of(row.family) for row in known.values() if row.parted} | {
        families.of(seq) for seq, said in mentions.items() if said.is_split
    }
    before = {row.family: families.of(row.family) for row in known.values()}
    merged = {old: new for old, new in before.items() if old != new and new not in parted}
    _repoint(c, workspace, merged)
    whole = {one: family for one, family in families.identified().items() if family not in parted}
    remember(c, workspace, {one: Owned(family) for one, family in whole.items() if one not in known})
    leads = {seq: family for seq in mentions if (family := families.of(seq)) not in parted}
    resolved = Resolved(leads, merged, touched=set(leads.values()), gone=set(merged))
    for family in parted:
        own = {seq: said for seq, said in mentions.items() if families.of(seq) == family}
        _part_again(c, workspace, {old for old, new in before.items() if new == family}, own, resolved)
    return resolved


def _part_again(
    c: sa.Connection, workspace: str, before: set[int], new: Mapping[int, Mention], resolved: Resolved
) -> None:
    """Sort out the family that families known `before` and new mentions are now, from all of its events."""
    standing = _standing(c, workspace, before)
    old_leads = {row.lead_id for row in standing} - {NOBODY}
    entries = journal.entries_of(c, workspace, old_leads)
    family = part({seq: mention_of(entry.event) for seq, entry in entries.items()} | dict(new))
    facts.replace(c, identity, standing, (_row(workspace, one, of) for one, of in family.owned.items()))
    was = {seq: entry.lead for seq, entry in entries.items()}
    moved = {seq: lead for seq, lead in family.leads.items() if was.get(seq) != lead}
    gone = old_leads.difference(family.leads.values())
    resolved.leads.update(moved)
    resolved.touched.update(moved.values(), {was[seq] for seq in moved if seq in was} - gone)
    resolved.gone.update(gone)


def _standing(c: sa.Connection, workspace: str, families: Iterable[int]) -> Sequence[sa.Row[Any]]:
    """What is written down of the identifiers of those families."""
    numbers = list(families)
    whole = sa.and_(identity.c.family.is_(None), identity.c.lead_id.in_(numbers))
    mine = sa.or_(identity.c.family.in_(numbers), whole)
    return c.execute(sa.select(identity).where(identity.c.workspace_id == workspace, mine)).all()


def family_of(c: sa.Connection, workspace: str, identifier: Identifier) -> list[Mention]:
    """All that is said of who is who in the family of an identifier; nothing if nobody has it."""
    families = {row.family for row in _known(c, workspace, {identifier}).values()}
    leads = {row.lead_id for row in _standing(c, workspace, families)} - {NOBODY}
    return [mention_of(entry.event) for entry in journal.entries_of(c, workspace, leads).values()]


def _row(workspace: str, one: Identifier, of: Owned) -> dict[str, Any]:
    return {"workspace_id": workspace} | one._asdict() | {"lead_id": of.lead, "family": of.family}


class _Known(NamedTuple):
    family: int
    parted: bool


def _known(c: sa.Connection, workspace: str, wanted: set[Identifier]) -> dict[Identifier, _Known]:
    found = c.execute(
        sa.select(identity.c.kind, identity.c.value, FAMILY, identity.c.family.is_not(None)).where(
            identity.c.workspace_id == workspace,
            identity.c.kind.in_(KINDS),
            identity.c.value.in_({one.value for one in wanted}),
        )
    )
    known = {Identifier(kind, value): _Known(family, parted) for kind, value, family, parted in found}
    return {one: row for one, row in known.items() if one in wanted}


def _repoint(c: sa.Connection, workspace: str, merged: Mapping[int, int]) -> None:
    """Give the identifiers of families that were never parted to the lead that each is now."""
    if merged:
        c.execute(
            sa.update(identity)
            .where(identity.c.workspace_id == workspace, identity.c.lead_id == sa.bindparam("old"))
            .values(lead_id=sa.bindparam("new")),
            [{"old": old, "new": new} for old, new in merged.items()],
        )


def remember(c: sa.Connection, workspace: str, new: Mapping[Identifier, Owned]) -> None:
    """Write down whose these identifiers are, none of which is known yet."""
    if new:
        c.execute(sa.insert(identity), [_row(workspace, one, owned) for one, owned in new.items()])
