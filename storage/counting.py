"""Counting: the numbers that a question asks for, each group with its own, in one statement.

`storage.numbers` says what every name means in rows. The names of one table and one time are counted by one
SELECT with a condition for each; what several SELECTs found is put together here. Nothing here divides.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

import sqlalchemy as sa

from funnel.channels import named
from funnel.counts import COUNTS, Ask, Cell, Cells, CountedLead, Sample
from funnel.playbook import Playbook
from storage.grouping import Grouping, clipped, filters, grouping, selected
from storage.numbers import FAMILY, NUMBERS, SPREADS, Condition, Inside, Number
from storage.sampling import Samples, samples
from storage.tables import exposure, lead, spend, touch

Counted = dict[str | None, dict[str | None, dict[str, float]]]
"""What was counted: by group, then by currency (None where it is no money), then by name."""


def count(c: sa.Connection, workspace: str, ask: Ask, playbook: Playbook, now: datetime) -> Cells:
    numbers = {name: NUMBERS[name] for name in sorted(ask.names & NUMBERS.keys())}
    lengths = {name: SPREADS[name] for name in sorted(ask.names & SPREADS.keys())}
    times = [clock(number, ask)[0] for number in numbers.values()] + [one.at for one in lengths.values()]
    group = grouping(ask.period, ask.by, lambda: clipped(c, workspace, ask.period, times))
    counted = _counted(c, workspace, ask, group, numbers, now)
    spread = samples(c, workspace, ask, group, lengths, playbook, now)
    if ask.by == "channel":
        counted = _respelled(counted, playbook)
    return _cells(group, counted, spread)


def clock(number: Number, ask: Ask) -> tuple[sa.Column[Any], Inside, Condition | None]:
    """By which time a number's rows are in the window, and which of them count.

    By the cohort clock, leads are in the window of their creation, whenever it happened.
    """
    if number.table is not lead or ask.clock == "activity":
        return number.at, number.inside, number.when
    happened = number.at.is_not(None)
    return lead.c.created_at, number.inside, happened if number.when is None else happened & number.when


def _counted(
    c: sa.Connection,
    workspace: str,
    ask: Ask,
    group: Grouping,
    numbers: Mapping[str, Number],
    now: datetime,
) -> Counted:
    """All numbers in one statement: a SELECT for each table and time, put one under the other."""
    together: defaultdict[tuple[Any, ...], list[str]] = defaultdict(list)
    for name, number in numbers.items():
        at, inside, _ = clock(number, ask)
        together[number.table, at, inside].append(name)
    if not together:
        return {}
    selects = [_select(workspace, ask, group, numbers, place, names) for place, names in together.items()]
    counted: Counted = {}
    for by, currency, *values in c.execute(sa.union_all(*selects), {"now": now}):
        key = None if by is None else group.said(by)
        sums = counted.setdefault(key, {})
        for name, value in zip(numbers, values, strict=True):
            if value is not None:
                found = sums.setdefault(currency if COUNTS[name].money else None, {})
                found[name] = found.get(name, 0) + int(value)
    return counted


def _select(
    workspace: str,
    ask: Ask,
    group: Grouping,
    numbers: Mapping[str, Number],
    place: tuple[sa.Table, sa.Column[Any], Inside],
    names: Sequence[str],
) -> sa.Select[Any]:
    """What one SELECT counts: its names' columns hold something, those of the others nothing."""
    table, at, inside = place
    key = group.key(table, at)
    currency = table.c.currency if any(COUNTS[name].money for name in names) else sa.null()
    columns = [
        _aggregate(numbers[name], clock(numbers[name], ask)[2]) if name in names else sa.null()
        for name in numbers
    ]
    found = selected(
        workspace,
        group,
        table,
        at,
        inside,
        [
            _text(key).label("by"),
            _text(currency).label("currency"),
            *(sa.cast(column, sa.BigInteger).label(f"n{place}") for place, column in enumerate(columns)),
        ],
        filters(table, ask),
    )
    groups = [one for one in (key, currency) if not isinstance(one, sa.Null)]
    return found.group_by(*groups) if groups else found


