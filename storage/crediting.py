"""The touches before conversions, among which attribution shares credit, and the ways without one."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any, Literal

import sqlalchemy as sa

from funnel.attribution import Conversion, Touchpoint
from funnel.counts import Ask
from funnel.dimension import CREDITED, Dimension
from funnel.errors import QuestionError
from funnel.events import EventKey
from funnel.stage import Stage
from storage.counting import clock
from storage.grouping import Grouping, filters, selected
from storage.numbers import NUMBERS, Condition, Inside, within
from storage.tables import deal, lead, touch

Credited = Literal["marketing", "all"]
LOOKBACK = timedelta(days=90)
SALES = "sales"
"""The key of sales' own touches, by whatever the others are told apart."""


@dataclass(frozen=True, slots=True)
class Journeys:
    """The conversions of a question, and how many leads did not convert by which way.

    Values are the amounts won, in minor units of `currency`; where deals are in several, all are 0.
    """

    conversions: tuple[Conversion, ...]
    nulls: Mapping[tuple[str | None, ...], int]
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class Credit:
    """What is to be credited: conversions of which name, to which key, of whose touches, and how far back."""

    name: str
    key: Dimension
    touches: Credited = "marketing"
    lookback: timedelta = LOOKBACK


def journeys(c: sa.Connection, workspace: str, ask: Ask, credit: Credit, now: datetime) -> Journeys:
    number = NUMBERS.get(credit.name)
    if number is None or number.table is not lead or credit.key not in CREDITED:
        raise QuestionError(
            f"Credit is shared for what leads do, by {', '.join(CREDITED)}. Try `/kpi customers by campaign`."
        )
    at, inside, when = clock(number, ask)
    happened = number.at.is_not(None) if when is None else when
    converted = _leads(workspace, ask, at, inside, happened).add_columns(number.at.label("moment"))
    others = _leads(workspace, ask, lead.c.created_at, within, sa.not_(sa.func.coalesce(happened, False)))
    won, currency = _won(c, workspace, converted, now)
    ways = dict(_touches(c, workspace, converted.subquery("converted"), credit, now))
    conversions = tuple(
        Conversion(
            row.moment,
            tuple(one for one in ways.get(row.lead_id, ()) if _in_time(one, row.moment, credit)),
            won.get(row.lead_id, 0),
            row.created_at,
            row.opportunity_at,
        )
        for row in c.execute(converted.order_by(lead.c.lead_id), {"now": now})
    )
    return Journeys(conversions, _nulls(c, workspace, others, credit, now), currency)


def _leads(workspace: str, ask: Ask, at: sa.Column[Any], inside: Inside, when: Condition) -> sa.Select[Any]:
    columns = [lead.c.lead_id, lead.c.created_at, lead.c.opportunity_at]
    return selected(workspace, Grouping(ask.period), lead, at, inside, columns, [*filters(lead, ask), when])


def _in_time(touched: Touchpoint, moment: datetime, credit: Credit) -> bool:
    return timedelta(0) <= moment - touched.at <= credit.lookback


def _touches(
    c: sa.Connection, workspace: str, leads: sa.Subquery, credit: Credit, now: datetime
) -> Iterator[tuple[int, tuple[Touchpoint, ...]]]:
    """The touches of these leads that may be credited, lead by lead, oldest first."""
    marketing = sa.and_(touch.c.of_marketing, touch.c.own_origin, touch.c.trust != "low")
    wanted = marketing if credit.touches == "marketing" else sa.or_(marketing, touch.c.of_sales)
    key = sa.case((touch.c.of_sales, SALES), else_=touch.c[credit.key])
    receipt = (touch.c.receipt_source, touch.c.receipt_id)
    found = (
        sa.select(touch.c.lead_id, touch.c.at, *receipt, key.label("key"))
        .join_from(leads, touch, touch.c.lead_id == leads.c.lead_id)
        .where(touch.c.workspace_id == workspace, wanted)
        .order_by(touch.c.lead_id, touch.c.at, *receipt)
    )
    rows = c.execute(found, {"now": now})
    for lead_id, own in groupby(rows, key=attrgetter("lead_id")):
        yield (
            lead_id,
            tuple(Touchpoint(row.at, EventKey(row.receipt_source, row.receipt_id), row.key) for row in own),
        )


def _nulls(
    c: sa.Connection, workspace: str, leads: sa.Select[Any], credit: Credit, now: datetime
) -> Counter[tuple[str | None, ...]]:
    """How many of these leads went which way; a way ends with the last touch, and may have none."""
    ways = Counter(
        tuple(one.key for one in touches if _in_time(one, touches[-1].at, credit))
        for _, touches in _touches(c, workspace, leads.subquery("others"), credit, now)
    )
    without = c.execute(sa.select(sa.func.count()).select_from(leads.subquery("others")), {"now": now})
    ways[()] = without.scalar_one() - ways.total()
    return +ways


def _won(
    c: sa.Connection, workspace: str, leads: sa.Select[Any], now: datetime
) -> tuple[dict[int, int], str | None]:
    """What each of these leads brought, and the one currency of it all; nothing where there are several."""
    those = leads.subquery("converted")
    found = (
        sa.select(
            deal.c.lead_id, deal.c.currency, sa.cast(sa.func.sum(deal.c.amount), sa.BigInteger).label("won")
        )
        .join_from(those, deal, deal.c.lead_id == those.c.lead_id)
        .where(
            deal.c.workspace_id == workspace, deal.c.stage == Stage.CUSTOMER.value, deal.c.amount.is_not(None)
        )
        .group_by(deal.c.lead_id, deal.c.currency)
    )
    rows = c.execute(found, {"now": now}).all()
    currencies = {row.currency for row in rows}
    if len(currencies) > 1:
        return {}, None
    return {row.lead_id: row.won for row in rows}, next(iter(currencies), None)
