"""A number that crosses its line is told once, and again only after it was back."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from cli_rig import Desk
from hypothesis import given, settings
from hypothesis import strategies as st
from store_rig import NOW, captured, from_campaign, spent, take

from bot.asking import Asked, gather
from funnel.alert_rules import Threshold
from funnel.answer import Answer
from funnel.case import opened
from funnel.errors import PlaybookError, QuestionError
from funnel.finance import Finance, Target
from funnel.growing import grown
from funnel.incident import Incident
from funnel.playbook import Playbook, parse_playbook
from funnel.thresholds import MOST_ROWS, Reading, Rule, in_the_past, judged, readings, understood
from funnel.value import Value
from storage.store import Store

PLAYBOOK = Playbook(targets={"mqls": Target(month=60), "win_rate": Target(month=0.3)}, finance=Finance())
HOUR = timedelta(hours=1)


def rule(when: str, leave: float | None = None) -> Rule:
    return understood(Threshold(name="line", when=when, leave=leave), NOW, PLAYBOOK)


CPL = rule("cpl by campaign last 30 days > 100")


def of(values: Mapping[str, float | Value | None], line: float = 100_00) -> list[Reading]:
    """What each campaign's leads cost, in minor units, beside a line."""
    return [
        Reading(row, value if isinstance(value, Value) else Value(value), Value(line))
        for row, value in values.items()
    ]


def look(
    going_on: list[Incident], values: Mapping[str, float | Value | None], hour: int, which: Rule = CPL
) -> list[Incident]:
    """The incidents after one more look."""
    changed = {one.key: one for one in judged(which, of(values), going_on, NOW + hour * HOUR)}
    kept = {one.key: one for one in going_on if one.closed_at is None}
    return list({**kept, **changed}.values())


def rows(incident: Incident) -> list[str | None]:
    return [one.crossing.row for one in incident.findings if one.crossing]


def test_a_threshold_is_a_question_a_sign_and_a_line() -> None:
    assert str(CPL.question) == "/kpi cpl last 30 days by campaign"
    assert (CPL.above, CPL.line) == (True, 100_00)


@pytest.mark.parametrize(
    ("when", "line"),
    [
        ("win_rate this quarter < 25 %", 0.25),
        ("win_rate this quarter < 0.25", 0.25),
        ("/kpi mqls this month &lt; 1,200", 1200),
        ("cac last 90 days > $1,250.50", 1250_50),
        ("cac last 90 days > EUR 900", 900_00),
        ("response_time last 7 days > 60", 60),
        ("mqls this month < target", None),
        ("mqls this month < its target", None),
        ("brand_sentiment last 30 days < -0.2", -0.2),
    ],
)
def test_a_line_is_written_as_people_write_it(when: str, line: float | None) -> None:
    assert rule(when).line == line


def test_a_line_may_be_another_metric() -> None:
    compared = rule("cac by campaign last 90 days > max_cpl")

    assert str(compared.beside) == "/kpi max_cpl last 90 days by campaign"


def test_a_metric_that_nobody_can_break_down_is_one_line_for_all() -> None:
    compared = rule("cac by campaign last 90 days > cac_loaded")

    assert str(compared.beside) == "/kpi cac_loaded last 90 days"


@pytest.mark.parametrize(
    ("when", "sentence"),
    [
        ("cac by campaign", "A threshold has one `>` or `<`, “cac by campaign” has 0."),
        ("1 < cac < 2", "A threshold has one `>` or `<`, “1 < cac < 2” has 2."),
        ("cack by campaign > 200", "cack"),
        ("cac by campaign last 30 dayz > 200", "dayz"),
        ("cac by campaign > ", "A threshold ends with a number, a metric or `target`."),
        ("cac by campaign > max_cpll", "I don't know the metric “max_cpll”. Did you mean `max_cpl`"),
        ("cac by campaign > mqls", "cac is in money and mqls in count: they don't compare."),
        ("cac > target", "There is no target for cac: write it down in `targets`."),
        ("win_rate > 25", "win_rate is a share of 1: write 25 % or 0.25."),
        ("mqls > 25 %", "mqls is in count, so 25 % says nothing of it."),
        ("mqls by week > 25", "A threshold can't go by week: it is looked at every hour."),
        ("mqls last month vs prev > 25", "leave `vs`, `why`, `target` and `as-of` out."),
        ("mqls why > 25", "leave `vs`, `why`, `target` and `as-of` out."),
        ("x" * 500, "“" + "x" * 60 + "”"),
    ],
)
def test_what_is_no_threshold_is_said_with_one_that_works(when: str, sentence: str) -> None:
    with pytest.raises(QuestionError) as error:
        rule(when)

    assert sentence in str(error.value)
    assert len(str(error.value)) < 500


