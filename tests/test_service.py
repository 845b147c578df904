"""Starting, stopping and being left alone: the process, its Slack and its database."""

import asyncio
import logging
import signal
import time
from pathlib import Path

import pytest
from bot_rig import (
    HEADERS,
    PATIENCE,
    POST,
    LocalSlack,
    Stage,
    eventually,
    hand_over,
    key,
    local_slack,
    performing,
)
from conftest import administer
from sqlalchemy.engine import make_url

from benchmarks.reliability import CHANNEL, Child, environment, lead
from storage.store import Store
from workspace import Running as Slack
from workspace import Workspace

ENOUGH = 10.0  # seconds that a supervisor allows


def shown(workspace: Workspace) -> list[str]:
    cards = [each for each in workspace.messages(CHANNEL) if each.metadata and not each.is_reply]
    return sorted(map(key, cards))


async def ended(child: Child, number: signal.Signals = signal.SIGTERM) -> tuple[int | None, bool]:
    """The exit code after a signal, and whether the end came in time."""
    asked = time.monotonic()
    child.signal(number)
    code = await child.exit_code()
    return code, time.monotonic() - asked < ENOUGH


async def recorded(database_url: str) -> int:
    async with Store.open(database_url) as store:
        return (await store.counts()).events


# It is asked to stop.


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_it_well_in_the_middle_of_work_and_the_next_goes_on(
    database_url: str, tmp_path: Path, number: signal.Signals
) -> None:
    async with local_slack() as (local, slack):
        child = Child(environment(slack, database_url), tmp_path)
        await hand_over(await child.url(), *range(20))
        await local.workspace.wait_for(lambda: len(shown(local.workspace)) >= 5, PATIENCE)
        local.workspace.fault(POST, "slow", seconds=0.2)

        assert await ended(child, number) == (0, True)
        assert "stopped in good order" in child.log[-1]
        assert not any("Traceback" in line or "never" in line for line in child.log)
        left = len(shown(local.workspace))
        assert left < 20

        child = Child(environment(slack, database_url), tmp_path)
        await local.workspace.wait_for(lambda: len(shown(local.workspace)) >= 20, PATIENCE)
        assert await child.stop() == 0
        assert shown(local.workspace) == sorted(f"brief:lead-{each}" for each in range(1, 21))
        assert "conversations.history" not in {call.method for call in local.workspace.calls}


async def test_the_last_call_of_a_killed_process_is_over_before_the_next_one_looks(
    database_url: str, tmp_path: Path
) -> None:
    """Slack may finish a call whose caller is dead; the lease lasts longer than that."""
    async with local_slack() as (local, slack):
        told = environment(slack, database_url, TIPOFF_SLACK_TIMEOUT="0.5")
        child = Child(told, tmp_path)
        slow = local.workspace.fault(POST, "slow", seconds=0.9)
        await hand_over(await child.url(), 1)
        await local.workspace.wait_for(lambda: slow.struck, PATIENCE)
        await child.kill()
        assert shown(local.workspace) == []

        child = Child(told, tmp_path)
        await child.url()
        looked = "conversations.history"
        await local.workspace.wait_for(
            lambda: any(each.method == looked for each in local.workspace.calls), PATIENCE
        )
        assert await child.stop() == 0
        assert shown(local.workspace) == ["brief:lead-1"]
        assert sum(each.method == POST for each in local.workspace.calls) == 1


async def test_a_slack_that_never_answers_does_not_keep_it(sqlite_url: str, tmp_path: Path) -> None:
    async with local_slack() as (local, slack):
        child = Child(environment(slack, sqlite_url, TIPOFF_SLACK_TIMEOUT="30"), tmp_path)
        url = await child.url()
        await local.workspace.wait_for(lambda: local.workspace.sockets.connections, PATIENCE)
        stuck = local.workspace.fault(POST, "slow", seconds=60)
        await hand_over(url, 1)
        await local.workspace.wait_for(lambda: stuck.struck, PATIENCE)

        assert await ended(child) == (0, True)


