"""A lead is the fold of its events."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funnel.brief import Fact, build
from funnel.deals import minor_units
from funnel.events import (
    Asset,
    DealMoved,
    EventKey,
    LeadCaptured,
    LeadEngaged,
    LeadEvent,
    LeadForgotten,
    LeadIdentified,
    LeadScored,
    LeadStaged,
    Origin,
    Person,
)
from funnel.journey import receipts, tell
from funnel.lead import Lead, Said
from funnel.playbook import Playbook
from funnel.stage import Stage

START = datetime(2026, 11, 2, 9, tzinfo=UTC)
ANA = Person(email="ana@example.com", name="Ana Sousa")
NOBODY_YET = Person(anonymous_id="a-1")
PLAYBOOK = Playbook()


def at(minutes: float, **more: Any) -> dict[str, Any]:
    """The envelope of an event some minutes after the start."""
    return {"id": f"e{minutes}", "source": "test", "time": START + timedelta(minutes=minutes), **more}


def visit(minutes: float, person: Person = NOBODY_YET, **more: Any) -> LeadEngaged:
    return LeadEngaged(**at(minutes), person=person, kind="page_viewed", **more)


def form(minutes: float, name: str = "Contact sales", person: Person = ANA, **more: Any) -> LeadCaptured:
    return LeadCaptured(**at(minutes), person=person, form=name, **more)


def score(minutes: float, value: float) -> LeadScored:
    return LeadScored(**at(minutes), person=ANA, score=value)


def deal(minutes: float, stage: str, **more: Any) -> DealMoved:
    return DealMoved(**at(minutes), deal="7", person=ANA, stage=stage, **more)


def stages(lead: Lead) -> list[tuple[Stage, bool]]:
    return [(entry.stage, entry.implied) for entry in lead.stages]


def test_somebody_who_only_looks_is_anonymous() -> None:
    lead = tell([visit(0)], PLAYBOOK)

    assert (lead.stage, lead.created_at, len(lead.touches)) == (Stage.ANONYMOUS, None, 1)


def test_an_ordinary_form_makes_an_inquiry() -> None:
    lead = tell([visit(0), form(5, "White paper gate")], PLAYBOOK)

    assert lead.stage is Stage.INQUIRY
    assert lead.created_at == START + timedelta(minutes=5)


def test_a_raised_hand_is_an_mql_at_once() -> None:
    lead = tell([form(5)], PLAYBOOK)

    assert stages(lead) == [(Stage.INQUIRY, False), (Stage.MQL, False)]
    assert lead.stages[1].reason == "hand-raise"


def test_skipped_stages_count_as_passed_when_the_later_one_was_entered() -> None:
    lead = tell([form(0, "Newsletter"), deal(60, "won")], PLAYBOOK)

    assert stages(lead) == [
        (Stage.INQUIRY, False),
        (Stage.MQL, True),
        (Stage.SAL, True),
        (Stage.SQL, True),
        (Stage.OPPORTUNITY, True),
        (Stage.CUSTOMER, False),
    ]
    assert {entry.at for entry in lead.stages[1:]} == {START + timedelta(minutes=60)}


def test_what_is_explicit_beats_what_is_implied_even_when_it_comes_later() -> None:
    """The CRM's clock may run ahead of the form's: won before first contact."""
    lead = tell([DealMoved(**at(0), deal="7", person=Person(user_id="7"), stage="won"), form(60)], PLAYBOOK)

    assert lead.created_at == START + timedelta(minutes=60)
    assert lead.stage is Stage.CUSTOMER


def test_a_stage_is_entered_once() -> None:
    lead = tell([form(0), form(10), form(20)], PLAYBOOK)

    assert [entry.at for entry in lead.stages] == [START, START]


def test_who_left_the_funnel_has_left_until_they_get_further() -> None:
    staged = LeadStaged(**at(10), person=ANA, stage="disqualified", reason="student")

    assert tell([form(0), staged], PLAYBOOK).stage is Stage.DISQUALIFIED
    assert tell([form(0), staged, deal(20, "open")], PLAYBOOK).stage is Stage.OPPORTUNITY


@pytest.mark.parametrize(
    "word", ["marketingqualifiedlead", "MQL", "Marketing-Qualified Lead", "qualify_lead"]
)
def test_an_upstream_systems_word_is_understood_in_any_spelling(word: str) -> None:
    assert tell([LeadStaged(**at(0), person=ANA, stage=word)], PLAYBOOK).stage is Stage.MQL


def test_the_playbooks_own_words_come_first() -> None:
    playbook = Playbook(stages={"Hot": Stage.SQL, "lead": Stage.MQL})

    assert tell([LeadStaged(**at(0), person=ANA, stage="hot")], playbook).stage is Stage.SQL
    assert tell([LeadStaged(**at(0), person=ANA, stage="Lead")], playbook).stage is Stage.MQL


def test_a_word_that_nobody_knows_moves_nobody() -> None:
    assert tell([form(0), LeadStaged(**at(1), person=ANA, stage="vibing")], PLAYBOOK).stage is Stage.MQL


def test_a_score_crosses_once_until_it_has_left_the_band() -> None:
    lead = tell([score(n, value) for n, value in enumerate([40, 61, 58, 70, 49, 60])], PLAYBOOK)

    assert [one.crossed for one in lead.scores] == [False, True, False, False, False, True]


def test_the_newest_word_on_a_person_wins_and_names_its_event() -> None:
    moved = LeadIdentified(**at(9), person=Person(email="ana@example.com", company="Acme"))
    lead = tell([form(0, person=Person(email="ana@example.com", company="Initech")), moved], PLAYBOOK)

    assert lead.fact("company") == "Acme"
    assert lead.profile["company"].receipt == moved.key


def test_a_company_that_nobody_named_is_inferred_from_the_newest_address_that_suggests_one() -> None:
    people = ["ana@initech.example", "ana@mail.acme.example", "ana@gmail.com"]
    lead = tell([form(place, person=Person(email=email)) for place, email in enumerate(people)], PLAYBOOK)

    assert lead.profile["company"] == Said(
        "acme.example", at(1)["time"], EventKey("test", "e1"), inferred=True
    )
    assert lead.fact("email") == "ana@gmail.com"


def test_what_is_inferred_never_beats_what_was_said() -> None:
    said = form(0, person=Person(email="ana@gmail.com", company="Initech"))
    lead = tell([said, form(5, person=Person(email="ana@acme.example"))], PLAYBOOK)

    assert lead.profile["company"] == Said("Initech", START, said.key)


def test_an_inferred_company_is_marked_and_still_to_be_asked() -> None:
    words = "Dana Whitfield recommended you. We need 40 sensors by March."
    lead = tell([form(0, person=Person(email="ana@acme.example", name="Ana"), comment=words)], PLAYBOOK)
    brief = build(1, lead, PLAYBOOK)

    assert brief is not None
    assert brief.company == Fact("acme.example", (EventKey("test", "e0"),), sayable=False, inferred=True)
    assert brief.ask == ("budget", "company", "title")


def test_what_we_did_is_not_theirs() -> None:
    sent = LeadEngaged(**at(1), person=ANA, kind="email_sent")
    opened = LeadEngaged(**at(2), person=ANA, kind="email_opened")
    lead = tell([form(0), sent, opened], PLAYBOOK)

    assert [(touch.by, touch.trust) for touch in lead.touches] == [
        ("they", "certain"),
        ("we", "certain"),
        ("they", "low"),
    ]


@pytest.mark.parametrize(("minutes", "trust"), [(29, "confirmed"), (31, "certain")])
def test_a_click_is_confirmed_by_the_visit_that_follows(minutes: float, trust: str) -> None:
    click = LeadEngaged(**at(0), person=ANA, kind="email_clicked")
    lead = tell([click, visit(minutes, ANA)], PLAYBOOK)

    assert lead.touches[0].trust == trust


def test_the_first_touch_that_names_an_origin_is_the_leads() -> None:
    lead = tell(
        [visit(0), visit(1, origin=Origin(source="google")), form(2, origin=Origin(source="direct"))],
        PLAYBOOK,
    )

    assert lead.origin == Origin(source="google")


def test_the_first_claim_stands() -> None:
    claims = [
        LeadStaged(**at(n), person=ANA, stage="sal", owner=owner)
        for n, owner in enumerate(["U0BEN", "U0ANNA"])
    ]

    assert tell(claims, PLAYBOOK).owner.value == "U0BEN"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("events", "motion"),
    [
        ([visit(0, asset=Asset(title="Guide")), form(1)], "demand-first"),
        ([form(0, "White paper gate", asset=Asset(title="10 Tips")), form(1)], "lead-first"),
        ([visit(0), form(1, "Newsletter")], None),
    ],
)
def test_the_motion_is_what_came_first(events: list[LeadEvent], motion: str | None) -> None:
    assert tell(events, PLAYBOOK).motion == motion


def test_a_deal_is_as_its_last_event_left_it() -> None:
    moves = [
        deal(0, "open", amount=Decimal("1200.50"), currency="EUR"),
        deal(5, "Proposal sent", owner="U0BEN"),
        deal(9, "lost"),
    ]
    (lost,) = tell(moves, PLAYBOOK).deals

    assert (lost.stage, lost.amount, lost.currency, lost.owner) == (Stage.LOST, 120_050, "EUR", "U0BEN")
    assert lost.opened_at == START


@pytest.mark.parametrize(("major", "minor"), [("0.005", 0), ("0.015", 2), ("19.99", 1999), ("1e3", 100_000)])
def test_money_is_whole_minor_units(major: str, minor: int) -> None:
    assert minor_units(Decimal(major)) == minor


def test_nothing_is_left_of_who_asked_to_be_forgotten() -> None:
    lead = tell([form(0), LeadForgotten(**at(5), person=ANA), form(10)], PLAYBOOK)

    assert lead == Lead(forgotten=True)


def test_every_fact_has_the_receipt_of_an_event_that_was_told() -> None:
    events = [visit(0), form(1), score(2, 80), deal(3, "open"), deal(4, "won")]

    assert receipts(tell(events, PLAYBOOK)) <= {event.key for event in events}


MINUTES = st.integers(0, 300)
EVENTS = st.lists(
    st.one_of(
        st.builds(visit, MINUTES),
        st.builds(form, MINUTES, st.sampled_from(["Contact sales", "Newsletter", "Demo request"])),
        st.builds(score, MINUTES, st.floats(0, 100)),
        st.builds(deal, MINUTES, st.sampled_from(["open", "won", "lost", "negotiation"])),
        st.builds(
            lambda n, kind: LeadEngaged(**at(n), person=ANA, kind=kind),
            MINUTES,
            st.sampled_from(["email_sent", "email_opened", "email_clicked", "asset_downloaded"]),
        ),
        st.builds(
            lambda n, stage: LeadStaged(**at(n), person=ANA, stage=stage),
            MINUTES,
            st.sampled_from(["sal", "sql", "recycled", "disqualified"]),
        ),
    ),
    max_size=12,
    unique_by=lambda event: event.id,
)


@given(EVENTS, st.randoms(use_true_random=False))
def test_any_order_and_any_repetition_tell_the_same_lead(events: list[LeadEvent], dice: Random) -> None:
    shuffled = [*events, *dice.choices(events, k=3)] if events else []
    dice.shuffle(shuffled)

    assert tell(shuffled, PLAYBOOK) == tell(events, PLAYBOOK)


@given(EVENTS)
def test_no_stage_of_the_funnel_is_missing_below_the_furthest(events: list[LeadEvent]) -> None:
    funnel = ["inquiry", "mql", "sal", "sql", "opportunity", "customer"]
    entered = {entry.stage.value for entry in tell(events, PLAYBOOK).stages} & set(funnel)

    assert entered == set(funnel[: len(entered)])
