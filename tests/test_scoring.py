"""A score that explains itself: two axes, points with their rule and their event, crossings told once."""

from datetime import UTC, datetime, timedelta
from math import fsum
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funnel.errors import PlaybookError
from funnel.events import (
    Asset,
    LeadCaptured,
    LeadEngaged,
    LeadEvent,
    LeadForgotten,
    LeadIdentified,
    Mail,
    Page,
    Person,
)
from funnel.journey import tell
from funnel.playbook import Playbook, parse_playbook
from funnel.scoring import Score, ago, explained, score, whole
from funnel.scoring_rules import EngagementRule, FitRule, Scoring

START = datetime(2026, 11, 2, 9, tzinfo=UTC)
ANA = Person(email="ana@example.com")
PAPER = Asset(title="10 Tips", type="white_paper", topic="ROI")
CLICK = EngagementRule(rule="click", kinds=("email_clicked",), points=20)
VISIT = EngagementRule(rule="visit", kinds=("page_viewed",), points=10, group="site")
GONE = EngagementRule(rule="gone", labels=("*unsubscribe*",), points=-30)


def did(days: float, kind: str, **more: Any) -> LeadEngaged:
    fields = {"id": f"{kind}-{days}", "source": "test", "time": START + timedelta(days=days)}
    return LeadEngaged.model_validate({**fields, "person": ANA, "kind": kind, **more})


def visit(days: float, url: str = "https://example.com/", **more: Any) -> LeadEngaged:
    return did(days, "page_viewed", page=Page(url=url), **more)


def form(days: float, name: str, **more: Any) -> LeadCaptured:
    at = START + timedelta(days=days)
    return LeadCaptured(id=f"form-{days}", source="test", time=at, person=ANA, form=name, **more)


def known(days: float, **facts: Any) -> LeadIdentified:
    at = START + timedelta(days=days)
    person = Person.model_validate({"email": "ana@example.com", **facts})
    return LeadIdentified(id=f"known-{days}", source="test", time=at, person=person)


def playbook(*rules: EngagementRule, **more: Any) -> Playbook:
    return Playbook(score=Scoring(rules=rules, **{"caps": {}, "cooldown_days": 0, **more}))


def scored(
    *events: LeadEvent, by: Playbook | None = None, days: float = 0.0, after: timedelta = timedelta()
) -> Score:
    rules = by or Playbook()
    return score(tell(events, rules), rules, START + timedelta(days=days) + after)


def earned(one: Score) -> list[tuple[str, float]]:
    return [(point.rule, point.full) for point in one.points]


# What behaviour earns


@pytest.mark.parametrize(
    ("event", "rule", "points"),
    [
        (form(0, "White paper gate", asset=PAPER), "white paper", 15),
        (did(0, "asset_downloaded", asset=Asset(title="Life", type="infographic")), "download", 8),
        (form(0, "Request a demo"), "demo form", 40),
        (form(0, "Newsletter"), "other form", 5),
        (visit(0, "https://example.com/Pricing?x=1"), "pricing page", 10),
        (visit(0), "page", 1),
        (did(0, "webinar_attended", asset=PAPER), "webinar attended", 20),
        (did(0, "email_clicked"), "e-mail click", 5),
        (did(0, "other", label="Unsubscribed"), "unsubscribed", -40),
    ],
    ids=str,
)
def test_the_usual_rules_know_the_usual_touches(event: LeadEvent, rule: str, points: float) -> None:
    one = scored(event)

    assert earned(one) == [(rule, points)]
    assert one.points[0].receipt == event.key
    assert one.engagement == points


@pytest.mark.parametrize("kind", ["email_sent", "call_made", "email_opened"])
def test_what_we_did_and_what_proves_little_earn_nothing(kind: str) -> None:
    assert earned(scored(did(0, kind))) == []


def test_the_first_rule_that_a_touch_meets_is_the_one_that_counts() -> None:
    any_page = EngagementRule(rule="any", kinds=("page_viewed",), points=1)
    pricing = EngagementRule(rule="pricing", pages=("*pricing*",), points=10)
    look = visit(0, "/pricing")

    assert earned(scored(look, by=playbook(pricing, any_page))) == [("pricing", 10)]
    assert earned(scored(look, by=playbook(any_page, pricing))) == [("any", 1)]


def test_a_rule_asks_for_everything_that_it_names() -> None:
    rule = EngagementRule(rule="r", forms=("*gate*",), types=("white paper",), topics=("roi",), points=5)

    assert earned(scored(form(0, "PDF gate", asset=PAPER), by=playbook(rule))) == [("r", 5)]
    assert earned(scored(form(0, "PDF gate"), by=playbook(rule))) == []
    assert earned(scored(form(0, "Other", asset=PAPER), by=playbook(rule))) == []


