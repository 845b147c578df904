"""The audit trail: what was written down stays as it was, and can be read by lead."""

import asyncio
from pathlib import Path

import pytest
from cli_rig import Desk
from store_rig import NOW, minutes

from storage.audit import Entry
from storage.store import Store


async def test_the_latest_deeds_come_first(store: Store) -> None:
    await store.audit.note("U0ANNA", "reveal", at=NOW, lead_id=1, channel="C0LEADS")
    await store.audit.note("U0TOM", "reveal refused", at=minutes(1), lead_id=2, channel="C0LEADS")
    await store.audit.note("U0TOM", "/funnel refused", at=minutes(2))

    anna = Entry(NOW, "U0ANNA", "reveal", 1, "C0LEADS")
    tom = Entry(minutes(1), "U0TOM", "reveal refused", 2, "C0LEADS")
    assert await store.audit.latest(10) == [Entry(minutes(2), "U0TOM", "/funnel refused"), tom, anna]
    assert await store.audit.latest(1) == [Entry(minutes(2), "U0TOM", "/funnel refused")]
    assert await store.audit.latest(10, lead_id=1) == [anna]


async def test_the_same_deed_twice_is_written_down_twice(store: Store) -> None:
    for _ in "12":
        await store.audit.note("U0ANNA", "reveal", at=NOW, lead_id=1)

    assert await store.audit.latest(10) == [Entry(NOW, "U0ANNA", "reveal", 1)] * 2


async def test_a_deed_that_can_be_done_once_is_written_down_once(store: Store) -> None:
    anna, tom = Entry(NOW, "U0ANNA", "share", channel="C0LEADS"), Entry(minutes(1), "U0TOM", "share")

    first = await asyncio.gather(*(store.audit.note_once("one", entry) for entry in (anna, anna, tom)))
    other = await store.audit.note_once("other", tom)

    assert (sum(first), other) == (1, True)
    assert len(await store.audit.latest(10)) == 2


async def test_workspaces_never_see_each_others_deeds(database_url: str) -> None:
    async with Store.open(database_url) as ours, Store.open(database_url, workspace="other") as theirs:
        await theirs.audit.note("U0EVE", "reveal", at=NOW, lead_id=1)

        assert await ours.audit.latest(10) == []


async def test_a_hostile_word_is_only_a_word(store: Store) -> None:
    await store.audit.note("U0\x00'; DROP TABLE audit;--\ud800", "reveal", at=NOW)

    (entry,) = await store.audit.latest(10)
    assert entry.actor == "U0'; DROP TABLE audit;--?"


# The command


LEADS = "email,name,form,date\nana@example.com,Ana Sousa,Contact sales,2026-11-01\n"


async def deeds(folder: Path) -> None:
    async with Store.open(f"sqlite:///{folder / 'tipoff.db'}") as store:
        lead = await store.lead_of("ana@example.com")
        await store.audit.note("U0ANNA", "reveal", at=NOW, lead_id=lead, channel="C0LEADS")
        await store.audit.note("U0TOM", "/funnel refused", at=minutes(1))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    (tmp_path / "leads.csv").write_text(LEADS, encoding="utf-8")
    desk = Desk(tmp_path)
    assert desk.tipoff("import", "leads.csv", "--source", "fair").code == 0
    return desk


def test_audit_prints_the_deeds_of_all_and_of_one_lead(desk: Desk) -> None:
    nothing = desk.tipoff("audit")
    asyncio.run(deeds(desk.folder))

    anna = "2026-11-20 09:00:00 UTC  U0ANNA  reveal lead 1 in C0LEADS\n"
    tom = "2026-11-20 09:01:00 UTC  U0TOM  /funnel refused\n"
    assert nothing == (0, "Nothing was revealed or refused.\n", "")
    assert desk.tipoff("audit") == (0, tom + anna, "")
    assert desk.tipoff("audit", "--limit", "1") == (0, tom, "")
    assert desk.tipoff("audit", "--lead", "ANA@example.com") == (0, anna, "")


def test_audit_of_nobody_is_a_sentence(desk: Desk) -> None:
    assert desk.tipoff("audit", "--lead", "eve@example.com") == (
        1,
        "",
        "No lead has the address “eve@example.com”.\n",
    )
    assert desk.tipoff("audit", "--limit", "0").code == 2