@settings(max_examples=30)
@given(st.text(max_size=80), st.sampled_from("<>"), st.text(max_size=20))
def test_any_text_is_understood_or_refused_in_a_sentence(left: str, sign: str, right: str) -> None:
    with suppress(QuestionError):
        assert understood(Threshold(when=f"mqls {left} {sign} {right}"), NOW, PLAYBOOK).metric.name


def test_two_thresholds_of_one_name_are_told_apart_by_a_name() -> None:
    with pytest.raises(PlaybookError) as error:
        parse_playbook('alerts: {thresholds: [{when: "cac > 5"}, {when: "cac  > 5 "}]}', "p.yaml")

    assert "alerts.thresholds: two are called “cac-over-5”; give each a `name` of its own" in str(error.value)


def test_a_number_that_crosses_its_line_is_told_once() -> None:
    (opened,) = look([], {"spring": 90_00, "expo": 120_00}, 0)
    (again,) = look([opened], {"spring": 90_00, "expo": 130_00}, 1)

    assert rows(opened) == ["expo"]
    assert again == replace(opened, findings=again.findings, seen_at=NOW + HOUR)
    assert again.findings[0].expected == 100_00
    assert again.findings[0].count == 130_00


def test_it_is_over_when_the_number_is_back_by_a_tenth_and_then_armed_again() -> None:
    going_on = look([], {"expo": 120_00}, 0)
    still = look(going_on, {"expo": 95_00}, 1)
    (over,) = look(still, {"expo": 89_00}, 2)

    assert still[0].closed_at is None
    assert over.closed_at == NOW + 2 * HOUR
    (second,) = look([], {"expo": 101_00}, 3)
    assert second.key != over.key


def test_leave_says_when_it_is_back_in_major_units() -> None:
    early = rule("cpl by campaign last 30 days > 100", leave=50)
    going_on = look([], {"expo": 120_00}, 0, early)

    assert look(going_on, {"expo": 51_00}, 1, early)[0].closed_at is None
    assert look(going_on, {"expo": 50_00}, 1, early)[0].closed_at == NOW + HOUR


def test_below_a_line_is_back_above_it() -> None:
    few = rule("mqls by source last 7 days < 10")
    going_on = judged(few, [Reading("google", Value(8), Value(10))], [], NOW)

    assert [one.findings[0].segment for one in going_on] == ["threshold:line:google"]
    (still,) = judged(few, [Reading("google", Value(10.5), Value(10))], going_on, NOW + HOUR)
    (over,) = judged(few, [Reading("google", Value(11), Value(10))], going_on, NOW + HOUR)
    assert (still.closed_at, over.closed_at) == (None, NOW + HOUR)


def test_rows_that_cross_at_once_are_one_incident_and_later_ones_another() -> None:
    first = look([], {"a": 120_00, "b": 200_00, "c": 50_00}, 0)
    second = look(first, {"a": 120_00, "b": 80_00, "c": 150_00}, 1)

    assert [rows(one) for one in first] == [["b", "a"]]
    assert [rows(one) for one in second] == [["a"], ["c"]]


@pytest.mark.parametrize(
    "value",
    [
        Value(None),
        Value(120_00, maturing=date(2026, 12, 1)),
        Value(None, maturing=date(2026, 12, 1)),
        Value(None, currencies=("EUR", "USD")),
    ],
)
def test_no_data_and_a_cohort_that_matures_never_fire(value: Value) -> None:
    assert look([], {"expo": value}, 0) == []