def test_points_halve_with_every_half_life() -> None:
    by = playbook(CLICK, half_life_days=30)

    assert [scored(did(0, "email_clicked"), by=by, days=days).engagement for days in (0, 30, 60)] == [
        20,
        10,
        5,
    ]


def test_a_rule_counts_so_many_times_in_so_many_days() -> None:
    rule = EngagementRule(rule="r", kinds=("page_viewed",), points=1, limit=2, per_days=7)
    one = scored(*(visit(day) for day in (0, 1, 2, 6.9, 7, 8)), by=playbook(rule), days=8)

    assert [(point.at - START).total_seconds() / 86400 for point in one.points] == [0, 1, 7, 8]
    assert one.beyond_limits == 2


def test_a_limit_without_days_holds_for_ever() -> None:
    once = EngagementRule(rule="once", kinds=("page_viewed",), points=1, limit=1)

    assert len(scored(visit(0), visit(900), by=playbook(once), days=900).points) == 1


def test_a_cap_is_a_point_of_its_own_so_that_the_parts_sum_to_the_whole() -> None:
    one = scored(*(visit(day) for day in range(4)), by=playbook(VISIT, caps={"site": 25}), days=3)

    assert one.engagement == pytest.approx(25)
    assert one.points[-1].rule == "site capped at 25"
    assert one.points[-1].decayed < 0
    assert one.points[-1].receipt is None


def test_what_a_scanner_did_is_set_aside() -> None:
    scan = [
        did(0, "email_sent", email=Mail(subject="News")),
        did(0.0001, "email_clicked", email=Mail(subject="News", link="/")),
    ]
    one = scored(*scan, days=1)

    assert (one.engagement, one.set_aside, one.machines[0].receipt) == (0, 1, scan[1].key)


@pytest.mark.parametrize(("clicks", "level"), [(0, 4), (1, 3), (2, 2), (3, 1), (4, 1)], ids=str)
def test_the_level_is_the_playbooks(clicks: int, level: int) -> None:
    at_once = [did(0, "email_clicked", id=f"c{place}") for place in range(clicks)]

    assert scored(*at_once, by=playbook(CLICK)).level == level


def test_who_was_forgotten_has_no_score() -> None:
    forgotten = LeadForgotten(id="f", source="test", time=START, person=ANA)
    one = scored(visit(0), forgotten)

    assert (one.engagement, one.points, one.facts) == (0, (), ())


# Who fits


FIT = (
    FitRule(rule="decides", field="title", like=("*head of*", "chief *"), points=40),
    FitRule(rule="student", field="title", like=("*student*",), points=-50),
    FitRule(rule="packaging", field="traits.industry", like=("pack*",), points=20),
    FitRule(rule="free mailbox", field="mailbox", like=("free",), points=-10),
    FitRule(rule="company mailbox", field="mailbox", like=("company",), points=5),
)


@pytest.mark.parametrize(
    ("facts", "grade", "points"),
    [
        ({}, "C", 5),
        ({"title": "Head-of Operations"}, "A", 45),
        ({"title": "Student"}, "D", -45),
        ({"traits": {"industry": "Packaging", "size": 40, "tags": ["x"]}}, "B", 25),
        ({"email": "ana@GMail.com", "title": "Chief of staff"}, "B", 30),
    ],
    ids=str,
)
def test_fit_is_what_the_facts_are_worth(facts: dict[str, Any], grade: str, points: float) -> None:
    one = scored(known(0, **facts), by=playbook(fit=FIT))

    assert (one.fit, one.fit_points) == (grade, points)
    assert all(fact.said.receipt.id == "known-0" for fact in one.facts)


def test_fit_is_by_what_was_known_then() -> None:
    events = [known(0, title="Student"), known(5, title="Head of Sales")]

    assert [scored(*events, by=playbook(fit=FIT), days=days).fit for days in (-1, 0, 5)] == ["C", "D", "A"]


def test_without_rules_of_fit_everybody_qualifies() -> None:
    assert [Scoring().qualifies(grade) for grade in "ABCD"] == [True] * 4  # type: ignore[arg-type]
    assert [Scoring(fit=FIT).qualifies(grade) for grade in "ABCD"] == [True, True, False, False]  # type: ignore[arg-type]


# Crossings


def crossed(*events: LeadEvent, by: Playbook) -> list[str]:
    return [crossing.receipt.id for crossing in tell(events, by).crossings]


