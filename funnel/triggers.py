"""What deserves a brief, and what deserves silence."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from funnel.events import EventKey
from funnel.lead import Lead, Touch
from funnel.playbook import Playbook
from funnel.stage import EXITS, Stage
from funnel.standing import stage_at

Kind = Literal["hand_raise", "score", "returned", "asked"]


@dataclass(frozen=True, slots=True)
class Occasion:
    """A reason to brief a rep: they asked to talk, a score rose into its band, they came back.

    `asked` is for the rep who looks somebody up; `away` is how long who came back had been silent.
    """

    kind: Kind
    at: datetime
    receipt: EventKey
    form: str | None = None
    away: timedelta | None = None


def occasions(lead: Lead, playbook: Playbook) -> tuple[Occasion, ...]:
    """Every live occasion in the lead's history, oldest first; history that was imported is none."""
    if lead.forgotten:
        return ()
    found = (
        one
        for one in _all(lead, playbook)
        if to_be_won(stage_at(lead.history, one.at, one.receipt), playbook)
    )
    return tuple(sorted(found, key=lambda occasion: (occasion.at, occasion.receipt)))


def _all(lead: Lead, playbook: Playbook) -> Iterator[Occasion]:
    for touch in lead.touches:
        if touch.form and not touch.quiet and playbook.hand_raise.matches(touch.form):
            yield Occasion("hand_raise", touch.at, touch.receipt, touch.form)
    for score in lead.scores:
        if score.crossed and not score.quiet:
            yield Occasion("score", score.at, score.receipt)
    for crossing in lead.crossings:
        if crossing.qualifies and not crossing.quiet:
            yield Occasion("score", crossing.at, crossing.receipt)
    yield from _returns(lead, playbook)


def _returns(lead: Lead, playbook: Playbook) -> Iterator[Occasion]:
    """Each time somebody known does something after they had been silent for as long as the playbook says."""
    silence = timedelta(days=playbook.briefs.returns_after_days)
    last: Touch | None = None
    for touch in lead.touches:
        if touch.by == "we" or touch.trust == "low" or touch.machine:
            continue
        away = touch.at - last.at if last else timedelta(0)
        if away >= silence and not touch.quiet:
            before = stage_at(lead.history, touch.at, touch.receipt)
            if before in playbook.briefs.returns_of:
                yield Occasion("returned", touch.at, touch.receipt, away=away)
        last = touch


def to_be_won(stage: Stage, playbook: Playbook) -> bool:
    """Whether a lead in that stage is worth a brief; a customer is if the playbook says so."""
    return stage is not Stage.DISQUALIFIED and (stage is not Stage.CUSTOMER or playbook.briefs.customers)


def episodes(lead: Lead, playbook: Playbook) -> tuple[Occasion, ...]:
    """The occasions that each deserve a message of their own, oldest first.

    What follows one within the playbook's `again_after_days` belongs to it, unless the lead had left the
    funnel in between, or asks to talk where the message only said that a score rose.
    """
    rest = timedelta(days=playbook.briefs.again_after_days)
    chosen: list[Occasion] = []
    for one in occasions(lead, playbook):
        last = chosen[-1] if chosen else None
        if (
            last is None
            or one.at - last.at >= rest
            or (one.kind == "hand_raise" and last.kind != "hand_raise")
            or any(last.at < move.at <= one.at and move.stage in EXITS for move in lead.history)
        ):
            chosen.append(one)
    return tuple(chosen)


def owed(lead: Lead, playbook: Playbook) -> tuple[Occasion, ...]:
    """The episodes of a lead of whom a rep should hear; none where the lead has left since the last."""
    told = episodes(lead, playbook) if to_be_won(lead.stage, playbook) else ()
    left = lead.stage in EXITS and bool(told) and told[-1].at <= lead.history[-1].at
    return () if left else told


def deserves_brief(lead: Lead, playbook: Playbook) -> bool:
    """Whether a rep should hear of this lead."""
    return bool(owed(lead, playbook))
