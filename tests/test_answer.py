"""From counts to an answer: no data is never 0, groups are pooled and not averaged, the young are marked."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funnel.answer import Answer, Change, Value, answer, as_json, asks, change, columns
from funnel.counts import COUNTS, SPREADS, Ask, Cell, Cells, Filter, Sample
from funnel.dimension import DIMENSIONS, OF_LEAD
from funnel.finance import Finance, Target
from funnel.metrics import CAMPAIGN_COLUMNS, FUNNEL_COLUMNS, METRICS, OF_OPEN_DEALS, Metric
from funnel.period import Period
from funnel.period_words import parse_period
from funnel.playbook import Playbook
from funnel.question import Question

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
PLAYBOOK = Playbook(timezone="Europe/Berlin")


def window(words: str) -> Period:
    return parse_period(words, NOW, BERLIN)


def kpi(metric: str, words: str = "2026-08", **more: Any) -> Question:
    return Question("kpi", window(words), metric=metric, **more)


def told(
    question: Question,
    cells: Cells | Mapping[str, float],
    *,
    previous: Cells | None = None,
    playbook: Playbook = PLAYBOOK,
    lags: Mapping[str, Sample] | None = None,
) -> Answer:
    """The answer from cells by group, whose sum is the total; plain counts are everybody's."""
    metrics = columns(question)
    found: dict[Ask, Cells] = {}
    for ask in asks(question, metrics, NOW):
        here = previous or {} if ask.period == question.versus else _cells(cells)
        if ask.period.words == "the year before":
            found[ask] = {None: Cell(samples=lags or {})}
        else:
            found[ask] = here if ask.by else {None: _total(here)}
    return answer(question, metrics, found, playbook, NOW)


def _cells(cells: Cells | Mapping[str, float]) -> Cells:
    plain = {name: count for name, count in cells.items() if name and not isinstance(count, Cell)}
    return {None: Cell(plain, currency="EUR")} if plain else cells  # type: ignore[dict-item,return-value]


def _total(cells: Cells) -> Cell:
    (one, *rest) = cells.values() or [Cell()]
    if not rest:
        return one
    names = {name for cell in cells.values() for name in cell.counts}
    return Cell(
        {name: sum(cell.counts.get(name, 0) for cell in cells.values()) for name in names},
        currency=one.currency,
    )


def only(answer: Answer) -> Value:
    """The value that was asked for; the bridge of a pipeline stands under it."""
    return answer.total.values[answer.metrics[0].name]


# What is asked


def test_a_question_asks_once_a_window_and_clock() -> None:
    question = Question("campaigns", window("2026-08"), by="campaign", versus=window("2026-07"))
    told_apart = asks(question, columns(question), NOW)

    assert [(ask.period.words, ask.clock, ask.by) for ask in told_apart] == [
        ("2026-08", "cohort", None),
        ("2026-08", "cohort", "campaign"),
        ("2026-07", "cohort", None),
        ("2026-07", "cohort", "campaign"),
        ("the year before", "cohort", None),
    ]
    assert told_apart[0].names == {
        "leads", "mqls", "sqls", "customers", "spend", "revenue", "deals_won",
    }  # fmt: skip


def test_what_the_playbook_knows_is_not_asked_of_the_store() -> None:
    question = kpi("clv")

    assert asks(question, columns(question), NOW) == ()


def test_a_filter_and_a_moment_go_with_every_ask_about_the_window() -> None:
    moment = datetime(2026, 11, 1, tzinfo=UTC)
    where = (Filter("source", "google"),)
    question = kpi("mql_rate", where=where, as_of=moment)
    (ask, lags) = asks(question, columns(question), NOW)

    assert (ask.where, ask.as_of) == (where, moment)
    assert (lags.where, lags.as_of) == ((), moment)


def test_the_lags_are_those_of_the_year_before() -> None:
    question = kpi("conversion_rate", "all")
    (_, lags) = asks(question, columns(question), NOW)

    assert lags.names == {"time_to_customer"}
    assert lags.period.end < NOW
    assert (lags.period.end - lags.period.start).days == 365


def test_an_old_cohort_is_grown_without_asking() -> None:
    question = kpi("conversion_rate", "2024-08")

    assert len(asks(question, columns(question), NOW)) == 1


