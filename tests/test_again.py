"""A surge that was over begins again when many more than usual come anew, and only then."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from watch_rig import CAMPAIGN, again, case, finding, incident, later, over

from funnel.again import Lately, begun_again
from funnel.case import followed, opened
from funnel.incident import Finding, merged

RUSH = Lately(12, 0.5, 0.8)
STILL = finding(at=300, new=False)  # an hour after the surge was over


def test_a_second_rush_opens_the_case_again_and_says_so() -> None:
    ended = over(case())

    (resumed,) = begun_again([ended], [STILL], lambda _found: RUSH)

    assert (ended.over, resumed.over, resumed.told_at) == (True, False, ended.told_at)
    assert [turn.what for turn in resumed.history] == ["opened", "ended", "again"]
    assert resumed.again_at == later(300)
    assert merged([resumed.incident], [STILL], later(300))[0].key == ended.incident.key


def test_it_ends_again_with_a_word_of_its_own() -> None:
    resumed = again(over(case()))

    ended = followed(resumed, replace(resumed.incident, closed_at=later(400)), resumed.whole)

    assert [turn.what for turn in ended.history[-3:]] == ["ended", "again", "ended"]


@pytest.mark.parametrize(
    ("found", "lately"),
    [
        (STILL, Lately(3, 0.1, 0.3)),
        (STILL, Lately(12, 9.0, 3.2)),
        (finding(at=300), RUSH),
        (finding(at=300, new=False, kind="drought"), RUSH),
        (finding("campaign:other", at=300, new=False), RUSH),
        (finding(at=240 + 361, new=False), RUSH),
    ],
    ids=["few", "as usual", "new", "a drought", "another campaign", "a day later"],
)
def test_anything_else_leaves_it_over(found: Finding, lately: Lately) -> None:
    assert begun_again([over(case())], [found], lambda _found: lately) == []


def test_what_goes_on_in_another_incident_is_that_ones() -> None:
    other = opened(incident(finding("source:google", at=260), finding(at=260), at=260), "#marketing")

    assert begun_again([over(case()), other], [STILL], lambda _found: RUSH) == []


def test_of_two_surges_of_one_campaign_the_later_begins_again() -> None:
    first = over(case())
    second = replace(first, incident=replace(first.incident, key="surge:second"))

    (resumed,) = begun_again([first, second], [STILL], lambda _found: RUSH)

    assert (resumed.incident.key, STILL.segment) == ("surge:second", CAMPAIGN)


@given(st.floats(0, 1000), st.floats(0, 100))
def test_as_many_as_were_expected_are_never_a_rush(expected: float, spread: float) -> None:
    assert not Lately(int(expected), expected, spread + 0.1).is_rush
