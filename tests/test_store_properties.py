"""Any order of arrival, any repetition, any split into batches: the same facts, and nothing to rebuild."""

import asyncio
import uuid
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from store_rig import minutes, tell_all

from funnel.events import (
    CampaignSpent,
    DealMoved,
    Event,
    LeadCaptured,
    LeadEngaged,
    LeadForgotten,
    LeadIdentified,
    LeadMerged,
    LeadScored,
    LeadSplit,
    LeadStaged,
    Origin,
    Person,
)
from funnel.machine_rules import Machines
from funnel.playbook import Playbook
from storage import tables
from storage.database import Database, open_database
from storage.store import Store

FACTS = (tables.lead, tables.touch, tables.stage_entry, tables.deal, tables.deal_move)
PLAYBOOK = Playbook(machines=Machines(signs_needed=1, recipients=2))

emails = st.sampled_from(["a@x.io", "a+tag@x.io", "b@x.io", "c@x.io"])
numbers = st.sampled_from(["1", "2", "3"])
persons = st.one_of(
    st.builds(
        Person,
        email=emails | st.none(),
        anonymous_id=numbers | st.none(),
        user_id=st.sampled_from(["1", "u2", "u3"]),
        name=st.sampled_from(["Ana", "Bo", None]),
    ),
    st.builds(Person, anonymous_id=numbers),
    st.builds(Person, email=emails),
)
envelope: dict[str, Any] = {
    "id": st.just("?"),
    "source": st.just("?"),
    "time": st.integers(0, 5).map(minutes),
}
known = envelope | {"person": persons}
campaigns = st.sampled_from(["spring", "autumn"])
origins = st.builds(Origin, source=st.sampled_from(["google", None]), campaign=campaigns)
amounts = st.integers(1, 9).map(Decimal)
kinds: list[st.SearchStrategy[Event]] = [
    st.builds(
        LeadCaptured,
        form=st.sampled_from(["Contact sales", "White paper"]),
        origin=st.none() | origins,
        **known,
    ),
    st.builds(LeadEngaged, kind=st.sampled_from(["page_viewed", "email_clicked", "email_sent"]), **known),
    st.builds(LeadIdentified, previous_id=st.sampled_from(["1", "2", "u2", "B@x.io"]), **known),
    st.builds(LeadScored, score=st.sampled_from([40.0, 55.0, 70.5]), **known),
    st.builds(LeadStaged, stage=st.sampled_from(["sql", "lost", "customer"]), **known),
    st.builds(
        DealMoved,
        deal=st.sampled_from(["d1", "d2"]),
        stage=st.sampled_from(["open", "won"]),
        amount=amounts | st.none(),
        **known,
    ),
    st.builds(CampaignSpent, campaign=campaigns, day=st.just(date(2026, 11, 20)), amount=amounts, **envelope),
    st.builds(LeadForgotten, **known).filter(lambda event: event.person.anonymous_id == "3"),
    st.builds(LeadMerged, other=persons, **known),
    st.builds(LeadSplit, **known),
]


def keyed(events: list[Event]) -> list[Event]:
    return [
        event.model_copy(update={"id": f"e{place}", "source": "ab"[place % 2]})
        for place, event in enumerate(events)
    ]


addressed = envelope | {"person": st.builds(Person, email=emails)}
opened = st.builds(
    LeadEngaged,
    kind=st.sampled_from(["email_opened", "email_clicked"]),
    ip=st.just("203.0.113.7"),
    **addressed,
)
crowds: list[st.SearchStrategy[Event]] = [
    *[opened] * 6,
    st.builds(LeadMerged, other=st.builds(Person, email=emails), **addressed),
    st.builds(LeadSplit, **addressed),
    st.builds(LeadForgotten, **addressed),
]
histories = st.one_of(
    st.lists(st.one_of(kinds), min_size=1, max_size=14), st.lists(st.one_of(crowds), min_size=4, max_size=10)
).map(keyed)


async def facts(database: Database, workspace: str) -> dict[str, list[str]]:
    """Every fact, with a lead's id replaced by its identifiers."""

    def read(c: sa.Connection) -> dict[str, list[str]]:
        def stands(table: sa.Table) -> Sequence[sa.Row[Any]]:
            return c.execute(sa.select(table).where(table.c.workspace_id == workspace)).all()

        names: defaultdict[int, list[tuple[str, str]]] = defaultdict(list)
        for row in sorted(stands(tables.identity)):
            names[row.lead_id].append((row.kind, row.value))
        return {
            table.name: sorted(repr((names[row.lead_id], *row[2:])) for row in stands(table))
            for table in FACTS
        } | {
            "spend": sorted(repr(row[1:]) for row in stands(tables.spend)),
            "persons": sorted(map(repr, names.values())),
        }

    return await database.read(read)


async def outcome(database: Database, batches: list[list[Event]], limit: int) -> dict[str, list[str]]:
    workspace = uuid.uuid4().hex
    store = Store(database, workspace)
    for batch in batches:
        await store.record(batch)
        await tell_all(store, PLAYBOOK, limit)
    stand = await facts(database, workspace)
    assert (await store.rebuild(PLAYBOOK)).changed == 0
    assert await facts(database, workspace) == stand
    return stand


async def arrivals_agree(url: str, history: list[Event], data: st.DataObject) -> None:
    again = data.draw(st.lists(st.sampled_from(history), max_size=4), label="repeated")
    order = data.draw(st.permutations(history + again), label="order of arrival")
    cuts = data.draw(st.lists(st.integers(0, len(order)), max_size=3).map(sorted), label="batches")
    limit = data.draw(st.integers(1, 5), label="told at a time")
    batches = [order[start:end] for start, end in zip([0, *cuts], [*cuts, len(order)], strict=True)]
    database = open_database(url)
    try:
        assert await outcome(database, batches, limit) == await outcome(database, [history], 200)
    finally:
        await database.close()


def many(examples: int) -> settings:
    haste = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
    return settings(max_examples=examples, suppress_health_check=haste)


@many(25)
@given(history=histories, data=st.data())
def test_any_arrival_gives_the_same_facts_on_sqlite(
    sqlite_url: str, history: list[Event], data: st.DataObject
) -> None:
    asyncio.run(arrivals_agree(sqlite_url, history, data))


@many(10)
@given(history=histories, data=st.data())
def test_any_arrival_gives_the_same_facts_on_postgresql(
    postgres_url: str, history: list[Event], data: st.DataObject
) -> None:
    asyncio.run(arrivals_agree(postgres_url, history, data))
