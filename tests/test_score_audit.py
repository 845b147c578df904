"""The score is judged by what it said before anybody knew how a lead would end."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funnel.compare import Interval
from funnel.events import (
    DealMoved,
    LeadCaptured,
    LeadEngaged,
    LeadEvent,
    LeadIdentified,
    LeadScored,
    LeadStaged,
    Person,
)
from funnel.foresight import Alerted, Foresight, Outcomes, foresight
from funnel.journey import tell
from funnel.lead import Lead
from funnel.metrics import Ratio
from funnel.period_words import parse_period
from funnel.playbook import Playbook
from funnel.qualification import Qualification, Rule
from funnel.score_audit import ScoreAudit, as_json, audit_score, clear, lift, lines_around
from funnel.scoring_rules import EngagementRule, FitRule, Scoring
from funnel.triggers import episodes

START = datetime(2026, 7, 6, 9, tzinfo=UTC)
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
ANA = Person(email="ana@example.com")
CLICK = EngagementRule(rule="click", kinds=("email_clicked",), points=30)
TRIAL = EngagementRule(rule="trial", kinds=("trial_started",), points=60)
VISIT = EngagementRule(rule="visit", kinds=("page_viewed",), points=5)
BUYER = FitRule(rule="buyer", field="title", like=("*head*",), points=20)
RULES = Scoring(rules=(CLICK, TRIAL, VISIT), caps={}, fit=(BUYER,), grades=(40, 20, 0), mql_fit="C")
PLAYBOOK = Playbook(score=RULES)
PERIOD = parse_period("2026", NOW, PLAYBOOK.zone)


def at(days: float, id: str) -> dict[str, Any]:  # noqa: A002 - an event's id
    return {"id": f"{id}-{days}", "source": "test", "time": START + timedelta(days=days), "person": ANA}


def form(days: float = 0, name: str = "Newsletter", **more: Any) -> LeadCaptured:
    return LeadCaptured(**{**at(days, "form"), "form": name, **more})


def did(days: float, kind: str, **more: Any) -> LeadEngaged:
    return LeadEngaged.model_validate({**at(days, kind), "kind": kind, **more})


def clicks(*days: float, **more: Any) -> list[LeadEvent]:
    return [did(day, "email_clicked", **more) for day in days]


def trial(days: float) -> LeadEngaged:
    return did(days, "trial_started")


def titled(days: float, title: str) -> LeadIdentified:
    return LeadIdentified(**at(days, "who") | {"person": Person(email="ana@example.com", title=title)})


def staged(days: float, stage: str) -> LeadStaged:
    return LeadStaged(**at(days, stage), stage=stage)


def sql(days: float) -> LeadStaged:
    return staged(days, "sql")


def won(days: float) -> DealMoved:
    return DealMoved(**at(days, "won"), deal="d", stage="won")


def reported(days: float, score: float) -> LeadScored:
    return LeadScored(**at(days, "score"), score=score)


def lead(*events: LeadEvent, by: Playbook = PLAYBOOK) -> Lead:
    """Somebody who left their address at the start, and then did all this."""
    return tell([form(), *events], by)


def seen(one: Lead, by: Playbook = PLAYBOOK, as_of: datetime = NOW) -> Foresight:
    found = foresight(one, by, as_of, {by.score.enter: by.score})
    assert found
    return found


def audited(*leads: Lead, by: Playbook = PLAYBOOK, as_of: datetime = NOW) -> ScoreAudit:
    return audit_score(leads, by, PERIOD, as_of)


# What was foretold of one lead


def test_a_rule_that_earned_only_after_the_lead_was_an_sql_foretold_nothing() -> None:
    one = seen(lead(*clicks(1), sql(2), trial(3)))

    assert one.fired == {"click"}
    assert one.ever == {"click", "trial"}


def test_what_happened_at_the_very_moment_of_the_sql_foretold_nothing() -> None:
    assert seen(lead(trial(2), sql(2))).fired == set()


def test_a_fact_that_was_learned_only_later_foretold_nothing() -> None:
    later = seen(lead(sql(2), titled(3, "Head of Plant")))
    before = seen(lead(titled(1, "Head of Plant"), sql(2)))

    assert (later.fired, later.band[0]) == (set(), "C")
    assert (before.fired, before.band[0]) == ({"buyer"}, "B")


def test_the_band_is_the_best_that_the_score_said_before_however_long_ago() -> None:
    assert seen(lead(*clicks(1, 1.001))).band == ("C", 2)
    assert seen(lead(*clicks(1, 1.001), sql(1.0005))).band == ("C", 3)


def test_who_only_lost_points_is_in_the_lowest_level_and_not_below() -> None:
    spam = Playbook(score=Scoring(rules=(CLICK.model_copy(update={"points": -30}),), levels=(60, 40, -10)))

    assert seen(lead(*clicks(1), by=spam), spam).band == ("C", 3)


def test_a_win_is_an_sql_on_the_way_even_if_nobody_said_so() -> None:
    assert seen(lead(won(5))).outcome == Outcomes(1, 1, 1)


def test_what_is_after_the_time_of_asking_is_not_known() -> None:
    one = seen(lead(*clicks(1), trial(9), sql(10)), as_of=START + timedelta(days=5))

    assert (one.outcome, one.ever, one.open) == (Outcomes(1), {"click"}, True)
    assert foresight(lead(), PLAYBOOK, START - timedelta(days=1), {}) is None


def test_who_left_the_funnel_may_no_longer_become_an_sql() -> None:
    assert seen(lead()).open
    assert not seen(lead(staged(1, "disqualified"))).open
    assert not seen(lead(sql(1))).open


def test_the_anonymous_and_the_forgotten_are_nobody() -> None:
    looks = LeadEngaged(**at(1, "look") | {"person": Person(anonymous_id="a")}, kind="page_viewed")

    assert audited(tell([looks], PLAYBOOK), Lead(forgotten=True)).leads == Outcomes()


def test_the_first_thirty_days_are_the_same_for_everybody() -> None:
    late = seen(lead(*clicks(29), trial(31), sql(40)))
    soon = seen(lead(*clicks(1), sql(2), trial(3)))
    young = seen(lead(), as_of=START + timedelta(days=29))

    assert late.settled
    assert (late.settled.fired, late.settled.outcome) == ({"click"}, Outcomes(1, 0))
    assert soon.settled
    assert (soon.settled.fired, soon.settled.outcome) == ({"click"}, Outcomes(1, 1))
    assert young.settled is None


# What the score alerted to


def alerted(one: Lead, by: Playbook = PLAYBOOK) -> Alerted:
    return seen(one, by).alerted[by.score.enter]


def test_an_alert_before_the_sql_is_one_that_mattered() -> None:
    assert alerted(lead(trial(1), sql(2), won(9))) == Alerted(1, 1, 1)
    assert alerted(lead(sql(2), trial(3))) == Alerted(1)
    assert alerted(lead(trial(1))) == Alerted(1)


def test_who_raised_a_hand_is_heard_of_whatever_the_score_says() -> None:
    assert alerted(lead(form(1, "Contact sales"), trial(20), sql(40))) == Alerted(1)
    assert alerted(lead(trial(1), form(20, "Contact sales"), sql(40))) == Alerted(1)
    assert alerted(lead(trial(1), sql(2), form(3, "Contact sales"))) == Alerted(1, 1)


def test_an_upstream_score_alerts_by_the_same_line() -> None:
    assert alerted(lead(reported(1, 59), reported(2, 61), sql(3))) == Alerted(1, 1)
    assert audited(lead(reported(1, 59), sql(3))).what_if[1].would == Alerted(1, 1)


def test_who_is_no_lead_or_does_not_fit_is_not_alerted_to() -> None:
    strict = Playbook(score=RULES.model_copy(update={"mql_fit": "B"}))

    assert alerted(lead(staged(1, "disqualified"), trial(2))) == Alerted()
    assert alerted(lead(trial(2), by=strict), strict) == Alerted()


@pytest.mark.parametrize(
    ("rule", "event"),
    [
        (Rule(reason="advisor", title=("*advisor*",)), titled(1, "Advisor")),
        (Rule(reason="asked", comment=("*thesis*",)), form(1, comment="For my thesis")),
        (Rule(reason="asked", form=("*survey*",)), form(1, "Survey")),
    ],
)
def test_for_whom_the_playbook_says_not_yet_no_score_alerts(rule: Rule, event: LeadEvent) -> None:
    waiting = Playbook(score=RULES, qualification=Qualification(not_yet=(rule,)))

    assert alerted(lead(event, trial(2), by=waiting), waiting) == Alerted()
    assert alerted(lead(trial(0.5), event, by=waiting), waiting) == Alerted(1)


def test_imported_history_counts_as_if_it_had_been_live() -> None:
    quiet = [event.model_copy(update={"quiet": True}) for event in (trial(1), sql(2), reported(30, 90))]

    assert alerted(lead(*quiet)) == Alerted(2, 1)


# The audit of many


def test_leads_in_whom_a_rule_fired_are_compared_with_all_others() -> None:
    audit = audited(
        *(lead(trial(1), sql(3)) for _ in range(8)),
        *(lead(trial(1)) for _ in range(2)),
        *(lead(*clicks(1)) for _ in range(9)),
        lead(won(9)),
    )
    rules = {rule.rule: rule for rule in audit.rules}

    assert audit.leads == Outcomes(20, 9, 1)
    assert (rules["trial"].fired, rules["trial"].others) == (Outcomes(10, 8, 0), Outcomes(10, 1, 1))
    assert rules["trial"].sql_lift == lift(Ratio(8, 10), Ratio(1, 10))
    assert clear(rules["trial"].sql_lift)
    assert not rules["trial"].misleading
    assert rules["click"].misleading
    assert (rules["buyer"].axis, rules["buyer"].points, rules["buyer"].sql_lift) == ("fit", 20, None)


def test_a_rule_that_never_earned_anything_is_dead_and_one_that_did_so_too_late_is_not() -> None:
    audit = audited(lead(sql(1), *clicks(2)), lead(titled(1, "Head of Plant")))

    assert [rule.rule for rule in audit.dead] == ["trial", "visit"]


def test_an_audit_of_nobody_has_no_data() -> None:
    audit = audited()

    assert audit.leads.sql_rate.value is None
    assert (audit.maturing, audit.lag, audit.inversions) == (0, None, ())
    assert [rule.rule for rule in audit.dead] == ["click", "trial", "visit", "buyer"]
    assert all(rule.sql_lift is rule.win_lift is rule.drift.change is None for rule in audit.rules)
    assert all(what_if.more_alerts is None for what_if in audit.what_if)


def test_a_lift_is_a_difference_of_rates_with_newcombes_interval() -> None:
    """Against the table of method 10 in Newcombe, Statistics in Medicine 17 (1998), 873-890."""
    found = lift(Ratio(56, 70), Ratio(48, 80))

    assert found
    assert (found.value, found.low, found.high) == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)


@pytest.mark.parametrize(
    ("found", "is_clear"),
    [(None, False), (Interval(0.03, -0.05, 0.12), False), (Interval(-0.2, -0.3, -0.1), True)],
)
def test_only_a_difference_that_chance_would_hardly_make_is_clear(
    found: Interval | None, *, is_clear: bool
) -> None:
    assert clear(found) == is_clear


def test_bands_are_named_from_the_best_to_the_worst_and_hold_everybody() -> None:
    audit = audited(lead(trial(1)), lead(titled(0.5, "Head of Plant"), *clicks(1)), lead())

    assert " ".join(map(str, audit.bands)) == "A1 A2 A3 A4 B1 B2 B3 B4 C1 C2 C3 C4 D1 D2 D3 D4"
    assert {str(band): band.outcomes.leads for band in audit.bands if band.outcomes.leads} == {
        "B3": 1,
        "C1": 1,
        "C4": 1,
    }


def test_a_band_that_does_better_than_the_one_above_it_is_an_inversion() -> None:
    audit = audited(
        *(lead(trial(1)) for _ in range(10)),
        *(lead(*clicks(1), sql(2)) for _ in range(10)),
        *(lead(titled(0.5, "Head of Plant"), *clicks(1)) for _ in range(10)),
        *(lead() for _ in range(10)),
    )

    assert [(one.outcome, str(one.better), str(one.worse), one.clear) for one in audit.inversions] == [
        ("sql", "C1", "C3", True),
        ("sql", "B3", "C3", True),
    ]


@pytest.mark.parametrize(
    ("enter", "lines"),
    [
        (60, (40, 50, 60, 70, 80)),
        (100, (70, 85, 100, 115, 130)),
        (20, (10, 15, 20, 25, 30)),
        (6, (4, 5, 6, 7, 8)),
        (-100, (-130, -115, -100, -85, -70)),
    ],
)
def test_the_lines_to_try_lie_around_the_present_one(enter: float, lines: tuple[float, ...]) -> None:
    assert lines_around(enter) == lines


def test_another_line_is_judged_by_the_alerts_it_saves_and_the_wins_it_loses() -> None:
    """From 60 to 70: -50 % alerts, -1 win of 2."""
    strong = (lead(trial(1), *clicks(1.001), won(9)), lead(trial(1), *clicks(1.001)))
    weak = (lead(trial(1), won(9)), lead(trial(1)))
    mild = (lead(*clicks(1, 1.001, 1.002)),)
    by_line = {one.enter: one for one in audited(*strong, *weak, *mild).what_if}

    assert by_line[60].does == Alerted(5, 2, 2)
    assert (by_line[60].more_alerts, by_line[60].more_wins) == (0, 0)
    assert by_line[70].would == Alerted(3, 1, 1)
    assert by_line[70].more_alerts == pytest.approx(-0.4)
    assert (by_line[70].more_sqls, by_line[70].more_wins) == (-1, -1)


def test_leads_younger_than_most_sqls_were_are_maturing() -> None:
    sqls = [lead(sql(days)) for days in (1, 2, 3, 10.5, 60)]
    young = replace_start(lead(), NOW - timedelta(days=10))
    older = replace_start(lead(), NOW - timedelta(days=11))
    audit = audited(*sqls, young, older)

    assert (audit.lag, audit.maturing) == (timedelta(days=11), 1)


def replace_start(one: Lead, created: datetime) -> Lead:
    """The same lead, had they left their address at another time."""
    return replace(
        one,
        stages=tuple(replace(entry, at=created) for entry in one.stages),
        history=tuple(replace(entry, at=created) for entry in one.history),
        touches=tuple(touch._replace(at=created) for touch in one.touches),
    )


def test_a_rule_drifts_from_last_quarter_to_this_one_by_leads_of_the_same_age() -> None:
    summer = [lead(*clicks(1), sql(9)), lead(*clicks(1)), lead(*clicks(1), sql(80))]
    autumn = [later(lead(*clicks(1), sql(9)), 90), later(lead(*clicks(1)), 130)]
    (click, *_) = audited(*summer, *autumn).rules

    assert (click.drift.previous, click.drift.current) == (Ratio(1, 3), Ratio(1, 1))
    assert click.drift.change == lift(Ratio(1, 1), Ratio(1, 3))


def later(one: Lead, days: float) -> Lead:
    """The same lead, so many days later."""
    by = timedelta(days=days)
    return replace(
        one,
        stages=tuple(replace(entry, at=entry.at + by) for entry in one.stages),
        history=tuple(replace(entry, at=entry.at + by) for entry in one.history),
        touches=tuple(touch._replace(at=touch.at + by) for touch in one.touches),
    )


def test_other_programs_are_handed_every_number_of_the_audit() -> None:
    audit = audited(lead(trial(1), won(9)), lead(*clicks(1)))
    answer = as_json(audit, "kpi score audit 2026")
    rows = {(row["by"], row["metric"]): row for row in answer["rows"]}

    assert answer["question"] == "kpi score audit 2026"
    assert answer["notes"] == [
        "visit is dead: it earned or cost nobody anything.",
        "buyer is dead: it earned or cost nobody anything.",
    ]
    assert json.loads(json.dumps(answer)) == answer
    assert len(rows) == len(answer["rows"]) == 4 + 4 * 2 + 2 * 2 + 16 * 2 + 5 * 3
    assert rows["trial", "sql_rate"] == {
        "by": "trial",
        "metric": "sql_rate",
        "value": 1.0,
        "numerator": 1,
        "denominator": 1,
        "previous": 0.0,
        "note": None,
    }
    assert rows["trial", "sql_lift"]["note"] == "-0.1221 to 1.0000, 95 %"
    assert (rows["C1", "win_rate"]["value"], rows["A1", "win_rate"]["value"]) == (1, None)
    assert (rows["enter 80", "wins"]["value"], rows["enter 80", "wins"]["previous"]) == (0, 1)


def test_a_stream_is_read_once() -> None:
    def stream() -> Iterator[Lead]:
        yield lead(trial(1), sql(2))
        yield lead()

    assert audit_score(stream(), PLAYBOOK, PERIOD, NOW) == audited(lead(), lead(trial(1), sql(2)))


# Laws

DAYS = st.floats(0, 130).map(lambda day: round(day, 3))
EVENTS = st.lists(
    st.one_of(
        st.builds(clicks, DAYS).map(lambda one: one[0]),
        st.builds(trial, DAYS),
        st.builds(form, DAYS, st.sampled_from(["Newsletter", "Contact sales"])),
        st.builds(titled, DAYS, st.sampled_from(["Head of Plant", "Student", "Clerk"])),
        st.builds(staged, DAYS, st.sampled_from(["sql", "disqualified", "mql", "recycled"])),
        st.builds(reported, DAYS, st.floats(0, 100)),
        st.builds(won, DAYS),
    ),
    max_size=10,
)
LEADS = EVENTS.map(lambda events: lead(*events))


@given(LEADS)
def test_by_the_present_line_the_alerts_are_the_messages_that_the_house_sends(one: Lead) -> None:
    assert alerted(one).alerts == sum(episode.kind == "score" for episode in episodes(one, PLAYBOOK))


@given(st.lists(LEADS, max_size=6), st.randoms(use_true_random=False))
def test_every_lead_is_on_one_side_of_every_rule_and_in_one_band_in_any_order(
    leads: list[Lead], dice: Random
) -> None:
    audit = audited(*leads)
    dice.shuffle(leads)

    assert all(rule.fired.plus(rule.others) == audit.leads for rule in audit.rules)
    assert all(rule.ever >= rule.fired.leads for rule in audit.rules)
    assert sum(band.outcomes.leads for band in audit.bands) == audit.leads.leads == len(leads)
    assert audited(*leads) == audit


@given(EVENTS, DAYS)
def test_what_happens_after_the_sql_changes_nothing_that_was_foretold(
    events: list[LeadEvent], day: float
) -> None:
    known = [event for event in events if event.time < START + timedelta(days=day)]
    before, after = seen(lead(*known, sql(day))), seen(lead(*events, sql(day)))

    assert (before.fired, before.band) == (after.fired, after.band)
