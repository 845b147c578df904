"""The memory of one workspace: what happened, who it happened to, and what was said about it.

Events are accepted first and told right after: `record` returns when the journal is durable, and `tell`,
called by a loop that `record` wakes, derives leads, facts and cards from it. Everything but the journal and
the sent state of cards can be derived again (`rebuild`).
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import AbstractContextManager, asynccontextmanager
from datetime import UTC, datetime
from typing import Self, TypeVar

import sqlalchemy as sa

from funnel.counts import Ask, Cells, CountedLead
from funnel.events import Event, LeadEvent, Written, written
from funnel.lead import Lead, LeadSummary
from funnel.period import Period
from funnel.persons import Story
from funnel.playbook import Playbook
from storage import (
    counting,
    crediting,
    finding,
    hindsight,
    journal,
    rebuilding,
    rendering,
    schema,
    telling,
    totals,
)
from storage.audit import Audit
from storage.cards import Cards
from storage.crediting import Credit, Journeys
from storage.database import Database, open_database
from storage.journal import Recorded
from storage.rebuilding import Rebuilt
from storage.recording import Recorder
from storage.rendering import Rendering
from storage.telling import Told
from storage.totals import Totals
from storage.watching import Watching

T = TypeVar("T")
PATIENCE = 1.0  # seconds that telling waits while a crowd of senders is answered


class Store:
    """One workspace's memory; open it with `async with Store.open(url) as store`.

    Every method is one transaction (`rebuild` is several short ones) and safe beside any other, in this
    process or, on PostgreSQL, in another. Times are aware and in UTC.
    """

    def __init__(self, database: Database, workspace: str) -> None:
        self._database = database
        self._recorder = Recorder(database, workspace)
        self._workspace = workspace
        self.cards = Cards(database, workspace)
        self.audit = Audit(database, workspace)
        self.watching = Watching(database, workspace)

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str, *, workspace: str = "main", migrate: bool = False) -> AsyncIterator[Self]:
        """The store at a database URL; leaving the context finishes what was being written.

        Args:
            url: `sqlite:///tipoff.db` or `postgresql://user:password@host/name`.
            workspace: whose memory it is; workspaces in one database never see each other.
            migrate: bring the tables up to this version first, instead of refusing an older store.

        Raises:
            StoreError: the URL is not one of these, nothing answers there, or the store's tables are not of
                this version; the sentence says what would work.

        """
        database = open_database(url)
        store = cls(database, workspace)
        try:
            await (schema.upgrade(database) if migrate else schema.check(database))
            yield store
        finally:
            await store._recorder.close()
            await database.close()

    async def record(self, events: Iterable[Event]) -> Recorded:
        """Append events to the journal; once this returns they survive a crash.

        An event whose `(source, id)` stands already is counted as repeated and otherwise ignored, whatever
        it says: the first one wins. Nothing is told yet; wake whoever calls `tell`.
        """
        return await self.append(map(written, events))

    async def append(self, events: Iterable[Written]) -> Recorded:
        """Do what `record` does with events that are written already."""
        rows = journal.rows_of(self._workspace, events, received_at=datetime.now(UTC))
        if not rows:
            return Recorded(new=0, repeated=0)
        return await self._recorder.record(rows)

    def coming(self) -> AbstractContextManager[None]:
        """Count as one of those who are about to record, for the length of the block."""
        return self._recorder.coming()

    @property
    def crowded(self) -> bool:
        """Whether many record at once, now or a moment ago."""
        return self._recorder.crowded

    async def tell(self, playbook: Playbook, now: datetime, limit: int = 200) -> Told:
        """Tell the leads of the next untold events again, and mark their cards; call it until `events` is 0.

        A lead that deserves a brief and has no card gets one, due at `now`. Replicas take turns. An event
        that cannot be told is logged and set aside, so that it does not hold up the others. While a crowd
        of callers waits for `record`, telling waits up to a second.
        """
        await self._recorder.calm(PATIENCE)
        return await telling.tell_or_set_aside(self._database, self._workspace, playbook, now, limit)

    async def rebuild(self, playbook: Playbook) -> Rebuilt:
        """Derive every lead and fact from the journal again; `changed` is 0 when the store was right.

        Creates no cards, and leaves what was said alone. Events that were set aside become untold again.
        Safe beside a running bot.
        """
        return await rebuilding.rebuild(self._database, self._workspace, playbook)

    async def lead(self, lead_id: int, playbook: Playbook) -> Lead | None:
        """The lead of that id, folded from its events; None when there is none, or no longer."""
        return await self._read(finding.lead, lead_id, playbook)

    async def leads(self, period: Period, playbook: Playbook) -> AsyncIterator[Lead]:
        """The leads created in `period`, oldest first, each folded from its events.

        Each hundred are read at once and forgotten when the next are asked for, so that any number can be
        walked through. Who changes meanwhile is as they are when their hundred is read.
        """
        place: finding.Place | None = None
        while True:
            found, place = await self._read(finding.next_created, period, playbook, place)
            for one in found:
                yield one
            if place is None:
                return

    async def events_of(self, lead_id: int) -> list[LeadEvent]:
        """The events of a lead in order of occurrence; empty when there is no such lead."""
        return await self._read(finding.events_of, lead_id)

    async def lead_of(self, email: str) -> int | None:
        """The id of the lead who has that e-mail address, in any case and with any plus-tag."""
        return await self._read(finding.lead_of, email)

    async def story_of(self, email: str) -> Story | None:
        """How the lead who has that e-mail address came together; None when nobody has it."""
        return await self._read(finding.story_of, email)

    async def find_leads(self, text: str, limit: int = 6) -> list[LeadSummary]:
        """Whom `text` means: who has that e-mail address, else whose name, address or company contains it.

        Case does not matter; the latest touch comes first. Forgotten people are never found.
        """
        return await self._read(finding.find_leads, text, limit)

    async def count(self, ask: Ask, playbook: Playbook, *, now: datetime | None = None) -> Cells:
        """The counts and spreads that `ask` names, by its dimension, but not those of the playbook.

        Windows of time, hours and weekdays (`09`, `Monday`) are groups even when empty, in their order.

        Args:
            ask: what to count, when, and by what.
            playbook: the rules that points and channels go by.
            now: the time of asking, for what is due or goes on; the clock's where it is left out.

        Raises:
            QuestionError: the numbers cannot be broken down or filtered like this, or too much changed since
                `as_of`.

        """
        return await self._asked(
            ask, playbook, counting.count, ask, playbook, ask.as_of or now or datetime.now(UTC)
        )

    async def count_each(
        self, asks: Iterable[Ask], playbook: Playbook, *, now: datetime | None = None
    ) -> dict[Ask, Cells]:
        """Do what `count` does with several; what is asked as of one day is counted in one past, told once.

        Raises:
            QuestionError: as `count`.

        """
        moment = now or datetime.now(UTC)

        def counted(c: sa.Connection, workspace: str, some: Sequence[Ask]) -> dict[Ask, Cells]:
            return {ask: counting.count(c, workspace, ask, playbook, ask.as_of or moment) for ask in some}

        together: defaultdict[Ask | datetime, list[Ask]] = defaultdict(list)
        for ask in asks:
            together[ask.as_of or ask].append(ask)
        parts = (self._asked(some[0], playbook, counted, some) for some in together.values())
        return {ask: cells for part in await asyncio.gather(*parts) for ask, cells in part.items()}

    async def counted(
        self,
        ask: Ask,
        name: str,
        limit: int = 5_000,
        *,
        playbook: Playbook | None = None,
        now: datetime | None = None,
    ) -> list[CountedLead]:
        """The leads behind one count of `ask`, its breakdown aside: one for each row that it counts.

        Empty for what is not counted in leads, deals, touches or visits (spend, and what the playbook says).

        Args:
            ask: what was counted.
            name: which of its counts.
            limit: how many leads at most, those first for whom it happened first.
            playbook: the rules by which the past is told again; an ask with `as_of` needs it.
            now: the time of asking; the clock's where it is left out.

        Raises:
            QuestionError: the number cannot be filtered like this, or too much changed since `as_of`.

        """
        moment = ask.as_of or now or datetime.now(UTC)
        return await self._asked(ask, playbook, counting.counted, ask, name, moment, limit)

    async def moments(self, ask: Ask, name: str) -> list[tuple[datetime, bool]]:
        """When each thing behind one count of `ask` happened, oldest first, and whether an import told it.

        Args:
            ask: when, and of whom; its breakdown is left aside.
            name: which count, of leads or of touches; each thing counts when it happened.

        Raises:
            QuestionError: the number cannot be filtered like this.

        """
        return await self._read(counting.moments, ask, name)

    async def conversions(
        self, ask: Ask, credit: Credit, *, playbook: Playbook | None = None, now: datetime | None = None
    ) -> Journeys:
        """What attribution shares credit for: the leads or deals that a name counts, with the touches before.

        A touch of marketing says where it came from, by whatever lead it is; opens of mails, which prove
        little, our own sends and machines' hits are none. `all` adds sales' touches, under the key `sales`.

        Args:
            ask: which leads or deals: its period, clock and filters.
            credit: what is a conversion, by what it is credited, whose touches count, and how far back.
            playbook: the rules by which the past is told again; an ask with `as_of` needs it.
            now: the time of asking; the clock's where it is left out.

        Raises:
            QuestionError: that is no count of leads or deals, or not what can be credited.

        """
        moment = ask.as_of or now or datetime.now(UTC)
        return await self._asked(ask, playbook, crediting.journeys, ask, credit, moment)

    async def campaign_names(self, limit: int = 10_000) -> list[str]:
        """The campaigns that leads came by or money was spent on, in alphabetical order."""
        return await self._read(counting.campaign_names, limit)

    async def experiment_names(self, limit: int = 10_000) -> list[str]:
        """The experiments that people were in, in alphabetical order."""
        return await self._read(counting.experiment_names, limit)

    async def campaign_kinds(self) -> dict[str, tuple[str, ...]]:
        """What the spend of each campaign was booked as, by whoever sent it, the latest first."""
        return await self._read(counting.campaign_kinds)

    async def counts(self) -> Totals:
        """How much there is, for the metrics page."""
        return await self._read(totals.totals)

    async def renderings(self) -> list[Rendering]:
        """The kinds of message that Slack would not draw as richly as we do; the others are said richly."""
        return await self._read(rendering.remembered)

    async def remember_rendering(self, kind: str, level: str, error: str) -> None:
        """From now on a kind of message is said at `level`, since Slack answered `error` to more."""
        await self._database.write(lambda c: rendering.remember(c, self._workspace, kind, level, error))

    async def forget_renderings(self) -> int:
        """Say everything as richly as we can again; how many kinds were not."""
        return await self._database.write(lambda c: rendering.forget(c, self._workspace))

    async def version(self) -> str:
        """Another one as soon as anything was written, by whomever; while it is the same, so is all else."""
        return await self._database.version()

    async def health(self) -> None:
        """Return when the database answers; raise what it raises when it does not."""
        await self._database.read(lambda c: c.execute(sa.select(1)).close())

    async def _asked(self, ask: Ask, playbook: Playbook | None, query: Callable[..., T], *args: object) -> T:
        """What `query` finds, as of the time that the ask names."""
        if ask.as_of is None:
            return await self._read(query, *args)
        if playbook is None:
            raise ValueError("an ask with as_of needs the playbook, to tell the past again")
        as_of = ask.as_of

        def then(c: sa.Connection) -> T:
            hindsight.recall(c, self._workspace, as_of, playbook)
            return query(c, self._workspace, *args)

        return await self._database.rehearse(then)

    async def _read(self, query: Callable[..., T], *args: object) -> T:
        return await self._database.read(lambda c: query(c, self._workspace, *args))