def test_a_metric_has_its_own_clock_and_a_table_has_one() -> None:
    activity, cohort = kpi("mqls"), kpi("mqls", clock="cohort")
    table = Question("funnel", window("2026-08"))

    assert [asks(one, columns(one), NOW)[0].clock for one in (activity, cohort, table)] == [
        "activity",
        "cohort",
        "cohort",
    ]


def test_the_columns_of_a_table_are_those_of_the_catalogue() -> None:
    period = window("2026-08")

    assert [metric.name for metric in columns(Question("funnel", period))] == list(FUNNEL_COLUMNS)
    assert [metric.name for metric in columns(Question("campaigns", period))] == list(CAMPAIGN_COLUMNS)
    assert columns(Question("campaigns", period, metric="roas"))[-1] is METRICS["roas"]


# Values


def test_a_rate_has_its_numerator_and_denominator() -> None:
    assert only(told(kpi("mql_rate"), {"leads": 200, "mqls": 80})) == Value(0.4, 80, 200)


def test_nobody_is_no_data_and_says_what_to_send() -> None:
    value = only(told(kpi("mql_rate"), {}))

    assert (value.value, value.numerator, value.denominator) == (None, 0, 0)
    assert value.missing == (
        "Nothing known of: people who became known; leads that became MQL. It takes `tipoff.lead.captured`."
    )


def test_a_feed_that_brought_nothing_is_no_data_and_not_zero() -> None:
    cpl = only(told(kpi("cpl"), {"leads": 80}))

    assert cpl.value is None
    assert (
        cpl.missing
        == "Nothing known of: what campaigns cost. It takes `tipoff.campaign.spent` with `amount`."
    )
    assert only(told(kpi("impressions"), {})).value is None


def test_a_feed_that_brought_something_can_have_none_of_one_thing() -> None:
    assert only(told(kpi("unsubscribe_rate"), {"emails": 5000})) == Value(0, 0, 5000)
    assert only(told(kpi("leads"), {})) == Value(0)


def test_what_nobody_said_the_cost_of_did_not_cost_nothing() -> None:
    clicks = only(told(kpi("cpc"), {"ad_clicks": 80}))

    assert (
        clicks.missing
        == "Nothing known of: what campaigns cost. It takes `tipoff.campaign.spent` with `amount`."
    )


def test_money_without_customers_is_no_data_and_names_who_is_missing() -> None:
    cac = only(told(kpi("cac"), {"spend": 500_00}))

    assert cac.value is None
    assert cac.missing == (
        "Nothing known of: leads that became customers. It takes `tipoff.deal.moved` with `stage` `won`."
    )


def test_what_the_playbook_leaves_out_is_named() -> None:
    roi = only(told(kpi("roi"), {"spend": 500_00, "revenue": 2000_00}))

    assert (
        roi.missing
        == "Nothing known of: gross margin, 0 to 1. It takes `finance.gross_margin` in the playbook."
    )


def test_no_revenue_for_its_spend_is_a_loss_of_everything() -> None:
    playbook = Playbook(finance=Finance(gross_margin=0.5))

    assert only(told(kpi("roi"), {"spend": 500_00}, playbook=playbook)).value == -1


def test_money_has_its_currency() -> None:
    assert only(told(kpi("cpl"), {"spend": 500_00, "leads": 10})) == Value(5000, 500_00, 10, currency="EUR")


def test_a_median_has_its_sample_and_is_bounded_when_half_still_wait() -> None:
    cells = {None: Cell(samples={"response_time": Sample((5.0,), (60.0, 90.0))})}

    assert only(told(kpi("response_time"), cells)) == Value(90, of=3, mean=155 / 3, at_least=True)


def test_velocity_takes_its_median_from_the_sample() -> None:
    counts = {"deals_opened": 120, "deals_won": 24, "deals_lost": 76, "revenue": 24 * 42_000_00}
    cells = {None: Cell(counts, {"sales_cycle": Sample((60.0, 78.0, 200.0))}, "USD")}
    value = only(told(kpi("pipeline_velocity"), cells)).value

    assert value == pytest.approx(15_508_00, abs=50)


