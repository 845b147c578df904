"""What the alerts would have told of a store's own leads, and what it takes to say so."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from cli_rig import HOUSE
from hypothesis import given, settings
from hypothesis import strategies as st
from store_rig import PLAYBOOK

from bot.replay import _arrivals
from funnel.alerts import Alerts
from funnel.backtest import (
    LOOKS,
    SPEAKS,
    Rules,
    Simulation,
    as_it_happened,
    parse_simulation,
    runs,
    window,
)
from funnel.errors import QuestionError
from funnel.surge import Arrival

NOW = datetime(2026, 11, 20, 18, tzinfo=UTC)
ZONE = ZoneInfo("America/New_York")
DAY = timedelta(days=1)
RULES = Rules(Alerts(), ZONE, lambda _day: False)


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

    assert few.delay is not None
    assert many.delay is not None
    assert (len(few.cases) <= len(many.cases), few.delay >= many.delay) == (True, True)


def test_a_store_of_one_lead_and_one_of_nothing_for_weeks_tell_nothing() -> None:
    one = [arrival(NOW - 40 * DAY)]

    def rare() -> Iterator[Arrival]:
        yield arrival(NOW - 40 * DAY)
        yield arrival(NOW - DAY)

    for arrivals in (one, list(rare())):
        (run,), _ = runs(0.5, [0.5], arrivals, NOW - 20 * DAY, NOW, RULES)
        assert (run.cases, run.delay) == ((), None)


def test_the_file_of_the_example_is_one_that_people_can_load() -> None:
    text = Path(HOUSE / "examples" / "inflow.csv").read_text(encoding="utf-8")

    assert text.splitlines()[0] == "created_at,email,source,campaign"
    assert len(text) < 100_000
