"""Where a lead stands: forward by evidence, back by a word that says why, and history is kept."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from funnel.events import DealMoved, LeadCaptured, LeadEvent, LeadStaged, Person
from funnel.journey import tell
from funnel.lead import Lead
from funnel.playbook import Playbook
from funnel.qualification import Qualification, Rule
from funnel.stage import Stage
from funnel.standing import stage_at

ANA = Person(email="ana@example.com")
START = datetime(2026, 11, 2, 9, tzinfo=UTC)
PLAYBOOK = Playbook()


def at(minutes: int) -> dict[str, Any]:
    return {"id": f"e{minutes}", "source": "test", "time": START + timedelta(minutes=minutes)}


def form(minutes: int, name: str = "Contact sales", person: Person = ANA, **more: Any) -> LeadCaptured:
    return LeadCaptured(**at(minutes), person=person, form=name, **more)


def word(minutes: int, stage: str, reason: str | None = None) -> LeadStaged:
    return LeadStaged(**at(minutes), person=ANA, stage=stage, reason=reason)


def deal(minutes: int, stage: str, name: str = "7", reason: str | None = None) -> DealMoved:
    return DealMoved(**at(minutes), deal=name, person=ANA, stage=stage, reason=reason)


def moves(lead: Lead) -> list[tuple[Stage, str | None]]:
    return [(move.stage, move.reason) for move in lead.history]


HISTORIES: dict[str, tuple[list[LeadEvent], list[tuple[Stage, str | None]]]] = {
    "forward, step by step": (
        [
            form(0, "Newsletter"),
            word(1, "mql"),
            word(2, "sal"),
            word(3, "sql"),
            deal(4, "open"),
            deal(5, "won"),
        ],
        [
            (Stage.INQUIRY, None),
            (Stage.MQL, None),
            (Stage.SAL, None),
            (Stage.SQL, None),
            (Stage.OPPORTUNITY, None),
            (Stage.CUSTOMER, None),
        ],
    ),
    "a word for an earlier stage that does not say why moves nobody": (
        [form(0), word(1, "sql"), word(2, "lead")],
        [(Stage.INQUIRY, None), (Stage.MQL, "hand-raise"), (Stage.SQL, None)],
    ),
    "back, with a reason": (
        [form(0), word(1, "sql"), word(2, "mql", "budget was cut")],
        [(Stage.INQUIRY, None), (Stage.MQL, "hand-raise"), (Stage.SQL, None), (Stage.MQL, "budget was cut")],
    ),
    "out, and in again by asking": (
        [form(0), word(1, "recycled", "timing"), form(2)],
        [
            (Stage.INQUIRY, None),
            (Stage.MQL, "hand-raise"),
            (Stage.RECYCLED, "timing"),
            (Stage.MQL, "hand-raise"),
        ],
    ),
    "out, and an ordinary form is no way in": (
        [form(0), word(1, "lost", "price"), form(2, "Newsletter")],
        [(Stage.INQUIRY, None), (Stage.MQL, "hand-raise"), (Stage.LOST, "price")],
    ),
    "who leaves without a reason left for one that was not stated": (
        [form(0), word(1, "recycled")],
        [(Stage.INQUIRY, None), (Stage.MQL, "hand-raise"), (Stage.RECYCLED, "not stated")],
    ),
    "what a disqualified lead does counts for nothing": (
        [form(0, "Newsletter"), word(1, "disqualified", "competitor"), form(2)],
        [(Stage.INQUIRY, None), (Stage.DISQUALIFIED, "competitor")],
    ),
    "a person's word brings a disqualified lead back": (
        [form(0, "Newsletter"), word(1, "disqualified", "student"), word(2, "mql")],
        [(Stage.INQUIRY, None), (Stage.DISQUALIFIED, "student"), (Stage.MQL, None)],
    ),
    "whom a person brought back no rule turns away again": (
        [
            form(0, person=Person(email="ana@example.com", title="Student")),
            word(1, "mql", "writes for a buyer"),
            form(2, person=Person(email="ana@example.com", title="Student")),
        ],
        [(Stage.INQUIRY, None), (Stage.DISQUALIFIED, "student"), (Stage.MQL, "writes for a buyer")],
    ),
    "a customer who loses another deal stays a customer": (
        [deal(0, "won"), deal(1, "open", "8"), deal(2, "lost", "8", "price")],
        [(Stage.INQUIRY, None), (Stage.CUSTOMER, None)],
    ),
    "a deal is lost for its reason": (
        [deal(0, "open"), deal(1, "lost", reason="price")],
        [(Stage.INQUIRY, None), (Stage.OPPORTUNITY, None), (Stage.LOST, "price")],
    ),
}


@pytest.mark.parametrize(("events", "history"), HISTORIES.values(), ids=HISTORIES)
def test_history(events: list[LeadEvent], history: list[tuple[Stage, str | None]]) -> None:
    lead = tell(events, PLAYBOOK)

    assert moves(lead) == history
    assert lead.stage is history[-1][0]


def test_what_a_disqualified_lead_did_is_no_entry_into_a_stage() -> None:
    lead = tell([form(0, "Newsletter"), word(1, "disqualified", "competitor"), form(2)], PLAYBOOK)

    assert [entry.stage for entry in lead.stages] == [Stage.INQUIRY, Stage.DISQUALIFIED]


def test_the_stage_of_any_moment_is_known() -> None:
    lead = tell([form(10), word(20, "recycled", "timing")], PLAYBOOK)

    assert [stage_at(lead.history, START + timedelta(minutes=minute)) for minute in (9, 10, 19, 20)] == [
        Stage.ANONYMOUS,
        Stage.MQL,
        Stage.MQL,
        Stage.RECYCLED,
    ]


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (form(0, person=Person(email="ana@example.com", title="Student")), "student"),
        (form(0, person=Person(email="ana@example.com", title="PhD student ")), "student"),
        (form(0, "Job application"), "job seeker"),
        (form(0, person=Person(email="ana@example.com", title="Director of Student Services")), None),
        (form(0, person=Person(email="ana@example.com", title="VP Operations")), None),
        (form(0), None),
    ],
)
def test_rules_of_the_playbook_disqualify_at_once(event: LeadCaptured, reason: str | None) -> None:
    lead = tell([event], PLAYBOOK)
    left = [move.reason for move in lead.history if move.stage is Stage.DISQUALIFIED]

    assert left == ([reason] if reason else [])


def test_a_company_names_its_own_rules() -> None:
    rival = Rule(reason="competitor", email=("*@rival.example",), comment=("*dissertation*",))
    playbook = Playbook(qualification=Qualification(disqualify=(rival,)))

    def stage(person: Person, **more: Any) -> Stage:
        return tell([form(0, person=person, **more)], playbook).stage

    assert stage(Person(email="eve@rival.example")) is Stage.DISQUALIFIED
    assert stage(Person(email="eve@x.example"), comment="For my\nDissertation") is Stage.DISQUALIFIED
    assert stage(Person(email="eve@x.example", title="Student")) is Stage.MQL


def test_nobody_whom_sales_accepted_is_disqualified_by_a_rule() -> None:
    student = Person(email="ana@example.com", title="Student")

    assert tell([form(0), word(1, "sal"), form(2, person=student)], PLAYBOOK).stage is Stage.SAL
