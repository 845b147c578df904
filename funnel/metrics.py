"""Counts in, answers out: SQL counts, Python divides, and every number states its terms.

Clock: cohort. A lead belongs to the window in which it was created, and counts for every stage that it has
reached by the time of asking (stages it skipped count as passed).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from funnel.counts import Clock
from funnel.question import Question
from funnel.stage import FUNNEL, Stage

Unit = Literal[
    "count", "share", "money", "minutes", "days", "seconds", "touches", "points", "ratio", "number"
]


@dataclass(frozen=True, slots=True)
class Metric:
    """One number that everybody computes in the same way.

    `formula` is arithmetic over names of `COUNTS` ("sqls / mqls"), or the median of one of `SPREADS`
    ("median(response_time)"); a share's numerator and denominator are those of its division. `clock` is what
    it is counted by unless the question says otherwise; `good` is the direction that is better.
    """

    name: str
    title: str
    formula: str
    unit: Unit
    clock: Clock
    good: Literal["up", "down", "neither"]
    trap: str
    source: str
    aliases: tuple[str, ...] = ()


Reached = Mapping[Stage, int]


@dataclass(frozen=True, slots=True)
class StageCounts:
    """How many leads of one group reached each stage; `by` is None for "not captured" or no breakdown."""

    by: str | None
    reached: Reached


@dataclass(frozen=True, slots=True)
class CampaignCounts:
    """One campaign's leads by the stage they reached, and its spend in minor units by currency."""

    campaign: str | None
    kind: str | None
    reached: Reached
    spend: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Ratio:
    """A share with its receipt; no data is None, never 0."""

    numerator: int
    denominator: int

    @property
    def value(self) -> float | None:
        return self.numerator / self.denominator if self.denominator else None


@dataclass(frozen=True, slots=True)
class Cost:
    """Money per head, in minor units of `currency`; None where nobody came of it."""

    spend: int
    heads: int
    currency: str

    @property
    def value(self) -> float | None:
        return self.spend / self.heads if self.heads else None


@dataclass(frozen=True, slots=True)
class Terms:
    """What a number means: its window `[start, end)`, zone, clock, and how campaigns are credited."""

    question: str
    start: datetime
    end: datetime
    zone: str
    as_of: datetime
    clock: str = "cohort"
    model: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    stage: Stage
    count: int
    of_previous: Ratio | None
    of_leads: Ratio


@dataclass(frozen=True, slots=True)
class FunnelGroup:
    by: str | None
    steps: tuple[Step, ...]

    @property
    def leads(self) -> int:
        return self.steps[0].count

    @property
    def won(self) -> Ratio:
        return self.steps[-1].of_leads


