"""Acceptance in groups: callers who come while a transaction is under way share the next one.

A transaction costs the same whether it holds one caller's rows or twenty callers': a wait for the disk, a
few round trips, a few turns between threads.
"""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from operator import itemgetter
from typing import NamedTuple

from storage import journal
from storage.database import Database
from storage.journal import Recorded, Row

LARGEST_GROUP = 6  # callers
CROWD = 4  # callers at once
MOMENT = 0.1  # seconds after a crowd in which the next one is expected


class _Caller(NamedTuple):
    rows: Sequence[Row]
    done: asyncio.Future[Recorded]


class Recorder:
    """Appends to one workspace's journal, for everybody in this process."""

    def __init__(self, database: Database, workspace: str) -> None:
        self._database = database
        self._workspace = workspace
        self._waiting: list[_Caller] = []
        self._writing: asyncio.Task[None] | None = None
        self._coming = 0
        self._crowded_at = float("-inf")

    async def record(self, rows: Sequence[Row]) -> Recorded:
        """How many of the rows were new, once they are durable."""
        caller = _Caller(rows, asyncio.get_running_loop().create_future())
        self._waiting.append(caller)
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write_all())
        return await caller.done

    @contextmanager
    def coming(self) -> Iterator[None]:
        """For the length of the block somebody is about to record, and makes a crowd with others who are."""
        self._coming += 1
        self._count(self._coming)
        try:
            yield
        finally:
            self._count(self._coming)
            self._coming -= 1

    @property
    def crowded(self) -> bool:
        """Whether a crowd is there, or was a moment ago."""
        return self._coming >= CROWD or asyncio.get_running_loop().time() < self._crowded_at + MOMENT

    async def calm(self, patience: float) -> None:
        """Return when no crowd comes and goes, at once on most days, or after `patience` seconds."""
        loop = asyncio.get_running_loop()
        until = loop.time() + patience
        while self.crowded and loop.time() < until:  # noqa: ASYNC110 - no event
            await asyncio.sleep(MOMENT)

    async def close(self) -> None:
        """Write what was asked for."""
        if self._writing is not None:
            await self._writing

    async def _write_all(self) -> None:
        while self._waiting:
            group, self._waiting = self._waiting[:LARGEST_GROUP], self._waiting[LARGEST_GROUP:]
            self._count(len(group))
            await self._write([caller for caller in group if not caller.done.cancelled()])

    def _count(self, callers: int) -> None:
        if callers >= CROWD:
            self._crowded_at = asyncio.get_running_loop().time()

    async def _write(self, group: Sequence[_Caller]) -> None:
        """Write for all at once; for each alone if a row was known already or one of them fails."""
        together = len(group) > 1 and await self._all_new(group)
        if together:
            for caller in group:
                _answer(caller, Recorded(new=len(caller.rows), repeated=0))
        else:
            await asyncio.gather(*map(self._write_one, group))

    async def _all_new(self, group: Sequence[_Caller]) -> bool:
        """Whether the rows of all callers were written; nothing is, unless every one of them was new."""
        try:
            rows = sorted((row for caller in group for row in caller.rows), key=itemgetter(*journal.KEY))
            await self._database.write(partial(journal.append_new, workspace=self._workspace, rows=rows))
        except Exception:  # noqa: BLE001 - each caller meets their own failure when they write alone
            return False
        return True

    async def _write_one(self, caller: _Caller) -> None:
        append = partial(journal.append, workspace=self._workspace, rows=caller.rows)
        try:
            _answer(caller, await self._database.write(append))
        except Exception as failure:  # noqa: BLE001 - the caller's failure is handed to the caller
            if not caller.done.done():
                caller.done.set_exception(failure)


def _answer(caller: _Caller, recorded: Recorded) -> None:
    if not caller.done.done():
        caller.done.set_result(recorded)
