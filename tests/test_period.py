"""Words become half-open windows in one zone."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funnel.errors import QuestionError
from funnel.period import months, parse_period

BERLIN = ZoneInfo("Europe/Berlin")
SAO_PAULO = ZoneInfo("America/Sao_Paulo")
NOW = datetime(2026, 11, 18, 23, 30, tzinfo=UTC)
"""A Wednesday in UTC, Thursday the 19th already in Berlin."""


@pytest.mark.parametrize(
    ("words", "first", "last"),
    [
        ("today", "2026-11-19", "2026-11-19"),
        ("yesterday", "2026-11-18", "2026-11-18"),
        ("wtd", "2026-11-16", "2026-11-19"),
        ("MTD", "2026-11-01", "2026-11-19"),
        ("qtd", "2026-10-01", "2026-11-19"),
        ("ytd", "2026-01-01", "2026-11-19"),
        ("this week", "2026-11-16", "2026-11-22"),
        ("last week", "2026-11-09", "2026-11-15"),
        ("this month", "2026-11-01", "2026-11-30"),
        ("last  Month", "2026-10-01", "2026-10-31"),
        ("this quarter", "2026-10-01", "2026-12-31"),
        ("last quarter", "2026-07-01", "2026-09-30"),
        ("this year", "2026-01-01", "2026-12-31"),
        ("last year", "2025-01-01", "2025-12-31"),
        ("last 1 day", "2026-11-19", "2026-11-19"),
        ("last 30 days", "2026-10-21", "2026-11-19"),
        ("last 2 weeks", "2026-11-06", "2026-11-19"),
        ("last 3 months", "2026-08-19", "2026-11-19"),
        ("2026-11", "2026-11-01", "2026-11-30"),
        ("2026-Q3", "2026-07-01", "2026-09-30"),
        ("2025", "2025-01-01", "2025-12-31"),
        ("2026-11-05", "2026-11-05", "2026-11-05"),
        ("2026-11-01..2026-11-15", "2026-11-01", "2026-11-15"),
        ("2026-Q1 .. 2026-05", "2026-01-01", "2026-05-31"),
        ("all", "1970-01-01", "2026-11-19"),
    ],
)
def test_a_period_is_the_days_that_its_words_say(words: str, first: str, last: str) -> None:
    period = parse_period(words, NOW, BERLIN)

    assert (str(period.first_day), str(period.last_day)) == (first, last)


def test_a_day_of_the_clock_change_has_its_own_length() -> None:
    assert _length("2026-10-25") == timedelta(hours=25)
    assert _length("2026-03-29") == timedelta(hours=23)


def _length(day: str) -> timedelta:
    period = parse_period(day, NOW, BERLIN)
    return period.end - period.start


def test_a_midnight_that_does_not_exist_begins_with_the_hour_that_does() -> None:
    """In São Paulo the clocks went from 23:59:59 to 01:00 on 2017-10-15."""
    period = parse_period("2017-10-15", NOW, SAO_PAULO)

    assert period.start == datetime(2017, 10, 15, 3, tzinfo=UTC)
    assert period.first_day == date(2017, 10, 15)


NO_PERIODS = (
    "",
    "lst quarter",
    "2026-13",
    "2026-02-30",
    "last 0 days",
    "last -3 days",
    "2026-Q5",
    "..",
    "0000",
)


@pytest.mark.parametrize("words", [*NO_PERIODS, "9999", "x" * 500, "last 99999 days"])
def test_what_is_no_period_is_answered_with_one_that_works(words: str) -> None:
    with pytest.raises(QuestionError, match="Try `last 30 days`"):
        parse_period(words, NOW, BERLIN)


def test_a_period_that_ends_before_it_begins_is_said_to() -> None:
    with pytest.raises(QuestionError, match="ends before it begins"):
        parse_period("2026-11-15..2026-11-01", NOW, BERLIN)


def test_last_months_at_the_end_of_a_long_month_begin_on_a_day_that_exists() -> None:
    period = parse_period("last 1 month", datetime(2026, 3, 31, 12, tzinfo=UTC), BERLIN)

    assert str(period.first_day) == "2026-02-28"


@given(
    st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - Hypothesis wants naive bounds
    st.sampled_from(["Europe/Berlin", "America/Sao_Paulo", "Asia/Kathmandu", "Pacific/Apia", "UTC"]),
    st.sampled_from(["this year", "last 400 days", "last quarter", "mtd", "last 13 months"]),
)
def test_the_months_of_a_period_follow_one_another_without_gap(now: datetime, zone: str, words: str) -> None:
    period = parse_period(words, now, ZoneInfo(zone))
    parts = list(months(period))

    assert (parts[0].start, parts[-1].end) == (period.start, period.end)
    assert all(one.end == other.start for one, other in pairwise(parts))
