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
from funnel.playbook import Briefs, Playbook
from funnel.scoring_rules import Scoring
from funnel.triggers import deserves_brief, episodes, occasions

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


DAY = 24 * 60


def visit(minutes: int, *, quiet: bool = False) -> LeadEngaged:
    return LeadEngaged(**at(minutes, quiet=quiet), person=ANA, kind="page_viewed")


def staged(minutes: int, stage: str, reason: str | None = None) -> LeadStaged:
    return LeadStaged(**at(minutes), person=ANA, stage=stage, reason=reason)


EPISODES: dict[str, tuple[list[LeadEvent], list[tuple[str, int]]]] = {
    "asking twice in a week is one message": ([form(0), form(5 * DAY)], [("hand_raise", 0)]),
    "asking again after a month is another": (
        [form(0), form(30 * DAY)],
        [("hand_raise", 0), ("hand_raise", 30 * DAY)],
    ),
    "asking to talk after the score had risen is another": (
        [score(0, 70), form(DAY)],
        [("score", 0), ("hand_raise", DAY)],
    ),
    "a score that rises after they asked is not": ([form(0), score(DAY, 70)], [("hand_raise", 0)]),
    "a score that falls and rises again within two weeks is not": (
        [score(0, 70), score(DAY, 10), score(2 * DAY, 70)],
        [("score", 0)],
    ),
    "a score that rises again later is": (
        [score(0, 70), score(DAY, 10), score(20 * DAY, 70)],
        [("score", 0), ("score", 20 * DAY)],
    ),
    "who was recycled and comes back the next day is": (
        [form(0), staged(60, "recycled", "timing"), form(DAY)],
        [("hand_raise", 0), ("hand_raise", DAY)],
    ),
    "who comes back after a long silence": (
        [form(0), visit(90 * DAY)],
        [("hand_raise", 0), ("returned", 90 * DAY)],
    ),
    "who comes back before that": ([form(0), visit(50 * DAY)], [("hand_raise", 0)]),
    "an inquiry that comes back": ([form(0, "Newsletter"), visit(90 * DAY)], []),
    "an import of somebody who comes back": ([form(0), visit(90 * DAY, quiet=True)], [("hand_raise", 0)]),
    "an open is no sign of life": (
        [form(0), LeadEngaged(**at(90 * DAY), person=ANA, kind="email_opened")],
        [("hand_raise", 0)],
    ),
    "who was told of stays told of when they are disqualified": (
        [form(0), staged(60, "disqualified", "competitor")],
        [("hand_raise", 0)],
    ),
    "a disqualified lead that asks again": (
        [form(0), staged(60, "disqualified", "competitor"), form(60 * DAY)],
        [("hand_raise", 0)],
    ),
    "a customer who asks": ([DealMoved(**at(0), deal="1", person=ANA, stage="won"), form(DAY)], []),
}


@pytest.mark.parametrize(("events", "expected"), EPISODES.values(), ids=EPISODES)
def test_messages(events: list[LeadEvent], expected: list[tuple[str, int]]) -> None:
    found = episodes(tell(events, Playbook()), Playbook())

    assert [(one.kind, (one.at - START) // timedelta(minutes=1)) for one in found] == expected


def test_the_playbook_may_want_customers_to_be_heard() -> None:
    playbook = Playbook(briefs=Briefs(customers=True))
    won = DealMoved(**at(0), deal="1", person=ANA, stage="won")

    assert deserves_brief(tell([won, form(DAY)], playbook), playbook)


def test_what_is_dated_in_the_future_counts_for_nothing() -> None:
    early = form(0).model_copy(update={"ahead": True})
    lead = tell([early], Playbook())

    assert (lead.stage, lead.touches, [touch.receipt for touch in lead.ahead]) == (
        "anonymous",
        (),
        [early.key],
    )
    assert not deserves_brief(lead, Playbook())
