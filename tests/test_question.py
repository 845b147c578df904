"""A typed question is understood whole, or answered with what was not, what was, and one that works."""

import re
from datetime import UTC, datetime
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funnel.attribution import MODELS
from funnel.clauses import BARE_MODELS, CLAUSES
from funnel.counts import BY, Filter
from funnel.dimension import NAMES, OF_LEAD
from funnel.errors import QuestionError
from funnel.metrics import Metric
from funnel.period import previous, year_before
from funnel.period_words import parse_period
from funnel.playbook import Playbook
from funnel.question import (
    About,
    Define,
    KpiRequest,
    ListMetrics,
    Question,
    ScoreAudit,
    examples,
    parse_kpi,
    parse_question,
)
from funnel.typed import fold

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ASKING = (Path(__file__).parent.parent / "docs" / "asking.md").read_text(encoding="utf-8")
PLAYBOOK = Playbook(timezone="Europe/Berlin")


def _metric(name: str, title: str, formula: str, *aliases: str) -> Metric:
    return Metric(name, title, formula, "count", "cohort", "up", "none", "none", aliases)


METRICS = {
    metric.name: metric
    for metric in (
        _metric("leads", "Leads", "leads", "new contacts"),
        _metric("mql_to_sql", "MQL to SQL", "sqls / mqls", "mql→sql", "mql:sql"),
        _metric("cpl", "Cost per lead", "spend / leads"),
        _metric("cac", "Customer acquisition cost", "(spend + sales_cost) / customers"),
        _metric("roi", "Return on investment", "(revenue * margin - spend) / spend"),
        _metric("revenue", "Revenue won", "revenue"),
        _metric("pipeline_growth", "Pipeline growth", "pipeline_at_end / pipeline_at_start"),
        _metric("response_time", "Response time", "median(response_time)"),
        _metric("pipeline_growth", "Pipeline growth", "pipeline_at_end / pipeline_at_start - 1"),
        _metric("ab_lead", "A/B result (to lead)", "lead_after_exposure / exposed_before_lead"),
        _metric("target_attainment", "Target attainment", "revenue / revenue_target", "target reached"),
    )
}


def asked(about: About, text: str) -> Question:
    return parse_question(about, text, NOW, PLAYBOOK, METRICS)


def asked_of_kpi(text: str) -> KpiRequest:
    return parse_kpi(text, NOW, PLAYBOOK, METRICS)


def refused(about: About, text: str) -> str:
    with pytest.raises(QuestionError) as refusal:
        _ = asked_of_kpi(text) if about == "kpi" else asked(about, text)
    return str(refusal.value)


def again(question: object) -> object:
    """What the printed form of a question asks for."""
    command, _, text = str(question).partition(" ")
    if command == "/kpi":
        return asked_of_kpi(text)
    return asked("funnel" if command == "/funnel" else "campaigns", text)


def proposed(sentence: str) -> str:
    """The question that a refusal ends with."""
    return sentence.rpartition("Try `")[2].removesuffix("`.")


# What is understood