def test_the_load_of_reps_and_the_mix_of_sources_compare_groups() -> None:
    cells = {"ana": Cell({"open_leads": 30}), "ben": Cell({"open_leads": 10}), None: Cell({"open_leads": 99})}
    sources = {"google": Cell({"leads": 30}), "fair": Cell({"leads": 10})}

    assert only(told(kpi("rep_fairness"), cells)).value == 3
    assert only(told(kpi("lead_concentration"), sources)).value == 0.75**2 + 0.25**2
    assert only(told(kpi("lead_concentration"), {})).value is None


def test_a_share_of_all_is_of_all_groups() -> None:
    lines = told(
        kpi("lead_mix", by="source"), {"google": Cell({"leads": 30}), None: Cell({"leads": 10})}
    ).lines

    assert [(line.by, line.values["lead_mix"].value) for line in lines] == [("google", 0.75), (None, 0.25)]


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_share_of_a_part_is_between_nothing_and_everything(one: int, other: int) -> None:
    counts = {"leads": max(one, other), "mqls": min(one, other)}
    value = only(told(kpi("mql_rate"), {None: Cell(counts)})).value

    assert value is None if not max(one, other) else 0 <= (value or 0) <= 1


@pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS)
def test_on_an_empty_store_every_metric_is_zero_or_says_what_it_takes(metric: Metric) -> None:
    """Only what comes with the leads and deals themselves is 0; a rate, a median and a feed are no data."""
    value = only(told(kpi(metric.name, "2025-08"), {}))
    of_own = metric.adds_up or metric.formula in OF_OPEN_DEALS

    assert value.value == 0 if of_own and value.value is not None else (value.value is None and value.missing)


@given(st.sampled_from(DIMENSIONS), st.sampled_from(sorted(METRICS)), st.data())
def test_every_metric_has_a_value_or_a_reason_by_everything(by: Any, name: str, data: st.DataObject) -> None:
    counts = st.dictionaries(st.sampled_from(METRICS[name].counts), st.integers(0, 100))
    samples = st.builds(Sample, *[st.lists(st.floats(0, 100), max_size=4).map(tuple)] * 2)
    cells = st.builds(
        Cell,
        counts.map(lambda told: {count: n for count, n in told.items() if count in COUNTS}),
        st.dictionaries(st.sampled_from(sorted(SPREADS)), samples),
        st.sampled_from(["EUR", "USD", None]),
    )
    groups = data.draw(st.dictionaries(st.sampled_from(["2026-08", "fair", "Monday", None]), cells))
    said = told(kpi(name, by=by, top=data.draw(st.integers(1, 3))), groups)

    for line in (said.total, *said.lines):
        value = line.values[name]
        if value.value is None:
            assert value.missing or value.maturing
        else:
            assert not value.missing
    assert json.loads(json.dumps(as_json(said))) == as_json(said)


def test_a_table_can_be_broken_down_by_all_that_it_is_asked_by() -> None:
    assert all(set(OF_LEAD) <= set(METRICS[name].by) for name in FUNNEL_COLUMNS)
    assert all("campaign" in METRICS[name].by for name in CAMPAIGN_COLUMNS)


# Currencies


def test_several_currencies_give_no_amount_and_a_note() -> None:
    cells = {
        "fair": Cell({"leads": 10, "spend": 500_00}, currency="EUR"),
        "webinar": Cell({"leads": 5}, mixed=frozenset({"EUR", "USD"})),
    }
    told_by = told(kpi("cpl", by="campaign"), cells)

    assert [(line.by, line.values["cpl"].value) for line in told_by.lines] == [
        ("fair", 5000),
        ("webinar", None),
    ]
    assert told_by.lines[1].values["cpl"].missing == "Amounts are in several currencies: EUR, USD."
    assert told_by.notes == ("Amounts in several currencies are not added up: webinar.",)


def test_a_median_of_amounts_is_of_one_currency() -> None:
    sample = {"deal_size": Sample((100.0, 300.0))}
    one, several = (
        only(told(kpi("median_deal"), {None: cell}))
        for cell in (Cell({}, sample, "EUR"), Cell({}, sample, mixed=frozenset({"EUR", "USD"})))
    )

    assert (one.value, one.currency) == (200, "EUR")
    assert (several.value, several.currencies) == (None, ("EUR", "USD"))


