"""A crowd of batches is read by a second process; nobody outside can tell, whatever becomes of it."""

import asyncio
import base64
import json
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import psutil
import pytest
from bot_rig import eventually, local_slack
from slack_rig import KEY, Talk, talking
from store_rig import rows

from benchmarks.reliability import TOKEN, Child, environment
from bot import reading
from bot.reading import Reader
from funnel.playbook import Alias, Playbook
from intake import segment
from storage import tables

CROWD = 16
LONG = 60  # messages in a batch that is worth handing over
SUCCESS = (200, {"success": True})
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)

Answer = tuple[int, Any]


@pytest.fixture
async def talk(sqlite_url: str) -> AsyncIterator[Talk]:
    async with talking(sqlite_url) as one:
        yield one


def message(number: int) -> dict[str, Any]:
    return {
        "type": "page",
        "messageId": f"m-{number}",
        "anonymousId": f"visitor-{number}",
        "name": "Pricing — 价格",
        "timestamp": "2026-11-20T08:00:00Z",
        "properties": {"url": f"https://meridian.example/pricing?utm_source=news&n={number}"},
    }


def batch(number: int, *others: Any) -> bytes:
    """A batch of `LONG` messages that no batch of another number has, and of others."""
    messages = [message(number * LONG + place) for place in range(LONG)]
    return json.dumps({"batch": [*messages, *others]}).encode()


async def post(http: aiohttp.ClientSession, url: str, body: bytes, token: str = KEY) -> Answer:
    key = base64.b64encode(f"{token}:".encode()).decode()
    async with http.post(f"{url}/v1/batch", data=body, headers={"Authorization": f"Basic {key}"}) as answer:
        return answer.status, await answer.json()


async def send(talk: Talk, bodies: list[bytes]) -> list[Answer]:
    """All at once."""
    return await asyncio.gather(*(post(talk.http, talk.url, body) for body in bodies))


async def crowd(talk: Talk, first: int) -> list[Answer]:
    """A crowd's batches, numbered from `first`."""
    return await send(talk, [batch(number) for number in range(first, first + CROWD)])


async def gather_crowd(talk: Talk) -> None:
    """Let a crowd come, and come again until it meets a second reader; so do those who come next."""

    async def met() -> bool:
        assert await crowd(talk, 0) == [SUCCESS] * CROWD
        return talk.tipoff.house.reader.ready

    await eventually(met)


def readers(of: int | None = None) -> list[psutil.Process]:
    """The second readers of a process, of this one by default."""
    return [each for each in psutil.Process(of).children() if "bot.reader" in each.cmdline()]


async def journal(talk: Talk) -> list[str]:
    """The ids of all that was accepted."""
    return [key for (key,) in await rows(talk.tipoff.house.settings.database_url, tables.journal, "event_id")]


def ids(batches: int) -> list[str]:
    """The ids of the messages in the first so many batches."""
    return sorted((f"m-{number}" for number in range(batches * LONG)), key=lambda name: repr((name,)))


# What a sender sees


BODIES = [
    batch(101),
    batch(102, {"type": "track", "userId": "u1"}, "no message", {"type": "page", "userId": "x" * 400}),
    batch(103, {"type": "page", "timestamp": "2099-01-01T00:00:00Z", "anonymousId": "early"}),
    batch(104)[:-2],
    json.dumps({"batch": "x" * 10_000}).encode(),
    json.dumps([message(5)] * LONG).encode(),
    b"\xff" * 10_000,
    batch(101),
]


async def test_answers_and_journal_are_the_same_in_a_crowd(talk: Talk, tmp_path: Path) -> None:
    async with talking(f"sqlite:///{tmp_path / 'alone.db'}") as quiet:
        alone = [await post(quiet.http, quiet.url, body) for body in BODIES]
        kept = await journal(quiet)
        assert readers() == []
    await gather_crowd(talk)

    answers = await send(talk, [*(batch(number) for number in range(CROWD)), *BODIES])

    assert answers == [*[SUCCESS] * CROWD, *alone]
    assert await journal(talk) == sorted(set(ids(CROWD)) | set(kept))


async def test_a_lone_batch_is_read_by_the_one_process(talk: Talk) -> None:
    for number in range(CROWD):
        assert await post(talk.http, talk.url, batch(number)) == SUCCESS

    assert readers() == []


async def test_a_crowd_of_small_requests_is_read_by_the_one_process(talk: Talk) -> None:
    bodies = [json.dumps({"batch": [message(number)]}).encode() for number in range(4 * CROWD)]

    assert await send(talk, bodies) == [SUCCESS] * len(bodies)
    assert readers() == []


