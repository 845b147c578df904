"""What deserves a brief, and what deserves silence."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from funnel.events import EventKey
from funnel.lead import Lead
from funnel.playbook import EXITS, Playbook, Stage

COOL_DOWN = timedelta(days=90)  # within it, an occasion belongs to the episode that is under way
SILENT = frozenset({Stage.CUSTOMER, Stage.DISQUALIFIED})


@dataclass(frozen=True, slots=True)
class Occasion:
    """A reason to brief a rep: they asked to talk, an upstream score rose into its band, or a rep asked."""

    kind: Literal["hand_raise", "score", "asked"]
    at: datetime
    receipt: EventKey
    form: str | None = None


def occasions(lead: Lead, playbook: Playbook) -> tuple[Occasion, ...]:
    """Every live occasion in the lead's history, oldest first; history that was imported is none."""
    if lead.forgotten:
        return ()
    return tuple(sorted(_all(lead, playbook), key=lambda occasion: (occasion.at, occasion.receipt)))


def _all(lead: Lead, playbook: Playbook) -> Iterator[Occasion]:
    for touch in lead.touches:
        if touch.form and not touch.quiet and playbook.hand_raise.matches(touch.form):
            yield Occasion("hand_raise", touch.at, touch.receipt, touch.form)
    for score in lead.scores:
        if score.crossed and not score.quiet:
            yield Occasion("score", score.at, score.receipt)


def deserves_brief(lead: Lead, playbook: Playbook) -> bool:
    """Whether a rep should hear of this lead: there is an occasion, and the lead is still to be won.

    A customer and a disqualified lead stay silent; who was recycled or lost is heard when they come back.
    """
    reasons = occasions(lead, playbook)
    if not reasons or lead.stage in SILENT:
        return False
    left = [entry.at for entry in lead.stages if entry.stage in EXITS]
    return lead.stage not in EXITS or reasons[-1].at > left[-1]


def episodes(lead: Lead, playbook: Playbook) -> tuple[Occasion, ...]:
    """The occasions that each have a message of their own, oldest first; those between belong to the last.

    This is history: whether anything is to be said now is for `deserves_brief` to say.
    """
    told: list[Occasion] = []
    for occasion in occasions(lead, playbook):
        if not told or occasion.at - told[-1].at > COOL_DOWN:
            told.append(occasion)
    return tuple(told)