@pytest.mark.parametrize(
    ("about", "text", "normal"),
    [
        ("funnel", "", "/funnel last 30 days"),
        ("funnel", "by source", "/funnel last 30 days by source"),
        ("funnel", " Last  Quarter  BY Source ", "/funnel last quarter by source"),
        ("funnel", "by month this year", "/funnel this year by month"),
        ("funnel", "in october by rep, please", "/funnel 2026-10 by owner"),
        ("funnel", "vs yoy this month", "/funnel this month vs yoy"),
        ("funnel", "this month compared to last month", "/funnel this month vs last month"),
        ("funnel", "2026-Q3 by landing pages top 3", "/funnel 2026-Q3 by landing top 3"),
        ("funnel", "by utm_source", "/funnel last 30 days by source"),
        ("funnel", "where source = google and country=DE", None),
        ("funnel", "where campaign=“Spring webinar” last month?", None),
        ("funnel", "where campaign='Spring webinar'", '/funnel last 30 days where campaign="Spring webinar"'),
        ("funnel", "--by=source --top=5", "/funnel last 30 days by source top 5"),
        ("funnel", "source=google mtd country=DE", "/funnel mtd where source=google where country=DE"),
        ("funnel", "where source=none", "/funnel last 30 days where source=none"),
        ("funnel", 'where source="none"', '/funnel last 30 days where source="none"'),
        ("funnel", "where source=google,", "/funnel last 30 days where source=google"),
        ("funnel", "model=U-shaped by campaign", "/funnel last 30 days by campaign model=u"),
        ("funnel", "model = time decay", "/funnel last 30 days model=decay"),
        ("funnel", "last-touch this month", "/funnel this month model=last"),
        ("funnel", "model=last-touch this month", "/funnel this month model=last"),
        ("funnel", "by source touches=all model=u", "/funnel last 30 days by source model=u touches=all"),
        ("kpi", "leads by source model=u touches = marketing", "/kpi leads last 30 days by source model=u"),
        ("campaigns", "A vs B touches=all", '/campaigns "A" vs "B" last 30 days touches=all'),
        ("funnel", "activity target", "/funnel last 30 days activity target"),
        ("funnel", "this year as of 2026-11-01", "/funnel this year as-of 2026-11-01"),
        ("funnel", "as-of 2026-11-21 13:05", "/funnel last 30 days as-of 2026-11-21T13:05"),
        ("funnel", "—by source ––top 5", None),
        ("funnel", "last\u00a030\u00a0days by\u200b source", "/funnel last 30 days by source"),
        ("campaigns", "2026-q3", "/campaigns 2026-Q3"),
        ("campaigns", "by campaign", "/campaigns last 30 days"),
        ("campaigns", "by source", "/campaigns last 30 days by source"),
        ("campaigns", "by leads", "/campaigns last 30 days sort leads"),
        ("campaigns", "sorted by cost per lead", "/campaigns last 30 days sort cpl"),
        ("campaigns", "A vs B", '/campaigns "A" vs "B" last 30 days'),
        ("campaigns", "Spring fair vs Autumn fair last quarter", None),
        ("campaigns", '"Day by Day" vs “Autumn, fair” vs C vs prev', None),
        ("campaigns", "R&amp;D vs Q&amp;A", '/campaigns "R&D" vs "Q&A" last 30 days'),
        ("campaigns", "May launch vs June launch", '/campaigns "May launch" vs "June launch" last 30 days'),
        ("campaigns", "Fair 2026 vs Fair 2025?", '/campaigns "Fair 2026" vs "Fair 2025" last 30 days'),
        ("campaigns", "compare A vs B", '/campaigns "A" vs "B" last 30 days'),
        ("campaigns", "2026-Q3 vs 2026-Q2", "/campaigns 2026-Q3 vs 2026-Q2"),
        ("campaigns", "2026 vs 2025", "/campaigns 2026 vs 2025"),
        ("campaigns", "may vs june", "/campaigns 2026-05 vs 2026-06"),
        ("kpi", "leads", "/kpi leads last 30 days"),
        ("kpi", "How many leads last week?", "/kpi leads last week"),
        ("kpi", "MQL to SQL this month vs prev", "/kpi mql_to_sql this month vs prev"),
        ("kpi", "this month mql→sql by rep", "/kpi mql_to_sql this month by owner"),
        ("kpi", "new contacts for november 2026", "/kpi leads 2026-11"),
        ("kpi", "target attainment target", "/kpi target_attainment last 30 days target"),
        ("kpi", "leads why", "/kpi leads last 30 days vs prev why"),
        ("kpi", "LIST", "/kpi list"),
        ("kpi", "define MQL-to-SQL", "/kpi define mql_to_sql"),
        ("kpi", "score audit", "/kpi score audit last 12 months"),
        ("kpi", "score audit last quarter", "/kpi score audit last quarter"),
    ],
)
def test_a_question_is_asked_again_by_its_own_words(about: About, text: str, normal: str | None) -> None:
    long = {
        "where source = google and country=DE": "/funnel last 30 days where source=google where country=DE",
        "where campaign=“Spring webinar” last month?": '/funnel last month where campaign="Spring webinar"',
        "—by source ––top 5": "/funnel last 30 days by source top 5",
        "Spring fair vs Autumn fair last quarter": '/campaigns "Spring fair" vs "Autumn fair" last quarter',
        '"Day by Day" vs “Autumn, fair” vs C vs prev': (
            '/campaigns "Day by Day" vs "Autumn, fair" vs "C" last 30 days vs prev'
        ),
    }
    request = asked_of_kpi(text) if about == "kpi" else asked(about, text)

    assert str(request) == (normal or long[text])
    assert again(request) == request


