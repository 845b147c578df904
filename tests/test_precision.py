"""An alert that nobody acts on is demoted to the digest, and comes back."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funnel.incident import Finding, Incident, Kind, Verdict
from funnel.metrics import Ratio
from funnel.precision import FEWEST, REST, Demotion, Told, alert_of, board, demotions

START = datetime(2026, 9, 1, 9, tzinfo=UTC)
DAY = timedelta(days=1)


def told(
    day: float,
    acted: int = 0,
    owed: int = 10,
    verdict: Verdict | None = None,
    segment: str = "campaign:expo",
    kind: Kind = "surge",
) -> Told:
    """An incident that opened and ended on a day, and how many of its leads were acted on."""
    at = START + day * DAY
    finding = Finding(kind, segment, at, at, 37, 12, 4, 90_000, 5)
    over = at + timedelta(hours=3)
    return Told(Incident(f"{kind}:{day}", kind, (finding,), at, at, over, verdict), owed, acted)


def ignored(days: Sequence[float]) -> list[Told]:
    return [told(day, acted=2) for day in days]


@pytest.mark.parametrize(
    ("segment", "kind", "alert"),
    [
        ("overall", "drought", "drought of all leads"),
        ("campaign:expo", "surge", "surge of a campaign"),
        ("source:google", "surge", "surge of a source"),
        ("count:unsubscribes", "surge", "surge of unsubscribes"),
        ("threshold:cac-high:expo: the second", "threshold", "threshold cac-high"),
        ("threshold:cac-high", "threshold", "threshold cac-high"),
    ],
)
def test_an_alert_is_a_kind_and_a_level(segment: str, kind: Kind, alert: str) -> None:
    assert alert_of(told(0, segment=segment, kind=kind).incident) == alert


def test_an_alert_that_few_act_on_is_demoted_after_six_incidents() -> None:
    assert demotions(ignored(range(FEWEST - 1)), START + 6 * DAY) == {}

    ended = START + 5 * DAY + timedelta(hours=3)
    assert demotions(ignored(range(FEWEST)), START + 6 * DAY) == {
        "surge of a campaign": Demotion("surge of a campaign", ended, ended + REST, 0.2, 6)
    }


def test_one_that_half_of_them_act_on_is_not() -> None:
    assert demotions([told(day, acted=5) for day in range(20)], START + 30 * DAY) == {}


def test_what_people_say_counts_for_more_than_what_became_of_its_leads() -> None:
    useful = [told(day, acted=0, verdict="useful") for day in range(3)]

    assert demotions([*ignored(range(4, 7)), *useful], START + 9 * DAY) == {}
    wrong = [told(day, acted=10, verdict="not useful") for day in range(6)]
    assert list(demotions(wrong, START + 9 * DAY)) == ["surge of a campaign"]


def test_what_was_expected_or_owed_nobody_an_answer_is_not_judged() -> None:
    expected = [told(day, verdict="expected") for day in range(10)]
    nobody = [told(day, owed=0) for day in range(10)]

    assert demotions([*expected, *nobody], START + 20 * DAY) == {}


def test_an_incident_that_goes_on_is_not_judged_yet() -> None:
    open_ones = [told(day, acted=2) for day in range(6)]

    assert demotions(open_ones, START + 5 * DAY) == {}


def test_a_demoted_alert_is_tried_again_after_four_weeks_with_a_clean_slate() -> None:
    before = ignored(range(6))
    back = START + 5 * DAY + timedelta(hours=3) + REST

    assert demotions(before, back - timedelta(seconds=1)) != {}
    assert demotions(before, back) == {}
    assert demotions([*before, *ignored(range(40, 45))], START + 50 * DAY) == {}
    assert demotions([*before, *ignored(range(40, 46))], START + 50 * DAY) != {}


def test_a_demoted_alert_whose_leads_people_act_on_comes_back_at_once() -> None:
    again = [told(day, acted=10) for day in range(8, 12)]

    assert demotions([*ignored(range(6)), *again[:2]], START + 12 * DAY) != {}
    assert demotions([*ignored(range(6)), *again], START + 12 * DAY) == {}


def test_one_level_says_nothing_of_another() -> None:
    overall = [told(day, acted=9, segment="overall") for day in range(6)]

    assert list(demotions([*ignored(range(6)), *overall], START + 7 * DAY)) == ["surge of a campaign"]


@given(st.lists(st.tuples(st.floats(0, 60), st.integers(0, 10)), max_size=30), st.randoms())
def test_the_order_in_which_incidents_are_read_does_not_matter(
    days: list[tuple[float, int]], random: Random
) -> None:
    some = [told(day, acted=acted) for day, acted in days]
    mixed = random.sample(some, len(some))

    assert demotions(mixed, START + 60 * DAY) == demotions(some, START + 60 * DAY)


def test_the_board_counts_verdicts_and_acts_by_kind_since_a_day() -> None:
    found = board(
        [
            told(0, verdict="not useful"),
            told(10, acted=8, verdict="useful"),
            told(11, acted=2, verdict="not useful"),
            told(12, acted=1),
            told(13, owed=0, verdict="expected", kind="drought"),
        ],
        START + 5 * DAY,
        START + 14 * DAY,
    )

    assert (found.total.told, found.total.acts) == (4, Ratio(11, 30))
    assert found.total.verdicts == {"useful": 1, "not useful": 1, "expected": 1}
    assert found.total.useful == Ratio(1, 2)
    assert [(kind, one.told, one.acts) for kind, one in found.kinds.items()] == [
        ("surge", 3, Ratio(11, 30)),
        ("drought", 1, Ratio(0, 0)),
    ]


def test_the_board_of_nothing_is_nothing() -> None:
    found = board([], START, START)

    assert (found.total.told, found.total.useful.value, found.kinds, found.demoted) == (0, None, {}, ())
