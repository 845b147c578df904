"""What `tipoff run` takes while nothing happens: memory and processor time, connected over Socket Mode."""

import os
import time
from pathlib import Path

from benchmarks import children
from benchmarks.children import folder, postgres_company, sqlite_company, tipoff, workspace
from benchmarks.figure import Figure

SETTLE = 10.0
WATCHED = 30.0
MEBIBYTES = 150
NO_MEASURABLE = 0.5  # percent of one core: less than what one look into a process table shows


def measure() -> list[Figure]:
    with folder() as home, sqlite_company(home) as sqlite, postgres_company(home) as postgres:
        return [figure for company in (sqlite, postgres) for figure in _measure(home, company)]


def _measure(home: Path, company: children.Sqlite | children.Postgres) -> list[Figure]:
    with company.copy() as url, workspace(home) as (_, keys), tipoff(home, keys, url) as bot:
        time.sleep(SETTLE)
        before = _processor_seconds(bot.pid)
        time.sleep(WATCHED)
        share = 100 * (_processor_seconds(bot.pid) - before) / WATCHED
        resident = _resident_mebibytes(bot.pid)
    return [
        Figure(
            f"{company.name}: `tipoff run` idle, resident memory",
            f"{resident:.0f} MiB",
            f"< {MEBIBYTES} MiB",
            resident < MEBIBYTES,
        ),
        Figure(
            f"{company.name}: `tipoff run` idle, processor time over {WATCHED:.0f} s",
            f"{share:.2f} % of one core",
            f"< {NO_MEASURABLE} %",
            share < NO_MEASURABLE,
        ),
    ]


def _processor_seconds(pid: int) -> float:
    """User and system time of a process, in steps of a hundredth."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _resident_mebibytes(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024
