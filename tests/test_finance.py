"""What the playbook's books and targets come to in a window."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funnel.errors import PlaybookError
from funnel.finance import Finance, Target, days_in, months_in, rule_counts, target_of
from funnel.metrics import METRICS
from funnel.period import Period
from funnel.period_words import parse_period
from funnel.playbook import Playbook, parse_playbook

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
EXAMPLE = Path(__file__).parent.parent / "playbook.yaml"


def window(words: str) -> Period:
    return parse_period(words, NOW, BERLIN)


def test_what_is_not_stated_is_absent_and_not_zero() -> None:
    assert rule_counts(Finance(), {}, window("2026-11")) == {"days": 30}


def test_the_books_are_counted_in_minor_units_of_the_window() -> None:
    playbook = Playbook(
        finance=Finance(gross_margin=0.4, monthly_sales_cost=48_000, monthly_revenue_per_account=19.99),
        targets={"revenue": Target(quarter=750_000)},
    )

    assert rule_counts(playbook.finance, playbook.targets, window("2026-Q3")) == {
        "margin": 0.4,
        "arpa": 1999,
        "sales_cost": 144_000_00,
        "revenue_target": 750_000_00,
        "days": 92,
    }


@pytest.mark.parametrize(
    ("words", "due"),
    [("2026-11", 400), ("2026-11-01..2026-11-15", 200), ("2026-02", 400), ("2026-Q3", 1200), ("2026", 4800)],
)
def test_a_part_of_a_target_is_due_by_its_days(words: str, due: float) -> None:
    assert Target(month=400).due(window(words)) == pytest.approx(due)


def test_of_several_targets_the_longest_that_fits_the_window_is_meant() -> None:
    target = Target(month=400, quarter=1300)

    assert [target.due(window(words)) for words in ("2026-11", "2026-Q3", "2026")] == [400, 1300, 5200]


def test_a_share_is_aimed_for_whatever_the_window() -> None:
    playbook = Playbook(targets={"win_rate": Target(month=0.3), "average_deal": Target(year=30_000)})

    assert target_of(playbook.targets, METRICS["win_rate"], window("2026-11-05")) == 0.3
    assert target_of(playbook.targets, METRICS["average_deal"], window("2026-11-05")) == 30_000_00
    assert target_of(playbook.targets, METRICS["mqls"], window("2026-11-05")) is None


@given(st.integers(0, 800), st.integers(0, 400), st.integers(0, 400))
def test_the_parts_of_a_window_are_as_long_as_the_window(first: int, one: int, other: int) -> None:
    """A target due in two windows side by side is what is due in both, daylight saving or not."""
    days = [datetime.fromordinal(738_000 + first + n) for n in (0, one, one + other + 1)]
    begin, cut, end = (day.replace(tzinfo=BERLIN).astimezone(UTC) for day in days)
    left, right, whole = (
        Period(start, stop, "", BERLIN.key) for start, stop in ((begin, cut), (cut, end), (begin, end))
    )
    if one:
        assert months_in(left) + months_in(right) == months_in(whole)
        assert days_in(left) + days_in(right) == days_in(whole)


def test_targets_are_named_as_people_name_metrics() -> None:
    playbook = parse_playbook("targets: {Cost per lead: {month: 90}, MQLs: {month: 60}}", "rules.yaml")

    assert list(playbook.targets) == ["cpl", "mqls"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("targets: {mqsl: {month: 400}}", "targets: I don't know the metric “mqsl”. Did you mean `mqls`"),
        ("targets: {mqls: {}}", "targets.mqls: needs one of day, week, month, quarter and year"),
        ("targets: {mqls: {month: -1}}", "targets.mqls.month: Input should be greater than 0"),
        ("finance: {gross_margin: 42}", "finance.gross_margin: Input should be less than or equal to 1"),
        ("finance: {overhead: .inf}", "finance.overhead: Input should be a finite number"),
    ],
)
def test_a_mistake_is_named_with_its_place(text: str, sentence: str) -> None:
    with pytest.raises(PlaybookError) as refusal:
        parse_playbook(text, "rules.yaml")

    assert f"rules.yaml: {sentence}" in str(refusal.value)


def test_the_sample_company_states_all_of_its_books() -> None:
    finance = parse_playbook(EXAMPLE.read_text(encoding="utf-8"), "playbook.yaml").finance

    assert None not in finance.model_dump().values()
