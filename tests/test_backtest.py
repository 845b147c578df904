"""What the alerts would have told of a store's own leads, and what it takes to say so."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from alerts_samples import case
from cli_rig import HOUSE
from hypothesis import given, settings
from hypothesis import strategies as st
from store_rig import PLAYBOOK

from bot.replay import _arrivals
from funnel.alert_rules import Threshold, WatchedCount
from funnel.alerts import Alerts
from funnel.backtest import (
    LOOKS,
    SPEAKS,
    Rules,
    Run,
    Simulation,
    as_it_happened,
    parse_simulation,
    runs,
    together,
    window,
)
from funnel.backtest_lines import MOST_LOOKS, looks, step
from funnel.errors import QuestionError
from funnel.question import Question
from funnel.surge import Arrival
from funnel.thresholds import understood
from funnel.watched_counts import ALL_TOGETHER, heard

NOW = datetime(2026, 11, 20, 18, tzinfo=UTC)
ZONE = ZoneInfo("America/New_York")
DAY = timedelta(days=1)
RULES = Rules(Alerts(), ZONE, lambda _day: False)
WATCHED = Alerts(
    watch=(WatchedCount(name="talks", count="hand_raisers"), WatchedCount(name="left", count="unsubscribes"))
)


@pytest.fixture(scope="module")
def inflow() -> list[Arrival]:
    """Seven weeks of leads with a surge of a campaign, and a list that somebody loaded."""
    return as_it_happened(_arrivals(HOUSE / "examples" / "inflow.csv", ZONE))


def arrival(occurred: datetime, received: datetime | None = None, *, imported: bool = False) -> Arrival:
    return Arrival(received or occurred, occurred, "spring", "google", imported=imported)


@pytest.mark.parametrize(
    ("text", "since", "budget"),
    [
        ("", NOW - LOOKS, 0.5),
        ("since 2026-09-01", datetime(2026, 9, 1, tzinfo=UTC), 0.5),
        ("--since 2026-09-01 --budget 0.25", datetime(2026, 9, 1, tzinfo=UTC), 0.25),
        ("--budget=0,25 --since=2026-09-01", datetime(2026, 9, 1, tzinfo=UTC), 0.25),
        ("BUDGET 2", NOW - LOOKS, 2),
        ("since yesterday", datetime(2026, 11, 19, tzinfo=UTC), 0.5),
    ],
)
def test_a_simulation_is_asked_for_as_people_type(text: str, since: datetime, budget: float) -> None:
    assert parse_simulation(text, NOW, PLAYBOOK) == Simulation(since, budget)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("since", "`since` wants a day, not “”."),
        ("since foo", "`since` wants a day, not “foo”."),
        ("since 2026-02-30", "There is no February 30 in 2026"),
        ("since 2027-01-01", "in the future"),
        ("budget much", "`budget` wants how many false messages a week are accepted"),
        ("budget 0", "more than 0 and up to 20, not “0”."),
        ("budget nan", "more than 0 and up to 20, not “nan”."),
        ("budget 21", "more than 0 and up to 20, not “21”."),
        ("last month", "I don't know “last month” of a simulation."),
        ("x" * 10_000, "I don't know “xxx"),
    ],
)
def test_what_is_not_understood_is_answered_with_an_example(text: str, sentence: str) -> None:
    with pytest.raises(QuestionError) as error:
        parse_simulation(text, NOW, PLAYBOOK)

    assert sentence in str(error.value)
    assert "Try `/tipoff alerts simulate since 2026-09-01 budget 0.25`." in str(error.value)
    assert len(str(error.value)) < 400


@settings(max_examples=50)
@given(st.text(max_size=60))
def test_any_text_is_understood_or_refused(text: str) -> None:
    try:
        assert parse_simulation(text, NOW, PLAYBOOK).budget > 0
    except QuestionError:
        return


def test_a_store_with_too_little_history_says_so() -> None:
    asked = Simulation(NOW - LOOKS, 0.5)

    with pytest.raises(QuestionError, match="knows no leads of that time"):
        window(asked, [], NOW)
    with pytest.raises(QuestionError, match="knows leads for 12 days before now; it takes 14 to learn"):
        window(asked, [arrival(NOW - 12 * DAY)], NOW)


def test_nothing_is_looked_at_before_a_watch_would_speak() -> None:
    first = NOW - 40 * DAY

    assert window(Simulation(NOW - LOOKS, 0.5), [arrival(first)], NOW) == (first + SPEAKS, NOW)
    since = NOW - 10 * DAY
    assert window(Simulation(since, 0.5), [arrival(first)], NOW) == (since, NOW)


def test_what_was_told_long_after_is_watched_as_it_came() -> None:
    loaded = arrival(NOW - 30 * DAY, NOW, imported=True)
    late = arrival(NOW - 2 * DAY, NOW - 2 * DAY + timedelta(hours=3))
    today = arrival(NOW - timedelta(hours=1), NOW, imported=True)

    assert as_it_happened([today, late, loaded]) == [arrival(loaded.occurred), late, today]


def test_a_surge_and_an_import_would_have_been_told_once_each(inflow: list[Arrival]) -> None:
    (run,), segments = runs(0.5, [0.5], inflow, inflow[0].occurred + SPEAKS, NOW, RULES)

    assert [(one.incident.kind, one.whole.segment) for one in run.cases] == [
        ("surge", "campaign:spring-webinar"),
        ("import", "campaign:expo-2026"),
    ]
    surge = run.cases[0]
    assert (surge.whole.count, surge.over) == (36, True)
    assert surge.whole.since < surge.incident.opened_at < surge.whole.since + timedelta(hours=1)
    assert run.delay == surge.incident.opened_at - surge.whole.since
    assert segments == 7


def test_the_same_leads_are_the_same_backtest(inflow: list[Arrival]) -> None:
    since = NOW - 14 * DAY

    assert runs(0.5, [0.5], inflow, since, NOW, RULES) == runs(0.5, [0.5], inflow, since, NOW, RULES)


def test_a_larger_budget_tells_no_less_and_no_later(inflow: list[Arrival]) -> None:
    found, _ = runs(0.5, [0.1, 2.0], inflow, NOW - 14 * DAY, NOW, RULES)
    few, many = found

    first = {one.whole.segment: one.incident.opened_at for one in reversed(many.cases)}
    assert 0 < len(few.cases) <= len(many.cases)
    assert [one for one in few.cases if one.incident.opened_at < first[one.whole.segment]] == []


def test_a_store_of_one_lead_and_one_of_nothing_for_weeks_tell_nothing() -> None:
    one = [arrival(NOW - 40 * DAY)]

    def rare() -> Iterator[Arrival]:
        yield arrival(NOW - 40 * DAY)
        yield arrival(NOW - DAY)

    for arrivals in (one, list(rare())):
        (run,), _ = runs(0.5, [0.5], arrivals, NOW - 20 * DAY, NOW, RULES)
        assert (run.cases, run.delay) == ((), None)


def test_another_count_surges_by_its_own_past_within_its_share(inflow: list[Arrival]) -> None:
    count = heard(WATCHED.watch[0], NOW, PLAYBOOK)
    talks = [replace(one, campaign=None, source=None) for one in inflow[::2]]
    rules = RULES._replace(alerts=WATCHED)

    (run,), _ = runs(0.5, [0.5], talks, NOW - 14 * DAY, NOW, rules, count)

    assert [(one.incident.kind, one.whole.segment) for one in run.cases] == [("surge", "count:talks")]
    assert rules.within(0.5, count).alerts.false_messages_a_week == 0.5 * ALL_TOGETHER / 2
    assert runs(0.5, [0.1, 0.5], [], NOW - 14 * DAY, NOW, rules, count) == ([Run(0.1, ()), Run(0.5, ())], 0)


def test_leads_other_counts_and_lines_are_one_list_by_time() -> None:
    surge, talk, line = (
        case(days, name, kind)
        for days, name, kind in (
            (3, "overall", "surge"),
            (2, "count:talks", "surge"),
            (1, "threshold:x", "threshold"),
        )
    )

    (few, many) = together([[Run(0.1, ()), Run(2, (surge,))], [Run(0.1, (talk,)), Run(2, (talk,))]], [line])

    assert (few, many) == (Run(0.1, (talk, line)), Run(2, (surge, talk, line)))
    assert many.delay == Run(2, (surge,)).delay
    assert few.delay is None


# When lines are looked at


def asks(when: str) -> Question:
    return understood(Threshold(when=when), NOW, PLAYBOOK).question


@pytest.mark.parametrize(
    ("when", "weeks", "thresholds", "every"),
    [
        ("cpl by campaign last 90 days > 50", 8, 2, DAY),
        ("mqls this month < 60", 8, 20, 2 * DAY),
        ("leads last 24 hours < 5", 1, 1, timedelta(hours=1)),
        ("leads last 24 hours < 5", 8, 1, timedelta(hours=3)),
        ("cpl last 30 days > 50", 520, 1, 7 * DAY),
    ],
)
def test_a_line_is_looked_at_as_often_as_its_days_or_hours_change(
    when: str, weeks: int, thresholds: int, every: timedelta
) -> None:
    assert step(asks(when), timedelta(weeks=weeks), thresholds) == every


@given(st.integers(1, 400), st.integers(1, 20), st.sampled_from(["last 24 hours", "last 7 days"]))
def test_all_looks_together_can_be_paid_for(days: int, thresholds: int, words: str) -> None:
    since = NOW - days * DAY
    every = step(asks(f"leads {words} > 5"), NOW - since, thresholds)

    found = looks(every, since, NOW, ZONE)

    assert found == sorted(set(found))
    assert (found[0] >= since, found[-1]) == (True, NOW)
    assert thresholds * len(found) <= MOST_LOOKS + 2 * thresholds


def test_a_day_is_looked_at_as_it_ends_on_the_clocks_of_the_company() -> None:
    """Also on the day that has 25 hours, 1 November."""
    found = looks(DAY, datetime(2026, 10, 31, 12, tzinfo=UTC), NOW, ZONE)

    ends = {one.astimezone(ZONE).strftime("%H:%M:%S") for one in found[:-1]}
    assert (len(found), ends) == (21, {"23:59:59"})


def test_the_file_of_the_example_is_one_that_people_can_load() -> None:
    text = Path(HOUSE / "examples" / "inflow.csv").read_text(encoding="utf-8")

    assert text.splitlines()[0] == "created_at,email,source,campaign"
    assert len(text) < 100_000
