"""An incident as the bot lives with it: what was found, how it went on, and what people said of it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Literal

from funnel.incident import OVERALL, Finding, Incident

Change = Literal["opened", "grew", "ended"]
GREW = 1.5  # times as many as was last said: what is worth a word
TOKEN = 16  # characters; enough that no two incidents of a workspace share one


@dataclass(frozen=True, slots=True)
class Step:
    """A change of an incident that matters: what it was at that moment, in the terms of a finding."""

    what: Change
    at: datetime
    since: datetime
    count: int
    expected: float
    spread: float


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a person said of an incident: `who` is a Slack member id."""

    verdict: Literal["useful", "expected", "not useful"]
    who: str
    why: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Case:
    """One incident and everything that is known about its card.

    Attributes:
        incident: what was found.
        channel: where it is told, as the playbook named it when it began.
        began: the earliest time at which any of its findings says that it began.
        history: its changes that matter, the first one `opened`.
        hours: leads expected in each hour of its chart, which ends with the hour that it was last seen in.
        told_at: when its card was opened; None while nobody was told.
        shown_at: when its card was last made to follow it.
        hushed: nobody is told of it, ever: it was muted or foreseen for as long as it lasted.
        judgement: the last word of a person.

    """

    incident: Incident
    channel: str
    began: datetime
    history: tuple[Step, ...] = ()
    hours: tuple[float, ...] = ()
    told_at: datetime | None = None
    shown_at: datetime | None = None
    hushed: bool = False
    judgement: Judgement | None = None

    @property
    def leading(self) -> Finding:
        """The finding that says most; of equals the first one, so that a card keeps to one."""
        return max(self.incident.findings, key=lambda one: one.score)

    @property
    def over(self) -> bool:
        return self.incident.closed_at is not None

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


def followed(case: Case, incident: Incident) -> Case:
    """The case after another look: what its incident is now, and what has changed that matters."""
    began = min([case.began, *(one.since for one in incident.findings)])
    now = replace(case, incident=incident, began=began)
    return replace(now, history=(*case.history, *_changes(now)))


def opened(incident: Incident, channel: str) -> Case:
    """The case of an incident that was found just now."""
    return followed(Case(incident, channel, incident.opened_at), incident)


def _changes(case: Case) -> Iterable[Step]:
    last, found = case.history[-1:], case.leading
    if not last:
        yield _step("opened", found, case.incident.opened_at)
    elif case.incident.kind == "surge" and found.count >= GREW * last[0].count and not case.over:
        yield _step("grew", found, found.at)
    if case.incident.closed_at and (not last or last[0].what != "ended"):
        yield _step("ended", found, case.incident.closed_at)


def _step(what: Change, found: Finding, at: datetime) -> Step:
    return Step(what, at, found.since, found.count, found.expected, found.spread)
