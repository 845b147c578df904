"""What a question's rows are grouped and filtered by, as SQL."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.sql import visitors

from funnel.counts import Ask, Filter
from funnel.dimension import OF_TIME, TILES, Dimension
from funnel.errors import QuestionError
from funnel.offsets import HOURS, WEEKDAYS, offsets
from funnel.period import Period
from storage.columns import EPOCH, Moment, PlainText
from storage.expressions import unix
from storage.numbers import FAMILY, SEES, Condition, Inside, Span, breakdown, within
from storage.tables import lead

MOST_WINDOWS = 3_700  # ten years of days
EVER = timedelta(days=20 * 365)  # and more is all times: those in which anything happened
HOUR, DAY = 3_600, 86_400
NOON = time(12)
Bounds = Callable[[], Period | None]


@dataclass(frozen=True, slots=True)
class Grouping:
    """How rows are grouped: `names` are the groups that exist even without rows, `said` names what was found.

    `spans` are the windows of a breakdown by time, or the stretches with one offset from UTC.
    """

    period: Period
    by: Dimension | None = None
    names: tuple[str, ...] = ()
    said: Callable[[Any], str | None] = str
    spans: sa.CTE | None = None

    @property
    def span(self) -> Span:
        """The window that rows must be in."""
        if self.spans is not None:
            return Span(*(self.spans.c[name] for name in Span._fields))
        return self.whole

    @property
    def whole(self) -> Span:
        """The period as one window."""
        return Span(
            sa.literal(self.period.start, Moment()),
            sa.literal(self.period.end, Moment()),
            sa.literal(self.period.first_day, sa.Date()),
            sa.literal(self.period.last_day, sa.Date()),
        )

    def key(self, table: sa.Table, at: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
        """By what a row of the table is grouped.

        Raises:
            QuestionError: the table's family cannot be broken down so.

        """
        if self.by is None:
            return sa.null()
        if self.spans is None:
            return _breakdown(table, self.by)
        if self.by not in {"hour", "weekday"}:
            return self.spans.c.name
        if FAMILY[table] == "spend":
            raise _not_by(table, self.by)
        local = unix(at) + sa.cast(self.spans.c.name, sa.BigInteger)
        return (local // HOUR) % 24 if self.by == "hour" else (local // DAY + 3) % 7


def grouping(period: Period, by: Dimension | None, bounds: Bounds) -> Grouping:
    """How the rows of a period are grouped; `bounds` finds the part of it in which anything happened.

    Raises:
        QuestionError: the period has more windows than an answer can hold.

    """
    if by == "hour" or by == "weekday":  # noqa: PLR1714 - mypy sees which it is
        names = HOURS if by == "hour" else WEEKDAYS
        known = bounds()
        days = period.first_day, period.last_day
        rows = [(str(one.seconds), one.start, one.end, *days) for one in offsets(known)] if known else []
        return Grouping(period, by, names, lambda place: names[int(place)], _table(rows))
    if by in TILES:
        known = period if period.end - period.start < EVER else bounds()
        found = list(islice(known.parts(by), MOST_WINDOWS + 1)) if known else []
        if len(found) > MOST_WINDOWS:
            raise QuestionError(
                f"That is more than {MOST_WINDOWS:,} {by}s. Try a shorter period, or `by month`."
            )
        return Grouping(period, by, tuple(one.words for one in found), spans=_table(map(_window, found)))
    return Grouping(period, by)


def _window(period: Period) -> tuple[Any, ...]:
    return period.words, period.start, period.end, period.first_day, period.last_day


def _table(rows: Iterable[tuple[Any, ...]]) -> sa.CTE:
    """The windows as a table; where there are none, one that nothing is in."""
    columns = (
        sa.column("name", PlainText()),
        sa.column("start", Moment()),
        sa.column("end", Moment()),
        sa.column("first_day", sa.Date()),
        sa.column("last_day", sa.Date()),
    )
    nothing = [("0", EPOCH, EPOCH, EPOCH.date(), EPOCH.date())]
    return sa.values(*columns, name="span").data(list(rows) or nothing).cte("span")


def clipped(
    c: sa.Connection, workspace: str, period: Period, times: Iterable[sa.Column[Any]]
) -> Period | None:
    """The part of a period from the first to the last of these times; None where there is none."""
    ends = [end for at in dict.fromkeys(times) for end in _ends(c, workspace, period, at)]
    return replace(period, start=min(ends), end=max(ends) + timedelta(microseconds=1)) if ends else None


def _ends(c: sa.Connection, workspace: str, period: Period, at: sa.Column[Any]) -> list[datetime]:
    """The first and the last time in a period; of days, the noon."""
    days = period.first_day, period.last_day + timedelta(days=1)
    first, after = days if isinstance(at.type, sa.Date) else (period.start, period.end)
    among = (at.table.c.workspace_id == workspace, at >= first, at < after)
    found = c.execute(sa.select(sa.func.min(at), sa.func.max(at)).where(*among)).one()
    return [_moment(one, period) for one in found if one is not None]


def _moment(found: date, period: Period) -> datetime:
    if isinstance(found, datetime):
        return found
    return datetime.combine(found, NOON, ZoneInfo(period.zone)).astimezone(UTC)


def selected(
    workspace: str,
    group: Grouping,
    table: sa.Table,
    at: sa.ColumnElement[Any],
    inside: Inside,
    columns: Sequence[sa.ColumnElement[Any]],
    conditions: Sequence[Condition] = (),
) -> sa.Select[Any]:
    """Columns of the rows of a table that are in the window and fit; of their leads too, where asked for."""
    where = [table.c.workspace_id == workspace, *conditions, *([SEES[table]] if table in SEES else [])]
    among: sa.FromClause = table
    if group.spans is None:
        where.append(inside(at, group.span))
    else:
        fits = [inside(at, group.span)]
        if inside is within:  # which says nothing new, and lets PostgreSQL find the rows before it joins;
            fits.append(within(at, group.whole))  # SQLite finds them by the bounds that come first
        among = group.spans.join(table, sa.and_(*fits))
    if table is not lead and _speaks_of_leads([*columns, *conditions]):
        same = (lead.c.workspace_id == table.c.workspace_id, lead.c.lead_id == table.c.lead_id)
        among = among.join(lead, sa.and_(*same))
    return sa.select(*columns).select_from(among).where(*where)


def _speaks_of_leads(expressions: Iterable[sa.ColumnElement[Any]]) -> bool:
    return any(getattr(part, "table", None) is lead for one in expressions for part in visitors.iterate(one))


def filters(table: sa.Table, ask: Ask) -> list[Condition]:
    """The conditions of an ask's `where` clauses on a table; case does not matter.

    Raises:
        QuestionError: the table's family cannot be filtered so.

    """
    return [_filter(table, one) for one in ask.where]


def _filter(table: sa.Table, wanted: Filter) -> Condition:
    column = _breakdown(table, wanted.dimension)
    if wanted.value is None:
        return column.is_(None)
    return sa.or_(column == wanted.value, sa.func.lower(column) == sa.func.lower(wanted.value))


def _breakdown(table: sa.Table, dimension: Dimension) -> sa.ColumnElement[Any]:
    column = None if dimension in OF_TIME else breakdown(table, dimension)
    if column is None:
        raise _not_by(table, dimension)
    return column


def _not_by(table: sa.Table, dimension: Dimension) -> QuestionError:
    return QuestionError(f"{FAMILY[table].capitalize()} cannot be counted by {dimension}. Try `by campaign`.")
