"""Many recipients, one address, one minute: a sign that no lead's own events can give."""

import asyncio
import uuid
from collections.abc import Iterable, Sequence
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from store_rig import NOW, captured, minutes, rows, take, tell_all

from funnel.events import EngagementKind, LeadEngaged, LeadEvent, LeadForgotten, LeadMerged, LeadSplit, Person
from funnel.machine_rules import Machines
from funnel.playbook import Playbook
from storage import journal, tables
from storage.database import open_database
from storage.store import Store
from storage.telling import tell_next

CROWD, LONELY, HEAD = "many recipients at once", "no visit followed", "HEAD request"
OFFICE = "203.0.113.7"
PLAYBOOK = Playbook()


def did(kind: EngagementKind, who: object, seconds: float = 0, **more: Any) -> LeadEngaged:
    return LeadEngaged.model_validate(
        {
            "id": f"{kind}-{who}-{seconds}",
            "source": "hub",
            "time": minutes(seconds / 60),
            "person": {"email": f"{who}@example.com"},
            "kind": kind,
            "ip": OFFICE,
            **more,
        }
    )


def clicks(*seconds: float, **more: Any) -> list[LeadEvent]:
    """Click after click, each of another recipient."""
    return [did("email_clicked", who, at, **more) for who, at in enumerate(seconds)]


async def signs(store: Store, *people: object, playbook: Playbook = PLAYBOOK) -> list[tuple[str, ...]]:
    """The signs of what these people did, one after the other."""
    leads = [await store.lead(await store.lead_of(f"{who}@example.com") or 0, playbook) for who in people]
    return [touch.signs for lead in leads if lead for touch in lead.touches]


async def machines(url: str) -> list[str]:
    """The receipts of what was set aside, as the tables have them."""
    return [receipt for receipt, machine in await rows(url, tables.touch, "receipt_id", "machine") if machine]


FOUR = clicks(0, 0, 0, 0)


@pytest.mark.parametrize(
    "seconds", [(0, 0, 0, 0, 0), (0, 15, 30, 45, 60), (60, 0, 45, 15, 30), (0.4, 0.1, 0.9, 60.3, 30)]
)
async def test_mail_of_five_clicked_from_one_address_in_a_minute_is_clicked_by_a_machine(
    store: Store, seconds: tuple[float, ...]
) -> None:
    await take(store, clicks(*seconds))

    assert await signs(store, *range(5)) == [(CROWD, LONELY)] * 5


@pytest.mark.parametrize(
    "hits",
    [
        pytest.param(clicks(0, 15, 30, 45, 61), id="longer than a minute"),
        pytest.param([*clicks(0, 0, 0, 0), *clicks(1, 1, 1, 1)], id="four, twice"),
        pytest.param([*FOUR, did("email_clicked", 4, ip="203.0.113.8")], id="elsewhere"),
        pytest.param([*FOUR, did("page_viewed", 4)], id="no mail"),
        pytest.param([*FOUR, did("email_clicked", 4, human=True)], id="a person"),
        pytest.param([*FOUR, did("email_clicked", 4, ahead=True)], id="in the future"),
        pytest.param(clicks(0, 0, 0, 0, 0, ip=None), id="no address"),
        pytest.param(clicks(0, 0, 0, 0, 0, ip="mail.example.com"), id="not an address"),
        pytest.param(clicks(0, 0, 0, 0, 0, ip="fe80::1%" + "x" * 10_000), id="an endless address"),
    ],
)
async def test_fewer_than_five_recipients_are_no_crowd(store: Store, hits: list[LeadEvent]) -> None:
    await take(store, hits)

    assert set(await signs(store, *range(5))) == {()}


async def test_one_address_has_many_spellings(store: Store) -> None:
    spellings = ("203.0.113.7", " 203.0.113.7\n", "::ffff:203.0.113.7", "::FFFF:cb00:7107", "203.0.113.7 ")
    await take(store, [did("email_clicked", who, ip=ip) for who, ip in enumerate(spellings)])

    assert await signs(store, *range(5)) == [(CROWD, LONELY)] * 5


