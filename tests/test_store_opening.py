"""Opening, migrating, and being killed."""

import asyncio
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.command import downgrade
from alembic.runtime.migration import MigrationContext
from sqlalchemy.dialects import sqlite
from store_rig import NOW, PLAYBOOK, captured, change, rows, tell_all

from storage import schema, tables
from storage.columns import UtcTime
from storage.database import open_database
from storage.errors import StoreError
from storage.store import Store


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/empty.db"
    url: str = request.getfixturevalue("empty_postgres")
    return url


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("tipoff.db", "DATABASE_URL is not a database's URL."),
        ("", "DATABASE_URL is not a database's URL."),
        ("postgresql://me@host:port/name", "DATABASE_URL is not a database's URL."),
        ("mysql://me@host/name", "A store cannot live in mysql."),
        ("sqlite://", "A store in memory would forget every lead on exit."),
        ("sqlite:///:memory:", "A store in memory would forget every lead on exit."),
    ],
)
async def test_a_url_that_holds_no_store_is_refused_with_one_that_would(url: str, sentence: str) -> None:
    with pytest.raises(StoreError, match=re.escape(f"{sentence} Try sqlite:///tipoff.db or postgresql://")):
        async with Store.open(url):
            pass


@pytest.mark.parametrize("migrate", [True, False])
async def test_a_store_that_cannot_be_reached_is_named_without_its_password(migrate: bool) -> None:  # noqa: FBT001 - pytest's parameter
    urls = ("postgres://me:secret@127.0.0.1:1/leads?sslmode=disable", "sqlite:////nowhere/to/be/found.db")
    for url in urls:
        with pytest.raises(StoreError, match=r"^The store .* cannot be opened: ") as failure:
            async with Store.open(url, migrate=migrate):
                pass
        assert "secret" not in str(failure.value)


async def test_a_database_that_does_not_exist_is_a_sentence(postgres_url: str) -> None:
    with pytest.raises(StoreError, match=r"cannot be opened: .*does not exist"):
        async with Store.open(re.sub(r"/tipoff_\w+", "/nothing", postgres_url)):
            pass


async def test_a_store_without_tables_says_what_to_do(empty_url: str) -> None:
    with pytest.raises(StoreError, match=r"holds no tables yet\. Run `tipoff migrate`, then start again\.$"):
        async with Store.open(empty_url):
            pass


async def test_a_store_of_another_version_is_refused(empty_url: str) -> None:
    await schema.migrate(empty_url)
    await change(empty_url, sa.text("UPDATE alembic_version SET version_num = 'older'"))

    with pytest.raises(StoreError, match="holds the tables of another version"):
        async with Store.open(empty_url):
            pass


async def test_the_store_migrates_itself_when_told_to(empty_url: str) -> None:
    for _ in "12":
        async with Store.open(empty_url, migrate=True) as store:
            await store.health()


async def test_migrations_make_the_tables_that_the_code_knows(database_url: str) -> None:
    database = open_database(database_url)
    try:
        differences = await database.read(
            lambda c: compare_metadata(MigrationContext.configure(c), tables.metadata)
        )
    finally:
        await database.close()

    assert differences == []


async def test_a_migration_can_be_undone(empty_url: str) -> None:
    await schema.migrate(empty_url)
    database = open_database(empty_url)
    try:
        await database.write(lambda c: downgrade(schema.config(c), "base"))
        left = await database.read(lambda c: set(sa.inspect(c).get_table_names()))
    finally:
        await database.close()

    assert left == {"alembic_version"}


async def test_replicas_that_migrate_at_once_take_turns(empty_url: str) -> None:
    await asyncio.gather(*(schema.migrate(empty_url) for _ in "123"))

    async with Store.open(empty_url) as store:
        assert (await store.counts()).events == 0


async def test_a_replica_may_migrate_while_others_work(store: Store, database_url: str) -> None:
    people = [captured(f"{number:03}", f"p{number}@example.com") for number in range(100)]

    async def work() -> None:
        for event in people:
            await store.record([event])
        await tell_all(store)

    await asyncio.gather(work(), *(schema.migrate(database_url) for _ in "12"))
    assert (await store.counts()).leads == 100