def test_the_fields_of_a_question() -> None:
    period = parse_period("last quarter", NOW, PLAYBOOK.zone)

    assert asked(
        "funnel", 'last quarter vs prev by rep top 3 where source=none and campaign="A b" cohort'
    ) == (
        Question(
            "funnel",
            period,
            by="owner",
            versus=previous(period, NOW),
            top=3,
            where=(Filter("source", None), Filter("campaign", "A b")),
            clock="cohort",
        )
    )


def test_clauses_stand_in_any_order() -> None:
    clauses = ("this month", "vs yoy", "by source", "where country=DE", "model=u")

    assert {str(asked("funnel", " ".join(order))) for order in permutations(clauses)} == {
        "/funnel this month vs yoy by source where country=DE model=u"
    }


def test_what_is_known_as_of_a_day_is_compared_as_far() -> None:
    """On the 22nd, asked as of the 10th: ten days of November stand against ten of October."""
    question = asked("funnel", "this month vs prev as-of 2026-11-10")

    assert question.versus
    assert question.versus.end == datetime(2026, 10, 10, 22, tzinfo=UTC)


def test_a_name_in_quotation_marks_may_hold_anything() -> None:
    name = r'by "A\B" vs last month where top=1 & <b>'
    question = asked("campaigns", r'"by \"A\\B\" vs last month where top=1 &amp; &lt;b&gt;" vs Other')

    assert question.names == (name, "Other")
    assert again(question) == question


@pytest.mark.parametrize(("name", "dimension"), NAMES.items())
def test_every_dimension_can_be_asked_by_all_its_names(name: str, dimension: str) -> None:
    if dimension in BY["leads"]:
        assert asked("funnel", f"all by {name}").by == dimension
    else:
        assert f"I can't break a funnel down by {dimension}" in refused("funnel", f"all by {name}")


@pytest.mark.parametrize("model", MODELS)
def test_every_model_can_be_asked(model: str) -> None:
    assert asked("campaigns", f"model={model}").model == model


@pytest.mark.parametrize("about", ["funnel", "campaigns", "kpi"])
def test_every_example_is_understood(about: About) -> None:
    for text in examples(about):
        request = asked_of_kpi(text) if about == "kpi" else asked(about, text)
        assert again(request) == request


@pytest.mark.parametrize("example", re.findall(r"^/.+$", ASKING, re.MULTILINE))
def test_every_example_of_the_manual_is_understood(example: str) -> None:
    assert again(again(example)) == again(example)


@pytest.mark.parametrize(
    "words", re.findall(r"`([^`]+)`", ASKING.partition("## When")[2].partition("Nothing")[0])
)
def test_every_period_of_the_manual_is_understood(words: str) -> None:
    assert parse_period(words, NOW, PLAYBOOK.zone)


def test_the_manual_names_every_clause_and_model() -> None:
    clauses = ASKING.partition("## What else")[2].partition("## Examples")[0]

    assert {clause for clause in CLAUSES if f"`{clause}" not in clauses} <= set(BARE_MODELS)
    assert all(f"`{model}`" in clauses for model in MODELS)


@pytest.mark.parametrize(
    ("metric", "dimensions"),
    [
        ("leads", BY["leads"]),
        ("cpl", ("campaign", "channel", "day", "week", "month", "quarter")),
        ("roi", ("campaign", "channel", "day", "week", "month", "quarter")),
        ("cac", ()),
        ("response_time", BY["leads"]),
    ],
)
def test_a_metric_is_broken_down_by_what_all_its_counts_can(metric: str, dimensions: tuple[str, ...]) -> None:
    assert METRICS[metric].by == dimensions


