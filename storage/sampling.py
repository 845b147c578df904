"""Sampling: the single values that medians are taken of, and how long what has not ended yet goes on."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from funnel.counts import Ask, Sample
from funnel.playbook import Playbook
from funnel.scoring import worth
from storage.grouping import Grouping, filters, selected
from storage.numbers import Condition, Length, within
from storage.tables import deal, lead

AT_ONCE = 10_000  # rows
Samples = dict[str | None, dict[str | None, Sample]]
"""By group, then by currency, which is None for what is no money."""
Key = tuple[str, str | None, str | None]
"""A spread, a group, a currency."""
Rows = tuple[sa.Table, sa.ColumnElement[Any], sa.ColumnElement[Any]]
"""In which rows a spread's values are: their table, the time that is in the window, the currency."""


def samples(
    c: sa.Connection,
    workspace: str,
    ask: Ask,
    group: Grouping,
    lengths: Mapping[str, Length],
    playbook: Playbook,
    now: datetime,
) -> dict[str, Samples]:
    """The values of spreads, each group's own; spreads of the same rows are read in one go.

    By the cohort clock those of the leads created in the window, ended or going on; by the activity clock
    those that ended in it.
    """
    together: defaultdict[Rows, dict[str, Length]] = defaultdict(dict)
    for name, length in lengths.items():
        together[_rows(length, ask)][name] = length
    ended: defaultdict[Key, list[float]] = defaultdict(list)
    going_on: defaultdict[Key, list[float]] = defaultdict(list)
    for where, alike in together.items():
        found = c.execute(_select(workspace, ask, group, where, alike.values()), {"now": now})
        for rows in found.partitions(AT_ONCE):
            for (by, currency), mine in _grouped(rows).items():
                key = None if by is None else group.said(by), currency
                _, _, since, *columns = zip(*mine, strict=True)
                for name, values, so_far in zip(alike, columns[::2], columns[1::2], strict=True):
                    ended[name, *key] += _values(alike[name], values, since, playbook, now)
                    going_on[name, *key] += _so_far(alike[name], so_far)
    return _as_samples(lengths, ended, going_on)


def _grouped(rows: Iterable[Sequence[Any]]) -> Mapping[tuple[Any, str | None], list[Sequence[Any]]]:
    """Rows by their group and currency."""
    groups: defaultdict[tuple[Any, str | None], list[Sequence[Any]]] = defaultdict(list)
    for row in rows:
        groups[row[0], row[1]].append(row)
    return groups


def _as_samples(
    names: Iterable[str], ended: Mapping[Key, list[float]], going_on: Mapping[Key, list[float]]
) -> dict[str, Samples]:
    found: dict[str, Samples] = {name: {} for name in names}
    for name, by, currency in ended:
        sample = Sample(tuple(ended[name, by, currency]), tuple(going_on[name, by, currency]))
        if sample != Sample():
            found[name].setdefault(by, {})[currency] = sample
    return found


def _so_far(length: Length, found: Iterable[float | None]) -> Iterator[float]:
    return (max(one, 0) / length.unit for one in found if one is not None)


def _values(
    length: Length, found: Iterable[Any], since: Iterable[Any], playbook: Playbook, now: datetime
) -> Iterator[float]:
    """The values that a column holds; points are those of the time `since` when they were scored."""
    if length.several:
        return (one / length.unit for several in found if several is not None for one in json.loads(several))
    if length.scored:
        rows = zip(found, since, strict=True)
        return (worth(_groups(one), playbook, now - at) for one, at in rows if one is not None)
    return (float(one) / length.unit for one in found if one is not None)


def _groups(points: str) -> dict[str | None, float]:
    return {group or None: earned for group, earned in json.loads(points).items()}


def _rows(length: Length, ask: Ask) -> Rows:
    at = lead.c.created_at if _by_cohort(length, ask) else length.at
    return length.table, at, deal.c.currency if length.value is deal.c.amount else _NO_CURRENCY


_NO_CURRENCY = sa.cast(sa.null(), sa.Text)


def _by_cohort(length: Length, ask: Ask) -> bool:
    return length.table is lead and ask.clock == "cohort"


def _select(
    workspace: str, ask: Ask, group: Grouping, rows: Rows, lengths: Collection[Length]
) -> sa.Select[Any]:
    """The rows of some spreads: group, currency, time of scoring, and of each spread its value and so far."""
    table, at, currency = rows
    columns = [
        sa.cast(group.key(table, at), sa.Text).label("by"),
        currency.label("currency"),
        (lead.c.scored_at if any(length.scored for length in lengths) else sa.null()).label("since"),
    ]
    there = []
    for place, length in enumerate(lengths):
        ended, going_on = _ended(length), _going_on(length, ask)
        so_far = sa.null() if going_on is None else sa.case((going_on, length.so_far))
        columns += [
            sa.case((ended, length.value)).label(f"value{place}"),
            sa.cast(so_far, sa.Float(53)).label(f"so_far{place}"),
        ]
        there += [ended] if going_on is None else [ended, going_on]
    return selected(workspace, group, table, at, within, columns, [*filters(table, ask), sa.or_(*there)])


def _ended(length: Length) -> Condition:
    known = length.at.is_not(None)
    return known if length.when is None else known & length.when


def _going_on(length: Length, ask: Ask) -> Condition | None:
    """What the activity clock never asks for."""
    if length.goes_on is None or not _by_cohort(length, ask):
        return None
    return length.goes_on if length.when is None else length.goes_on & length.when
