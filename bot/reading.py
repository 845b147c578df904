"""Reading batches in a second process while a crowd of them waits.

One thread of Python reads some 20,000 messages a second, and can do nothing else meanwhile. With two
processes one reads while the other writes. The second is started when a crowd comes, and ends soon after the
crowd has gone. It helps and is not needed: what it leaves unanswered, for any reason, the first reads itself.
"""

import asyncio
import contextlib
import logging
import os
import pickle
import socket
import sys
from asyncio import Future, StreamReader, StreamWriter
from collections import deque
from collections.abc import AsyncIterator
from datetime import datetime

from bot.reader import SIZE
from funnel.playbook import Playbook
from intake.answer import Batch

log = logging.getLogger(__name__)

STARTS = 20.0  # seconds that a start may take
LINGER = 15.0  # seconds without an answer, then it ends: the crowd has gone, or it hangs
REST = 60.0  # seconds until the next one is started where one has died


class Reader:
    """The second process of one running Tipoff; on most days there is none."""

    def __init__(self) -> None:
        self._running: asyncio.Task[None] | None = None
        self._wire: StreamWriter | None = None
        self._asked: deque[Future[Batch | None]] = deque()
        self._knows: Playbook | None = None
        self._rests_until = float("-inf")

    @property
    def ready(self) -> bool:
        """Whether there is a process to read what comes next."""
        return self._wire is not None

    async def read(self, kind: str, body: bytes, received: datetime, playbook: Playbook) -> Batch | None:
        """What `intake.segment.read` makes of a body; None where the process is not there, or failed.

        A call that finds no process starts one for those that follow.
        """
        if self._wire is None:
            self._wake()
            return None
        newer = None if playbook is self._knows else playbook
        self._knows = playbook
        self._wire.write(pickle.dumps((kind, body, received, newer), pickle.HIGHEST_PROTOCOL))
        answer: Future[Batch | None] = asyncio.get_running_loop().create_future()
        self._asked.append(answer)
        return await answer

    async def aclose(self) -> None:
        """End the process, if there is one."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.wait([self._running])

    def _wake(self) -> None:
        rested = asyncio.get_running_loop().time() >= self._rests_until
        if rested and (self._running is None or self._running.done()):
            self._running = asyncio.create_task(self._run())

    async def _run(self) -> None:
        try:
            async with _connected() as (answers, wire, its), _process(its):
                async with asyncio.timeout(STARTS):
                    await _next(answers)
                self._wire, self._knows = wire, None
                with contextlib.suppress(TimeoutError):
                    await self._hand_back(answers)
        except Exception as error:  # noqa: BLE001 - whatever it was, there is a way without
            log.warning("the second reader is gone, the next may start in %g s: %r", REST, error)
            self._rests_until = asyncio.get_running_loop().time() + REST
        finally:
            self._wire = None
            while self._asked:
                _settle(self._asked.popleft(), None)

    async def _hand_back(self, answers: StreamReader) -> None:
        """Give each answer to who asked, until there was none for `LINGER` seconds (a TimeoutError)."""
        while True:
            async with asyncio.timeout(LINGER):
                batch = await _next(answers)
            _settle(self._asked.popleft(), batch)


async def _next(answers: StreamReader) -> Batch | None:
    size = int.from_bytes(await answers.readexactly(SIZE), "big")
    batch: Batch | None = pickle.loads(await answers.readexactly(size))  # noqa: S301 - our own process wrote it
    return batch


def _settle(asked: Future[Batch | None], batch: Batch | None) -> None:
    if not asked.done():
        asked.set_result(batch)


@contextlib.asynccontextmanager
async def _connected() -> AsyncIterator[tuple[StreamReader, StreamWriter, socket.socket]]:
    """A socket with two ends: ours to read from and to write to, and the process's own."""
    ours, its = socket.socketpair()
    with its:
        answers, wire = await asyncio.open_connection(sock=ours)
        try:
            yield answers, wire, its
        finally:
            wire.transport.abort()


@contextlib.asynccontextmanager
async def _process(its: socket.socket) -> AsyncIterator[None]:
    """A process that finds the modules that this one finds; Ctrl-C is not for it. It has nothing to lose."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "bot.reader", stdin=its.fileno(), env=environment, process_group=0
    )
    its.close()
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