def test_amounts_of_the_playbook_and_of_another_currency_do_not_mix() -> None:
    playbook = Playbook(currency="USD", finance=Finance(monthly_sales_cost=1000))
    value = only(told(kpi("cac_loaded"), {"spend": 500_00, "customers": 5}, playbook=playbook))

    assert (value.value, value.currencies) == (None, ("EUR", "USD"))


# Changes


@pytest.mark.parametrize(
    ("now", "before", "changed"),
    [
        (Value(44), Value(40), Change(4, 0.1)),
        (Value(4), Value(0), Change(4, None, new=True)),
        (Value(0), Value(0), Change(0, None)),
        (Value(0.5), Value(-0.5), Change(1.0, None)),
        (Value(None), Value(4), None),
        (Value(4), Value(None), None),
        (Value(4, maturing=date(2026, 12, 5)), Value(4), None),
        (Value(4), Value(4, maturing=date(2026, 12, 5)), None),
        (Value(4, at_least=True), Value(4), None),
        (Value(4, currency="EUR"), Value(4, currency="USD"), None),
    ],
)
def test_a_change_is_told_only_where_there_is_something_to_compare(
    now: Value, before: Value, changed: Change | None
) -> None:
    assert change(now, before) == changed


def test_a_group_that_is_gone_still_has_a_line() -> None:
    question = kpi("leads", by="source", versus=window("2026-07"))
    lines = told(
        question,
        {"google": Cell({"leads": 5})},
        previous={"fair": Cell({"leads": 9}), "google": Cell({"leads": 4})},
    ).lines

    assert [(line.by, line.values["leads"].value, line.previous["leads"].value) for line in lines] == [
        ("google", 5, 4),
        ("fair", 0, 9),
    ]


def test_windows_of_unequal_length_are_noted() -> None:
    of_counts, of_rates = (
        told(kpi(name, "2026-08", versus=window("2026-06")), {"leads": 5}, previous={})
        for name in ("leads", "mql_rate")
    )

    assert (of_counts.notes, of_rates.notes) == (("The windows are 31 and 30 days long.",), ())


# Maturity


def test_a_cohort_that_had_no_time_is_marked_until_the_day() -> None:
    """Four of five customers took at most 40 days, so those of 1 to 15 November are ripe on 26 December."""
    lags = {"time_to_customer": Sample((1.0, 2.0, 3.0, 40.0, 300.0))}
    question = kpi("conversion_rate", "2026-11-01..2026-11-15", versus=window("2026-08"))
    said = told(
        question,
        {"leads": 50, "customers": 1},
        previous={None: Cell({"leads": 9, "customers": 1})},
        lags=lags,
    )
    value = only(said)

    assert (value.value, value.maturing) == (0.02, date(2026, 12, 26))
    assert said.total.previous["conversion_rate"].maturing is None
    assert change(value, said.total.previous["conversion_rate"]) is None
    assert said.notes[0].startswith("Maturing until 2026-12-26: Conversion rate (lead to customer).")


def test_a_rate_waits_for_the_slowest_of_its_stages() -> None:
    lags = {"time_to_mql": Sample((1.0,)), "time_to_sql": Sample((30.0,))}
    young = "2026-11-01..2026-11-15"

    assert only(told(kpi("mql_rate", young), {"leads": 9}, lags=lags)).maturing is None
    assert only(told(kpi("mql_to_sql", young), {"mqls": 9}, lags=lags)).maturing == date(2026, 12, 16)


def test_what_happened_in_a_window_does_not_mature() -> None:
    assert (
        only(told(kpi("mqls", "this month"), {"mqls": 9}, lags={"time_to_mql": Sample((90.0,))})).maturing
        is None
    )


def test_each_month_matures_by_itself() -> None:
    question = kpi("conversion_rate", "2026-08-01..2026-11-15", by="month")
    cells = {f"2026-{month:02}": Cell({"leads": 10}) for month in (8, 9, 10, 11)}
    lines = told(question, cells, lags={"time_to_customer": Sample((40.0,))}).lines

    assert [(line.by, line.values["conversion_rate"].maturing) for line in lines] == [
        ("2026-08", None),
        ("2026-09", None),
        ("2026-10", date(2026, 12, 11)),
        ("2026-11", date(2026, 12, 26)),
    ]