def clicks(*days: float, **more: Any) -> list[LeadEngaged]:
    return [did(day, "email_clicked", **more) for day in days]


def test_a_score_crosses_with_the_event_that_lifts_it_to_the_line() -> None:
    by = playbook(CLICK)
    (crossing,) = tell(clicks(0, 0.001, 0.01, 0.02), by).crossings

    assert crossing.receipt.id == "email_clicked-0.02"
    assert crossing.value >= 60
    assert not crossing.quiet


def test_exactly_the_line_is_in_the_band() -> None:
    at_once = [did(0, "email_clicked", id=f"c{place}") for place in range(3)]
    (crossing,) = tell(at_once, playbook(CLICK)).crossings

    assert (crossing.value, crossing.receipt.id) == (60, "c2")


def test_a_score_that_trembles_around_the_line_crosses_once() -> None:
    """At day 7 it has faded to 51: below where one enters, above where one leaves."""
    assert crossed(*clicks(0, 0.001, 0.002, 0.003), *clicks(10), by=playbook(CLICK)) == [
        "email_clicked-0.003"
    ]


def test_after_fading_below_where_one_leaves_it_can_cross_again() -> None:
    days = (0, 0.001, 0.002, 0.003, 30, 30.1)

    assert crossed(*clicks(*days), by=playbook(CLICK)) == ["email_clicked-0.003", "email_clicked-30"]


def test_a_loss_can_take_a_score_out_of_the_band() -> None:
    events = [*clicks(0, 0.001, 0.002, 0.003), did(1, "other", label="Unsubscribed"), *clicks(2)]

    assert crossed(*events, by=playbook(CLICK, GONE)) == ["email_clicked-0.003", "email_clicked-2"]


def test_within_the_cool_down_a_second_crossing_is_not_told() -> None:
    days = (0, 0.001, 0.002, 0.003, 30, 30.1)

    assert crossed(*clicks(*days), by=playbook(CLICK, cooldown_days=31)) == ["email_clicked-0.003"]
    assert len(crossed(*clicks(*days), by=playbook(CLICK, cooldown_days=29))) == 2


def test_a_capped_group_cannot_cross_alone() -> None:
    visits = [visit(day / 100) for day in range(20)]

    assert crossed(*visits, by=playbook(VISIT, caps={"site": 40})) == []
    assert crossed(*visits, *clicks(1), by=playbook(VISIT, CLICK, caps={"site": 40})) == ["email_clicked-1"]


def test_history_that_was_imported_crosses_quietly() -> None:
    (crossing,) = tell(clicks(0, 0.001, 0.002, 0.003, quiet=True), playbook(CLICK)).crossings

    assert crossing.quiet


# The line


def test_the_line_names_every_rule_and_adds_up() -> None:
    events: list[LeadEvent] = [
        form(0, "White paper gate", asset=PAPER),
        visit(3, "/pricing"),
        visit(2.9, "/pricing"),
        did(3, "email_sent", email=Mail(subject="News")),
        did(3.00001, "email_clicked", email=Mail(subject="News", link="/")),
    ]

    assert explained(scored(*events, days=3.0001)) == (
        "score 34 = pricing page x2 +20, white paper +15 (3 d ago, decayed to 14); 1 scanner click set aside"
    )


def test_the_line_names_what_a_cap_took() -> None:
    one = scored(visit(0), visit(0.001), by=playbook(VISIT, caps={"site": 15}), after=timedelta(minutes=2))

    assert explained(one) == "score 15 = visit x2 +20, site capped at 15 -5"


def test_the_line_of_nobody_is_a_nought() -> None:
    assert explained(scored()) == "score 0"


@pytest.mark.parametrize(
    ("age", "words"),
    [
        (timedelta(seconds=59), "0 min ago"),
        (timedelta(minutes=59), "59 min ago"),
        (timedelta(hours=23), "23 h ago"),
        (timedelta(days=3, hours=23), "3 d ago"),
    ],
)
def test_an_age_is_said_in_one_unit(age: timedelta, words: str) -> None:
    assert ago(age) == words


@given(st.lists(st.floats(-500, 500), max_size=30))
def test_whole_numbers_keep_the_sum_and_stay_near(parts: list[float]) -> None:
    rounded = whole(parts)

    assert abs(sum(rounded) - fsum(parts)) <= 1
    assert all(abs(one - part) <= 1 for one, part in zip(rounded, parts, strict=True))


# Laws


