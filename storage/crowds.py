"""Many recipients at one address: which hits of a lead the hits of other leads show to be a scanner's.

`mail_hit` has a row for each second in which a lead's mail was opened or clicked from an address. A crowd is
any stretch of `recipients_seconds` in which as many leads as `recipients` were at one address. Nothing of
that is written down: it is asked when a lead is told, so that neither order nor batches matter.

However many hits an address has, few are looked at. A lead has one row a second at most; so a certain number
of rows of a stretch, whichever they are, are of enough leads, or are all that there are.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa

from funnel.crowds import Hit
from funnel.machine_rules import Machines
from storage import facts
from storage.tables import mail_hit


class _Row(NamedTuple):
    ip: str
    second: int
    lead: int


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of the hits of some leads.

    `moved` are the leads whose hits are others than they were, `crowded` the hits of all that are part of a
    crowd. `company` are other leads who may have joined a crowd by it, or left one.
    """

    moved: set[int]
    crowded: dict[int, set[Hit]]
    company: set[int]


def settle(
    c: sa.Connection, workspace: str, wanted: Mapping[int, Collection[Hit]], rules: Machines
) -> Settled:
    """Make the hits of these leads, and only theirs, what they are now."""
    mine = sa.select(mail_hit).where(
        mail_hit.c.workspace_id == workspace, mail_hit.c.lead_id.in_(list(wanted))
    )
    standing = c.execute(mine).all()
    before = {_Row(row.ip, row.second, row.lead_id) for row in standing}
    after = {_Row(*hit, lead) for lead, some in wanted.items() for hit in some}
    were = _crowded(c, workspace, {row.lead for row in before - after}, rules)
    facts.replace(c, mail_hit, standing, rows(workspace, wanted))
    are = _crowded(c, workspace, {row.lead for row in after}, rules)
    places = {Hit(row.ip, row.second) for row in (were - after) | (are - before)}
    company = _company(c, workspace, places, wanted, rules)
    return Settled({row.lead for row in before ^ after}, _by_lead(are), company)


def rows(workspace: str, wanted: Mapping[int, Collection[Hit]]) -> list[dict[str, Any]]:
    """The rows that state the hits of these leads."""
    return [
        {"workspace_id": workspace, "ip": hit.ip, "second": hit.second, "lead_id": lead_id}
        for lead_id, some in wanted.items()
        for hit in some
    ]


def of_leads(
    c: sa.Connection, workspace: str, leads: Collection[int], rules: Machines
) -> dict[int, set[Hit]]:
    """The hits of each of these leads that are part of a crowd; leads without one are not among them."""
    return _by_lead(_crowded(c, workspace, leads, rules))


def _by_lead(rows: Iterable[_Row]) -> dict[int, set[Hit]]:
    found: dict[int, set[Hit]] = {}
    for row in rows:
        found.setdefault(row.lead, set()).add(Hit(row.ip, row.second))
    return found


def _crowded(c: sa.Connection, workspace: str, leads: Collection[int], rules: Machines) -> set[_Row]:
    """The rows of these leads that lie in some stretch with enough leads.

    Such a stretch, if there is one, begins with a hit; what is within reach is counted first, because most
    hits have no company at all.
    """
    if not leads:
        return set()
    mine, first = mail_hit.alias(), mail_hit.alias()
    reach = rules.recipients_seconds
    within_reach = _leads(mine, mine.c.second - reach, mine.c.second + reach, _rows(2 * reach, rules))
    in_stretch = _leads(first, first.c.second, first.c.second + reach, _rows(reach, rules))
    stretch = (
        sa.select(first.c.second)
        .where(
            first.c.workspace_id == mine.c.workspace_id,
            first.c.ip == mine.c.ip,
            first.c.second.between(mine.c.second - reach, mine.c.second),
            in_stretch >= rules.recipients,
        )
        .limit(1)
        .correlate(mine)
        .scalar_subquery()
    )
    found = c.execute(
        sa.select(mine.c.ip, mine.c.second, mine.c.lead_id).where(
            mine.c.workspace_id == workspace,
            mine.c.lead_id.in_(list(leads)),
            within_reach >= rules.recipients,
            stretch.is_not(None),
        )
    )
    return {_Row(*row) for row in found}


def _leads(
    at: sa.FromClause, start: sa.ColumnElement[int], end: sa.ColumnElement[int], most: int
) -> sa.ScalarSelect[int]:
    """How many leads were at the address of `at` from `start` to `end`, by `most` rows of them."""
    other = mail_hit.alias()
    some = (
        sa.select(other.c.lead_id)
        .where(
            other.c.workspace_id == at.c.workspace_id,
            other.c.ip == at.c.ip,
            other.c.second.between(start, end),
        )
        .limit(most)
        .correlate(at)
        .subquery()
    )
    return sa.select(sa.func.count(some.c.lead_id.distinct())).scalar_subquery()


def _rows(seconds: int, rules: Machines) -> int:
    """So many rows of a stretch of `seconds`, both ends included, are of enough leads to be a crowd."""
    return (seconds + 1) * rules.recipients


def _company(
    c: sa.Connection, workspace: str, places: Iterable[Hit], told: Collection[int], rules: Machines
) -> set[int]:
    """Who else was there shortly before or after, and may be in a crowd only since then, or no more.

    Where enough others were on one side, all on that side are a crowd without us, and stay one.
    """
    company: set[int] = set()
    for ip, second in places:
        for start in (second - rules.recipients_seconds, second):
            others = (
                sa.select(mail_hit.c.lead_id)
                .where(
                    mail_hit.c.workspace_id == workspace,
                    mail_hit.c.ip == ip,
                    mail_hit.c.second.between(start, start + rules.recipients_seconds),
                    mail_hit.c.lead_id.not_in(list(told)),
                )
                .limit(_rows(rules.recipients_seconds, rules))
            )
            side = set(c.execute(others).scalars())
            if len(side) < rules.recipients:
                company |= side
    return company
