"""Work that can wait lets those go first who wait for an acknowledgement."""

import asyncio
import time
from collections import deque

MANY = 10  # acknowledged within a moment
MOMENT = 0.03  # seconds
GLANCE = 0.003  # seconds until the next of a crowd would have come


class Lull:
    """Knows whether people crowd in, and lets work begin when they do not."""

    def __init__(self) -> None:
        self._acknowledged: deque[float] = deque(maxlen=MANY)
        self._next = asyncio.Lock()

    def acknowledged(self) -> None:
        """Somebody was, just now."""
        self._acknowledged.append(time.monotonic())

    async def comes(self, patience: float) -> None:
        """Return when nobody crowds in: on most days after a glance.

        In a crowd one piece of work at a time may begin, `patience` seconds after the one before.
        """
        await asyncio.sleep(GLANCE)
        if self._crowded():
            async with self._next:
                until = time.monotonic() + patience
                while self._crowded() and time.monotonic() < until:  # noqa: ASYNC110 - nobody says who was last
                    await asyncio.sleep(MOMENT)

    def _crowded(self) -> bool:
        many = len(self._acknowledged) == MANY
        return many and time.monotonic() - self._acknowledged[0] < MOMENT
