"""SQLite's one writer: a thread that takes what callers want written and commits it in groups.

A commit waits for the disk (about 4 ms), whether it holds one caller's rows or a hundred callers'. Each
caller has a savepoint, so that one who fails undoes only their own.
"""

import asyncio
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, NamedTuple, TypeVar

import sqlalchemy as sa

T = TypeVar("T")
LARGEST_GROUP = 100


class _Job(NamedTuple):
    tx: Callable[[sa.Connection], Any]
    done: Future[Any]


class Writer:
    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._closed = False

    async def write(self, tx: Callable[[sa.Connection], T]) -> T:
        """What `tx` returns, after the commit that makes it durable."""
        if self._closed:
            raise RuntimeError("the store is closed")
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="tipoff-writer", daemon=True)
            self._thread.start()
        job = _Job(tx, Future())
        self._jobs.put(job)
        result: T = await asyncio.wrap_future(job.done)
        return result

    async def close(self) -> None:
        """Write what was asked for, then stop."""
        self._closed = True
        if self._thread is not None:
            self._jobs.put(None)
            await asyncio.to_thread(self._thread.join)
            self._thread = None

    def _run(self) -> None:
        going = True
        while going:
            group, going = self._next_group()
            if group:
                _write_group(self._engine, group)
        self._engine.dispose()

    def _next_group(self) -> tuple[list[_Job], bool]:
        """Everybody who waits by now, at least one; False once the writer is to stop."""
        group: list[_Job] = []
        job = self._jobs.get()
        while job is not None:
            if job.done.set_running_or_notify_cancel():
                group.append(job)
            if len(group) >= LARGEST_GROUP:
                return group, True
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                return group, True
        return group, False


def _write_group(engine: sa.Engine, group: list[_Job]) -> None:
    """Run each job in a savepoint of one transaction; answer them once it is committed.

    A job that failed may have left a query half read, and its traceback keeps that alive: the connection
    would go on seeing the past, and be refused the next write. So it starts afresh.
    """
    answers: list[tuple[Future[Any], Any, BaseException | None]] = []
    try:
        with engine.begin() as connection:
            answers += [(job.done, *_attempt(connection, job)) for job in group]
    except BaseException as error:  # noqa: BLE001 - whatever stopped the commit is every caller's answer
        answers = [(job.done, None, error) for job in group]
    if any(failure for _, _, failure in answers):
        engine.dispose()
    for done, result, failure in answers:
        if failure is None:
            done.set_result(result)
        else:
            done.set_exception(failure)


def _attempt(connection: sa.Connection, job: _Job) -> tuple[Any, BaseException | None]:
    try:
        with connection.begin_nested():
            return job.tx(connection), None
    except BaseException as error:  # noqa: BLE001 - the caller's failure is handed to the caller
        return None, error
