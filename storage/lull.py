"""Work that can wait lets go first what people and senders wait for."""

import asyncio
from collections.abc import Callable

CROWDED = 0.003  # seconds that one turn of the event loop takes when many wait to be answered
MOMENT = 0.03
NOW_AND_THEN = 3


async def lull(patience: float) -> None:
    """Return when the event loop has little else to do, at once on most days, or after `patience` seconds."""
    loop = asyncio.get_running_loop()
    until = loop.time() + patience
    while (began := loop.time()) < until:
        await asyncio.sleep(0)
        if loop.time() - began < CROWDED:
            return
        await asyncio.sleep(MOMENT)


async def no_crowd(count: Callable[[], int], seen: int, patience: float) -> None:
    """Return when `count()` moves on from `seen` only now and then, or after `patience` seconds."""
    loop = asyncio.get_running_loop()
    until = loop.time() + patience
    while (now := count()) - seen > NOW_AND_THEN and loop.time() < until:
        seen = now
        await asyncio.sleep(4 * MOMENT)