# What is not


NOT_UNDERSTOOD = [
    ("funnel", "by sauce this month", "down by “sauce”.", "`this month`", "/funnel this month by source"),
    ("funnel", "by xyzzy", "I know: source, medium, campaign", "", "/funnel last 30 days"),
    ("funnel", "by", "`by` wants to know by what.", "", "/funnel last 30 days by source"),
    ("funnel", "by source by source", "`by` is asked for twice.", "`by source`", None),
    ("funnel", "by source by owner", "`by` is asked for twice.", "`by source`", None),
    ("funnel", "by asset", "I can't break a funnel down by asset; I know: source", "", None),
    ("funnel", "lst quarter", "I don't understand “lst quarter”", "", "/funnel last quarter"),
    ("funnel", "by source tpo 5", "“tpo 5”", "`by source`", "/funnel last 30 days by source top 5"),
    ("funnel", "since forever", "“since forever”", "", "/funnel last 30 days"),
    ("funnel", "last month foo", "“foo”", "`last month`", "/funnel last month"),
    ("funnel", "2026-02-30", "There is no February 30 in 2026", "", "/funnel 2026-02"),
    ("funnel", "2026-11-15..2026-11-01", "ends before it", "", "/funnel 2026-11-01..2026-11-15"),
    ("funnel", "2027-01", "“2027-01” is wholly in the future.", "", "/funnel last 30 days"),
    ("funnel", "last 0 days by owner", "“last 0 days” is no time", "`by owner`", None),
    ("funnel", "by source top 0", "`top` takes 1 to 100, not “0”.", "`by source`", None),
    (
        "funnel",
        "by source touches=sales model=u",
        "`touches` are `marketing` or `all`, not “sales”.",
        "`by source model=u`",
        "/funnel last 30 days by source model=u touches=all",
    ),
    (
        "funnel",
        "by source touches=all",
        "`touches=all` wants a model",
        "`by source touches=all`",
        "/funnel last 30 days by source model=linear touches=all",
    ),
    (
        "kpi",
        "response time by source model=u",
        "`response_time` is made of whole leads or deals",
        None,
        "/kpi response_time last 30 days by source",
    ),
    (
        "kpi",
        "leads by day model=u touches=all why",
        "`why` explains by the first touch",
        None,
        "/kpi leads last 30 days vs prev by day why",
    ),
    ("funnel", "by source top", "`top` wants a number.", "`by source`", None),
    ("funnel", "by source top 999999999999", "`top` takes 1 to 100", "`by source`", None),
    ("funnel", "top 5", "`top` wants a `by`", "", "/funnel last 30 days by source top 5"),
    ("funnel", "mtd vs", "`vs` compares with nothing", "`mtd`", "/funnel mtd vs prev"),
    ("funnel", "mtd vs by source", "`vs` compares with nothing", "`mtd by source`", None),
    ("funnel", "vs 2026-02-30", "There is no February 30", "", "/funnel last 30 days vs 2026-02"),
    ("funnel", "vs soon", "I know no period “soon” to compare with.", "", "/funnel last 30 days vs prev"),
    ("funnel", "all vs prev", "Nothing comes before everything", "`all`", "/funnel all"),
    ("funnel", "all vs yoy", "There is no year before everything", "`all`", "/funnel all"),
    ("funnel", "where", "`where` wants a key and a value", "", "/funnel last 30 days"),
    ("funnel", "where source", "not “source”", "", "/funnel last 30 days"),
    ("funnel", "where source google", "“source google”", "", "/funnel last 30 days where source=google"),
    ("funnel", "where source=", "`where` wants a key and a value", "", None),
    ("funnel", 'where source=""', "`where source=` wants a value.", "", None),
    ("funnel", "where sauce=google", "by “sauce”", "", "/funnel last 30 days where source=google"),
    ("funnel", "where xyzzy=google", "I can't ask `where` by “xyzzy”.", "", None),
    ("funnel", "where month=2026-11", "a period such as `2026-11` can", "", "/funnel last 30 days"),
    ("funnel", "where asset=x", "I can't ask a funnel `where asset=`", "", "/funnel last 30 days"),
    ("funnel", "where source=a where source=b", "`where source=` is asked twice", None, None),
    ("funnel", "where source=a and source=b", "`where source=` is asked twice", None, None),
    ("funnel", "where campaign=Spring fair mtd", "“fair”", None, '/funnel mtd where campaign="Spring fair"'),
    ("funnel", "model=lats", "I know no attribution model “lats”", "", "/funnel last 30 days model=last"),
    ("funnel", "model", "I know no attribution model “”; I know `first`", "", None),
    ("funnel", "as-of", "`as-of` wants a date or a time", "", None),
    ("funnel", "as-of soon", "such as `2026-11-01`, not “soon”", "", None),
    ("funnel", "as-of 2027-01-01", "“2027-01-01” is yet to come.", "", None),
    ("funnel", "mtd as-of 2026-10-01", "As of 2026-10-01 the window “mtd” had not begun.", "`mtd`", None),
    ("funnel", "cohort activity", "`activity` is asked for twice.", "`cohort`", None),
    ("funnel", "target target", "`target` is asked for twice.", "`target`", None),
    ("funnel", "why", "`/funnel` cannot be asked for `why`.", "", "/funnel last 30 days"),
    ("funnel", "sort leads", "`/funnel` cannot be asked for `sort`.", "", "/funnel last 30 days"),
    ("funnel", 'by source "', '“"”', "`by source`", "/funnel last 30 days by source"),
    ("funnel", "x" * 10_000, "That is 10,000 characters", None, "/funnel last 30 days"),
    ("campaigns", "A vs", "I need two campaigns, and “A” is one.", "", None),
    ("campaigns", "A vs a", "I need two campaigns, and “A” is one.", "", None),
    ("campaigns", "A vs B vs A", "A campaign is named twice.", "", '/campaigns "A" vs "B" last 30 days'),
    ("campaigns", "vs B", "I know no period “B” to compare with.", "", "/campaigns last 30 days vs prev"),
    ("campaigns", "Spring fair", "“Spring fair”", "", '/campaigns last 30 days where campaign="Spring fair"'),
    ("campaigns", "A vs B 2026-02-30", "no February 30", '`"A" vs "B"`', '/campaigns "A" vs "B" 2026-02'),
    ("campaigns", "Spring by source fair", "“Spring fair”", "`by source`", None),
    ("campaigns", "sort clp", "I know no metric “clp” to sort by.", "", "/campaigns last 30 days sort cpl"),
    ("campaigns", "sort xyzzy", "I know no metric “xyzzy”", "", "/campaigns last 30 days"),
    ("campaigns", "sort", "`sort` wants the metric to sort by.", "", "/campaigns last 30 days"),
    ("campaigns", "sort cac", "`cac` is not a number of a campaign", "", "/campaigns last 30 days"),
    ("campaigns", "A vs B mtd sort leads", "compared in a share of leads", None, '/campaigns "A" vs "B" mtd'),
    (
        "campaigns",
        "mtd where source=google sort cpl",
        "There is no `cpl` to sort by `where source=`.",
        None,
        "/campaigns mtd where source=google",
    ),
    ("campaigns", "2025 vs 2030", "“2030” is wholly in the future.", "`2025`", None),
    ("kpi", "lads last month", "no period “lads”.", "`last month`", "/kpi leads last month"),
    ("kpi", "leads cpl", "one metric at a time, so not “cpl” too", "`leads`", "/kpi leads last 30 days"),
    ("kpi", "cpl by owner", "I can't break `cpl` down by owner; I know: campaign", "`cpl`", None),
    ("kpi", "cac by owner", "it is one number for everybody", "`cac`", "/kpi cac last 30 days"),
    ("kpi", "cac top 5", "`top` wants a `by`", "`cac`", "/kpi cac last 30 days"),
    ("kpi", "cpl where owner=ana", "I can't ask `cpl` `where owner=`", "`cpl`", "/kpi cpl last 30 days"),
    ("kpi", "leads where day=monday", "a period such as `2026-11` can", "`leads`", None),
    ("funnel", "where month since", "not “month since”", "", "/funnel last 30 days"),
    ("kpi", "", "Which number? `/kpi list` names them all.", "", "/kpi leads last 30 days"),
    ("kpi", "by source", "Which number?", "`by source`", "/kpi leads last 30 days by source"),
    ("kpi", "why", "Which number?", "`why`", "/kpi leads last 30 days vs prev why"),
    ("kpi", "response time mtd why", "`why` explains counts", None, "/kpi response_time mtd"),
    ("kpi", "cpl 2026-02-30 why", "`why` explains counts", None, "/kpi cpl 2026-02"),
    ("kpi", "leads all why", "Nothing comes before everything", "`leads all`", "/kpi leads all"),
    ("kpi", "define lads", "I know no metric “lads”.", "`/kpi define`", "/kpi define leads"),
    ("kpi", "define xyzzy", "I know no metric “xyzzy”.", "`/kpi define`", "/kpi list"),
    ("kpi", "define", "`define` wants a metric.", "`/kpi define`", "/kpi list"),
    ("kpi", "score audit soon", "“soon”", "`/kpi score audit`", "/kpi score audit last 12 months"),
    ("kpi", "score audit 2027", "in the future", "`/kpi score audit`", "/kpi score audit last 30 days"),
]


