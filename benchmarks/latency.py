"""From an event's acceptance to its brief's arrival in Slack, with nothing else to do.

Every lead's channel takes one message a second, so the next event comes when the channel has rested from the
brief and from the reply under it. Both ends are read from the machine's one monotonic clock: here when the
202 has arrived, in the local Slack when `chat.postMessage` came in.
"""

import json
import socket
import time
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import children
from benchmarks.children import (
    LOCAL,
    TOKEN,
    Child,
    folder,
    look,
    postgres_company,
    sqlite_company,
    tipoff,
    workspace,
)
from benchmarks.figure import Figure, milliseconds, quantile

LEADS = 60
WARM_UP = 3
REST = 2.25  # seconds between two leads: a brief, and its timeline a second later
P50, P99 = 0.05, 0.25


def measure() -> list[Figure]:
    with folder() as home, sqlite_company(home) as sqlite, postgres_company(home) as postgres:
        return [figure for company in (sqlite, postgres) for figure in _measure(home, company)]


def _measure(home: Path, company: children.Sqlite | children.Postgres) -> list[Figure]:
    database: AbstractContextManager[str] = company.copy()
    with database as url, workspace(home) as (slack, keys), tipoff(home, keys, url) as bot:
        accepted = []
        for number in range(WARM_UP + LEADS):
            accepted.append(_accepted(bot, number))
            time.sleep(REST)
        arrived = _arrived(slack)
    if len(arrived) != len(accepted):
        raise RuntimeError(f"{len(accepted)} leads, {len(arrived)} messages")
    waits = [there - here for here, there in zip(accepted, arrived, strict=True)][WARM_UP:]
    p50, p99 = quantile(waits, 0.5), quantile(waits, 0.99)
    return [
        Figure(
            f"{company.name}: from 202 to chat.postMessage, idle, p50 / p99 of {LEADS}",
            f"{milliseconds(p50)} / {milliseconds(p99)}",
            f"< {milliseconds(P50)} / < {milliseconds(P99)}",
            p50 < P50 and p99 < P99,
        )
    ]


def _accepted(bot: Child, number: int) -> float:
    """Send a hand-raiser through the door for events; when it was accepted."""
    event = {
        "specversion": "1.0",
        "id": f"latency-{number}",
        "source": "benchmark",
        "type": "tipoff.lead.captured",
        "time": datetime.now(UTC).isoformat(),
        "data": {
            "person": {
                "email": f"person-{number}@example.com",
                "name": f"Person {number}",
                "company": "Example Ltd",
            },
            "form": "Contact sales",
            "comment": "Please call me about a retrofit.",
            "asset": {"title": "Lifecycle of a Widget"},
        },
    }
    body = json.dumps(event).encode()
    head = (
        f"POST /intake/events HTTP/1.1\r\nHost: {LOCAL}\r\nConnection: close\r\n"
        f"Authorization: Bearer {TOKEN}\r\nContent-Type: application/cloudevents+json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection((LOCAL, int(bot.url.rpartition(":")[2]))) as connection:
        connection.sendall(head.encode() + body)
        answer = connection.recv(65_536)
        at = time.monotonic()
    if not answer.startswith(b"HTTP/1.1 202"):
        raise RuntimeError(f"not accepted: {answer[:200]!r}")
    return at


def _arrived(slack: Child) -> list[float]:
    calls = look(f"{slack.url}/control/calls")["calls"]
    return [
        call["monotonic"]
        for call in calls
        if (call["method"], call["outcome"], call["thread_ts"]) == ("chat.postMessage", "ok", None)
    ]
