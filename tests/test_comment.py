"""A buyer's own words: every part found is a quotation, and what is not clear is not said."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funnel.comment import Reading
from funnel.comment import read as read_on

FRIDAY = date(2026, 11, 20)


def read(comment: str) -> Reading:
    return read_on(comment, FRIDAY)


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
        ("by next month", "by next month", "urgent"),
        ("before the end of this month please", "before the end of this month", "urgent"),
        ("before the end of next month please", "before the end of next month", "soon"),
        ("installed within three weeks", "within three weeks", "urgent"),
        ("in the next 30 days", "in the next 30 days", "urgent"),
        ("in 45 days", "in 45 days", "soon"),
        ("in a few months", "in a few months", "soon"),
        ("in 12 months", "in 12 months", "later"),
        ("by December 1st", "by December 1st", "urgent"),
        ("by 2026-12-01, if you can", "by 2026-12-01", "urgent"),
        ("until 5 December", "until 5 December", "urgent"),
        ("in November", "in November", "urgent"),
        ("by October", "by October", "later"),
        ("ideally this quarter", "this quarter", "soon"),
        ("by March", "by March", "soon"),
        ("by March 15, 2027", "by March 15, 2027", "soon"),
        ("by March 15, 2028", "by March 15, 2028", "later"),
        ("by February 31", None, None),
        ("budget is approved for Q1", "for Q1", "soon"),
        ("in Q4 2027", "in Q4 2027", "later"),
        ("before 2028", "before 2028", "later"),
        ("later this year", "later this year", "soon"),
        ("some time next year", "next year", "later"),
        ("sometime next year, no rush", "no rush", "later"),
        ("just looking", "just looking", "later"),
        ("may I call you?", None, None),
        ("we march on", None, None),
    ],
)
def test_when_they_want_it_is_found_and_ranked(comment: str, when: str | None, urgency: str | None) -> None:
    reading = read(comment)

    assert (reading.when, reading.urgency) == (when, urgency)


@pytest.mark.parametrize(
    ("comment", "budget"),
    [
        ("Our budget is $20k.", "$20k"),
        ("we have EUR 15,000 for it", "EUR 15,000"),
        ("around 12.500 € a year", "12.500 €"),
        ("1.2 million dollars are set aside", "1.2 million dollars"),
        ("budget: 40k", "40k"),
        ("Budget around 30 000", "30 000"),
        ("we need 200 widgets", None),
        ("the budget is approved", None),
    ],
)
def test_what_they_can_spend_is_found(comment: str, budget: str | None) -> None:
    assert read(comment).budget == budget


def test_a_wish_ends_where_the_money_begins() -> None:
    assert read("We need 40 sensors for $20k by March.").wants == "40 sensors"


def test_a_comment_that_says_all_is_complete() -> None:
    reading = read("Sam Ortiz recommended you. We need 40 sensors by March.")

    assert reading.complete
    assert not read("We need 40 sensors by March.").complete


@given(st.text(max_size=300) | st.from_regex(r"(?:We need |by |My friend )[A-Za-z ,.]{0,80}"))
def test_every_part_stands_in_the_comment_word_for_word(comment: str) -> None:
    reading = read(comment)
    text = " ".join(comment.split())

    assert all(
        part in text for part in (reading.referred_by, reading.wants, reading.when, reading.budget) if part
    )
    assert (reading.when is None) == (reading.urgency is None)


def test_ten_thousand_characters_are_read_at_once() -> None:
    assert read("we need " * 1_250).referred_by is None
    assert read("A" * 10_000).complete is False
