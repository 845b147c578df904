"""Who an event is about: events that share an identifier are one lead's.

A lead's id is the smallest journal seq of its events, whatever order they were told in; nobody is ever
merged on a name.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

import sqlalchemy as sa

from funnel.events import LeadEvent, LeadIdentified
from storage.columns import plain
from storage.tables import identity

Kind = Literal["email", "anonymous", "user"]
KINDS: tuple[Kind, ...] = get_args(Kind)


class Identifier(NamedTuple):
    kind: Kind
    value: str


def identifiers(event: LeadEvent) -> list[Identifier]:
    """Every id that the event gives of its person; one they had before may be of any kind."""
    person = event.person
    found: list[tuple[Kind, str | None]] = [
        ("email", person.email),
        ("anonymous", person.anonymous_id),
        ("user", person.user_id),
    ]
    if isinstance(event, LeadIdentified) and event.previous_id:
        before = event.previous_id
        found += [("anonymous", before), ("user", before)]
        found += [("email", before.strip().lower())] if "@" in before else []
    return [Identifier(kind, value) for kind, text in found if (value := plain(text))]


class Groups:
    """Numbers and identifiers that belong together; a group goes by its smallest number."""

    def __init__(self, known: Mapping[Identifier, int] | None = None) -> None:
        self._above: dict[int, int] = {}
        self._number: dict[Identifier, int] = dict(known or {})

    def add(self, number: int, identifiers: Iterable[Identifier]) -> None:
        for identifier in identifiers:
            self._join(number, self._number.setdefault(identifier, number))

    def of(self, number: int) -> int:
        """The smallest number of the group that `number` is in."""
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


@dataclass(frozen=True, slots=True)
class Resolved:
    """Which lead each new seq belongs to, and into which lead an older one was merged."""

    leads: dict[int, int]
    merged: dict[int, int]


def resolve(c: sa.Connection, workspace: str, mentions: Mapping[int, list[Identifier]]) -> Resolved:
    """Find or make the lead of each mention (identifiers by journal seq), and remember the identifiers."""
    known = _known(c, workspace, {one for mention in mentions.values() for one in mention})
    groups = Groups(known)
    for seq, mention in mentions.items():
        groups.add(seq, mention)
    merged = {lead: groups.of(lead) for lead in set(known.values()) if groups.of(lead) != lead}
    _repoint(c, workspace, merged)
    _remember(c, workspace, {one: lead for one, lead in groups.identified().items() if one not in known})
    return Resolved({seq: groups.of(seq) for seq in mentions}, merged)


def _known(c: sa.Connection, workspace: str, wanted: set[Identifier]) -> dict[Identifier, int]:
    found = c.execute(
        sa.select(identity.c.kind, identity.c.value, identity.c.lead_id).where(
            identity.c.workspace_id == workspace,
            identity.c.kind.in_(KINDS),
            identity.c.value.in_({one.value for one in wanted}),
        )
    )
    known = {Identifier(kind, value): lead for kind, value, lead in found}
    return {one: lead for one, lead in known.items() if one in wanted}


def _repoint(c: sa.Connection, workspace: str, merged: Mapping[int, int]) -> None:
    if merged:
        c.execute(
            sa.update(identity)
            .where(identity.c.workspace_id == workspace, identity.c.lead_id == sa.bindparam("old"))
            .values(lead_id=sa.bindparam("new")),
            [{"old": old, "new": new} for old, new in merged.items()],
        )


def _remember(c: sa.Connection, workspace: str, new: Mapping[Identifier, int]) -> None:
    if new:
        c.execute(
            sa.insert(identity),
            [
                {"workspace_id": workspace, "kind": one.kind, "value": one.value, "lead_id": lead}
                for one, lead in new.items()
            ],
        )