async def test_the_hit_that_completes_a_crowd_is_a_sign_of_all_the_others(
    store: Store, database_url: str
) -> None:
    *early, last = clicks(0, 10, 20, 30, 40)
    for hit in early:
        await take(store, [hit])
    assert await machines(database_url) == []

    await take(store, [last])
    assert len(await machines(database_url)) == 5
    assert (await store.rebuild(PLAYBOOK)).changed == 0


async def test_an_office_that_reads_its_mail_at_once_and_comes_to_the_site_is_no_machine(
    store: Store, database_url: str
) -> None:
    """One sign proves nothing: many people may share one address."""
    await take(store, [did("email_opened", who) for who in range(5)])
    await take(store, clicks(1, 2, 3, 4, 5))
    await take(store, [did("page_viewed", who, 20 + who) for who in range(5)])

    assert set(await signs(store, *range(5))) == {()}
    assert await machines(database_url) == []


async def test_a_visit_that_follows_from_the_same_address_belongs_to_the_crowd(store: Store) -> None:
    visits = [did("page_viewed", who, at, method="HEAD") for who, at in enumerate((1, 60, 61))]
    elsewhere = did("page_viewed", 3, 1, method="HEAD", ip="203.0.113.8")
    await take(store, [*clicks(0, 0, 0, 0, 0), *visits, elsewhere])

    assert await signs(store, *range(4)) == [
        *[(CROWD, LONELY), (HEAD, CROWD)],
        *[(CROWD, LONELY), (HEAD, CROWD)],
        *[(), ()],
        *[(), ()],
    ]


async def test_the_playbook_says_how_many_recipients_and_how_long(store: Store) -> None:
    await take(store, clicks(0, 10, 20))

    def rules(recipients: int, seconds: int) -> Playbook:
        return Playbook(machines=Machines(recipients=recipients, recipients_seconds=seconds))

    for playbook, crowded in ((rules(3, 20), 3), (rules(3, 19), 0), (rules(2, 10), 3), (rules(2, 9), 0)):
        assert sum(map(bool, await signs(store, 0, 1, 2, playbook=playbook))) == crowded


async def test_two_who_turn_out_to_be_one_are_one_recipient_until_they_are_parted(
    store: Store, database_url: str
) -> None:
    await take(store, clicks(0, 0, 0, 0, 0))
    zero, one = Person(email="0@example.com"), Person(email="1@example.com")

    await take(store, [LeadMerged(id="m", source="crm", time=NOW, person=zero, other=one)])
    assert await machines(database_url) == []

    await take(store, [LeadSplit(id="s", source="crm", time=minutes(1), person=one)])
    assert len(await machines(database_url)) == 5
    assert (await store.rebuild(PLAYBOOK)).changed == 0


async def test_nothing_is_kept_of_the_address_of_who_asked_to_be_forgotten(
    store: Store, database_url: str
) -> None:
    await take(store, clicks(0, 0, 0, 0, 0))
    await take(store, [LeadForgotten(id="f", source="s", time=NOW, person=Person(email="2@example.com"))])

    assert [lead for (lead,) in await rows(database_url, tables.mail_hit, "lead_id")] == [1, 2, 4, 5]
    assert await machines(database_url) == []
    assert (await store.rebuild(PLAYBOOK)).changed == 0


async def test_no_lead_and_no_touch_knows_an_address(store: Store) -> None:
    await take(store, clicks(0, 0, 0, 0, 0))

    assert OFFICE not in repr(await store.lead(1, PLAYBOOK))


async def test_workspaces_share_no_addresses(store: Store, database_url: str) -> None:
    async with Store.open(database_url, workspace="other") as other:
        await take(other, clicks(0, 0))
        await take(store, clicks(0, 0, 0))

        assert {*await signs(other, 0, 1), *await signs(store, 0, 1, 2)} == {()}


async def test_only_briefs_that_a_crowd_changes_are_looked_at_again(store: Store) -> None:
    people = [captured(f"form-{who}", f"{who}@example.com") for who in range(6)]
    *early, fifth, sixth = clicks(0, 10, 20, 30, 40, 41)

    async def versions() -> list[int]:
        leads = [await store.lead_of(f"{who}@example.com") for who in range(6)]
        cards = [await store.cards.card(f"brief:lead-{lead}") for lead in leads]
        return [card.version for card in cards if card]

    await take(store, [*people, *early])
    before = await versions()
    await take(store, [fifth])
    after = await versions()
    await take(store, [sixth])

    assert [new - old for old, new in zip(before, after, strict=True)] == [1, 1, 1, 1, 1, 0]
    assert [new - old for old, new in zip(after, await versions(), strict=True)] == [0, 0, 0, 0, 0, 1]