def _text(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    return sa.cast(column, sa.Text)


def _aggregate(number: Number, when: Condition | None) -> sa.ColumnElement[Any]:
    of: sa.Function[Any]
    if number.different is not None:
        of = sa.func.count(sa.distinct(number.different))
    else:
        of = sa.func.count() if number.total is None else sa.func.sum(number.total)
    return of if when is None else of.filter(when)


def _respelled(counted: Counted, playbook: Playbook) -> Counted:
    """The same, with channels in one spelling: what spend calls `paid search` is Paid Search."""
    merged: Counted = {}
    for key, sums in counted.items():
        mine = merged.setdefault(key if key is None else named(key, playbook.channel_groups), {})
        for currency, found in sums.items():
            before = mine.setdefault(currency, {})
            for name, value in found.items():
                before[name] = before.get(name, 0) + value
    return merged


def _cells(group: Grouping, counted: Counted, spread: Mapping[str, Samples]) -> Cells:
    keys: dict[str | None, None] = dict.fromkeys(group.names or (() if group.by else (None,)))
    keys |= dict.fromkeys(counted) | dict.fromkeys(key for found in spread.values() for key in found)
    cells = {
        key: _cell(counted.get(key, {}), {name: found[key] for name, found in spread.items() if key in found})
        for key in keys
    }
    return {key: cell for key, cell in cells.items() if cell != Cell() or key in group.names or not group.by}


def _cell(
    sums: Mapping[str | None, Mapping[str, float]], found: Mapping[str, Mapping[str | None, Sample]]
) -> Cell:
    """One group's numbers; its money too, unless it is in several currencies."""
    lengths = {name: sample for name, by_currency in found.items() for sample in by_currency.values()}
    money = {currency for currency in sums if currency} | {
        currency for by_currency in found.values() for currency in by_currency if currency
    }
    counts = {name: value for name, value in sums.get(None, {}).items() if value}
    if len(money) > 1:
        plain = {name: sample for name, sample in lengths.items() if None in found[name]}
        return Cell(counts, plain, None, frozenset(money))
    for currency in money:
        counts |= {name: value for name, value in sums.get(currency, {}).items() if value}
    return Cell(counts, lengths, next(iter(money), None))


def counted(
    c: sa.Connection, workspace: str, ask: Ask, name: str, now: datetime, limit: int
) -> list[CountedLead]:
    """The leads behind one count, oldest moment first: one for each row that it counts."""
    number = NUMBERS.get(name)
    if number is None or number.table is spend:
        return []
    at, inside, when = clock(number, ask)
    conditions = [*filters(number.table, ask), *([] if when is None else [when])]
    if number.total is not None and FAMILY[number.table] != "deals":
        conditions.append(number.total > 0)
    moment: sa.ColumnElement[Any] = number.at if number.different is None else sa.func.min(number.at)
    found = selected(
        workspace,
        Grouping(ask.period),
        number.table,
        at,
        inside,
        [*(lead.c[column] for column in _SHOWN), moment.label("at")],
        conditions,
    )
    if number.different is not None:
        found = found.group_by(*(lead.c[column] for column in _SHOWN))
    rows = c.execute(found.order_by(sa.text("at"), lead.c.lead_id).limit(limit), {"now": now})
    return [CountedLead(*row) for row in rows]


def moments(c: sa.Connection, workspace: str, ask: Ask, name: str) -> list[tuple[datetime, bool]]:
    """When each thing that one count counts happened, oldest first, and whether it came with an import."""
    number = NUMBERS[name]
    quiet = touch.c.quiet if number.table is touch else sa.false()
    conditions = [*filters(number.table, ask), *([] if number.when is None else [number.when])]
    columns = [number.at, quiet.label("quiet")]
    found = selected(
        workspace, Grouping(ask.period), number.table, number.at, number.inside, columns, conditions
    )
    return [(at, bool(came_quietly)) for at, came_quietly in c.execute(found.order_by(number.at))]


_SHOWN = ("lead_id", "name", "email", "company", "campaign", "stage", "owner", "created_at")


def campaign_names(c: sa.Connection, workspace: str, limit: int) -> list[str]:
    """The campaigns that leads came by or money was spent on, in alphabetical order."""
    of_leads = sa.select(lead.c.campaign).where(lead.c.workspace_id == workspace)
    of_spend = sa.select(spend.c.campaign).where(spend.c.workspace_id == workspace)
    names = sa.union(
        of_leads.where(lead.c.campaign.is_not(None)).distinct(),
        of_spend.where(spend.c.campaign != "", spend.c.kind.is_distinct_from("competitor")).distinct(),
    )
    return list(c.execute(names.order_by("campaign").limit(limit)).scalars())


def experiment_names(c: sa.Connection, workspace: str, limit: int) -> list[str]:
    """The experiments that people were in, in alphabetical order."""
    names = sa.select(exposure.c.experiment).where(exposure.c.workspace_id == workspace).distinct()
    return list(c.execute(names.order_by("experiment").limit(limit)).scalars())


def campaign_kinds(c: sa.Connection, workspace: str) -> dict[str, tuple[str, ...]]:
    """What the spend of each campaign was booked as, the latest first; competitors have no campaigns."""
    booked = (
        sa.select(spend.c.campaign, spend.c.kind)
        .where(
            spend.c.workspace_id == workspace,
            spend.c.campaign != "",
            spend.c.kind.is_not(None),
            spend.c.kind != "competitor",
        )
        .group_by(spend.c.campaign, spend.c.kind)
        .order_by(spend.c.campaign, sa.func.max(spend.c.day).desc(), spend.c.kind)
    )
    rows = groupby(c.execute(booked), key=attrgetter("campaign"))
    return {campaign: tuple(row.kind for row in found) for campaign, found in rows}
