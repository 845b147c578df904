"""An incident as the bot lives with it: what was found, how it went on, and what people said of it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Literal

from funnel.incident import OVERALL, Finding, Incident, Verdict

Change = Literal["opened", "grew", "eased", "ended", "again"]
GREW = 1.5  # times as many leads, or as far beyond a line, as was last said: what is worth a word
FURTHER = 0.1  # of a line: how much further beyond it is worth a word, too
TOKEN = 16  # characters; enough that no two incidents of a workspace share one
PARTICULAR = ("campaign", "source")
"""What says most of where leads come from, first; everything else is about more of them."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A change of an incident that matters, at a moment, and what there was to say of it then.

    `others`, of a threshold, are how many more rows were beyond the line.
    """

    what: Change
    at: datetime
    found: Finding
    others: int = 0


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a person said of an incident: `who` is a Slack member id."""

    verdict: Verdict
    who: str
    why: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Case:
    """One incident and everything that is known about its card.

    Attributes:
        incident: what was found.
        channel: where it is told, as the playbook named it when it began.
        whole: all of it as one finding: from the earliest time at which it may have begun until now.
        history: its changes that matter, the first one `opened`.
        hours: leads expected in each hour of its chart, which ends with the hour that it was last seen in.
        told_at: when its card was opened; None while nobody was told.
        shown_at: when its card was last made to follow it.
        hushed: nobody is told of it, ever: it was muted or foreseen for as long as it lasted.
        judgement: the last word of a person.

    """

    incident: Incident
    channel: str
    whole: Finding
    history: tuple[Turn, ...] = ()
    hours: tuple[float, ...] = ()
    told_at: datetime | None = None
    shown_at: datetime | None = None
    hushed: bool = False
    judgement: Judgement | None = None

    @property
    def over(self) -> bool:
        return self.incident.closed_at is not None

    @property
    def found(self) -> Finding:
        """What its card says: what says it most clearly while it goes on, all of it once it is over."""
        return self.whole if self.over else leading(self.incident)

    @property
    def again_at(self) -> datetime | None:
        """When it last began again after it had been over; None where it has not."""
        return next((turn.at for turn in reversed(self.history) if turn.what == "again"), None)

    @property
    def segments(self) -> frozenset[str]:
        return frozenset(one.segment for one in self.incident.findings)


def token(key: str) -> str:
    """What the buttons of an incident's card carry: its key may be long, and hold anything."""
    return sha256(key.encode(errors="replace")).hexdigest()[:TOKEN]


def named(segment: str) -> tuple[str | None, str]:
    """What a segment is and how it is called: `("campaign", "spring-fair")`; of all leads `(None, "")`."""
    if segment == OVERALL:
        return None, ""
    dimension, _, name = segment.partition(":")
    return dimension, name


def leading(incident: Incident) -> Finding:
    """The finding that an incident is about: the most particular one that holds most of what is unusual."""
    largest = max(incident.findings, key=_excess)
    able = (one for one in incident.findings if _is_most_of(one, largest))
    return min(able, key=lambda one: (_broadness(one), -one.score))


def _is_most_of(found: Finding, largest: Finding) -> bool:
    """Whether it holds most of an excess, and more than a part that large would by keeping step."""
    usual = min(found.expected / largest.expected, 1.0) if largest.expected else 0.0
    return 2 * _excess(found) >= (1 + usual) * _excess(largest)


def _excess(found: Finding) -> float:
    return abs(found.count - found.expected)


def _broadness(found: Finding) -> int:
    dimension, _ = named(found.segment)
    return PARTICULAR.index(dimension) if dimension in PARTICULAR else len(PARTICULAR)


def opened(incident: Incident, channel: str) -> Case:
    """The case of an incident that was found just now."""
    first = leading(incident)
    return followed(Case(incident, channel, first), incident, first)


def followed(case: Case, incident: Incident, whole: Finding) -> Case:
    """The case after another look: what its incident is now, and what has changed that matters."""
    now = replace(case, incident=incident, whole=whole)
    return replace(now, history=(*case.history, *_changes(now)))


def _changes(case: Case) -> Iterator[Turn]:
    last = case.history[-1] if case.history else None
    others = len(case.incident.findings) - 1 if case.incident.kind == "threshold" else 0
    if last is None:
        yield Turn("opened", case.incident.opened_at, leading(case.incident), others)
    elif not case.over and (what := _change(case, last)):
        yield Turn(what, case.found.at, case.found, others)
    if case.incident.closed_at and (last is None or last.what != "ended"):
        yield Turn("ended", case.incident.closed_at, case.whole)


def _change(case: Case, last: Turn) -> Change | None:
    """What has become worth a word since the last one, while it goes on."""
    if case.incident.kind == "surge":
        return "grew" if case.found.count >= GREW * last.found.count else None
    if case.incident.kind == "threshold":
        if case.found.score >= max(GREW * last.found.score, last.found.score + FURTHER):
            return "grew"
        return "eased" if GREW * len(case.incident.findings) <= 1 + last.others else None
    return None
