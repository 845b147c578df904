"""What late events have changed of what was said."""

from dataclasses import replace
from datetime import UTC, datetime

from funnel.counts import Cell, Filter
from funnel.period import Period
from funnel.question import Question
from funnel.restated import Restated, restated, restated_asks

MONDAY, NEXT = datetime(2026, 11, 16, 14, tzinfo=UTC), datetime(2026, 11, 23, 14, tzinfo=UTC)
LAST_WEEK = Period(datetime(2026, 11, 9, tzinfo=UTC), datetime(2026, 11, 16, tzinfo=UTC), "last week", "UTC")
MQLS = Question("kpi", LAST_WEEK, metric="mqls")


def test_what_was_recorded_late_is_restated() -> None:
    ((then, now),) = restated_asks([MQLS], MONDAY, NEXT)

    assert (then.as_of, now.as_of) == (MONDAY, NEXT)
    assert then.clock == "activity"
    found = {then: {None: Cell({"mqls": 41})}, now: {None: Cell({"mqls": 44})}}
    assert restated([(then, now)], found) == (Restated("MQLs", LAST_WEEK, 41, 44),)


def test_what_is_as_it_was_is_not_mentioned() -> None:
    ((then, now),) = restated_asks([MQLS], MONDAY, NEXT)

    assert restated([(then, now)], {then: {None: Cell({"mqls": 41})}, now: {None: Cell({"mqls": 41})}}) == ()


def test_what_happened_since_is_news_and_not_a_correction() -> None:
    this_week = replace(MQLS, period=replace(LAST_WEEK, start=LAST_WEEK.end, end=NEXT, words="this week"))

    ((then, now),) = restated_asks([this_week], MONDAY, NEXT)

    assert then.period.end == now.period.end == MONDAY


def test_a_question_of_the_future_or_as_of_a_day_has_nothing_to_restate() -> None:
    ahead = replace(MQLS, period=replace(LAST_WEEK, start=NEXT, end=NEXT.replace(day=30)))

    assert restated_asks([ahead, replace(MQLS, as_of=MONDAY)], MONDAY, NEXT) == ()


def test_two_questions_about_other_leads_are_restated_apart() -> None:
    of_each = [replace(MQLS, where=(Filter("source", source),)) for source in ("google", None)]
    pairs = restated_asks(of_each, MONDAY, NEXT)
    counts = iter([1, 2, 3, 4])
    found = {ask: {None: Cell({"mqls": next(counts)})} for pair in pairs for ask in pair}

    assert restated(pairs, found) == (
        Restated("MQLs where source=google", LAST_WEEK, 1, 2),
        Restated("MQLs where source=none", LAST_WEEK, 3, 4),
    )


def test_two_questions_about_one_number_restate_it_once() -> None:
    pairs = restated_asks([MQLS, replace(MQLS, by="source")], MONDAY, NEXT)

    assert len(pairs) == 1
