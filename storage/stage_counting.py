"""Counts for questions: SQL counts and sums, nothing here divides.

Clock: cohort. A lead is counted in the period in which it was created, for every stage it has entered since.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import islice
from typing import Any

import sqlalchemy as sa

from funnel.metrics import CampaignCounts, StageCounts
from funnel.period import Period, months
from funnel.question import Question
from funnel.stage import Stage
from storage.columns import Moment, PlainText
from storage.tables import lead, spend, stage_entry

MOST_MONTHS = 240  # twenty years


def stage_counts(c: sa.Connection, workspace: str, question: Question) -> list[StageCounts]:
    if question.by == "month":
        return _by_month(c, workspace, _months(c, workspace, question.period))
    group = lead.c[question.by] if question.by else sa.null()
    counts = (
        sa.select(group.label("by"), stage_entry.c.stage, sa.func.count().label("leads"))
        .join_from(lead, stage_entry, _ENTERED)
        .where(*_created(workspace, question.period))
        .group_by(*([group] if question.by else []), stage_entry.c.stage)
    )
    reached: dict[str | None, dict[Stage, int]] = {}
    for by, stage, count in c.execute(counts):
        reached.setdefault(by, {})[Stage(stage)] = count
    return [StageCounts(by, stages) for by, stages in reached.items()]


_ENTERED = sa.and_(stage_entry.c.workspace_id == lead.c.workspace_id, stage_entry.c.lead_id == lead.c.lead_id)


def _created(workspace: str, period: Period) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        lead.c.workspace_id == workspace,
        lead.c.created_at >= period.start,
        lead.c.created_at < period.end,
    )


def _months(c: sa.Connection, workspace: str, period: Period) -> list[Period]:
    """The months of a period; of a very long one, such as `all`, those from the first lead to the last."""
    windows = list(islice(months(period), MOST_MONTHS))
    if len(windows) < MOST_MONTHS:
        return windows
    first, last = c.execute(
        sa.select(sa.func.min(lead.c.created_at), sa.func.max(lead.c.created_at)).where(
            *_created(workspace, period)
        )
    ).one()
    if first is None:
        return []
    return list(months(replace(period, start=first, end=last + timedelta(microseconds=1))))


def _by_month(c: sa.Connection, workspace: str, windows: Sequence[Period]) -> list[StageCounts]:
    if not windows:
        return []
    month = (
        sa.values(
            sa.column("name", PlainText), sa.column("start", Moment), sa.column("end", Moment), name="month"
        )
        .data([(window.words, window.start, window.end) for window in windows])
        .cte("month")
    )
    counts = (
        sa.select(month.c.name, stage_entry.c.stage, sa.func.count().label("leads"))
        .join_from(
            month,
            lead,
            sa.and_(
                lead.c.workspace_id == workspace,
                lead.c.created_at >= month.c.start,
                lead.c.created_at < month.c.end,
            ),
        )
        .join(stage_entry, _ENTERED)
        .group_by(month.c.name, stage_entry.c.stage)
    )
    reached: dict[str, dict[Stage, int]] = {window.words: {} for window in windows}
    for name, stage, count in c.execute(counts):
        reached[name][Stage(stage)] = count
    return [StageCounts(name, stages) for name, stages in reached.items()]


def campaign_counts(c: sa.Connection, workspace: str, question: Question) -> list[CampaignCounts]:
    period = question.period
    reached = (
        sa.select(
            lead.c.campaign,
            stage_entry.c.stage.label("of"),
            sa.func.count().label("number"),
            sa.literal(None, PlainText).label("kind"),
            sa.literal(False).label("is_spend"),
        )
        .join_from(lead, stage_entry, _ENTERED)
        .where(*_created(workspace, period))
        .group_by(lead.c.campaign, stage_entry.c.stage)
    )
    spent = (
        sa.select(
            spend.c.campaign,
            spend.c.currency,
            sa.cast(sa.func.sum(spend.c.amount), sa.BigInteger),
            sa.func.max(spend.c.kind),
            sa.literal(True),
        )
        .where(spend.c.workspace_id == workspace, spend.c.day.between(period.first_day, period.last_day))
        .group_by(spend.c.campaign, spend.c.currency)
    )
    return _campaigns(c.execute(sa.union_all(reached, spent)))


def _campaigns(rows: Iterable[Any]) -> list[CampaignCounts]:
    stages: dict[str | None, dict[Stage, int]] = {}
    money: dict[str | None, dict[str, int]] = {}
    kinds: dict[str | None, str] = {}
    for campaign, of, number, kind, is_spend in rows:
        stages.setdefault(campaign, {})
        if is_spend and number is not None:
            money.setdefault(campaign, {})[of] = number
        elif not is_spend:
            stages[campaign][Stage(of)] = number
        if kind:
            kinds[campaign] = max(kind, kinds.get(campaign, kind))
    return [
        CampaignCounts(campaign, kinds.get(campaign), reached, money.get(campaign, {}))
        for campaign, reached in stages.items()
    ]
