"""Everything but the journal and what was said can be derived again."""

import asyncio
from functools import partial

import pytest
import sqlalchemy as sa
from store_rig import NOW, PLAYBOOK, captured, change, minutes, rows, spent, take, tell_all, viewed

from funnel.events import DealMoved, EngagementKind, LeadEngaged, LeadIdentified, Person
from funnel.machine_rules import Machines
from funnel.playbook import HandRaise, Playbook
from storage import tables
from storage.rebuilding import Rebuilt
from storage.store import Store

DERIVED = (
    *(tables.identity, tables.lead, tables.touch, tables.mail_hit),
    *(tables.stage_entry, tables.deal, tables.deal_move, tables.spend),
)
HISTORY = [
    captured("1", person={"user_id": "u1"}),
    viewed("2", user_id="u1"),
    captured("3", "bo@example.com"),
    LeadIdentified(
        id="4", source="site", time=NOW, person=Person(user_id="u9"), previous_id="bo@example.com"
    ),
    DealMoved(id="5", source="crm", time=NOW, deal="d", person=Person(user_id="u9"), stage="open"),
    spent("6", "spring", "2026-11-20", "10"),
    LeadEngaged(
        id="7",
        source="hub",
        time=NOW,
        person=Person(user_id="u1"),
        kind="email_opened",
        ip="203.0.113.7",
    ),
]


async def test_a_healthy_store_is_left_alone(store: Store, database_url: str) -> None:
    await take(store, HISTORY)
    before = [await rows(database_url, table) for table in (*DERIVED, tables.card, tables.journal)]

    assert await store.rebuild(PLAYBOOK) == Rebuilt(leads=2, changed=0)
    assert [await rows(database_url, table) for table in (*DERIVED, tables.card, tables.journal)] == before


@pytest.mark.parametrize(
    "damage",
    [
        *(sa.delete(table) for table in DERIVED),
        sa.update(tables.journal).values(lead_id=2).where(tables.journal.c.event_id == "2"),
        sa.update(tables.lead).values(stage="customer"),
        sa.update(tables.spend).values(amount=1),
        sa.update(tables.identity).values(lead_id=1),
        sa.insert(tables.identity).values(workspace_id="main", kind="user", value="ghost", lead_id=1),
        sa.insert(tables.mail_hit).values(workspace_id="main", lead_id=99, ip="203.0.113.7", second=1),
        sa.insert(tables.lead).values(
            workspace_id="main", lead_id=99, stage="mql", forgotten=False, found_by="ghost"
        ),
    ],
    ids=str,
)
async def test_what_is_wrong_is_put_right(store: Store, database_url: str, damage: sa.Executable) -> None:
    await take(store, HISTORY)
    right = [await rows(database_url, table) for table in (*DERIVED, tables.journal)]
    await change(database_url, damage)

    assert (await store.rebuild(PLAYBOOK)).changed > 0
    assert [await rows(database_url, table) for table in (*DERIVED, tables.journal)] == right
    assert (await store.rebuild(PLAYBOOK)).changed == 0


async def test_another_playbook_changes_the_facts_and_announces_nothing(store: Store) -> None:
    await take(store, HISTORY)
    [claim] = await store.cards.claim("worker")
    await store.cards.said(claim, channel_id="C1", ts="1.1", said_hash="x")
    cards = (await store.counts()).cards

    assert (await store.rebuild(Playbook(hand_raise=HandRaise(forms=())))).changed == 2
    assert (await store.rebuild(Playbook(hand_raise=HandRaise(forms=("*",))))).changed == 2
    assert (await store.counts()).cards == cards


async def test_a_count_can_leave_out_what_scanners_did(store: Store, database_url: str) -> None:
    await take(store, [mailed("1", "email_sent"), mailed("2", "email_clicked", at=0.1)])
    touches = partial(rows, database_url, tables.touch, "receipt_id", "machine")

    assert await touches() == [("1", False), ("2", True)]
    assert (await store.rebuild(Playbook(machines=Machines(signs_needed=7)))).changed == 1
    assert await touches() == [("1", False), ("2", False)]


def mailed(id: str, kind: EngagementKind, at: float = 0) -> LeadEngaged:  # noqa: A002 - an event's id
    return LeadEngaged(id=id, source="hub", time=minutes(at), person=Person(user_id="u1"), kind=kind)


async def test_a_rebuild_runs_beside_tellers(store: Store, database_url: str) -> None:
    people = [captured(f"{number:03}", f"p{number % 50}@example.com", at=number) for number in range(300)]
    await take(store, people[:150])
    await store.record(people[150:])
    async with Store.open(database_url) as replica:
        await asyncio.gather(store.rebuild(PLAYBOOK), tell_all(replica, limit=20), store.rebuild(PLAYBOOK))

    assert await store.rebuild(PLAYBOOK) == Rebuilt(leads=50, changed=0)
