"""Those who wait still count: medians of what has not ended yet."""

import csv
from datetime import datetime
from pathlib import Path
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import CensoredData, ecdf

from funnel.counts import Sample
from funnel.median import Middle, middle, middle_of_ended, reached_by

OLIST = Path(__file__).parents[2] / "shared" / "data" / "olist"
real_files = pytest.mark.skipif(not OLIST.is_dir(), reason=f"the Olist files are not at {OLIST}")
MINUTES = st.lists(st.floats(0, 10**6), min_size=1, max_size=50).map(tuple)
FEW_MINUTES = st.lists(st.integers(0, 12).map(float), min_size=1, max_size=50).map(tuple)


def test_nothing_is_no_data() -> None:
    assert middle(Sample()) == Middle(0)
    assert reached_by(Sample(), 8) is None


@given(MINUTES, MINUTES)
def test_four_of_five_that_ended_took_at_most_so_long(
    ended: tuple[float, ...], waiting: tuple[float, ...]
) -> None:
    limit = reached_by(Sample(ended, waiting), 8)

    assert limit is not None
    assert (
        sum(took <= limit for took in ended) * 5 >= len(ended) * 4 > sum(took < limit for took in ended) * 5
    )


def test_leads_that_nobody_answered_stay_in_the_denominator() -> None:
    answered = (5.0, 10.0, 15.0)

    assert middle(Sample(answered)).median == 10
    assert middle(Sample(answered, going_on=(600.0,))).median == 10
    assert middle(Sample(answered, going_on=(600.0,) * 2)).median == 15


def test_a_median_that_is_not_reached_is_a_lower_bound() -> None:
    assert middle(Sample((5.0,), going_on=(60.0, 600.0))) == Middle(3, 600, None, 665 / 3, at_least=True)
    assert middle(Sample(going_on=(60.0,))) == Middle(1, 60, None, 60, at_least=True)


def test_those_that_ended_alone_are_another_number() -> None:
    sample = Sample((5.0, 15.0), going_on=(600.0, 700.0, 800.0))

    assert (middle_of_ended(sample).median, middle_of_ended(sample).of) == (10, 2)


def test_leads_that_have_waited_shorter_than_the_others_took_say_little() -> None:
    """Kaplan and Meier: three answered at 1, and one asked just now, is not a median of "not yet"."""
    assert middle(Sample((1.0, 1.0, 1.0), going_on=(0.1,) * 3)).median == 1


@given(FEW_MINUTES, FEW_MINUTES)
def test_those_who_wait_count_as_kaplan_and_meier_say(
    ended: tuple[float, ...], waiting: tuple[float, ...]
) -> None:
    """SciPy is the witness; few different lengths, so that many end and stop waiting at once."""
    left = ecdf(CensoredData(uncensored=ended, right=waiting)).sf
    steps = list(zip(left.quantiles.tolist(), left.probabilities.tolist(), strict=True))
    median, p90 = (
        next((when for when, share in steps if share <= limit + 1e-9), None) for limit in (0.5, 0.1)
    )
    found = middle(Sample(ended, waiting))

    assert (None if found.at_least else found.median, found.p90) == (median, p90)


@given(MINUTES)
def test_where_everything_ended_it_is_the_plain_median(ended: tuple[float, ...]) -> None:
    assert middle(Sample(ended)).median == pytest.approx(median(ended))


@given(MINUTES, MINUTES)
def test_more_waiting_never_shortens_a_median(ended: tuple[float, ...], waiting: tuple[float, ...]) -> None:
    """Waiting longer than the longest answer took: a lead that is as slow as can be."""
    slow = tuple(max(ended) + one for one in waiting)
    here, more = middle(Sample(ended, slow[:1])), middle(Sample(ended, slow))

    assert here.median is not None
    assert more.median is not None
    assert more.at_least or more.median >= here.median


@real_files
def test_the_time_to_close_of_olist_is_the_published_one() -> None:
    with (OLIST / "olist_marketing_qualified_leads_dataset.csv").open(encoding="utf-8") as rows:
        met = {row["mql_id"]: row["first_contact_date"] for row in csv.DictReader(rows)}
    with (OLIST / "olist_closed_deals_dataset.csv").open(encoding="utf-8") as rows:
        days = tuple(
            (
                datetime.fromisoformat(row["won_date"]) - datetime.fromisoformat(met[row["mql_id"]])
            ).total_seconds()
            / 86_400
            for row in csv.DictReader(rows)
        )
    closed = middle(Sample(days))

    assert closed.of == 842
    assert (closed.median, closed.p90, closed.mean) == (
        pytest.approx(14.651, abs=1e-3),
        pytest.approx(162.6, abs=0.05),
        pytest.approx(49.10, abs=0.005),
    )