def test_what_is_only_known_to_be_more_is_above_but_never_below() -> None:
    slow, fast = rule("response_time by owner > 60"), rule("response_time by owner < 60")
    bound = [Reading("dana", Value(90, at_least=True), Value(60))]

    assert len(judged(slow, bound, [], NOW)) == 1
    assert judged(fast, [Reading("dana", Value(30, at_least=True), Value(60))], [], NOW) == []


@pytest.mark.parametrize(
    ("above", "of", "fires"), [(1, 1, 0), (3, 5, 0), (4, 5, 1), (36, 100, 0), (40, 100, 1)]
)
def test_a_share_of_few_leads_is_beyond_its_line_only_if_chance_does_not_explain_it(
    above: int, of: int, fires: int
) -> None:
    spam = rule("disqualified_rate by source last 7 days > 30 %")
    reading = Reading("google", Value(above / of, above, of), Value(0.3))

    assert len(judged(spam, [reading], [], NOW)) == fires


def test_amounts_of_other_money_are_not_compared() -> None:
    compared = rule("cac by campaign last 90 days > max_cpl")
    reading = Reading("expo", Value(120_00, currency="EUR"), Value(100_00, currency="USD"))

    assert judged(compared, [reading], [], NOW) == []


def test_a_campaign_that_is_gone_has_nothing_to_be_above_of() -> None:
    (over,) = look(look([], {"expo": 120_00}, 0), {"spring": 20_00}, 1)

    assert over.closed_at == NOW + HOUR
    assert rows(over) == ["expo"]


def test_a_campaign_that_matures_again_stays_as_it_was() -> None:
    going_on = look([], {"expo": 120_00}, 0)
    (still,) = look(going_on, {"expo": Value(None, maturing=date(2026, 12, 1))}, 1)

    assert still.findings == going_on[0].findings


def test_a_hundred_thousand_campaigns_are_a_bounded_card() -> None:
    going_on = look([], {f"c{number}": 101_00 + number for number in range(100_000)}, 0)
    later = look(going_on, {f"c{number}": 101_00 + number for number in range(100_000)}, 1)

    assert [len(one.findings) for one in later] == [MOST_ROWS]
    assert rows(going_on[0])[0] == "c99999"


@given(st.lists(st.floats(0, 300_00), max_size=30))
def test_it_never_fires_twice_without_being_back_between(costs: list[float]) -> None:
    going_on: list[Incident] = []
    armed = True
    for hour, cost in enumerate(costs):
        going_on = look([one for one in going_on if one.closed_at is None], {"expo": cost}, hour)
        fresh = [one for one in going_on if one.opened_at == NOW + hour * HOUR]
        assert len(fresh) == int(armed and cost > 100_00)
        armed = cost <= 90_00 or (armed and not fresh)


@pytest.mark.parametrize(
    ("when", "asked"),
    [
        ("mqls this month < 60", "/kpi mqls 2026-11-01..2026-11-10"),
        ("cpl by campaign last 7 days > 100", "/kpi cpl last 7 days by campaign"),
        ("leads last 24 hours < 5", "/kpi leads last 24 hours"),
    ],
)
def test_of_a_past_day_nothing_is_asked_that_came_after_it(when: str, asked: str) -> None:
    at = datetime(2026, 11, 10, 23, 59, 59, tzinfo=UTC)
    then = understood(Threshold(when=when), at, PLAYBOOK)

    assert str(in_the_past(then, at).question) == asked


# What stands in its thread


def story(*looks_: Mapping[str, float]) -> list[tuple[str, str | None, int]]:
    """The words under the card of the first incident: what, whose number, and how many others."""
    (first,) = look([], looks_[0], 0)
    told = opened(first, "#marketing")
    for hour, values in enumerate(looks_[1:], 1):
        now = next(one for one in look([told.incident], values, hour) if one.key == first.key)
        told = grown(told, now, "#marketing")
    return [
        (turn.what, turn.found.crossing.row if turn.found.crossing else None, turn.others)
        for turn in told.history
    ]


