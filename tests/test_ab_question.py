"""`/kpi ab`: an experiment is named first, and asked of in the words of any other question."""

import time
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funnel.counts import GOALS, Filter
from funnel.dimension import OF_LEAD, Dimension
from funnel.errors import QuestionError
from funnel.metrics import METRICS
from funnel.period_words import parse_period
from funnel.playbook import Playbook
from funnel.question import AbTest, KpiRequest, Question, parse_kpi
from funnel.typed import fold

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
PLAYBOOK = Playbook(timezone="Europe/Berlin")


def asked(text: str) -> KpiRequest:
    return parse_kpi(text, NOW, PLAYBOOK, METRICS)


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ('ab "Hero headline"', '/kpi ab "Hero headline" lead all'),
        ("AB Hero headline MQLs last quarter", '/kpi ab "Hero headline" mql last quarter'),
        ("ab hero 2026-Q3 customers", '/kpi ab "hero" customer 2026-Q3'),
        ("ab “May test” sql where country=DE", '/kpi ab "May test" sql all where country=DE'),
        ("ab May test country=DE", '/kpi ab "May test" lead all where country=DE'),
        ('ab "leads page" leads', '/kpi ab "leads page" lead all'),
        ("ab", "/kpi ab lead all"),
    ],
)
def test_a_test_is_asked_again_by_its_own_words(text: str, normal: str) -> None:
    assert str(asked(text)) == normal
    assert str(asked(normal.removeprefix("/kpi "))) == normal


def test_a_goal_goes_by_the_names_of_its_stage() -> None:
    said = ("lead", "leads", "new contacts", "ab_lead", "mql", "MQLs", "ab-mql", "opps", "customers", "wins")

    found = [asked(f'ab "Hero headline" {goal}') for goal in said]
    assert [one.goal for one in found if isinstance(one, AbTest)] == [
        *["lead"] * 4,
        *["mql"] * 3,
        "opportunity",
        *["customer"] * 2,
    ]


@pytest.mark.parametrize(
    "text", ["ab_lead by variant", "A/B result (to lead) by variant", "split test by variant"]
)
def test_the_number_itself_is_asked_by_its_names(text: str) -> None:
    request = asked(text)

    assert isinstance(request, Question)
    assert (request.metric, request.by) == ("ab_lead", "variant")


@pytest.mark.parametrize(
    ("text", "miss", "nearest"),
    [
        ('ab "hero" mql soon', "I know no metric and no period “soon”.", '/kpi ab "hero" mql all'),
        ('ab "hero" revenue', "“revenue”", '/kpi ab "hero" lead all'),
        ("ab hero by source", "`/kpi ab` cannot be asked for `by`.", '/kpi ab "hero" lead all'),
        ("ab hero cohort", "`/kpi ab` cannot be asked for `cohort`.", '/kpi ab "hero" lead all'),
        ("ab hero vs prev", "`/kpi ab` cannot be asked for `vs`.", '/kpi ab "hero" lead all'),
        ("ab hero target", "`/kpi ab` cannot be asked for `target`.", '/kpi ab "hero" lead all'),
        ("ab hero where month=may", "a period such as `2026-11` can", '/kpi ab "hero" lead all'),
        ('ab "hero" 2026-02-30', "no February 30", '/kpi ab "hero" lead 2026-02'),
        ("ab hero this month as-of 2026-10-01", "had not begun", '/kpi ab "hero" lead this month'),
    ],
)
def test_a_refusal_ends_with_a_test_that_works(text: str, miss: str, nearest: str) -> None:
    with pytest.raises(QuestionError) as refusal:
        asked(text)

    assert miss in str(refusal.value)
    assert str(refusal.value).endswith(f" I understood `/kpi ab`. Try `{nearest}`.")
    assert str(asked(nearest.removeprefix("/kpi "))) == nearest


@pytest.mark.parametrize("word", ["hero ", "by x ", "last ", "leads ", '"', "2026 "])
def test_the_longest_name_is_answered_soon(word: str) -> None:
    begun = time.perf_counter()
    with suppress(QuestionError):
        asked(f"ab x{word * 2000}"[:2000])

    assert time.perf_counter() - begun < 3


# Laws

TYPED = st.text(min_size=1, max_size=20).map(fold).filter(bool)
MOMENTS = st.sampled_from([datetime(2026, 11, day, 12, 30, tzinfo=UTC) for day in (21, 22)])


@given(
    TYPED,
    st.sampled_from(["all", "this month", "last 30 days", "2026-Q3", "2026-11-01..2026-11-15"]),
    st.sampled_from([*GOALS]),
    st.dictionaries(st.sampled_from(OF_LEAD), st.none() | TYPED, max_size=2),
    st.none() | MOMENTS,
)
def test_a_test_printed_and_parsed_is_the_same_test(
    name: str, when: str, goal: str, where: dict[Dimension, str | None], as_of: datetime | None
) -> None:
    period = parse_period(when, NOW, PLAYBOOK.zone)
    filters = tuple(Filter(dimension, value) for dimension, value in where.items())
    test = AbTest(name, period, goal, filters, as_of)

    assert asked(str(test).removeprefix("/kpi ")) == test


@given(st.text(max_size=200))
def test_any_text_is_a_test_or_a_sentence_with_one(text: str) -> None:
    try:
        request = asked(f"ab {text}")
    except QuestionError as refusal:
        nearest = str(refusal).rpartition("Try `/kpi ")[2].removesuffix("`.")
        assert str(asked(nearest)) == f"/kpi {nearest}"
    else:
        assert asked(str(request).removeprefix("/kpi ")) == request
