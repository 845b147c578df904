"""Work that goes on after an answer: tracked, bounded, and finished before the process ends."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

log = logging.getLogger(__name__)


class Tasks:
    """Runs coroutines in the background, at most `limit` at once; the others wait their turn."""

    def __init__(self, limit: int) -> None:
        self._room = asyncio.Semaphore(limit)
        self._running: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._running)

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Begin `work` soon; what it raises is logged, since nobody awaits it."""
        task = asyncio.create_task(self._run(work))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _run(self, work: Coroutine[Any, Any, None]) -> None:
        async with self._room:
            try:
                await work
            except Exception:
                log.exception("background work failed")

    async def drain(self, seconds: float) -> bool:
        """Wait until all is done, `seconds` at most, and cancel the rest. True if all was done."""
        if not self._running:
            return True
        _, unfinished = await asyncio.wait(self._running, timeout=seconds)
        for task in unfinished:
            task.cancel()
        await asyncio.gather(*unfinished, return_exceptions=True)
        return not unfinished
