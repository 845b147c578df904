"""`/funnel` over HTTP at 100 concurrent, beside a Bolt app that only acknowledges.

Both are served alike, take the same signed commands and are loaded in turns. The commands are the local
Slack's own, with response URLs that lead to it, so that each of Tipoff's answers really arrives.
"""

import hashlib
import hmac
import http.server
import json
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from statistics import median

from benchmarks.children import (
    LOCAL,
    Child,
    Load,
    bare_bolt,
    folder,
    free_port,
    load,
    look,
    sqlite_company,
    tipoff,
    workspace,
)
from benchmarks.figure import Figure, milliseconds, quantile, spread

CONCURRENT = 100
REQUESTS = 20_000
ROUNDS = 3
USES = 5  # answers that one response URL takes
CALM_EVERY = 0.2  # seconds between questions on a calm day
CALM = 50
TOLD_WITHIN = 120.0  # seconds
AIM = 1.5
TEXTS = ("", "this year", "last quarter", "last quarter by source", "last 90 days by campaign", "by month")
ASKERS = ("U0ANNA", "U0BEN", "U0MAYA", "U0TOM")


def measure() -> list[Figure]:
    with folder() as home, ExitStack() as stack:
        collector = stack.enter_context(_collector())
        slack, keys = stack.enter_context(workspace(home, request_url=collector.url))
        bodies = _commands(home, slack, collector, (ROUNDS + 1) * REQUESTS // USES + CALM)
        secret = keys["SLACK_SIGNING_SECRET"]
        company = stack.enter_context(sqlite_company(home))
        database = stack.enter_context(company.copy())
        bot = stack.enter_context(tipoff(home, keys, database, over_http=True))
        bare = stack.enter_context(bare_bolt(home, keys))
        calm_bodies, busy_bodies = bodies[:CALM], cycle(bodies[CALM:])
        calm = _calm(bot, slack, [signed(secret, body) for body in calm_bodies])
        rounds = [
            _round(home, bare, bot, slack, [signed(secret, body) for body in islice(busy_bodies, REQUESTS)])
            for _ in range(ROUNDS + 1)
        ][1:]
    return _figures(rounds, calm)


def _figures(rounds: Sequence["Round"], calm: Sequence[float]) -> list[Figure]:
    ratios = [quantile(one.tipoff.latencies, 0.99) / quantile(one.bare.latencies, 0.99) for one in rounds]
    p99 = [median(quantile(load.latencies, 0.99) for load in side) for side in _sides(rounds)]
    rates = [median(load.rate for load in side) for side in _sides(rounds)]
    drained = [one.until_answered for one in rounds]
    return [
        Figure(
            f"/funnel at {CONCURRENT} concurrent: p99 of the acknowledgement, of bare Bolt's",
            f"{spread(ratios)} x",
            f"≤ {AIM} x",
            median(ratios) <= AIM,
        ),
        Figure("– Tipoff / bare Bolt, p99", " / ".join(map(milliseconds, p99))),
        Figure("– Tipoff / bare Bolt, commands a second", " / ".join(f"{rate:,.0f}" for rate in rates)),
        Figure(
            f"– {REQUESTS:,} answers have arrived, after the last acknowledgement",
            f"{spread(drained, '{:.1f}')} s",
        ),
        Figure(
            "/funnel asked every 0.2 s: until the answer arrives, p50 / p99",
            f"{milliseconds(quantile(calm, 0.5))} / {milliseconds(quantile(calm, 0.99))}",
            "≤ 1 s",
            quantile(calm, 0.99) <= 1,
        ),
    ]


@dataclass(frozen=True, slots=True)
class Round:
    """The same commands to both, and the seconds until the last of Tipoff's answers had arrived."""

    bare: Load
    tipoff: Load
    until_answered: float


def _sides(rounds: Sequence[Round]) -> tuple[list[Load], list[Load]]:
    return [one.tipoff for one in rounds], [one.bare for one in rounds]


def _round(home: Path, bare: Child, bot: Child, slack: Child, requests: Sequence[bytes]) -> Round:
    """The same commands to the one, then to the other, and wait for the answers."""
    before = _said(slack)
    of_bare = load(home, bare.url, requests, CONCURRENT)
    of_bot = load(home, bot.url, requests, CONCURRENT)
    began = time.monotonic()
    _require_ok(of_bare, of_bot)
    while (said := _said(slack) - before) < len(requests):
        if time.monotonic() - began > TOLD_WITHIN:
            raise TimeoutError(f"only {said:,} of {len(requests):,} answers arrived")
        time.sleep(0.1)
    return Round(of_bare, of_bot, time.monotonic() - began)


def _require_ok(*loads: Load) -> None:
    for one in loads:
        if one.statuses.keys() != {"200"}:
            raise RuntimeError(f"not every command was acknowledged: {one.statuses}")


def _calm(bot: Child, slack: Child, requests: Sequence[bytes]) -> list[float]:
    """One question at a time: from sending it to its answer at the local Slack."""
    seen = len(_answers(slack))
    sent = []
    for request in requests:
        sent.append(time.monotonic())
        _send(bot, request)
        time.sleep(CALM_EVERY)
    time.sleep(1)
    arrived = [call["monotonic"] for call in _answers(slack)[seen:]]
    return [there - here for here, there in zip(sent, arrived, strict=True)]


def _send(bot: Child, request: bytes) -> None:
    port = int(bot.url.rpartition(":")[2])
    with socket.create_connection((LOCAL, port)) as connection:
        connection.sendall(request)
        connection.recv(65_536)


def _answers(slack: Child) -> list[dict[str, float]]:
    return [call for call in look(f"{slack.url}/control/calls")["calls"] if call["method"] == "response_url"]


def _said(slack: Child) -> int:
    """How many messages stand in the local Slack, which is cheap to ask."""
    return sum(look(f"{slack.url}/control/state")["messages"].values())


# Commands as the local Slack delivers them, kept to be sent by the load generator.


class Collector:
    """Where the local Slack delivers commands while they are collected."""

    def __init__(self, port: int) -> None:
        self.url = f"http://{LOCAL}:{port}/slack/events"
        self.bodies: list[bytes] = []


@contextmanager
def _collector() -> Iterator[Collector]:
    port = free_port()
    collector = Collector(port)

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            collector.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_words: object) -> None:
            pass

    with http.server.ThreadingHTTPServer((LOCAL, port), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield collector
        server.shutdown()


def _commands(home: Path, slack: Child, collector: Collector, count: int) -> list[bytes]:
    """The bodies of `count` commands that people of the local Slack gave."""
    given = islice(zip(cycle(ASKERS), cycle(TEXTS * 2 + TEXTS[:1]), strict=False), count)
    load(
        home,
        slack.url,
        (
            _post("/control/command", "application/json", json.dumps(deed).encode())
            for deed in (
                {"user": user, "channel": "C0LEADS", "command": "/funnel", "text": text}
                for user, text in given
            )
        ),
        8,
    )
    if len(collector.bodies) != count:
        raise RuntimeError(f"{len(collector.bodies)} of {count} commands were delivered")
    return collector.bodies


def signed(secret: str, body: bytes) -> bytes:
    """A command as Slack sends it, signed just now."""
    now = str(int(time.time()))
    digest = hmac.new(secret.encode(), b"v0:" + now.encode() + b":" + body, hashlib.sha256).hexdigest()
    proof = f"X-Slack-Request-Timestamp: {now}\r\nX-Slack-Signature: v0={digest}\r\n"
    return _post("/slack/events", "application/x-www-form-urlencoded", body, proof)


def _post(path: str, content_type: str, body: bytes, more: str = "") -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {LOCAL}\r\nContent-Type: {content_type}\r\n"
        f"Content-Length: {len(body)}\r\nUser-Agent: Slackbot 1.0\r\n{more}\r\n"
    )
    return head.encode() + body
