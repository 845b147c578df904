"""Who is who: which identifiers are one person's, by what every event says, in order of occurrence.

An event that names several identifiers joins them, and so does a merge; nobody is joined by a name. A split
says that whom it names is somebody else than the others whom they had been taken for:

- The others are all the identifiers of its own kind or a stronger one (e-mail, then user id, then anonymous
  id) that events before the split join to those that it names, directly or through further identifiers.
- Nothing joins the two sides, be it before the split or after, except a merge after it.
- An event that names both sides is about the one that it names first, in the order of the kinds; an
  identifier that was used on both sides (of a shared browser, say) stays with the side that used it first.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

from funnel.events import LeadEvent, LeadIdentified, LeadMerged, LeadSplit, Person, in_order
from funnel.identity import email_key

Kind = Literal["email", "user", "anonymous"]
KINDS: tuple[Kind, ...] = get_args(Kind)  # the strongest first


class Identifier(NamedTuple):
    """One id of a person; an e-mail address is its key."""

    kind: Kind
    value: str


Names = tuple[Identifier, ...]


class Mention(NamedTuple):
    """What one event says of who is who: each of `groups` is one person's; the event is about the first."""

    event: LeadEvent
    groups: tuple[Names, ...]

    @property
    def about(self) -> Identifier:
        return self.groups[0][0]

    @property
    def is_split(self) -> bool:
        return isinstance(self.event, LeadSplit) and bool(self.groups)

    @property
    def names(self) -> set[Identifier]:
        return {one for group in self.groups for one in group}


def mention(event: LeadEvent) -> Mention:
    """Every id that the event gives of its person; one they had before may be of any kind."""
    names = _names(event.person)
    if isinstance(event, LeadMerged):
        other = _names(event.other)
        return Mention(event, (names, other, (names[0], other[0])))
    if isinstance(event, LeadIdentified) and event.previous_id:
        before = event.previous_id
        names += (Identifier("user", before), Identifier("anonymous", before))
        if "@" in before:
            names += (Identifier("email", email_key(before)),)
    return Mention(event, (names,))


def _names(person: Person) -> Names:
    found: list[tuple[Kind, str | None]] = [
        ("email", email_key(person.email) if person.email else None),
        ("user", person.user_id),
        ("anonymous", person.anonymous_id),
    ]
    return tuple(Identifier(kind, value) for kind, value in found if value)


@dataclass(eq=False, slots=True)
class Circle:
    """The identifiers of one person, the first that was named first.

    Each stands with the event that joined it to those before, the first with the event that named it; `born`
    orders circles by their first identifiers.
    """

    born: int
    joined_by: dict[Identifier, LeadEvent]


def tell_apart(mentions: Iterable[Mention]) -> dict[Identifier, Circle]:
    """The circle of every identifier that the mentions name; they may come in any order."""
    told = sorted(mentions, key=lambda one: in_order(one.event))
    splits = tuple(_splits(told))
    circles: dict[Identifier, Circle] = {}
    for mentioned in told:
        for group in mentioned.groups:
            for name in group:
                circles.setdefault(name, Circle(len(circles), {name: mentioned.event}))
                _join(circles, group[0], name, mentioned.event, splits)
    return circles


def _join(
    circles: dict[Identifier, Circle],
    one: Identifier,
    other: Identifier,
    event: LeadEvent,
    splits: Iterable["_Split"],
) -> None:
    if circles[one] is circles[other]:
        return
    older, younger = sorted((circles[one], circles[other]), key=lambda circle: circle.born)
    if any(split.forbids(event, older, younger) for split in splits):
        return
    first = next(iter(younger.joined_by))
    older.joined_by |= younger.joined_by | {first: event}
    circles.update(dict.fromkeys(younger.joined_by, older))


@dataclass(frozen=True, slots=True)
class _Split:
    """Whom a split names, and the others whom they had been taken for."""

    event: LeadEvent
    names: frozenset[Identifier]
    others: frozenset[Identifier]

    def forbids(self, event: LeadEvent, one: Circle, other: Circle) -> bool:
        """Whether `event` may not make one person of the two."""
        if isinstance(event, LeadMerged) and in_order(event) > in_order(self.event):
            return False
        return self._between(one, other) or self._between(other, one)

    def _between(self, one: Circle, other: Circle) -> bool:
        return not (self.names.isdisjoint(one.joined_by) or self.others.isdisjoint(other.joined_by))


def _splits(told: Iterable[Mention]) -> Iterator[_Split]:
    """Each split with its others, from the mentions in order."""
    kin: dict[Identifier, set[Identifier]] = {}
    for mentioned in told:
        names = mentioned.names
        before = {one for name in names for one in kin.get(name, ())}
        if mentioned.is_split:
            strongest = min(KINDS.index(name.kind) for name in names)
            others = (one for one in before - names if KINDS.index(one.kind) <= strongest)
            yield _Split(mentioned.event, frozenset(names), frozenset(others))
        kin |= dict.fromkeys(before | names, before | names)


@dataclass(frozen=True, slots=True)
class Trace:
    """An identifier of a person, how it was spelled, and the event that joined it to the rest."""

    identifier: Identifier
    spelled: tuple[str, ...]
    event: LeadEvent


@dataclass(frozen=True, slots=True)
class Story:
    """How one person came together: their traces, oldest first, and every merge and split around them."""

    traces: tuple[Trace, ...]
    acts: tuple[LeadMerged | LeadSplit, ...]


def story(mentions: Iterable[Mention], identifier: Identifier) -> Story:
    """The story of whoever has `identifier`, from all that mentions them or whom they were taken for."""
    told = sorted(mentions, key=lambda one: in_order(one.event))
    spelled = _spellings(told)
    joined = tell_apart(told)[identifier].joined_by
    return Story(
        tuple(Trace(one, tuple(spelled.get(one, ())), event) for one, event in joined.items()),
        tuple(one.event for one in told if isinstance(one.event, LeadMerged | LeadSplit)),
    )


def _spellings(told: Iterable[Mention]) -> dict[Identifier, dict[str, None]]:
    """The addresses as they were given, by the key that they share, each once."""
    spelled: dict[Identifier, dict[str, None]] = {}
    for event, _ in told:
        people = (event.person, event.other) if isinstance(event, LeadMerged) else (event.person,)
        for address in (one.email for one in people if one.email):
            spelled.setdefault(Identifier("email", email_key(address)), {})[address] = None
    return spelled
