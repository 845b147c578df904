"""`tipoff import`: a file of rows becomes journal events, in batches that each are durable.

Stopping it loses nothing: run it again, and the rows that were recorded already are recognised by their
event ids.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from bot.house import clock
from bot.settings import Settings, load_playbook
from bot.terminal import err, out
from funnel.errors import TipoffError
from funnel.events import Event, dated
from funnel.playbook import Playbook
from intake import csv
from intake.answer import Problem
from intake.mapping import Mapping, parse_mapping
from storage.journal import Recorded
from storage.store import Store

Row = tuple[int, tuple[Event, ...] | Problem]
BATCH = 1_000
SHOWN = 20


class ImportFileError(TipoffError):
    """The file or its mapping cannot be read; says which, and what would work."""


async def import_file(settings: Settings, file: Path, source: str, mapping: str, *, live: bool) -> bool:
    """Load `file` with a progress bar and say what came of it; True if some rows could not be read."""
    playbook = load_playbook(settings.tipoff_playbook)
    with _opened(file) as lines, _bar(file) as moved:
        rows = csv.read_rows(_watched(lines, moved), _mapping(mapping), source, playbook.zone, live=live)
        async with Store.open(settings.database_url, migrate=True) as store:
            recorded, problems = await _record(store, rows)
            await tell_all(store, playbook)
    _report(recorded, problems)
    return bool(problems)


async def tell_all(store: Store, playbook: Playbook) -> None:
    """Tell everything that was recorded."""
    while (await store.tell(playbook, clock(), limit=BATCH)).events:
        pass


def _opened(file: Path) -> TextIO:
    try:
        return file.open(encoding=csv.ENCODING, newline="")
    except OSError as error:
        raise ImportFileError(f"{file} cannot be read: {error.strerror or error}") from None


def _mapping(name: str) -> Mapping | str | None:
    """The mapping that `--mapping` names: a built-in one, a YAML file, or None to guess it."""
    if not name or name in csv.NAMED:
        return name or None
    try:
        return parse_mapping(Path(name).read_text(encoding="utf-8"), name)
    except (OSError, UnicodeDecodeError) as error:
        known = ", ".join(csv.NAMED)
        raise ImportFileError(f"The mapping {name} cannot be read ({error}). Built in: {known}.") from None


async def _record(store: Store, rows: Iterable[Row]) -> tuple[Recorded, list[Problem]]:
    problems: list[Problem] = []
    events: list[Event] = []
    new = repeated = 0
    received = clock()
    for _, read in rows:
        if isinstance(read, Problem):
            problems.append(read)
        else:
            events += (dated(event, received) for event in read)
        if len(events) >= BATCH:
            done = await store.record(events)
            new, repeated, events = new + done.new, repeated + done.repeated, []
    done = await store.record(events)
    return Recorded(new=new + done.new, repeated=repeated + done.repeated), problems


def _watched(lines: TextIO, moved: Callable[[int], None]) -> Iterator[str]:
    """The lines, telling a progress bar of each one's size."""
    for line in lines:
        moved(len(line.encode()))
        yield line


@contextmanager
def _bar(file: Path) -> Iterator[Callable[[int], None]]:
    """How far the file was read, at a terminal; in a log it would only be noise."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, disable=not err.is_terminal) as progress:
        task = progress.add_task(file.name, total=file.stat().st_size)
        yield lambda size: progress.advance(task, size)


def _report(recorded: Recorded, problems: list[Problem]) -> None:
    out.print(f"{recorded.new:,} events recorded, {recorded.repeated:,} were there already.")
    for problem in problems[:SHOWN]:
        err.print(f"row {problem}")
    if problems:
        more = f" ({len(problems) - SHOWN:,} more)" if len(problems) > SHOWN else ""
        err.print(f"{len(problems):,} rows were not imported{more}. Mend them and import the file again.")
