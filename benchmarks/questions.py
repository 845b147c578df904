"""Every form of `/funnel` and `/campaigns`, counted by the store and by DuckDB over the same rows.

The stores are those of `benchmarks.crowd`. Each question is asked of both in turns, warm, and both must
find the same numbers. Ours is `Store.count` as the bot calls it; DuckDB's is the query that an analyst would
write for it, on two threads, over the same columns of the same rows.
"""

import asyncio
import time
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from benchmarks import crowd
from benchmarks.figure import Figure, milliseconds
from funnel.counts import Ask, Cells, Clock, Filter
from funnel.dimension import Dimension
from funnel.period import Period
from funnel.playbook import Playbook
from storage.store import Store

if TYPE_CHECKING:
    import duckdb

TIMES = 7
RATIO, GROWTH = 3.0, 2.0
PLAYBOOK = Playbook()
FUNNEL = ("leads", "mqls", "sals", "sqls", "opportunities", "customers")
CAMPAIGNS = ("leads", "mqls", "sqls", "customers", "spend", "revenue")
AT = {
    "leads": "created_at",
    "mqls": "mql_at",
    "sals": "sal_at",
    "sqls": "sql_at",
    "opportunities": "opportunity_at",
    "customers": "customer_at",
}
Found = dict[str | None, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Asked:
    """One form of a question: what it asks over how many days."""

    name: str
    names: tuple[str, ...]
    days: int
    clock: Clock = "cohort"
    by: Dimension | None = None
    where: tuple[Filter, ...] = ()

    @property
    def ask(self) -> Ask:
        return Ask(frozenset(self.names), self.period, self.clock, self.by, self.where)

    @property
    def period(self) -> Period:
        return Period(crowd.END - timedelta(days=self.days), crowd.END, f"last {self.days} days", "UTC")


def forms(days: int) -> list[Asked]:
    """Every form of the two commands over so many days."""
    german = (Filter("country", "DE"),)
    return [
        Asked("/funnel", FUNNEL, days),
        Asked("/funnel by source", FUNNEL, days, by="source"),
        Asked("/funnel by campaign where country=DE", FUNNEL, days, by="campaign", where=german),
        Asked("/funnel by week", FUNNEL, days, by="week"),
        Asked("/funnel activity", FUNNEL, days, "activity"),
        Asked("/funnel activity by channel", FUNNEL, days, "activity", by="channel"),
        Asked("/campaigns", CAMPAIGNS, days, by="campaign"),
        Asked("/campaigns activity", CAMPAIGNS, days, "activity", by="campaign"),
    ]


def measure() -> list[Figure]:
    short, tenth = _of_store(crowd.TENTH, (30, 100))
    fixed, whole = _of_store(crowd.LEADS, (30, 365))
    return [
        *_figures(f"{crowd.LEADS:,} leads, 30 days", fixed),
        *_figures(f"{crowd.LEADS:,} leads, 365 days", whole),
        *_figures(f"{crowd.TENTH:,} leads, 30 days", short),
        *_figures(f"{crowd.TENTH:,} leads, 100 days", tenth),
        *_growth(short, fixed),
    ]


@dataclass(frozen=True, slots=True)
class Took:
    """The seconds that one question took, of us and of DuckDB."""

    asked: Asked
    ours: float
    theirs: float


def _figures(where: str, took: Iterable[Took]) -> list[Figure]:
    return [
        Figure(
            f"{where}: {one.asked.name}",
            f"{milliseconds(one.ours)} / {milliseconds(one.theirs)} = {one.ours / one.theirs:.1f} x",
            f"≤ {RATIO:g} x",
            one.ours / one.theirs <= RATIO,
        )
        for one in took
    ]


def _growth(short: Iterable[Took], fixed: Iterable[Took]) -> list[Figure]:
    grown = [(few.asked.name, many.ours / few.ours) for few, many in zip(short, fixed, strict=True)]
    name, most = max(grown, key=lambda one: one[1])
    return [
        Figure(
            f"the same 30 days in ten times the data: at most ({name})",
            f"{most:.2f} x",
            "≤ 2 x",
            most <= GROWTH,
        )
    ]


def _of_store(leads: int, periods: tuple[int, int]) -> tuple[list[Took], list[Took]]:
    path = crowd.store_of(leads)
    with closing(_analyst(path, leads)) as analyst:
        short, long = (asyncio.run(_compare(path, analyst, forms(days))) for days in periods)
    return short, long


async def _compare(path: Path, analyst: "duckdb.DuckDBPyConnection", asked: list[Asked]) -> list[Took]:
    took: list[Took] = []
    async with Store.open(f"sqlite:///{path}") as store:
        for one in asked:
            ours: list[float] = []
            theirs: list[float] = []
            for _ in range(TIMES):
                began = time.perf_counter()
                cells = await store.count(one.ask, PLAYBOOK, now=crowd.END)
                ours.append(time.perf_counter() - began)
                began = time.perf_counter()
                rows = analyst.execute(query(one)).fetchall()
                theirs.append(time.perf_counter() - began)
            _agree(one, cells, rows)
            took.append(Took(one, median(ours), median(theirs)))
    return took


def _agree(asked: Asked, cells: Cells, rows: list[tuple[Any, ...]]) -> None:
    """Both counted the same, or this measures nothing."""
    ours: Found = {
        key: tuple(int(cell.counts.get(name, 0)) for name in asked.names) for key, cell in cells.items()
    }
    theirs: Found = {row[0]: tuple(int(number or 0) for number in row[1:]) for row in rows}
    if {key: row for key, row in ours.items() if any(row)} != {
        key: row for key, row in theirs.items() if any(row)
    }:
        raise RuntimeError(f"{asked.name} is counted differently: {ours} and {theirs}")


def query(asked: Asked) -> str:
    """The question in DuckDB's SQL."""
    start, end = (_micro(time) for time in (asked.period.start, asked.period.end))
    key = _key(asked.by)
    fits = "".join(f" AND {one.dimension} = '{one.value}'" for one in asked.where)
    names = [name for name in asked.names if name in AT]
    if asked.clock == "cohort":
        counts = ", ".join(f"count({AT[name]}) AS {name}" for name in names)
        among = f"created_at >= {start} AND created_at < {end}"
    else:
        counts = ", ".join(
            f"count(*) FILTER ({AT[name]} >= {start} AND {AT[name]} < {end}) AS {name}" for name in names
        )
        among = "true"
    leads = f"SELECT {key} AS by, {counts} FROM lead WHERE {among}{fits} GROUP BY 1"  # noqa: S608 - our own words
    if "spend" not in asked.names:
        return leads
    return f"""
        WITH led AS ({leads}),
        spent AS (SELECT campaign AS by, sum(amount) AS spend FROM spend
                  WHERE day >= '{asked.period.first_day}' AND day <= '{asked.period.last_day}' GROUP BY 1),
        won AS (SELECT campaign AS by, sum(amount) AS revenue FROM deal JOIN lead USING (lead_id)
                WHERE deal.stage = 'customer' AND closed_at >= {start} AND closed_at < {end} GROUP BY 1)
        SELECT coalesce(led.by, spent.by, won.by), {", ".join(asked.names)} FROM led
        FULL JOIN spent ON led.by IS NOT DISTINCT FROM spent.by
        FULL JOIN won ON led.by IS NOT DISTINCT FROM won.by
    """  # noqa: S608 - our own words


def _key(by: Dimension | None) -> str:
    if by == "week":
        return "strftime(make_timestamp(created_at), '%G-W%V')"
    return by or "NULL"


def _micro(moment: datetime) -> int:
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def _analyst(path: Path, leads: int) -> "duckdb.DuckDBPyConnection":
    """DuckDB with the same rows, in a file beside the store."""
    import duckdb  # noqa: PLC0415 - it has much to say when it is unloaded, also where nothing was asked of it

    own = path.with_suffix(".duckdb")
    if not own.exists():
        making = own.with_suffix(".making")
        making.unlink(missing_ok=True)
        with closing(duckdb.connect(str(making))) as connection:
            _fill(connection, leads)
        making.rename(own)
    connection = duckdb.connect(str(own), read_only=True)
    connection.execute("SET threads = 2")
    return connection


def _fill(connection: "duckdb.DuckDBPyConnection", leads: int) -> None:
    wanted = {"lead", "deal", "spend"}
    for some in crowd.rows(leads):
        for table in some.keys() & wanted:
            chunk = some[table]
            connection.register("chunk", chunk)
            columns = ", ".join(_kept(name) for name in chunk)
            stands = connection.execute(
                "SELECT 1 FROM duckdb_tables() WHERE table_name = ?", [table]
            ).fetchall()
            how = f"INSERT INTO {table}" if stands else f"CREATE TABLE {table} AS"
            connection.execute(f"{how} SELECT {columns} FROM chunk")  # noqa: S608 - names of our own
            connection.unregister("chunk")


def _kept(name: str) -> str:
    return f'nullif("{name}", {crowd.NONE}) AS "{name}"' if name.endswith("_at") else f'"{name}"'