@pytest.mark.parametrize(
    ("about", "text", "miss", "understood", "nearest"), NOT_UNDERSTOOD, ids=lambda part: str(part)[:40]
)
def test_a_refusal_says_what_was_not_understood_what_was_and_what_works(
    about: About, text: str, miss: str, understood: str | None, nearest: str | None
) -> None:
    sentence = refused(about, text)

    assert miss in sentence
    if understood is not None:
        assert f" I understood {understood or 'nothing else'}. Try `" in sentence
    if nearest:
        assert proposed(sentence) == nearest
    assert str(again(proposed(sentence))) == proposed(sentence)


def test_every_mistake_is_told_at_once() -> None:
    sentences = refused("funnel", "by sauce top 0 this month model=lats").split(". ")

    assert sentences[:2] == ["I can't break a funnel down by “sauce”", "`top` takes 1 to 100, not “0”"]
    assert sentences[2].startswith("I know no attribution model “lats”")


def test_requests_of_kpi_are_values_of_their_own() -> None:
    assert [asked_of_kpi(text) for text in ("list", "define leads", "score audit")] == [
        ListMetrics(),
        Define("leads"),
        ScoreAudit(parse_period("last 12 months", NOW, PLAYBOOK.zone)),
    ]


@pytest.mark.parametrize("about", ["funnel", "campaigns", "kpi"])
@pytest.mark.parametrize(
    "word", ["by x ", "a vs ", "where a=b ", "model=z ", '"', "2026 ", "leeds ", "&amp;"]
)
def test_the_longest_nonsense_is_answered(about: About, word: str) -> None:
    with pytest.raises(QuestionError, match=r" Try `/"):
        parse_question(about, (word * 2000)[:2000], NOW, PLAYBOOK, METRICS)