found = st.builds(
    lambda who, second, ip: did("email_opened", who, second, ip=f"203.0.113.{ip}"),
    st.integers(0, 5),
    st.integers(0, 9),
    st.sampled_from([7, 7, 7, 8]),
)
rules = st.builds(
    Machines, signs_needed=st.just(1), recipients=st.integers(2, 4), recipients_seconds=st.integers(1, 4)
)


def slowly(hits: Sequence[LeadEngaged], rules: Machines) -> list[str]:
    """The receipts of the hits in any stretch with enough recipients: every stretch of every address."""

    def together(first: LeadEngaged) -> list[LeadEngaged]:
        seconds = rules.recipients_seconds
        near = [hit for hit in hits if 0 <= (hit.time - first.time).total_seconds() <= seconds]
        return [hit for hit in near if hit.ip == first.ip]

    stretches = [together(first) for first in hits]
    crowds = [some for some in stretches if len({hit.person.email for hit in some}) >= rules.recipients]
    return sorted({hit.id for crowd in crowds for hit in crowd})


async def told(url: str, batches: Sequence[Sequence[LeadEngaged]], rules: Machines) -> list[str]:
    """The receipts of what was set aside when the hits came in those batches."""
    workspace, playbook = uuid.uuid4().hex, Playbook(machines=rules)
    database = open_database(url)
    store = Store(database, workspace)
    try:
        for batch in batches:
            await store.record(batch)
            await tell_all(store, playbook)
    finally:
        await database.close()
    found = await rows(url, tables.touch, "receipt_id", "machine", workspace=workspace)
    return sorted(receipt for receipt, machine in found if machine)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(hits=st.lists(found, max_size=14, unique_by=lambda hit: hit.id), rules=rules, at=st.integers(0, 14))
def test_a_crowd_is_every_stretch_with_enough_recipients(
    sqlite_url: str, hits: list[LeadEngaged], rules: Machines, at: int
) -> None:
    for batches in ([hits], [hits[:at], hits[at:]], [[hit] for hit in hits]):
        assert asyncio.run(told(sqlite_url, batches, rules)) == slowly(hits, rules)


def work(url: str, crowd: Iterable[tuple[int, int]]) -> int:
    """What SQLite does to tell one click, at an address with a `crowd` of (second, lead) already.

    Counts tens of instructions of its virtual machine: no clock, and no other process, has a part in it.
    """
    steps = 0

    def step() -> None:
        nonlocal steps
        steps += 1

    start = int(NOW.timestamp())
    engine = sa.create_engine(url)
    with engine.connect() as c:
        found = [
            {"workspace_id": "main", "ip": OFFICE, "second": start + second, "lead_id": 1_000_000 + lead}
            for second, lead in crowd
        ]
        c.execute(sa.insert(tables.mail_hit), found)
        for click in clicks(30, 31, 32):
            journal.append(c, workspace="main", rows=journal.rows("main", [click], NOW))
            told = steps
            c.connection.dbapi_connection.set_progress_handler(step, 10)  # type: ignore[union-attr]
            tell_next(c, "main", PLAYBOOK, NOW, 200)
            c.connection.dbapi_connection.set_progress_handler(None, 0)  # type: ignore[union-attr]
        last = steps - told
        c.rollback()
    engine.dispose()
    return last


@pytest.mark.parametrize(
    ("leads", "seconds"),
    [(100_000, 1), (100_000, 60), (100_000, 100_000), (400, 100_000), (1, 100_000)],
    ids=["a second", "a minute", "a day", "the same all day", "one all day"],
)
def test_an_address_with_a_hundred_times_the_hits_takes_no_more_work(
    sqlite_url: str, leads: int, seconds: int
) -> None:
    """What a minute can prove is looked at and no more, however many hits there are, however dense."""

    def hits(count: int) -> set[tuple[int, int]]:
        return {(place % seconds, place % leads) for place in range(count)}

    few, many = (work(sqlite_url, hits(count)) for count in (1_000, 100_000))

    assert many <= 1.2 * few