async def test_a_sender_that_never_finishes_does_not_keep_it(sqlite_url: str, tmp_path: Path) -> None:
    async with local_slack() as (_, slack):
        child = Child(environment(slack, sqlite_url), tmp_path)
        host, port = (await child.url()).removeprefix("http://").split(":")
        _, writer = await asyncio.open_connection(host, int(port))
        writer.write(b"POST /intake/events HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{")
        await writer.drain()

        assert await ended(child) == (0, True)
        writer.close()


async def test_without_slack_the_doors_are_open_and_the_end_comes_in_time(
    sqlite_url: str, tmp_path: Path
) -> None:
    local = LocalSlack()
    child = Child(environment(nowhere(local), sqlite_url), tmp_path)
    await hand_over(await child.url(), 1, 2)

    assert await ended(child) == (0, True)
    assert await recorded(sqlite_url) == 2


async def test_what_was_accepted_without_slack_is_said_when_slack_comes(
    sqlite_url: str, tmp_path: Path
) -> None:
    local = LocalSlack()
    child = Child(environment(nowhere(local), sqlite_url), tmp_path)
    await hand_over(await child.url(), 1, 2)
    await local.arrive()
    try:
        await local.workspace.wait_for(lambda: len(shown(local.workspace)) == 2, PATIENCE)
        await local.workspace.wait_for(lambda: local.workspace.sockets.connections, PATIENCE)
    finally:
        await local.leave()

    assert await ended(child) == (0, True)  # Slack has gone again


def nowhere(local: LocalSlack) -> Slack:
    """What an app needs to speak to a workspace that is not there yet."""
    app = local.workspace.config.app
    return Slack(local.url, f"{local.url}/api/", app.bot_token, app.app_token, app.signing_secret)


# The database goes away.


async def test_a_database_that_is_away_for_a_moment_is_ridden_out(
    postgres_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    async with performing(postgres_url) as stage:
        await stage.send(lead(1))
        await stage.becomes("said")
        await shut(postgres_url)
        assert await status(stage, 2) in (500, 503)
        await eventually(lambda: logged(caplog, "the database is away"))
        await unlock(postgres_url)
        await eventually(lambda: takes(stage, 2))

        await stage.shows("Lead Number1", "Lead Number2")
        await stage.settled()
        assert (await stage.tipoff.house.store.counts()).set_aside == 0


async def shut(url: str) -> None:
    """Nobody gets into this database, and whoever is in it is thrown out."""
    name = make_url(url).database
    server = make_url(url).set(database="postgres")
    await administer(server, f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
    await throw_out(url)


async def throw_out(url: str) -> None:
    """Break every connection to this database."""
    where = f"WHERE datname = '{make_url(url).database}'"
    server = make_url(url).set(database="postgres")
    await administer(server, f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity {where}")  # noqa: S608


async def unlock(url: str) -> None:
    server = make_url(url).set(database="postgres")
    await administer(server, f"ALTER DATABASE {make_url(url).database} ALLOW_CONNECTIONS true")


async def status(stage: Stage, number: int) -> int:
    async with stage.http.post(
        f"{stage.tipoff.url}/intake/events", json=[lead(number)], headers=HEADERS
    ) as answer:
        return answer.status


async def takes(stage: Stage, number: int) -> bool:
    return await status(stage, number) == 202


async def logged(caplog: pytest.LogCaptureFixture, words: str) -> bool:
    return words in caplog.text


async def test_connections_that_break_at_any_moment_lose_and_repeat_nothing(postgres_url: str) -> None:
    async with performing(postgres_url) as stage:
        for number in range(30):
            await eventually(lambda number=number: takes(stage, number))
            if number % 3 == 0:
                await throw_out(postgres_url)
        await stage.settled()

        assert sorted(stage.keys()) == sorted(f"brief:lead-{each}" for each in range(1, 31))
        assert (await stage.tipoff.house.store.counts()).set_aside == 0