@pytest.mark.parametrize(
    ("name", "value"),
    [("converted_7", 0.4), ("converted_30", 0.6), ("converted_90", None)],
)
def test_the_curve_of_a_cohort_hides_what_not_everybody_had_time_for(name: str, value: float | None) -> None:
    """The leads of September have all had 30 days by 22 November, and not yet 90."""
    cells = {None: Cell(samples={"time_to_customer": Sample((1.0, 7.0, 20.0), (60.0, 80.0))})}
    cell = only(told(kpi(name, "2026-09"), cells))

    assert (cell.value, cell.denominator) == (value, 5)
    assert cell.maturing == (None if value else date(2026, 12, 30))


# Lines


def test_lines_come_by_size_the_unknown_last() -> None:
    cells = {
        "fair": Cell({"leads": 5}),
        None: Cell({"leads": 90}),
        "google": Cell({"leads": 9}),
        "email": Cell({"leads": 5}),
    }

    assert [line.by for line in told(kpi("leads", by="source"), cells).lines] == [
        "google",
        "email",
        "fair",
        None,
    ]


def test_times_come_in_order() -> None:
    months = {"2026-09": Cell({"leads": 9}), "2026-08": Cell(), "2026-06": Cell({"leads": 5})}
    weekdays = {day: Cell({"leads": n}) for n, day in enumerate(("Tuesday", "Sunday", "Monday"))}
    by_month = told(kpi("leads", "2026", by="month"), months).lines
    by_weekday = told(kpi("leads", by="weekday"), weekdays).lines

    assert [(line.by, line.values["leads"].value) for line in by_month] == [
        ("2026-06", 5),
        ("2026-08", 0),
        ("2026-09", 9),
    ]
    assert [line.by for line in by_weekday] == ["Monday", "Tuesday", "Sunday"]


def test_campaigns_are_sorted_by_the_metric_that_was_named_the_best_first() -> None:
    cells = {
        "fair": Cell({"leads": 5, "spend": 900_00}, currency="EUR"),
        "webinar": Cell({"leads": 9, "spend": 100_00}, currency="EUR"),
        "blog": Cell({"leads": 1}),
    }
    question = Question("campaigns", window("2026-08"), by="campaign", metric="cpl")

    assert [line.by for line in told(question, cells).lines] == ["webinar", "fair", "blog"]


def test_more_groups_than_asked_for_are_pooled_from_their_counts() -> None:
    """1 of 10 and 9 of 30 are 25 %, not the 20 % that an average of rates would say."""
    cells = {
        "google": Cell({"leads": 90, "mqls": 45}),
        "fair": Cell({"leads": 30, "mqls": 9}),
        "email": Cell({"leads": 10, "mqls": 1}),
        None: Cell({"leads": 7}),
    }
    question = replace(Question("funnel", window("2026-08")), by="source", top=1)
    lines = told(question, cells).lines

    assert [(line.by, line.more, line.values["mql_rate"].value) for line in lines] == [
        ("google", 0, 0.5),
        ("+2 more", 2, 0.25),
        (None, 0, 0),
    ]


def test_people_who_are_in_several_groups_are_not_pooled() -> None:
    cells = {name: Cell({"content_viewers": n}) for n, name in enumerate(("guide", "video", "paper"), 1)}
    said = told(Question("kpi", window("2026-08"), by="campaign", metric="content_viewers", top=1), cells)

    assert [line.values["content_viewers"].value for line in said.lines] == [3, None]
    assert said.notes == (
        "Content viewers: a person can be in several lines, so these add up to more than the total.",
    )


def test_several_currencies_are_not_pooled() -> None:
    cells = {
        "webinar": Cell({"leads": 99}),
        "fair": Cell({"leads": 9, "spend": 100_00}, currency="EUR"),
        "blog": Cell({"leads": 2}),
        "expo": Cell({"leads": 5, "spend": 100_00}, currency="USD"),
    }
    question = Question("campaigns", window("2026-08"), by="campaign", top=1)
    of_two = told(question, cells).lines[1].values
    of_one = told(question, {by: cell for by, cell in cells.items() if by != "expo"}).lines[1].values

    assert (of_one["leads"].value, of_one["spend"]) == (11, Value(100_00, currency="EUR"))
    assert (of_two["leads"].value, of_two["spend"].value) == (16, None)
    assert of_two["spend"].currencies == ("EUR", "USD")