# What becomes of the second reader


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
async def test_readers_that_die_in_a_crowd_lose_and_repeat_nothing(
    database_url: str, number: signal.Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "REST", 0)
    async with talking(database_url) as talk:
        for turn in range(3):
            await gather_crowd(talk)
            (reader,) = readers()
            firsts = range((4 * turn + 1) * CROWD, (4 * turn + 5) * CROWD, CROWD)
            waves = [asyncio.create_task(crowd(talk, first)) for first in firsts]
            await asyncio.sleep(0.03 * turn)
            reader.send_signal(number)

            assert await asyncio.gather(*waves) == [[SUCCESS] * CROWD] * 4
            await eventually(lambda reader=reader: gone(reader))
        assert await journal(talk) == ids(13 * CROWD)


async def test_a_reader_that_died_is_not_replaced_at_once(talk: Talk) -> None:
    await gather_crowd(talk)
    (reader,) = readers()
    reader.kill()

    await eventually(lambda: gone(reader))
    assert await crowd(talk, CROWD) == [SUCCESS] * CROWD
    assert readers() == []


async def test_a_reader_that_hangs_is_given_up(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LINGER", 0.5)
    await gather_crowd(talk)
    (reader,) = readers()
    reader.suspend()

    assert await crowd(talk, CROWD) == [SUCCESS] * CROWD
    assert await journal(talk) == ids(2 * CROWD)
    await eventually(lambda: gone(reader))


async def test_a_reader_that_cannot_start_is_not_missed(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")

    assert await crowd(talk, 0) == [SUCCESS] * CROWD
    assert await crowd(talk, CROWD) == [SUCCESS] * CROWD
    assert await journal(talk) == ids(2 * CROWD)


async def test_the_reader_ends_when_the_crowd_has_gone_and_comes_again_with_the_next(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "LINGER", 0.2)
    await gather_crowd(talk)
    (reader,) = readers()
    await eventually(lambda: gone(reader))

    await gather_crowd(talk)


async def test_the_reader_ends_with_tipoff(sqlite_url: str) -> None:
    async with talking(sqlite_url) as talk:
        await gather_crowd(talk)
        (reader,) = readers()

    assert await gone(reader)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
async def test_the_reader_ends_with_its_process_however_that_ends(
    sqlite_url: str, tmp_path: Path, number: signal.Signals
) -> None:
    async with local_slack() as (_, slack), aiohttp.ClientSession() as http:
        child = Child(environment(slack, sqlite_url), tmp_path)
        url = await child.url()
        while not (found := readers(child.pid)):
            bodies = [batch(place) for place in range(CROWD)]
            answers = await asyncio.gather(*(post(http, url, body, TOKEN) for body in bodies))
            assert answers == [SUCCESS] * CROWD

        child.signal(number)
        assert await child.exit_code() == (-signal.SIGKILL if number == signal.SIGKILL else 0)
        await eventually(lambda: gone(*found))
        assert not any("Traceback" in line for line in child.log)


async def gone(*processes: psutil.Process) -> bool:
    """Whether these have ended, and nothing is left of them."""
    return not any(each.is_running() for each in processes)


# The reader by itself


@pytest.fixture
async def reader() -> AsyncIterator[Reader]:
    async with aclosing(Reader()) as one:
        assert await one.read("batch", batch(0), NOW, Playbook()) is None

        async def ready() -> bool:
            return one.ready

        await eventually(ready)
        yield one


async def test_it_reads_what_is_read_here(reader: Reader) -> None:
    for body in BODIES[:3]:
        here = segment.read("batch", body, NOW, Playbook())
        assert await reader.read("batch", body, NOW, Playbook()) == here


async def test_it_leaves_what_cannot_be_read_to_whoever_asked(reader: Reader) -> None:
    for body in BODIES[3:7]:
        assert await reader.read("batch", body, NOW, Playbook()) is None


async def test_it_reads_by_the_playbook_of_the_moment(reader: Reader) -> None:
    body = json.dumps({"batch": [{"type": "track", "event": "Visited", "userId": "u", "messageId": "1"}]})
    playbooks = [Playbook(), Playbook(aliases={"Visited": Alias(form="Contact sales")}), Playbook()]

    read = [await reader.read("batch", body.encode(), NOW, each) for each in playbooks]

    assert read == [segment.read("batch", body.encode(), NOW, each) for each in playbooks]
    assert [one.events[0].type for one in read if one] == [
        "tipoff.lead.engaged",
        "tipoff.lead.captured",
        "tipoff.lead.engaged",
    ]


async def test_who_asks_and_goes_away_takes_no_answer_from_another(reader: Reader) -> None:
    playbook = Playbook()
    first, second = (
        asyncio.create_task(reader.read("batch", batch(number), NOW, playbook)) for number in (1, 2)
    )
    await asyncio.sleep(0)
    first.cancel()

    assert await second == segment.read("batch", batch(2), NOW, playbook)