@dataclass(frozen=True, slots=True)
class FunnelAnswer:
    """The funnel of everyone, then of each group (most leads first, months in order)."""

    terms: Terms
    by: str | None
    total: FunnelGroup
    groups: tuple[FunnelGroup, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CampaignRow:
    campaign: str | None
    kind: str | None
    leads: int
    mqls: int
    customers: int
    spend: int | None
    currency: str | None
    cpl: Cost | None
    cac: Cost | None
    mql_rate: Ratio
    win_rate: Ratio


@dataclass(frozen=True, slots=True)
class CampaignsAnswer:
    """One row a campaign, most leads first."""

    terms: Terms
    rows: tuple[CampaignRow, ...]
    notes: tuple[str, ...] = ()


def terms_of(question: Question, as_of: datetime, model: str | None = None) -> Terms:
    period = question.period
    return Terms(str(question), period.start, period.end, period.zone, as_of, model=model)


def funnel_answer(question: Question, counts: Sequence[StageCounts], as_of: datetime) -> FunnelAnswer:
    """The conversions of a funnel, from how many leads of each group reached each stage."""
    total = {stage: sum(one.reached.get(stage, 0) for one in counts) for stage in FUNNEL}
    order = sorted if question.by == "month" else _most_leads_first
    groups = order(counts, key=lambda one: one.by or "")
    return FunnelAnswer(
        terms_of(question, as_of, "first touch" if question.by in _CREDITED else None),
        question.by,
        FunnelGroup(None, _steps(total)),
        tuple(FunnelGroup(one.by, _steps(one.reached)) for one in groups) if question.by else (),
    )


_CREDITED = frozenset({"source", "medium", "campaign"})


def pooled_funnel(by: str, groups: Sequence[FunnelGroup]) -> FunnelGroup:
    """Several groups as one."""
    reached = {
        stage: sum(step.count for group in groups for step in group.steps if step.stage is stage)
        for stage in FUNNEL
    }
    return FunnelGroup(by, _steps(reached))


def _most_leads_first(counts: Sequence[StageCounts], key: Any) -> list[StageCounts]:
    return sorted(counts, key=lambda one: (-one.reached.get(Stage.INQUIRY, 0), key(one)))


def _steps(reached: Reached) -> tuple[Step, ...]:
    leads = reached.get(Stage.INQUIRY, 0)
    steps: list[Step] = []
    for stage in FUNNEL:
        count = reached.get(stage, 0)
        before = Ratio(count, steps[-1].count) if steps else None
        steps.append(Step(stage, count, before, Ratio(count, leads)))
    return tuple(steps)


def campaigns_answer(
    question: Question, counts: Sequence[CampaignCounts], as_of: datetime
) -> CampaignsAnswer:
    """A row for each campaign, from its leads by stage and its spend."""
    rows = sorted(
        (_campaign_row(one) for one in counts), key=lambda row: (-row.leads, row.campaign or "\uffff")
    )
    mixed = [one.campaign or "no campaign" for one in counts if len(one.spend) > 1]
    notes = (f"Spend in several currencies, so no cost per head: {', '.join(mixed)}.",) if mixed else ()
    return CampaignsAnswer(terms_of(question, as_of, "first touch"), tuple(rows), notes)


def _campaign_row(one: CampaignCounts) -> CampaignRow:
    leads, mqls, customers = (
        one.reached.get(stage, 0) for stage in (Stage.INQUIRY, Stage.MQL, Stage.CUSTOMER)
    )
    currency, spend = next(iter(one.spend.items())) if len(one.spend) == 1 else (None, None)
    return CampaignRow(
        one.campaign,
        one.kind,
        leads,
        mqls,
        customers,
        spend,
        currency,
        _cost(spend, leads, currency),
        _cost(spend, customers, currency),
        Ratio(mqls, leads),
        Ratio(customers, leads),
    )


def pooled_campaigns(campaign: str, rows: Sequence[CampaignRow]) -> CampaignRow:
    """Several campaigns as one row.

    Their spend is what is known of it in one currency; a cost per head needs the spend of every one of them.
    Leads of no campaign cost nothing.
    """
    leads, mqls, customers = (
        sum(counts) for counts in zip(*((row.leads, row.mqls, row.customers) for row in rows), strict=True)
    )
    currencies = {row.currency for row in rows if row.spend is not None}
    currency = currencies.pop() if len(currencies) == 1 else None
    spend = sum(row.spend for row in rows if row.spend is not None) if currency else None
    known = spend if all(row.spend is not None or row.campaign is None for row in rows) else None
    return CampaignRow(
        campaign,
        None,
        leads,
        mqls,
        customers,
        spend,
        currency,
        _cost(known, leads, currency),
        _cost(known, customers, currency),
        Ratio(mqls, leads),
        Ratio(customers, leads),
    )


def _cost(spend: int | None, heads: int, currency: str | None) -> Cost | None:
    return Cost(spend, heads, currency) if spend is not None and currency is not None else None


def as_json(answer: FunnelAnswer | CampaignsAnswer) -> dict[str, Any]:
    """The one shape in which every answer is handed to other programs."""
    terms = answer.terms
    return {
        "question": terms.question,
        "terms": {
            "start": terms.start.isoformat(),
            "end": terms.end.isoformat(),
            "zone": terms.zone,
            "clock": terms.clock,
            "model": terms.model,
        },
        "rows": _funnel_rows(answer) if isinstance(answer, FunnelAnswer) else _campaign_rows(answer),
        "notes": list(answer.notes),
    }


def _funnel_rows(answer: FunnelAnswer) -> list[dict[str, Any]]:
    groups = answer.groups or (answer.total,)
    return [row for group in groups for step in group.steps for row in _step_rows(group.by, step)]


def _step_rows(by: str | None, step: Step) -> list[dict[str, Any]]:
    count = _json_row(by, step.stage.value, step.count)
    if step.of_previous is None:
        return [count]
    return [
        count,
        _json_row(by, f"{step.stage.value}_of_previous", step.of_previous.value, step.of_previous),
        _json_row(by, f"{step.stage.value}_of_leads", step.of_leads.value, step.of_leads),
    ]


def _campaign_rows(answer: CampaignsAnswer) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for row in answer.rows:
        rows += [
            _json_row(row.campaign, "leads", row.leads),
            _json_row(row.campaign, "mql", row.mqls),
            _json_row(row.campaign, "customer", row.customers),
            _json_row(row.campaign, "mql_rate", row.mql_rate.value, row.mql_rate),
            _json_row(row.campaign, "win_rate", row.win_rate.value, row.win_rate),
        ]
        for name, cost in (("cpl", row.cpl), ("cac", row.cac)):
            if cost:
                value = None if cost.value is None else round(cost.value / 100, 2)
                rows.append(
                    _json_row(row.campaign, name, value, Ratio(cost.spend, cost.heads), note=cost.currency)
                )
    return rows


def _json_row(
    by: str | None,
    metric: str,
    value: float | None,
    ratio: Ratio | None = None,
    note: str | None = None,
) -> dict[str, Any]:
    return {
        "by": by,
        "metric": metric,
        "value": value,
        "numerator": ratio.numerator if ratio else None,
        "denominator": ratio.denominator if ratio else None,
        "previous": None,
        "note": note,
    }
