"""What every listener, door and loop is handed: the store, the rules, the clock, and bells for the loops."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property

import aiohttp

from bot.answers import Answers
from bot.levels import Levels
from bot.reading import Reader
from bot.settings import Settings
from bot.tasks import Tasks
from funnel.events import Event, Written, dated, written
from funnel.masks import Mask
from funnel.playbook import Playbook
from storage.journal import Recorded
from storage.store import Store


def clock() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Lifted:
    """A mask that is lifted for one person: who they are, what they did, and the id of the channel."""

    actor: str
    deed: str
    channel: str | None


@dataclass(frozen=True, slots=True)
class Sight:
    """How much of a lead whoever acts may be shown; `lifted` where others in that place see less."""

    mask: Mask = "full"
    lifted: Lifted | None = None


@dataclass(frozen=True)
class House:
    """One running Tipoff.

    `http` is the session for answers to Slack, `reader` reads while many send. `untold` wakes the loop that
    tells leads, `unsaid` the one that posts. `simulating` is held by the one simulation of alerts that may
    run. `sight` is that of the person for whom something is done (`bot.roles`).
    """

    settings: Settings
    playbook: Playbook
    store: Store
    tasks: Tasks
    http: aiohttp.ClientSession
    reader: Reader
    now: Callable[[], datetime] = clock
    sight: Sight = Sight()
    untold: asyncio.Event = field(default_factory=asyncio.Event)
    unsaid: asyncio.Event = field(default_factory=asyncio.Event)
    answers: Answers = field(default_factory=Answers)
    simulating: asyncio.Lock = field(default_factory=asyncio.Lock)

    @cached_property
    def levels(self) -> Levels:
        """How richly messages are said."""
        return Levels(self.store)

    async def record(self, events: Sequence[Event]) -> Recorded:
        """Append events to the journal; durable when this returns. The telling of leads follows by itself."""
        now = self.now()
        return await self.append([written(dated(event, now)) for event in events])

    async def append(self, events: Sequence[Written]) -> Recorded:
        """Do what `record` does with events that are written already."""
        recorded = await self.store.append(events)
        if recorded.new:
            self.untold.set()
        return recorded
