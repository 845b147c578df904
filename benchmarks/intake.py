"""Durable events a second through `/v1/batch`, beside the same journal rows inserted by SQLAlchemy Core.

The baseline is handed finished rows and has the database to itself: no HTTP, no JSON, nothing to check. It
commits 1,000 rows at a time; 100 at a time, as many as a request holds, is shown too. Tipoff tells leads
meanwhile, as it always does, and what is left to tell when the last batch is accepted is shown with how long
it takes.
"""

import asyncio
import time
import urllib.request
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from benchmarks import children, traffic
from benchmarks.children import (
    TOKEN,
    Child,
    folder,
    load,
    postgres_company,
    sqlite_company,
    tipoff,
    workspace,
)
from benchmarks.figure import Figure, spread
from bot import sample
from bot.settings import load_playbook
from intake import segment
from storage import journal, tables

EVENTS = 20_000
IN_REQUEST = 100
CONNECTIONS = 16
ROUNDS = 3
AIM = 0.25
TOLD_WITHIN = 300.0

Company = children.Sqlite | children.Postgres


class Round(NamedTuple):
    """Rows or events a second; `backlog` is what was accepted and not yet told, `told` when all was."""

    tipoff: float
    bulk: float
    bulk_small: float
    backlog: int
    told: float


def measure() -> list[Figure]:
    with folder() as home, sqlite_company(home) as sqlite, postgres_company(home) as postgres:
        return [figure for company in (sqlite, postgres) for figure in _measure(home, company)]


def _measure(home: Path, company: Company) -> list[Figure]:
    bodies = list(traffic.batches(EVENTS // IN_REQUEST, IN_REQUEST, seed=1))
    rows = _rows(bodies)
    _bulk(company, rows[:1_000], 1_000)  # warm-up
    rounds = [_round(home, company, bodies, rows) for _ in range(ROUNDS)]
    shares = [one.tipoff / one.bulk for one in rounds]
    rates = [median(getattr(one, name) for one in rounds) for name in ("tipoff", "bulk", "bulk_small")]
    told = median(one.told for one in rounds)
    return [
        Figure(
            f"{company.name}: durable events through /v1/batch, of rows inserted in bulk",
            spread([100 * share for share in shares], "{:.0f}") + " %",
            f"≥ {100 * AIM:.0f} %",
            median(shares) >= AIM,
        ),
        Figure(
            "– events a second / bulk by 1,000 / bulk by 100 a commit",
            " / ".join(f"{rate:,.0f}" for rate in rates),
        ),
        Figure(
            f"– of a burst of {EVENTS:,}, not yet told when the last is accepted",
            f"{median(one.backlog for one in rounds):,.0f}",
        ),
        Figure("– all told after the first / events told a second", f"{told:.0f} s / {EVENTS / told:,.0f}"),
    ]


def _rows(bodies: Sequence[bytes]) -> list[journal.Row]:
    """The very rows that Tipoff will write."""
    now, playbook = datetime.now(UTC), load_playbook(sample.PLAYBOOK)
    events = [event for body in bodies for event in segment.parse("batch", body, now, playbook).events]
    return journal.rows("main", events, now)


def _round(home: Path, company: Company, bodies: Sequence[bytes], rows: list[journal.Row]) -> Round:
    bulk = _bulk(company, rows, 1_000)
    bulk_small = _bulk(company, rows, IN_REQUEST)
    with (
        company.copy() as database,
        workspace(home) as (_, keys),
        tipoff(home, keys, database, over_http=True) as bot,
    ):
        load(
            home,
            bot.url,
            [traffic.request(b, TOKEN) for b in traffic.batches(5, IN_REQUEST, seed=2)],
            CONNECTIONS,
        )
        _until_told(bot)
        began = time.monotonic()
        sent = load(home, bot.url, [traffic.request(body, TOKEN) for body in bodies], CONNECTIONS)
        if sent.statuses.keys() != {"200"}:
            raise RuntimeError(f"not every batch was accepted: {sent.statuses}")
        backlog = _untold(bot)
        _until_told(bot)
        return Round(IN_REQUEST * sent.rate, bulk, bulk_small, backlog, time.monotonic() - began)


def _untold(bot: Child) -> int:
    with urllib.request.urlopen(f"{bot.url}/metrics", timeout=children.PATIENCE) as response:  # noqa: S310 - loopback
        page = response.read().decode()
    return int(
        next(float(line.split()[-1]) for line in page.splitlines() if '_stored{what="untold"}' in line)
    )


def _until_told(bot: Child) -> None:
    deadline = time.monotonic() + TOLD_WITHIN
    while _untold(bot):
        if time.monotonic() > deadline:
            raise TimeoutError(f"{_untold(bot):,} events were not told within {TOLD_WITHIN:g} s")
        time.sleep(0.25)


def _bulk(company: Company, rows: list[journal.Row], at_once: int) -> float:
    """Rows a second: one `INSERT` of many rows and one commit at a time."""
    with company.copy() as database:
        url = make_url(database)
        if url.get_backend_name() == "sqlite":
            return _bulk_sqlite(url, rows, at_once)
        return asyncio.run(_bulk_postgres(url.set(drivername="postgresql+asyncpg"), rows, at_once))


def _bulk_sqlite(url: sa.URL, rows: list[journal.Row], at_once: int) -> float:
    """As durable as Tipoff: a write-ahead log that is synchronised at every commit."""
    engine = sa.create_engine(url)
    with engine.connect() as c:
        c.exec_driver_sql("PRAGMA journal_mode=WAL")
        c.exec_driver_sql("PRAGMA synchronous=FULL")
        last = c.execute(sa.select(sa.func.max(tables.journal.c.seq))).scalar_one()
        c.commit()
        numbered = [row | {"seq": seq} for seq, row in enumerate(rows, start=last + 1)]
        began = time.perf_counter()
        for some in _in_slices(numbered, at_once):
            c.execute(sa.insert(tables.journal), some)
            c.commit()
        seconds = time.perf_counter() - began
    engine.dispose()
    return len(rows) / seconds


async def _bulk_postgres(url: sa.URL, rows: list[journal.Row], at_once: int) -> float:
    engine = create_async_engine(url)
    async with engine.connect() as c:
        await c.execute(sa.select(1))
        await c.commit()
        began = time.perf_counter()
        for some in _in_slices(rows, at_once):
            await c.execute(sa.insert(tables.journal), some)
            await c.commit()
        seconds = time.perf_counter() - began
    await engine.dispose()
    return len(rows) / seconds


def _in_slices(rows: list[Any], size: int) -> Iterator[list[Any]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]
