"""How much there is in a store, for the metrics page."""

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from storage.tables import card, journal, lead


@dataclass(frozen=True, slots=True)
class Totals:
    """How much there is: accepted events, those not told yet, leads, and cards by their state."""

    events: int
    untold: int
    set_aside: int
    leads: int
    cards: Mapping[str, int]


def totals(c: sa.Connection, workspace: str) -> Totals:
    events = sa.select(
        sa.func.count(),
        sa.func.count().filter(journal.c.lead_id.is_(None)),
        sa.func.count().filter(journal.c.lead_id < 0),
    ).where(journal.c.workspace_id == workspace)
    accepted, untold, aside = c.execute(events).one()
    leads = sa.select(sa.func.count()).where(lead.c.workspace_id == workspace)
    cards = (
        sa.select(card.c.state, sa.func.count().label("cards"))
        .where(card.c.workspace_id == workspace)
        .group_by(card.c.state)
    )
    return Totals(
        accepted,
        untold,
        aside,
        c.execute(leads).scalar_one(),
        {row.state: row.cards for row in c.execute(cards)},
    )
