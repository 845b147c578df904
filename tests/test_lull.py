"""Answers wait while people crowd in for acknowledgements, and not for ever."""

import asyncio
import time

from bot.lull import MANY, Lull


async def crowd(lull: Lull, seconds: float) -> None:
    """Many are acknowledged in every turn of the loop."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        some(lull, MANY)
        await asyncio.sleep(0)


def some(lull: Lull, people: int) -> None:
    for _ in range(people):
        lull.acknowledged()


async def test_on_most_days_there_is_no_waiting() -> None:
    lull = Lull()
    some(lull, MANY - 1)

    async with asyncio.timeout(20):
        await lull.comes(10)


async def test_a_crowd_goes_first() -> None:
    lull = Lull()
    busy = asyncio.create_task(crowd(lull, 0.3))
    await asyncio.sleep(0)
    await lull.comes(10)

    assert busy.done()


async def test_a_crowd_that_comes_right_after_goes_first_too() -> None:
    lull = Lull()
    waiting = asyncio.create_task(lull.comes(10))
    await asyncio.sleep(0)
    busy = asyncio.create_task(crowd(lull, 0.3))
    await waiting

    assert busy.done()


async def test_patience_ends() -> None:
    lull = Lull()
    busy = asyncio.create_task(crowd(lull, 5))
    await asyncio.sleep(0)
    await lull.comes(0.1)

    assert not busy.done()
    busy.cancel()


async def test_in_a_crowd_one_thing_begins_at_a_time() -> None:
    lull = Lull()
    busy = asyncio.create_task(crowd(lull, 10))
    await asyncio.sleep(0)
    began = time.monotonic()

    async def begin() -> float:
        await lull.comes(0.1)
        return time.monotonic() - began

    first, second, third = await asyncio.gather(begin(), begin(), begin())
    busy.cancel()

    assert (first >= 0.1, second >= first + 0.1, third >= second + 0.1) == (True,) * 3
