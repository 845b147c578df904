"""The two databases behind one door: `write(tx)` and `read(query)`, functions of a sync `Connection`.

PostgreSQL serves several replicas through asyncpg. SQLite serves one process: a single writer thread with
group commit (`writer.py`), and readers in threads of their own.
"""

import asyncio
import sqlite3
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import create_async_engine

from storage.errors import StoreError
from storage.writer import Writer

T = TypeVar("T")
EXAMPLES = "Try sqlite:///tipoff.db or postgresql://user:password@host/name."


class Database(Protocol):
    @property
    def name(self) -> str:
        """What people may read of its URL: no password."""

    async def write(self, tx: Callable[[sa.Connection], T]) -> T:
        """What `tx` returns, once its transaction is durable; undone as a whole when it raises."""

    async def read(self, query: Callable[[sa.Connection], T]) -> T:
        """What `query` returns."""

    async def rehearse(self, query: Callable[[sa.Connection], T]) -> T:
        """What `query` returns, on a connection of its own; what it did is undone, temporary tables too."""

    async def version(self) -> str:
        """Another one after each change that anybody made; it may be another one without a change too."""

    async def close(self) -> None:
        """Finish what is being written, then let go."""


def open_database(url: str) -> Database:
    """The database at `url`; nothing is connected to yet.

    Raises:
        StoreError: the URL names no database that can hold a store.

    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise StoreError(f"DATABASE_URL is not a database's URL. {EXAMPLES}") from None
    match parsed.get_backend_name():
        case "sqlite":
            return Sqlite(parsed)
        case "postgresql" | "postgres":
            return Postgres(parsed)
        case other:
            raise StoreError(f"A store cannot live in {other}. {EXAMPLES}")


def clock(c: sa.Connection) -> datetime:
    """Now, by the one clock that everybody who leases work from this database shares."""
    if c.dialect.name == "sqlite":
        return datetime.now(UTC)
    now: datetime = c.execute(sa.select(sa.func.clock_timestamp())).scalar_one()
    return now.astimezone(UTC)


def take_turn(c: sa.Connection, workspace: str) -> None:
    """Let one transaction at a time derive from a workspace's journal; SQLite has one writer anyway."""
    if c.dialect.name == "postgresql":
        c.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(f"tell {workspace}", 0))))


class Postgres:
    def __init__(self, url: URL) -> None:
        self.name = url.set(drivername="postgresql").render_as_string()
        self._engine = create_async_engine(_for_asyncpg(url), pool_size=10, max_overflow=10)
        self._alone = create_async_engine(_for_asyncpg(url), poolclass=sa.NullPool)

    async def write(self, tx: Callable[[sa.Connection], T]) -> T:
        async with self._engine.begin() as connection:
            return await connection.run_sync(tx)

    async def read(self, query: Callable[[sa.Connection], T]) -> T:
        async with self._engine.connect() as connection:
            return await connection.run_sync(query)

    async def rehearse(self, query: Callable[[sa.Connection], T]) -> T:
        async with self._alone.connect() as connection:
            return await connection.run_sync(query)

    async def version(self) -> str:
        """Which transactions can be seen; who writes is one that was not seen before."""
        snapshot = sa.text("SELECT CAST(pg_current_snapshot() AS text)")
        return await self.read(lambda c: str(c.execute(snapshot).scalar_one()))

    async def close(self) -> None:
        await self._engine.dispose()


def _for_asyncpg(url: URL) -> URL:
    """The URL with the driver written out, and libpq's `sslmode` in asyncpg's word for it."""
    query = {"ssl" if name == "sslmode" else name: value for name, value in url.query.items()}
    return url.set(drivername="postgresql+asyncpg", query=query)


class Sqlite:
    def __init__(self, url: URL) -> None:
        if url.database in {None, "", ":memory:"}:
            raise StoreError(f"A store in memory would forget every lead on exit. {EXAMPLES}")
        self.name = url.set(drivername="sqlite").render_as_string()
        local = url.set(drivername="sqlite+pysqlite")
        writing = sa.create_engine(local, poolclass=sa.StaticPool)
        _prepare(writing, "BEGIN IMMEDIATE", ["journal_mode=WAL", "synchronous=FULL"])
        self._writer = Writer(writing)
        self._readers = sa.create_engine(local, pool_size=5)
        _prepare(self._readers, "BEGIN", ["query_only=ON"])
        self._alone = sa.create_engine(local, poolclass=sa.NullPool)
        _prepare(self._alone, "BEGIN", [])
        self._witness = sa.create_engine(local, pool_size=1, max_overflow=0)
        _prepare(self._witness, "BEGIN", ["query_only=ON"])

    async def write(self, tx: Callable[[sa.Connection], T]) -> T:
        return await self._writer.write(tx)

    async def read(self, query: Callable[[sa.Connection], T]) -> T:
        return await asyncio.to_thread(self._read, query)

    def _read(self, query: Callable[[sa.Connection], T]) -> T:
        with self._readers.connect() as connection:
            try:
                return query(connection)
            except BaseException:
                connection.invalidate()  # a query that was left half read would show its next reader the past
                raise

    async def rehearse(self, query: Callable[[sa.Connection], T]) -> T:
        return await asyncio.to_thread(self._rehearse, query)

    def _rehearse(self, query: Callable[[sa.Connection], T]) -> T:
        with self._alone.connect() as connection:
            return query(connection)

    async def version(self) -> str:
        """SQLite's count of the commits of others; it means something within one connection alone."""
        return await asyncio.to_thread(self._version)

    def _version(self) -> str:
        with self._witness.connect() as connection:
            witness = connection.info.setdefault("name", uuid.uuid4())
            return f"{witness} {connection.exec_driver_sql('PRAGMA data_version').scalar_one()}"

    async def close(self) -> None:
        await self._writer.close()
        self._readers.dispose()
        self._witness.dispose()


def _prepare(engine: sa.Engine, begin: str, pragmas: list[str]) -> None:
    """Make SQLite keep its promises.

    `BEGIN IMMEDIATE` because the driver's own transactions start too late and lose updates; FULL because
    what was acknowledged must survive a power cut.
    """

    @sa.event.listens_for(engine, "connect")
    def connected(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in ("busy_timeout=10000", "foreign_keys=ON", *pragmas):
            cursor = connection.cursor()
            cursor.execute(f"PRAGMA {pragma}")
            cursor.close()

    @sa.event.listens_for(engine, "begin")
    def begun(connection: sa.Connection) -> None:
        connection.exec_driver_sql(begin)
