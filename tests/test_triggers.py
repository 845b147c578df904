"""What deserves a brief, and what deserves silence."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from funnel.events import (
    DealMoved,
    LeadCaptured,
    LeadEngaged,
    LeadEvent,
    LeadForgotten,
    LeadScored,
    LeadStaged,
    Person,
)
from funnel.journey import tell
from funnel.playbook import Playbook
from funnel.scoring_rules import Scoring
from funnel.triggers import deserves_brief, occasions

ANA = Person(email="ana@example.com")
START = datetime(2026, 11, 2, 9, tzinfo=UTC)


def at(minutes: int, *, quiet: bool = False) -> dict[str, Any]:
    return {"id": f"e{minutes}", "source": "test", "time": START + timedelta(minutes=minutes), "quiet": quiet}


def form(minutes: int, name: str = "Contact sales", *, quiet: bool = False) -> LeadCaptured:
    return LeadCaptured(**at(minutes, quiet=quiet), person=ANA, form=name)


def score(minutes: int, value: float, *, quiet: bool = False) -> LeadScored:
    return LeadScored(**at(minutes, quiet=quiet), person=ANA, score=value)


BRIEFED: dict[str, list[LeadEvent]] = {
    "a raised hand": [form(0)],
    "a score that rises into the band": [form(0, "Newsletter"), score(1, 74)],
    "a score of somebody whom nobody captured": [score(0, 60)],
    "a raised hand of an imported lead": [form(0, "Newsletter", quiet=True), form(5)],
    "a recycled lead that comes back": [
        form(0),
        LeadStaged(**at(3), person=ANA, stage="recycled"),
        form(5),
    ],
}
SILENT: dict[str, list[LeadEvent]] = {
    "somebody who only looks": [LeadEngaged(**at(0), person=ANA, kind="page_viewed")],
    "an ordinary form": [form(0, "White paper gate")],
    "a score below the band": [score(0, 59)],
    "an import": [form(0, quiet=True), score(1, 90, quiet=True)],
    "a customer": [form(0), DealMoved(**at(1), deal="1", person=ANA, stage="won")],
    "a recycled lead": [form(0), LeadStaged(**at(1), person=ANA, stage="recycled")],
    "a disqualified lead that comes back": [
        form(0),
        LeadStaged(**at(1), person=ANA, stage="disqualified", reason="student"),
        form(2),
    ],
    "somebody who asked to be forgotten": [form(0), LeadForgotten(**at(1), person=ANA)],
}


@pytest.mark.parametrize("events", BRIEFED.values(), ids=BRIEFED)
def test_a_brief_for(events: list[LeadEvent]) -> None:
    assert deserves_brief(tell(events, Playbook()), Playbook())


@pytest.mark.parametrize("events", SILENT.values(), ids=SILENT)
def test_silence_for(events: list[LeadEvent]) -> None:
    assert not deserves_brief(tell(events, Playbook()), Playbook())


def test_the_playbook_says_how_high_a_score_must_rise() -> None:
    playbook = Playbook(score=Scoring(enter=80, leave=70))

    assert not deserves_brief(tell([score(0, 79)], playbook), playbook)


def test_occasions_come_in_order_with_their_receipts() -> None:
    lead = tell([score(5, 70), form(3)], Playbook())

    assert [(one.kind, one.receipt.id) for one in occasions(lead, Playbook())] == [
        ("hand_raise", "e3"),
        ("score", "e5"),
    ]
