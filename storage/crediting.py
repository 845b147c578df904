"""The touches before conversions, among which attribution shares credit, and the ways without one."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any

import sqlalchemy as sa

from funnel.attribution import Conversion, Touches, Touchpoint
from funnel.counts import Ask
from funnel.dimension import CREDITED, Dimension
from funnel.errors import QuestionError
from funnel.events import EventKey
from storage.counting import clock
from storage.grouping import Grouping, filters, selected
from storage.numbers import FAMILY, NUMBERS, Condition, Number, within
from storage.tables import deal_move, lead, touch

LOOKBACK = timedelta(days=90)
SALES = "sales"
"""The key of sales' own touches, by whatever the others are told apart."""


@dataclass(frozen=True, slots=True)
class Journeys:
    """The conversions of a question, and how many leads did not convert by which way.

    A conversion is worth what its count sums up, such as a deal's amount in minor units of one of
    `currencies`, or else 1.
    """

    conversions: tuple[Conversion, ...]
    nulls: Mapping[tuple[str | None, ...], int]
    currencies: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Credit:
    """What is to be credited: conversions of which name, to which key, of whose touches, and how far back.

    `nulls` asks for the ways of those who did not convert too: they are most, and only some models want them.
    """

    name: str
    key: Dimension
    touches: Touches = "marketing"
    lookback: timedelta = LOOKBACK
    nulls: bool = True


def journeys(c: sa.Connection, workspace: str, ask: Ask, credit: Credit, now: datetime) -> Journeys:
    number = NUMBERS.get(credit.name)
    if number is None or FAMILY[number.table] not in {"leads", "deals"} or credit.key not in CREDITED:
        raise QuestionError(
            f"Credit is shared for leads and deals, by {', '.join(CREDITED)}. "
            "Try `/kpi customers by campaign`."
        )
    converted = _converted(workspace, ask, number)
    ways = dict(_touches(c, workspace, converted.subquery("converted"), credit, now))
    found = c.execute(converted.order_by("lead_id", "moment"), {"now": now}).all()
    conversions = tuple(
        Conversion(
            row.moment,
            tuple(one for one in ways.get(row.lead_id, ()) if _in_time(one, row.moment, credit)),
            int(row.value or 0),
            row.created_at,
            row.opportunity_at,
        )
        for row in found
    )
    currencies = frozenset(row.currency for row in found if row.currency and row.value)
    others = _others(workspace, ask, number)
    nulls = _nulls(c, workspace, others, credit, now) if credit.nulls else {}
    return Journeys(conversions, nulls, currencies)


def _converted(workspace: str, ask: Ask, number: Number) -> sa.Select[Any]:
    """The leads or deals that a count counts, with the moment for which each does, and what it is worth.

    Whatever a deal does to the pipeline is owed to the touches before it opened, so that what comes in by a
    group goes out by it.
    """
    at, inside, when = clock(number, ask)
    of_deals = FAMILY[number.table] == "deals"
    opened = number.table.c.opened_at if of_deals else lead.c.opportunity_at
    columns = [
        number.table.c.lead_id,
        lead.c.created_at,
        opened.label("opportunity_at"),
        (opened if number.table is deal_move else number.at).label("moment"),
        (sa.literal(1) if number.total is None else number.total).label("value"),
        (number.table.c.currency if of_deals else sa.null()).label("currency"),
    ]
    happened = number.at.is_not(None) if when is None else when
    conditions = [*filters(number.table, ask), happened]
    return selected(workspace, Grouping(ask.period), number.table, at, inside, columns, conditions)


def _others(workspace: str, ask: Ask, number: Number) -> sa.Select[Any]:
    """The leads created in the window of whom a count counts nothing."""
    _, _, when = clock(number, ask)
    happened = number.at.is_not(None) if when is None else when
    not_so: Condition = sa.not_(sa.func.coalesce(happened, False))
    if FAMILY[number.table] == "deals":
        own = number.table.c.workspace_id == workspace
        having = sa.select(number.table.c.lead_id).where(own, happened)
        not_so = lead.c.lead_id.not_in(having)
    conditions = [*filters(lead, ask), not_so]
    group = Grouping(ask.period)
    return selected(workspace, group, lead, lead.c.created_at, within, [lead.c.lead_id], conditions)


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
        .where(touch.c.workspace_id == workspace, touch.c.lead_id.in_(sa.select(leads.c.lead_id)), wanted)
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