def test_groups_that_share_a_line_are_counted_one_by_one() -> None:
    cells = {name: Cell({"leads": 5}) for name in ("fair", "webinar", "blog", None)}
    question = Question("campaigns", window("2026-08"), by="campaign", top=1)

    assert told(question, cells).groups == 3


def test_campaigns_of_some_leads_have_no_spend_and_say_so() -> None:
    question = Question("campaigns", window("2026-08"), "campaign", where=(Filter("source", "google"),))
    said = told(question, {"fair": Cell({"leads": 5, "mqls": 2})})

    assert [metric.name for metric in said.metrics][:2] == ["leads", "mqls"]
    assert {"spend", "cpl"} & {metric.name for metric in said.metrics} == set()
    assert "Spend, Cost per lead" in said.notes[-1]
    assert said.notes[-1].endswith(" `where source=`.")


def test_what_cannot_be_broken_down_says_so() -> None:
    said = told(kpi("cpl", by="source"), {"google": Cell({"leads": 5})})

    assert said.lines == ()
    assert said.notes == (
        (
            "There is no Cost per lead by source; "
            "it can be asked by campaign, channel, day, week, month, quarter."
        ),
    )


def test_in_a_table_by_campaign_what_is_the_whole_windows_is_only_in_the_total() -> None:
    playbook = Playbook(currency="EUR", finance=Finance(monthly_sales_cost=100))
    cells = {"fair": Cell({"customers": 2, "spend": 100_00}, currency="EUR")}
    question = Question("campaigns", window("2026-08"), by="campaign", metric="cac_loaded")
    said = told(question, cells, playbook=playbook)

    assert said.total.values["cac_loaded"].value == 100_00
    assert said.lines[0].values["cac_loaded"] == Value(None, missing="There is none by campaign.")
    assert said.notes == ("There is no CAC, fully loaded by campaign.",)


def test_a_median_of_several_groups_is_of_all_of_their_samples() -> None:
    """Not the middle of their medians, which would be 20."""
    cells = {
        "google": Cell(samples={"response_time": Sample((900.0,) * 9)}),
        "fair": Cell(samples={"response_time": Sample((10.0, 10.0, 10.0), (5.0,))}),
        "email": Cell(samples={"response_time": Sample((30.0,))}),
        "blog": Cell({"leads": 1}),
    }
    pool = told(kpi("response_time", by="source", top=1), cells).lines[1].values["response_time"]

    assert (pool.of, pool.value) == (5, 10)


def test_a_met_target_leaves_nothing_to_divide_by() -> None:
    playbook = Playbook(currency="EUR", targets={"revenue": Target(month=100)})
    covered = only(
        told(kpi("pipeline_coverage"), {"pipeline_at_end": 5, "revenue": 200_00}, playbook=playbook)
    )

    assert covered.missing == "What it is divided by is not above zero."


COUNTED = st.dictionaries(
    st.sampled_from(["google", "fair", "email", "expo", None]),
    st.lists(st.integers(0, 10**6), min_size=3, max_size=3),
    min_size=1,
)


@given(COUNTED, st.integers(1, 5))
def test_the_lines_add_up_to_the_total(groups: dict[str | None, list[int]], top: int) -> None:
    cells = {
        by: Cell(dict(zip(("leads", "mqls", "sqls"), counts, strict=True))) for by, counts in groups.items()
    }
    said = told(Question("funnel", window("2026-08"), by="source", top=top), cells)

    for name in ("leads", "mqls", "sqls"):
        assert sum(line.values[name].value or 0 for line in said.lines) == said.total.values[name].value


# Targets and terms


def test_the_total_has_its_target_and_how_much_of_it_is_reached() -> None:
    playbook = Playbook(targets={"mqls": Target(month=400)})
    value = only(told(kpi("mqls", "2026-11-01..2026-11-15"), {"mqls": 150}, playbook=playbook))

    assert (value.target, value.progress) == (pytest.approx(200), pytest.approx(0.75))
    assert only(told(kpi("mqls"), {"mqls": 1})).progress is None


def test_a_part_of_the_leads_has_no_target() -> None:
    playbook = Playbook(targets={"mqls": Target(month=400)})
    question = kpi("mqls", where=(Filter("source", "google"),))

    assert only(told(question, {"mqls": 150}, playbook=playbook)).target is None