async def test_a_closed_store_writes_no_more(sqlite_url: str) -> None:
    async with Store.open(sqlite_url) as store:
        pass
    with pytest.raises(RuntimeError, match="the store is closed"):
        await store.record([captured("1")])


async def test_closing_finishes_what_was_being_written(database_url: str) -> None:
    async with Store.open(database_url) as store:
        writing = [asyncio.create_task(store.record([captured(str(number))])) for number in range(20)]
        await asyncio.gather(*writing)

    assert len(await rows(database_url, tables.journal, "seq")) == 20


async def test_everything_at_once(store: Store, database_url: str) -> None:
    """Eight tasks on two stores record, tell and claim; nothing is lost, told twice or said twice."""
    said: list[str] = []

    async def work(place: Store, task: int) -> None:
        for number in range(10):
            await place.record(
                [captured(f"{number}.{task}.{one}", f"p{number}.{one}@example.com") for one in range(4)]
            )
            await place.tell(PLAYBOOK, NOW, limit=30)
            for claimed in await place.cards.claim(f"{task}", spacing_seconds=0, burst=10**6):
                said.append(claimed.card.key)
                assert await place.cards.said(claimed, channel_id="C1", ts=claimed.card.key, said_hash="x")

    async with Store.open(database_url) as replica:
        await asyncio.gather(*(work((store, replica)[task % 2], task) for task in range(8)))
    await tell_all(store)

    counts = await store.counts()
    assert (counts.events, counts.leads, counts.untold, counts.set_aside) == (320, 40, 0, 0)
    assert sum(counts.cards.values()) == 40
    assert (await store.rebuild(PLAYBOOK)).changed == 0


KILLED = """
import asyncio, sys
from storage.store import Store
from store_rig import captured, tell_all

async def main():
    async with Store.open(sys.argv[1]) as store:
        for number in range(10_000):
            five = [captured(f"{number}.{one}", f"p{number}@example.com") for one in range(5)]
            await asyncio.gather(*(store.record([event]) for event in five))
            print(number, flush=True)
            await tell_all(store)

asyncio.run(main())
"""


def killed_while_writing(url: str) -> int:
    """How many rounds of five events a process had acknowledged before it was killed."""
    house = Path(__file__).parent
    with subprocess.Popen(  # noqa: S603 - our own interpreter and words
        [sys.executable, "-c", KILLED, url],
        stdout=subprocess.PIPE,
        text=True,
        env={"PYTHONPATH": f"{house.parent}:{house}"},
    ) as writer:
        assert writer.stdout is not None
        for line in writer.stdout:
            if int(line) >= 20:
                writer.send_signal(signal.SIGKILL)
                break
        return 1 + max(map(int, writer.stdout), default=int(line))


async def test_a_writer_killed_in_the_middle_loses_nothing_it_acknowledged(database_url: str) -> None:
    rounds = await asyncio.to_thread(killed_while_writing, database_url)

    async with Store.open(database_url) as store:
        await tell_all(store)
        counts = await store.counts()
        assert counts.events >= 5 * rounds
        assert counts.leads * 5 >= counts.events
        assert counts.leads == counts.cards["due"]
        assert (await store.rebuild(PLAYBOOK)).changed == 0


async def test_a_file_whose_writer_was_killed_is_whole(sqlite_url: str) -> None:
    await asyncio.to_thread(killed_while_writing, sqlite_url)

    database = open_database(sqlite_url)
    try:
        assert await database.read(lambda c: c.execute(sa.text("PRAGMA integrity_check")).scalar()) == "ok"
    finally:
        await database.close()


async def test_a_reader_who_fails_leaves_no_old_picture_behind(sqlite_url: str) -> None:
    database = open_database(sqlite_url)

    def give_up_half_way(c: sa.Connection) -> None:
        next(iter(c.execute(sa.select(tables.journal.c.seq))))
        raise InterruptedError

    try:
        async with Store.open(sqlite_url) as store:
            await store.record([captured("1"), captured("2")])
            with pytest.raises(InterruptedError):
                await database.read(give_up_half_way)
            await store.record([captured("3")])

        count = sa.select(sa.func.count()).select_from(tables.journal)
        assert await database.read(lambda c: c.execute(count).scalar()) == 3
    finally:
        await database.close()


async def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="names no zone"):
        UtcTime().process_bind_param(NOW.replace(tzinfo=None), sqlite.dialect())
