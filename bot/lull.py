"""Work that can wait lets go first what people and senders wait for."""

import asyncio

CROWDED = 0.003  # seconds that one turn of the event loop takes when many wait to be answered
MOMENT = 0.03


async def lull(patience: float) -> None:
    """Return when the event loop has little else to do, at once on most days, or after `patience` seconds."""
    loop = asyncio.get_running_loop()
    until = loop.time() + patience
    while (began := loop.time()) < until:
        await asyncio.sleep(0)
        if loop.time() - began < CROWDED:
            return
        await asyncio.sleep(MOMENT)
