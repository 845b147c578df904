"""Who asks what was asked a moment ago is given the same answer, as long as it is still true."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from slack_rig import ANNA, BEN, GENERAL, Talk, buttons, captured, event, talking

from bot.answers import MOST, TRUE_FOR, Answers
from briefs.message import Message
from workspace import Message as Said

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
MESSAGE = Message("3 leads", ())


@pytest.fixture
async def talk(database_url: str) -> AsyncIterator[Talk]:
    async with talking(database_url) as one:
        await one.send(captured("1", "ana@example.com", "Ana"))
        await one.settled()
        yield one


async def answer(talk: Talk, text: str, user: str, channel: str = GENERAL) -> Said:
    said = await talk.ask("/kpi", text, user=user, channel=channel)
    return await talk.hears(user, said, channel)


def carried(message: Said) -> set[str]:
    """What its buttons carry: the question, and when it was answered."""
    return {value for _, value in buttons(message)}


async def test_an_event_between_two_equal_questions_is_in_the_second_answer(talk: Talk) -> None:
    first = await talk.ask("/kpi", "leads this year")
    await talk.send(captured("2", "ben@example.com", "Ben"))
    await talk.settled()
    second = await talk.ask("/kpi", "leads this year")

    assert (first.splitlines()[1][0], second.splitlines()[1][0]) == ("1", "2")


async def test_whoever_asks_the_same_in_other_words_is_given_the_same_answer(talk: Talk) -> None:
    answers = [await answer(talk, "leads this year", ANNA), await answer(talk, "Leads  this YEAR", BEN)]
    other = await answer(talk, "leads this month", BEN)

    assert carried(answers[0]) == carried(answers[1])
    assert carried(other) != carried(answers[0])


async def test_an_answer_that_was_given_before_has_buttons_that_work(talk: Talk) -> None:
    await answer(talk, "leads this year", ANNA)
    given = await answer(talk, "leads this year", BEN)
    await talk.press(BEN, "tipoff.rows", given)
    await talk.hears(BEN, "The 1 lead behind this number", GENERAL)
    await talk.press(BEN, "tipoff.share", given)
    await talk.workspace.wait_for(lambda: talk.public(GENERAL))

    assert f"Shared by @{BEN}" in talk.public(GENERAL)[0].text
    assert [(one.actor, one.action) for one in await talk.tipoff.house.store.audit.latest(5)] == [
        (BEN, "share /kpi leads this year"),
        (BEN, "rows of /kpi leads this year: 1 leads"),
    ]


async def test_what_cannot_be_answered_is_not_remembered(talk: Talk) -> None:
    unknown = '"Spring fair" vs "Autumn fair"'
    first = await talk.ask("/campaigns", unknown)
    for name in ("Spring fair", "Autumn fair"):
        person = {"email": f"{name[:6]}@example.com"}
        origin = {"campaign": name}
        await talk.send(
            event("lead.captured", name, {"person": person, "form": "Newsletter", "origin": origin})
        )
    await talk.settled()

    assert first.startswith("I know no campaign")
    assert not (await talk.ask("/campaigns", unknown)).startswith("I know no campaign")


# The pieces


@pytest.mark.parametrize(
    ("question", "later", "version", "given"),
    [
        ("leads", timedelta(), "1", MESSAGE),
        ("leads", TRUE_FOR - timedelta(microseconds=1), "1", MESSAGE),
        ("leads", TRUE_FOR, "1", None),
        ("leads", -timedelta(microseconds=1), "1", None),
        ("leads", timedelta(), "2", None),
        ("mqls", timedelta(), "1", None),
    ],
)
def test_an_answer_is_given_again_for_a_moment_while_nothing_was_written(
    question: str, later: timedelta, version: str, given: Message | None
) -> None:
    answers = Answers()
    answers.keep("leads", NOON, "1", MESSAGE)

    assert answers.still_true(question, NOON + later, version) is given


def test_the_oldest_makes_room() -> None:
    answers = Answers()
    for question in range(MOST + 1):
        answers.keep(question, NOON, "1", MESSAGE)

    known = [question for question in range(MOST + 1) if answers.still_true(question, NOON, "1")]
    assert known == list(range(1, MOST + 1))
