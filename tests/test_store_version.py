"""The version of a store: the same only while nothing was written, so that what was counted still holds."""

import sqlalchemy as sa
from store_rig import NOW, PLAYBOOK, captured, change, take

from storage.store import Store
from storage.tables import lead


async def test_reading_leaves_it_as_it_is(store: Store) -> None:
    await take(store, [captured("1")])

    async def reads() -> bool:
        before = await store.version()
        await store.counts()
        await store.lead(1, PLAYBOOK)
        return await store.version() == before

    assert any([await reads() for _ in range(20)])  # a server of many databases may be at work elsewhere


async def test_each_write_makes_another_one(store: Store) -> None:
    seen = [await store.version()]
    await store.record([captured("1")])
    seen.append(await store.version())
    await store.tell(PLAYBOOK, NOW)
    seen.append(await store.version())
    await store.audit.note("U0ANNA", "reveal", at=NOW)
    seen.append(await store.version())

    assert len(set(seen)) == 4


async def test_so_does_what_somebody_else_writes(store: Store, database_url: str) -> None:
    """A replica, or the command line beside a running bot."""
    await take(store, [captured("1")])
    seen = [await store.version()]
    async with Store.open(database_url) as other:
        await other.record([captured("2", "ben@example.com")])
    seen.append(await store.version())
    await change(database_url, sa.update(lead).values(name="Ana"))
    seen.append(await store.version())

    assert len(set(seen)) == 3
