"""A buyer's own words: every part found is a quotation, and what is not clear is not said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funnel.comment import read


@pytest.mark.parametrize(
    ("comment", "who"),
    [
        ("My friend Dana Whitfield at Acme Robotics referred me to you.", "Dana Whitfield at Acme Robotics"),
        ("Maria Lopez recommended you to us.", "Maria Lopez"),
        ("I was referred by Sam Ortiz.", "Sam Ortiz"),
        ("Recommended by my colleague Joost van der Berg.", "Joost van der Berg"),
        ("Heard great things about you from Priya Raman", "Priya Raman"),
        ("Li Wei speaks highly of you", "Li Wei"),
        ("Introduced by Dr. Amara Diallo at Quayside", "Dr. Amara Diallo at Quayside"),
        ("Tom Reed says great things about you", "Tom Reed"),
        ("We found you on Google.", None),
        ("Please call me", None),
    ],
)
def test_who_referred_them_is_found(comment: str, who: str | None) -> None:
    assert read(comment).referred_by == who


@pytest.mark.parametrize(
    ("comment", "what"),
    [
        ("We need a quote for 200 type-B widgets.", "a quote for 200 type-B widgets"),
        ("I'm looking for 40 sensors in Q1", "40 sensors"),
        ("We are in the market for a retrofit and need it by next month.", "a retrofit"),
        ("we’d like a demo, before March", "a demo"),
        ("Hello! Looking for 60 widgets.", "60 widgets"),
        ("Call me.", None),
        ("We need !", None),
    ],
)
def test_what_they_want_is_found_without_the_when(comment: str, what: str | None) -> None:
    assert read(comment).wants == what


@pytest.mark.parametrize(
    ("comment", "when", "urgency"),
    [
        ("We need it asap!", "asap", "urgent"),
        ("before the end of next month please", "before the end of next month", "urgent"),
        ("installed within three weeks", "within three weeks", "urgent"),
        ("ideally this quarter", "this quarter", "soon"),
        ("by March 15, 2027", "by March 15, 2027", "soon"),
        ("budget is approved for Q1", "for Q1", "soon"),
        ("sometime next year, no rush", "next year", "later"),
        ("just looking", "just looking", "later"),
        ("may I call you?", None, None),
        ("we march on", None, None),
    ],
)
def test_when_they_want_it_is_found_and_ranked(comment: str, when: str | None, urgency: str | None) -> None:
    reading = read(comment)

    assert (reading.when, reading.urgency) == (when, urgency)


def test_a_comment_that_says_all_is_complete() -> None:
    reading = read("Sam Ortiz recommended you. We need 40 sensors by March.")

    assert reading.complete
    assert not read("We need 40 sensors by March.").complete


@given(st.text(max_size=300) | st.from_regex(r"(?:We need |by |My friend )[A-Za-z ,.]{0,80}"))
def test_every_part_stands_in_the_comment_word_for_word(comment: str) -> None:
    reading = read(comment)
    text = " ".join(comment.split())

    assert all(part in text for part in (reading.referred_by, reading.wants, reading.when) if part)
    assert (reading.when is None) == (reading.urgency is None)


def test_ten_thousand_characters_are_read_at_once() -> None:
    assert read("we need " * 1_250).referred_by is None
    assert read("A" * 10_000).complete is False