# Laws

PERIODS = st.sampled_from(
    [
        *("today", "wtd", "this month", "last quarter", "last 30 days", "last 6 hours", "2026-11", "2026-Q3"),
        *("2026-W47", "FY26-Q2", "2026-11-01..2026-11-15", "2026-11-21 13:00..15:00", "since 2026-11-01"),
    ]
)
TYPED = st.text(min_size=1, max_size=20).map(fold).filter(bool)
"""What somebody may call a campaign, a source ...: any text, as it stands after Slack and the keyboard."""
MOMENTS_BEGIN = datetime(2026, 11, 20, 22, tzinfo=UTC)
MOMENTS = st.datetimes(datetime(2026, 11, 21), datetime(2026, 11, 22, 12)).map(  # noqa: DTZ001 - Hypothesis wants naive bounds
    lambda local: local.replace(microsecond=0, tzinfo=PLAYBOOK.zone).astimezone(UTC)
)


ASKED = {
    "funnel": [None],
    "campaigns": [None, "leads", "mql_to_sql"],
    "kpi": ["leads", "mql_to_sql"],
}


@st.composite
def questions(draw: st.DrawFn) -> Question:
    about = draw(st.sampled_from(["funnel", "campaigns", "kpi"]))
    period = parse_period(draw(PERIODS), NOW, PLAYBOOK.zone)
    by = draw(st.sampled_from([None, *BY["leads"]]))
    by = "campaign" if about == "campaigns" and by is None else by
    where = draw(st.dictionaries(st.sampled_from(OF_LEAD), st.none() | TYPED, max_size=3))
    compared = about == "campaigns" and draw(st.booleans())
    names = draw(st.lists(TYPED, min_size=2, max_size=3, unique_by=str.casefold)) if compared else []
    metric = draw(st.sampled_from([None, "mql_to_sql"] if names else ASKED[about]))
    why = bool(metric) and about == "kpi" and draw(st.booleans())
    model = draw(st.sampled_from([None, "first"] if why else [None, *MODELS]))
    as_of = draw(st.none() | MOMENTS) if period.start < MOMENTS_BEGIN else None
    versus = [previous(period, as_of or NOW), year_before(period, as_of or NOW)]
    return Question(
        about,  # type: ignore[arg-type] # one of the three
        period,
        by,
        metric,
        tuple(names),
        why,
        draw(st.sampled_from([*versus, period] if why else [None, *versus, period])),
        draw(st.none() | st.integers(1, 100)) if by or about == "campaigns" else None,
        tuple(Filter(dimension, value) for dimension, value in where.items()),
        model,
        draw(st.sampled_from([None, "all"])) if (model or names) and not why else None,
        draw(st.sampled_from([None, "cohort", "activity"])),
        as_of,
        about != "campaigns" and draw(st.booleans()),
    )


