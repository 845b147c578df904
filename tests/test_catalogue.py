"""The catalogue: every metric has one meaning, one name for it, and the published errors are not in it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funnel.counts import COUNTS, SPREADS
from funnel.dimension import DIMENSIONS
from funnel.errors import QuestionError
from funnel.formula import Call, evaluate, leaves, parse
from funnel.metrics import CAMPAIGN_COLUMNS, FUNNEL_COLUMNS, METRICS, Metric, find, money_power

EACH = pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS)
FUNCTIONS_OF_SPREADS = {"median", "median_ended", "within"}


def value(name: str, **numbers: float) -> float | None:
    """What a metric comes to, with a number for each of its leaves."""
    tree = METRICS[name].tree
    return evaluate(tree, {str(leaf): numbers[leaf.name] for leaf in leaves(tree)}).value


# Each of them


@EACH
def test_a_formula_is_made_of_what_can_be_counted(metric: Metric) -> None:
    for leaf in leaves(metric.tree):
        spread = isinstance(leaf, Call) and leaf.function in FUNCTIONS_OF_SPREADS

        assert leaf.name in (SPREADS if spread else COUNTS)


@EACH
def test_a_formula_is_written_as_it_is_read(metric: Metric) -> None:
    assert str(parse(metric.formula)) == metric.formula


@EACH
def test_money_is_money_and_a_rate_is_none(metric: Metric) -> None:
    """Dimensional analysis: margins and currencies cannot be mixed up with counts."""
    assert money_power(metric.tree) == (1 if metric.unit == "money" else 0)


@EACH
def test_a_median_has_the_unit_of_its_spread(metric: Metric) -> None:
    match metric.tree:
        case Call("median" | "median_ended", name):
            assert metric.unit == SPREADS[name].unit
        case _:
            assert metric.unit not in {"minutes", "days", "seconds", "touches", "points"}


@EACH
def test_it_says_its_trap_and_its_source(metric: Metric) -> None:
    assert metric.trap.endswith((".", "?"))
    assert metric.source


@EACH
def test_it_is_found_by_every_name_in_any_spelling(metric: Metric) -> None:
    for name in (metric.name, metric.title, *metric.aliases):
        assert find(name) is metric
        assert find(f"  {name.upper().replace(' ', '-')} ") is metric


def test_no_two_metrics_share_a_name() -> None:
    names = [
        name.casefold()
        for metric in METRICS.values()
        for name in dict.fromkeys((metric.name.replace("_", " "), metric.title.casefold(), *metric.aliases))
    ]

    assert sorted(names) == sorted(set(names))


def test_every_count_and_spread_is_in_some_metric() -> None:
    used = {name for metric in METRICS.values() for name in metric.counts}

    assert set(COUNTS) - used == {"days"}
    assert set(SPREADS) - used == {"time_to_sal", "time_to_sql", "time_to_opportunity"}


def test_what_the_funnel_and_campaigns_show_is_in_the_catalogue() -> None:
    assert set(FUNNEL_COLUMNS) | set(CAMPAIGN_COLUMNS) <= set(METRICS)


# Conflicting words


def test_words_that_are_used_alike_keep_their_own_denominators() -> None:
    assert {
        name: METRICS[name].formula
        for name in (
            "conversion_rate",
            "close_rate",
            "sales_closure_rate",
            "win_rate",
            "mql_to_sql",
            "mqls_per_sql",
        )
    } == {
        "conversion_rate": "customers / leads",
        "close_rate": "customers / contacts",
        "sales_closure_rate": "customers / sqls",
        "win_rate": "deals_won / (deals_won + deals_lost)",
        "mql_to_sql": "sqls / mqls",
        "mqls_per_sql": "mqls / sqls",
    }


def test_the_three_click_through_rates_are_three() -> None:
    assert [METRICS[name].formula for name in ("ctr", "ctor", "ad_ctr")] == [
        "email_clickers / emails",
        "email_clickers / email_openers",
        "ad_clicks / impressions",
    ]


# Worked figures, as published and as they should have been


def test_the_maximum_cost_per_lead_is_200_and_not_10_000() -> None:
    """(10 000 - 3 000 - 1 000 - 2 000) x 5 %; the article's brackets make it 10 000."""
    worth = value(
        "max_cpl",
        revenue=10_000_00,
        deals_won=1,
        unit_cost=3_000_00,
        unit_overhead=1_000_00,
        unit_profit=2_000_00,
        customers=5,
        leads=100,
    )

    assert worth == pytest.approx(200_00)


