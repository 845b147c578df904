"""Sampling: the single values that medians are taken of, and how long what has not ended yet goes on."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from funnel.counts import Ask, Sample
from funnel.playbook import Playbook
from funnel.scoring import worth
from storage.grouping import Grouping, filters, selected
from storage.numbers import Length, within
from storage.tables import deal, lead

Samples = dict[str | None, dict[str | None, Sample]]
"""By group, then by currency, which is None for what is no money."""


def samples(
    c: sa.Connection,
    workspace: str,
    ask: Ask,
    group: Grouping,
    length: Length,
    playbook: Playbook,
    now: datetime,
) -> Samples:
    """The values of one spread, each group's own.

    By the cohort clock those of the leads created in the window, ended or going on; by the activity clock
    those that ended in it.
    """
    ended: defaultdict[tuple[str | None, str | None], list[float]] = defaultdict(list)
    going_on: defaultdict[tuple[str | None, str | None], list[float]] = defaultdict(list)
    read = _reader(length, playbook, now)
    for by, currency, value, since, so_far in c.execute(_select(workspace, ask, group, length), {"now": now}):
        key = None if by is None else group.said(by), currency
        if value is not None:
            ended[key] += (one / length.unit for one in read(value, since))
        elif so_far is not None:
            going_on[key].append(max(so_far, 0) / length.unit)
    found: Samples = {}
    for by, currency in ended | going_on:
        sample = Sample(tuple(ended[by, currency]), tuple(going_on[by, currency]))
        found.setdefault(by, {})[currency] = sample
    return found


def _select(workspace: str, ask: Ask, group: Grouping, length: Length) -> sa.Select[Any]:
    cohort = length.table is lead and ask.clock == "cohort"
    at = lead.c.created_at if cohort else length.at
    lasts = sa.null() if length.goes_on is None else sa.case((length.goes_on, length.so_far))
    columns = [
        sa.cast(group.key(length.table, at), sa.Text).label("by"),
        deal.c.currency if length.value is deal.c.amount else sa.cast(sa.null(), sa.Text).label("currency"),
        sa.case((length.at.is_not(None), length.value)).label("value"),
        lead.c.scored_at if length.scored else sa.cast(sa.null(), sa.Text).label("scored_at"),
        sa.cast(lasts if cohort else sa.null(), sa.Float(53)).label("so_far"),
    ]
    known = length.at.is_not(None)
    conditions = [
        *filters(length.table, ask),
        *([] if length.when is None else [length.when]),
        sa.or_(known, length.goes_on) if cohort and length.goes_on is not None else known,
    ]
    return selected(workspace, group, length.table, at, within, columns, conditions)


def _reader(length: Length, playbook: Playbook, now: datetime) -> Callable[[Any, datetime], Iterable[float]]:
    """What the values of one row are."""
    if length.several:
        return lambda value, _since: json.loads(value)
    if length.scored:
        return lambda value, since: (worth(_groups(value), playbook, now - since),)
    return lambda value, _since: (float(value),)


def _groups(points: str) -> dict[str | None, float]:
    return {group or None: earned for group, earned in json.loads(points).items()}
