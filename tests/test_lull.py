"""Answers wait while acknowledgements crowd the loop, and not for ever."""

import asyncio
import time

from bot.lull import lull


async def crowd(turns: int) -> None:
    """A loop whose every turn takes long."""
    for _ in range(turns):
        time.sleep(0.005)  # noqa: ASYNC251 - that is the crowd
        await asyncio.sleep(0)


async def test_on_most_days_there_is_no_waiting() -> None:
    async with asyncio.timeout(5):
        await lull(10)


async def test_a_crowd_goes_first() -> None:
    busy = asyncio.create_task(crowd(20))
    await asyncio.sleep(0)
    await lull(10)

    assert busy.done()


async def test_patience_ends() -> None:
    busy = asyncio.create_task(crowd(200))
    await asyncio.sleep(0)
    await lull(0.1)

    assert not busy.done()
    await busy
