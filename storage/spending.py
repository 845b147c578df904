"""What campaigns cost: for each source, campaign, day and channel, what the latest event says.

The latest by the order of occurrence, not of arrival, so that a late event corrects nothing newer.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, NamedTuple

import sqlalchemy as sa

from funnel.deals import minor_units
from funnel.events import CampaignSpent, Mentions, in_order
from funnel.playbook import Playbook
from storage.columns import LONGEST_CHANNEL, LONGEST_NAME, plain
from storage.facts import Row, replace
from storage.tables import spend

REACH = ("impressions", "clicks", "sessions", "likes", "comments", "shares")


class Place(NamedTuple):
    day: date
    campaign: str
    source: str
    channel: str


def place(event: CampaignSpent) -> Place:
    """What the event speaks of; a later event of the same place replaces it."""
    return Place(
        event.day,
        plain(event.campaign, LONGEST_NAME) or "",
        plain(event.source) or "",
        plain(event.channel, LONGEST_CHANNEL) or "",
    )


def latest(events: Iterable[CampaignSpent]) -> dict[Place, CampaignSpent]:
    return {place(event): event for event in sorted(events, key=in_order)}


def write(c: sa.Connection, workspace: str, events: Iterable[CampaignSpent], playbook: Playbook) -> int:
    """Put down each event that is later than what stands at its place; how many rows changed."""
    told = latest(events)
    days = {one.day for one in told}
    campaigns = {one.campaign for one in told}
    standing = {
        _place_of(row): row
        for row in c.execute(
            sa.select(spend).where(
                spend.c.workspace_id == workspace,
                spend.c.day.in_(days),
                spend.c.campaign.in_(campaigns),
            )
        )
        if _place_of(row) in told
    }
    newer = {
        one: event
        for one, event in told.items()
        if one not in standing or (event.time, plain(event.id)) >= (standing[one].at, standing[one].event_id)
    }
    wanted = rows(workspace, newer, playbook)
    return len(replace(c, spend, (standing[one] for one in newer if one in standing), wanted))


def rewrite(c: sa.Connection, workspace: str, events: Iterable[CampaignSpent], playbook: Playbook) -> int:
    """Make the whole table say what `events` say; how many rows changed."""
    standing = c.execute(sa.select(spend).where(spend.c.workspace_id == workspace))
    return len(replace(c, spend, standing, rows(workspace, latest(events), playbook)))


def _place_of(row: sa.Row[Any]) -> Place:
    return Place(row.day, row.campaign, row.source, row.channel)


def rows(workspace: str, told: dict[Place, CampaignSpent], playbook: Playbook) -> Iterator[Row]:
    """What stands in the table of what these events say of their places."""
    for one, event in told.items():
        mentions = event.mentions
        yield {
            "workspace_id": workspace,
            **one._asdict(),
            "at": event.time,
            "event_id": plain(event.id),
            "kind": plain(event.kind),
            "amount": None if event.amount is None else minor_units(event.amount),
            "currency": plain(event.currency) or playbook.currency,
            **{name: getattr(event, name) for name in REACH},
            **{name: getattr(mentions, name) if mentions else None for name in Mentions.model_fields},
        }
