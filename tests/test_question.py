"""A typed question is understood whole, or answered with one that works."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funnel.errors import QuestionError
from funnel.playbook import Playbook
from funnel.question import DIMENSIONS, About, parse_question

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
PLAYBOOK = Playbook()


@pytest.mark.parametrize(
    ("about", "text", "asked"),
    [
        ("funnel", "", "/funnel last 30 days"),
        ("funnel", "by source", "/funnel last 30 days by source"),
        ("funnel", " Last  Quarter  BY Source ", "/funnel last quarter by source"),
        ("funnel", "by month this year", None),
        ("campaigns", "2026-Q3", "/campaigns 2026-Q3"),
    ],
)
def test_a_question_is_asked_again_by_its_own_words(about: About, text: str, asked: str | None) -> None:
    if asked is None:
        with pytest.raises(QuestionError, match="month this year"):
            parse_question(about, text, NOW, PLAYBOOK)
        return
    question = parse_question(about, text, NOW, PLAYBOOK)

    assert str(question) == asked
    assert parse_question(about, asked.removeprefix(f"/{about}"), NOW, PLAYBOOK) == question


@pytest.mark.parametrize(
    ("about", "text", "sentence"),
    [
        ("funnel", "by sauce", "Did you mean `by source`?"),
        ("funnel", "by", "I know: source, medium, campaign, motion, month"),
        ("funnel", "by source by source", "can be asked once"),
        ("funnel", "since forever", "Try `last 30 days`"),
        ("campaigns", "by source", "already answers by campaign"),
    ],
)
def test_what_is_not_understood_is_named_with_what_works(about: About, text: str, sentence: str) -> None:
    with pytest.raises(QuestionError) as refusal:
        parse_question(about, text, NOW, PLAYBOOK)

    assert sentence in str(refusal.value)


@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_every_dimension_can_be_asked(dimension: str) -> None:
    assert parse_question("funnel", f"all by {dimension}", NOW, PLAYBOOK).by == dimension


@given(st.text(max_size=200))
def test_any_text_is_a_question_or_a_sentence(text: str) -> None:
    try:
        parse_question("funnel", text, NOW, PLAYBOOK)
    except QuestionError as refusal:
        assert "Try" in str(refusal) or "I know" in str(refusal)  # noqa: PT017 - both outcomes are fine