def test_cac_payback_divides_by_margin_and_does_not_multiply() -> None:
    """A CAC of 600 at 100 a month and a margin of 80 % takes 7.5 months; without brackets it were 4.8."""
    worth = value("cac_payback", spend=400_00, sales_cost=200_00, customers=1, arpa=100_00, margin=0.8)

    assert worth == pytest.approx(7.5)


def test_pipeline_velocity_is_15_508_a_day() -> None:
    worth = value(
        "pipeline_velocity",
        deals_opened=120,
        deals_won=24,
        deals_lost=76,
        revenue=24 * 42_000_00,
        sales_cycle=78,
    )

    assert worth == pytest.approx(15_508_00, abs=50)


def test_lifetime_value_is_of_gross_profit() -> None:
    assert value("clv", arpa=100_00, margin=0.8, monthly_churn=0.02) == pytest.approx(4_000_00)


@pytest.mark.parametrize(("revenue_target", "coverage"), [(400_00, 3), (100_00, None), (50_00, None)])
def test_pipeline_coverage_is_of_what_is_missing_and_none_once_nothing_is(
    revenue_target: float, coverage: float | None
) -> None:
    worth = value("pipeline_coverage", pipeline_at_end=900_00, revenue_target=revenue_target, revenue=100_00)

    assert worth == coverage


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**6))
def test_sentiment_is_between_minus_one_and_one(positive: int, neutral: int, negative: int) -> None:
    worth = value("brand_sentiment", positive=positive, neutral=neutral, negative=negative)

    assert worth is None or -1 <= worth <= 1


# Breakdowns, versions


def test_a_metric_is_broken_down_by_what_all_of_its_counts_can_be() -> None:
    assert METRICS["cpl"].by == ("campaign", "channel", "day", "week", "month", "quarter")
    assert METRICS["spend"].by == ("campaign", "channel", "kind", "day", "week", "month", "quarter")
    assert "owner" in METRICS["max_cpl"].by


@pytest.mark.parametrize("name", ["cac_loaded", "pipeline_coverage", "roi_loaded", "rep_fairness", "clv"])
def test_what_belongs_to_the_whole_window_is_not_broken_down(name: str) -> None:
    assert METRICS[name].by == ()


def test_what_is_open_at_a_moment_is_not_broken_down_by_what_comes_round_again() -> None:
    by_time = {name: set(METRICS[name].by) & {"hour", "weekday", "day"} for name in ("pipeline", "deals_won")}

    assert by_time == {"pipeline": {"day"}, "deals_won": {"hour", "weekday", "day"}}


def test_breakdowns_come_in_the_order_of_dimensions() -> None:
    assert all(sorted(metric.by, key=DIMENSIONS.index) == list(metric.by) for metric in METRICS.values())


def test_only_plain_counts_and_sums_add_up() -> None:
    assert METRICS["revenue"].adds_up
    assert METRICS["social_engagement"].adds_up
    assert not any(
        METRICS[name].adds_up for name in ("cpl", "visitors", "pipeline", "response_time", "lead_mix")
    )


def test_the_version_changes_with_the_meaning_and_only_then() -> None:
    metric = METRICS["cac"]

    assert metric.version == METRICS["cpa"].version  # two names of one meaning
    assert metric.version != METRICS["cpl"].version
    assert metric.version != METRICS["cac_loaded"].version
    assert len(metric.version) == 8


# Finding


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("MQL->SQL", "mql_to_sql"),
        ("mql → sql", "mql_to_sql"),
        ("Close-Rate", "close_rate"),
        ("LTV", "clv"),
        ("mcpl", "max_cpl"),
        ("velocity", "pipeline_velocity"),
    ],
)
def test_a_metric_is_found_as_people_write_it(typed: str, name: str) -> None:
    assert find(typed).name == name


def test_a_typo_gets_a_suggestion() -> None:
    with pytest.raises(
        QuestionError, match=r"I don't know the metric “clsoe rate”\. Did you mean `close_rate`"
    ):
        find("clsoe rate")


def test_ten_thousand_characters_are_no_metric() -> None:
    with pytest.raises(QuestionError) as refusal:
        find("<!channel>\n" * 1000)

    assert len(str(refusal.value)) < 200