DAYS = st.integers(0, 600).map(lambda quarter: quarter / 4)
RULES = playbook(
    CLICK,
    GONE,
    VISIT,
    EngagementRule(rule="form", kinds=("captured",), points=25, limit=2, per_days=20),
    caps={"site": 35},
    cooldown_days=10,
    fit=FIT,
)
EVENTS = st.lists(
    st.one_of(
        st.builds(visit, DAYS, quiet=st.booleans()),
        st.builds(form, DAYS, st.just("Newsletter")),
        st.builds(lambda day: did(day, "other", label="Unsubscribed"), DAYS),
        st.builds(lambda day: did(day, "email_sent", email=Mail(subject="News")), DAYS),
        st.builds(
            lambda day, soon: did(day + soon, "email_clicked", email=Mail(subject="News", link="/")),
            DAYS,
            st.sampled_from([0, 0.0001, 0.01]),
        ),
        st.builds(
            lambda day, title: known(day, title=title), DAYS, st.sampled_from(["Student", "Head of X"])
        ),
    ),
    max_size=25,
    unique_by=lambda event: event.id,
)


@given(EVENTS, st.randoms(use_true_random=False), DAYS)
def test_any_order_of_arrival_makes_the_same_score(events: list[LeadEvent], dice: Random, day: float) -> None:
    shuffled = [*events, *events[:3]]
    dice.shuffle(shuffled)

    assert scored(*shuffled, by=RULES, days=day) == scored(*events, by=RULES, days=day)
    assert tell(shuffled, RULES).crossings == tell(events, RULES).crossings


@given(EVENTS, DAYS)
def test_a_score_never_depends_on_what_happened_later(events: list[LeadEvent], day: float) -> None:
    then = START + timedelta(days=day)
    by_then = [event for event in events if event.time <= then]

    assert scored(*events, by=RULES, days=day) == scored(*by_then, by=RULES, days=day)


@given(EVENTS, DAYS)
def test_the_parts_sum_to_the_whole(events: list[LeadEvent], day: float) -> None:
    one = scored(*events, by=RULES, days=day)
    site = fsum(point.decayed for point in one.points if point.group == "site")

    assert fsum(point.decayed for point in one.points) == one.engagement
    assert fsum(fact.points for fact in one.facts) == one.fit_points
    assert site <= 35 + 1e-9


@given(EVENTS)
def test_at_a_crossing_the_score_is_what_the_crossing_says(events: list[LeadEvent]) -> None:
    """But for events of the very same moment, and for a click of which nobody knew yet who made it."""
    moments = [event.time for event in events]
    lead = tell(
        [
            event
            for event in events
            if moments.count(event.time) == 1 and not (isinstance(event, LeadEngaged) and event.email)
        ],
        RULES,
    )

    for crossing in lead.crossings:
        assert score(lead, RULES, crossing.at).engagement == pytest.approx(crossing.value)
        assert crossing.value >= RULES.score.enter


# The playbook


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{rules: [{rule: x, points: 1}]}", "score.rules.0: needs at least one of kinds, forms, assets"),
        ("{rules: [{rule: x, points: .inf, kinds: [other]}]}", "score.rules.0.points"),
        ("{rules: [{rule: x, points: 1, kinds: [danced]}]}", "score.rules.0.kinds.0"),
        ("{rules: [{rule: x, points: 1, kinds: [other], per_days: 3}]}", "per_days, which needs a limit"),
        (
            "{rules: [{rule: x, points: 1, kinds: [other]}, {rule: x, points: 2, kinds: [captured]}]}",
            "two rules are called “x”",
        ),
        ("{caps: {sight: 3}}", "caps names the group “sight”, which no rule has"),
        ("{levels: [10, 20, 30]}", "score.levels: must fall from the first to the last"),
        (
            "{fit: [{rule: x, field: shoe size, like: [a], points: 1}]}",
            "score.fit.0.field: must be one of company",
        ),
        ("{fit: [{rule: x, field: title, like: [], points: 1}]}", "score.fit.0.like"),
        ("{half_life_days: 0}", "score.half_life_days"),
        ("{mql_fit: E}", "score.mql_fit"),
    ],
)
def test_a_mistake_in_the_rules_is_named_with_its_place(text: str, sentence: str) -> None:
    with pytest.raises(PlaybookError) as refusal:
        parse_playbook(f"score: {text}", "rules.yaml")

    assert sentence in str(refusal.value)


def test_own_rules_have_the_usual_caps_only_where_they_share_a_group() -> None:
    assert Scoring(rules=(VISIT,)).caps == {"site": 25}
    assert set(Scoring().caps) == {"content", "site", "mail"}