def test_a_line_has_a_word_when_it_is_crossed_further_and_when_fewer_are_beyond_it() -> None:
    beyond = {"a": 120_00, "b": 160_00, "c": 130_00}

    assert story(beyond, {**beyond, "b": 165_00}, {**beyond, "b": 195_00}, {"a": 120_00}, {}) == [
        ("opened", "b", 2),
        ("grew", "b", 2),
        ("eased", "a", 0),
        ("ended", "a", 0),
    ]


@given(st.lists(st.floats(91_00, 300_00), min_size=1, max_size=40))
def test_whoever_hovers_at_a_line_fills_no_thread(costs: list[float]) -> None:
    """Each word is of a tenth of the line more than the one before."""
    told = story({"a": 101_00}, *({"a": cost} for cost in costs))

    assert len(told) <= 1 + 20


# Through the store: the number on the card is the answer to the question on the card.


async def asked(store: Store, text: str, playbook: Playbook = PLAYBOOK) -> Answer:
    found = await gather(store, playbook, Asked("kpi", text.removeprefix("/kpi "), NOW))
    assert isinstance(found, Answer)
    return found


async def test_its_question_answers_with_its_number(store: Store) -> None:
    await take(
        store,
        [
            captured("1", "a@x.example", origin=from_campaign("Spring, early", "google"), at=-60),
            captured("2", "b@x.example", origin=from_campaign("expo", "google"), at=-50),
            captured("3", "c@x.example", origin=from_campaign("expo", "google"), at=-40),
            spent("4", "Spring, early", "2026-11-19", "300"),
            spent("5", "expo", "2026-11-19", "90"),
            captured("6", "d@x.example", at=-30),
        ],
    )
    found = await asked(store, str(CPL.question))

    (incident,) = judged(CPL, readings(CPL, found, None, PLAYBOOK, NOW), [], NOW)

    (finding,) = incident.findings
    assert finding.crossing is not None
    assert finding.segment == "threshold:line:Spring, early"
    assert finding.crossing.question == ('/kpi cpl 2026-10-22..2026-11-20 where campaign="Spring, early"')
    answer = await asked(store, finding.crossing.question)
    value = answer.total.values["cpl"]
    assert (value.value, value.numerator, value.denominator) == (
        finding.crossing.value,
        finding.crossing.numerator,
        finding.crossing.denominator,
    )
    assert (finding.crossing.value, finding.crossing.currency) == (300_00, "USD")


async def test_a_target_is_due_by_its_days(store: Store) -> None:
    await take(store, [captured("1", at=-60)])
    few = rule("mqls this month < target")
    found = await asked(store, str(few.question))

    (reading,) = readings(few, found, None, PLAYBOOK, datetime(2026, 11, 20, 9, tzinfo=UTC))

    assert (reading.row, reading.value.value, reading.line.value) == (None, 1, 40)


async def test_each_campaign_is_compared_with_its_own_other_number(store: Store) -> None:
    await take(
        store,
        [
            captured("1", "a@x.example", origin=from_campaign("expo", "google"), at=-60),
            captured("2", "b@x.example", origin=from_campaign("spring", "google"), at=-60),
            spent("3", "expo", "2026-11-19", "50"),
            spent("4", "spring", "2026-11-19", "80"),
        ],
    )
    compared = rule("cpl by campaign last 30 days < cost_per_mql")
    assert compared.beside is not None
    found, beside = await asked(store, str(compared.question)), await asked(store, str(compared.beside))

    assert [
        (one.row, one.value.value, one.line.value) for one in readings(compared, found, beside, PLAYBOOK, NOW)
    ] == [("spring", 80_00, 80_00), ("expo", 50_00, 50_00)]


# Through the terminal: what is wrong is said before the bot starts.


def test_the_playbook_check_says_what_is_wrong_with_a_threshold(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.write("p.yaml", 'alerts: {thresholds: [{name: dear, when: "cack by campaign > 200"}]}')

    checked = desk.tipoff("playbook", "check", "p.yaml")

    assert checked.code == 1
    assert checked.err.startswith("p.yaml: alerts.thresholds.dear: “cack by campaign > 200”: ")
    assert "Try `/kpi cac" in " ".join(checked.err.split())