MOMENTS_BEGIN = datetime(2026, 11, 20, 22, tzinfo=UTC)


@given(questions())
def test_a_question_printed_and_parsed_is_the_same_question(question: Question) -> None:
    assert again(question) == question


def _is_answered(about: About, text: str) -> None:
    """Either it is a question that can be asked again, or a sentence that ends with one."""
    try:
        request = asked_of_kpi(text) if about == "kpi" else asked(about, text)
    except QuestionError as refusal:
        nearest = proposed(str(refusal))
        assert str(again(nearest)) == nearest
        assert " I understood " in str(refusal)  # noqa: PT017 - both outcomes are fine
    else:
        assert again(request) == request


ABOUT: st.SearchStrategy[About] = st.sampled_from(["funnel", "campaigns", "kpi"])


@given(ABOUT, st.text(max_size=200))
def test_any_text_is_a_question_or_a_sentence_with_one(about: About, text: str) -> None:
    _is_answered(about, text)


WORDS = st.sampled_from(
    [
        *(
            "by",
            "top",
            "where",
            "and",
            "vs",
            "model",
            "touches",
            "u",
            "=",
            "as-of",
            "cohort",
            "target",
            "why",
            "sort",
            "since",
        ),
        *("source", "sauce", "owner", "asset", "5", "0", "google", "none", "last", "month", "30 days", "all"),
        *(
            "2026-Q3",
            "2026-02-30",
            "2027",
            "october",
            "..",
            "prev",
            "yoy",
            "leads",
            "cac",
            "cpl",
            "lads",
            "u",
        ),
        *(
            "Spring fair",
            '"',
            '"Day by Day"',
            "'x'",
            "list",
            "define",
            "score audit",
            "ab",
            "—",
            "?",
            "2026-11-10",
        ),
    ]
)


@given(ABOUT, st.lists(WORDS, max_size=12).map(" ".join))
def test_any_words_of_the_grammar_are_a_question_or_a_sentence_with_one(about: About, text: str) -> None:
    _is_answered(about, text)