def test_the_terms_are_stated() -> None:
    question = Question("campaigns", window("2026-08"), by="campaign", versus=window("2026-07"))
    terms = told(question, {}, previous={}).terms

    assert (terms.start, terms.end) == (question.period.start, question.period.end)
    assert (terms.zone, terms.clock, terms.as_of, terms.model) == ("Europe/Berlin", "cohort", NOW, "first")
    assert terms.previous == (window("2026-07").start, window("2026-07").end)
    assert told(replace(question, model="u"), {}, previous={}).terms.model == "u"
    assert told(kpi("leads"), {}).terms.model is None


def test_the_json_of_an_answer_has_the_promised_shape_and_major_units() -> None:
    cells = {"fair": Cell({"leads": 3, "spend": 100_00}, currency="EUR"), "blog": Cell({"leads": 9})}
    said = as_json(told(kpi("cpl", by="campaign"), cells))

    assert set(said) == {"question", "terms", "rows", "notes"}
    assert set(said["terms"]) == {"start", "end", "zone", "clock", "model"}
    assert said["rows"] == [
        {
            "by": "fair",
            "metric": "cpl",
            "value": 33.33,
            "numerator": 100.0,
            "denominator": 3,
            "previous": None,
            "note": "EUR",
        },
        {
            "by": "blog",
            "metric": "cpl",
            "value": None,
            "numerator": None,
            "denominator": None,
            "previous": None,
            "note": "Nothing known of: what campaigns cost. It takes `tipoff.campaign.spent` with `amount`.",
        },
    ]


def test_the_json_of_a_young_rate_and_of_a_target_says_so() -> None:
    playbook = Playbook(targets={"mqls": Target(month=400), "revenue": Target(month=5)})
    lags = {"time_to_customer": Sample((40.0,))}
    young = as_json(told(kpi("conversion_rate", "2026-11"), {"leads": 5}, lags=lags))
    aimed = as_json(told(kpi("mqls", "2026-11"), {"mqls": 5}, playbook=playbook))
    money = as_json(told(kpi("revenue", "2026-11"), {"revenue": 250}, playbook=playbook))
    waiting = {None: Cell(samples={"response_time": Sample((), (60.0,))})}

    assert young["rows"][0]["note"] == "maturing until 2027-01-10"
    assert aimed["rows"][0]["note"] == "target 400"
    assert (money["rows"][0]["value"], money["rows"][0]["note"]) == (2.5, "EUR; target 5")
    assert as_json(told(kpi("response_time"), waiting))["rows"][0]["note"] == "at least"


def test_whose_touches_share_credit_is_one_of_the_terms_where_a_model_shares_it() -> None:
    question = kpi("leads", by="campaign", model="u")
    alone = told(replace(question, by=None), {"leads": 3})

    assert told(question, {"leads": 3}).terms.touches == "marketing"
    assert told(replace(question, touches="all"), {"leads": 3}).terms.touches == "all"
    assert (alone.terms.model, alone.terms.touches) == (None, None)
    assert alone.notes[-1].startswith("`model=` shares credit `by` source, medium, campaign")


def test_a_median_is_shared_by_no_model() -> None:
    found = told(
        Question("funnel", window("2026-08"), by="source", model="linear"), {"x": Cell({"leads": 1})}
    )
    (line,) = found.lines

    assert (
        line.values["time_to_mql"].missing == "It is made of whole leads or deals, which no model can share."
    )


def test_who_is_still_on_the_way_is_counted_and_nothing_has_to_be_sent() -> None:
    waiting = Cell(samples={"time_to_customer": Sample((), (3.0, 4.0))})
    value = only(told(kpi("days_to_close"), {None: waiting}))

    assert (value.missing, value.wanted) == ("None of 2 has got so far.", ())


def test_a_share_of_voice_wants_somebody_else_to_be_heard() -> None:
    ours = {"positive": 6, "neutral": 3, "negative": 1}
    alone = only(told(kpi("share_of_voice"), ours))

    assert (alone.value, alone.wanted) == (None, ("competitor_mentions",))
    assert only(told(kpi("share_of_voice"), {**ours, "competitor_mentions": 30})).value == 0.25
