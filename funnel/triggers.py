"""What deserves a brief, and what deserves silence."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from funnel.events import EventKey
from funnel.lead import Lead
from funnel.playbook import EXITS, Playbook, Stage

SILENT: frozenset[Stage] = EXITS | {Stage.CUSTOMER}


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

    A customer and a lead that has left the funnel stay silent.
    """
    return lead.stage not in SILENT and bool(occasions(lead, playbook))
