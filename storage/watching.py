"""What is watched: what was learned of the inflow of leads, what was found in it, what people said of that.

One replica at a time looks (`begin`), for it holds a lease; what it found is written down in one transaction
with the cards that say it (`finish`), or not at all.
"""

import json
import uuid
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from functools import cache, partial
from typing import Any, TypeVar

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.dialects import postgresql, sqlite

from funnel.arrival import Arrival
from funnel.case import Case, Judgement, Turn, token
from funnel.incident import TOGETHER, Finding, Incident
from funnel.silence import Foreseen, Mute
from funnel.stage import Stage
from storage import marking
from storage.database import Database, clock
from storage.tables import foreseen, incident, journal, lead, mute, stage_entry, watch, watched

KIND = "incident"  # of card
LEASE = timedelta(minutes=4)
Row = dict[str, Any]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Look:
    """What one replica begins with when it looks: everything that is known, and its lease.

    `looked_at` is None before the first look. `cases` are those that go on, or that nobody was told of yet,
    `over` those that ended so lately that they may begin again.
    """

    owner: str
    looked_at: datetime | None
    learned: Mapping[str, bytes]
    cases: tuple[Case, ...]
    mutes: tuple[Mute, ...]
    calendar: tuple[Foreseen, ...]
    over: tuple[Case, ...] = ()

    @property
    def known(self) -> dict[str, Case]:
        """Both by the keys of their cards."""
        return {case.incident.key: case for case in (*self.over, *self.cases)}


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look found: what is known now, and the cases that are new or changed.

    `tell` are the keys of cards that are to be opened, `follow` of those that are to be said again.
    """

    at: datetime
    learned: Mapping[str, bytes]
    states: Mapping[str, str]
    cases: Sequence[Case]
    tell: Collection[str]
    follow: Collection[str]


class Watching:
    """What is watched in one workspace: `store.watching`."""

    def __init__(self, database: Database, workspace: str) -> None:
        self._database = database
        self._workspace = workspace

    async def arrivals(self, since: datetime, until: datetime) -> list[Arrival]:
        """The leads that became known in [since, until), oldest first, each once, as they are counted."""
        return await self._read(_arrivals, since, until)

    async def begin(self, at: datetime) -> Look | None:
        """Take the lease to look at what came until `at`; None where somebody has, or has looked already."""
        owner = uuid.uuid4().hex
        return await self._write(_begin, owner, at)

    async def finish(self, look: Look, seen: Seen) -> bool:
        """Write down what was found; False, and nothing written, where somebody else has the lease now."""
        return await self._write(_finish, look, seen)

    async def give_up(self, look: Look) -> None:
        """Give the lease back with nothing found: the next look may be another replica's."""
        await self._write(_give_up, look.owner)

    async def case(self, key: str) -> Case | None:
        """The case of the card of that key."""
        return next(iter(await self._read(_cases, incident.c.key == key)), None)

    async def case_of(self, button: str) -> Case | None:
        """The case whose buttons carry that."""
        return next(iter(await self._read(_cases, incident.c.token == button)), None)

    async def cases(self, since: datetime, until: datetime) -> list[Case]:
        """Those that opened in [since, until), oldest first."""
        opened = sa.and_(incident.c.opened_at >= since, incident.c.opened_at < until)
        return await self._read(_cases, opened)

    async def judge(self, key: str, judgement: Judgement) -> None:
        """Write down what a person says of an incident, in place of what was said before."""
        await self._write(_judge, key, judgement)

    async def acted(self, key: str, judgement: Judgement) -> None:
        """Write down that somebody made use of an incident, unless anything was said of it."""
        await self._write(partial(_judge, only_first=True), key, judgement)

    async def foresee(self, expected: Foreseen, at: datetime) -> None:
        """Learn what somebody said to expect."""
        row = {"id": uuid.uuid4().hex, **_said(expected), "said_at": at}
        await self._write(_add, foreseen, row)

    async def mute(self, silence: Mute, at: datetime, key: str) -> None:
        """Tell nobody of a segment, or of anything, until then; the card of that key says who wants it so."""
        row = {"id": uuid.uuid4().hex, **_said(silence), "said_at": at}
        await self._write(_mute, row, key)

    async def mutes(self, now: datetime) -> list[Mute]:
        """The silences that hold at `now`, or later."""
        return await self._read(_mutes, now)

    async def calendar(self) -> list[Foreseen]:
        """Everything that people ever said to expect, oldest first."""
        return await self._read(_calendar)

    async def states(self) -> dict[str, str]:
        """What each segment was at the last look: learning, active or paused."""
        return await self._read(_states)

    async def learned(self) -> dict[str, bytes]:
        """What was learned, as the watch wrote it; empty before the first look."""
        return await self._read(_learned)

    async def _read(self, query: Callable[..., T], *args: object) -> T:
        return await self._database.read(lambda c: query(c, self._workspace, *args))

    async def _write(self, tx: Callable[..., T], *args: object) -> T:
        return await self._database.write(lambda c: tx(c, self._workspace, *args))


def _arrivals(c: sa.Connection, workspace: str, since: datetime, until: datetime) -> list[Arrival]:
    """When it was heard, and whether quietly, is what the journal says of the event that made them known."""
    found = (
        sa.select(journal.c.received_at, lead.c.created_at, lead.c.campaign, lead.c.source, journal.c.quiet)
        .join_from(
            lead,
            stage_entry,
            sa.and_(
                stage_entry.c.workspace_id == lead.c.workspace_id,
                stage_entry.c.lead_id == lead.c.lead_id,
                stage_entry.c.stage == Stage.INQUIRY.value,
            ),
        )
        .join(
            journal,
            sa.and_(
                journal.c.workspace_id == lead.c.workspace_id,
                journal.c.source == stage_entry.c.receipt_source,
                journal.c.event_id == stage_entry.c.receipt_id,
            ),
        )
        .where(lead.c.workspace_id == workspace, lead.c.created_at >= since, lead.c.created_at < until)
        .order_by(lead.c.created_at, lead.c.lead_id)
    )
    return [Arrival(*row) for row in c.execute(found)]


def _begin(c: sa.Connection, workspace: str, owner: str, at: datetime) -> Look | None:
    _add(c, workspace, watch, {})
    now = clock(c)
    taken = c.execute(
        sa.update(watch)
        .where(
            watch.c.workspace_id == workspace,
            sa.or_(watch.c.looked_at.is_(None), watch.c.looked_at < at),
            sa.or_(watch.c.lease_until.is_(None), watch.c.lease_until <= now),
        )
        .values(lease_owner=owner, lease_until=now + LEASE)
        .returning(watch.c.looked_at)
    ).first()
    if taken is None:
        return None
    under_way = sa.or_(
        incident.c.closed_at.is_(None), sa.and_(incident.c.told_at.is_(None), incident.c.hushed.is_(False))
    )
    return Look(
        owner,
        taken.looked_at,
        _learned(c, workspace),
        tuple(_cases(c, workspace, under_way)),
        tuple(_mutes(c, workspace, at)),
        tuple(_calendar(c, workspace)),
        tuple(_cases(c, workspace, incident.c.closed_at >= at - TOGETHER)),
    )


def _finish(c: sa.Connection, workspace: str, look: Look, seen: Seen) -> bool:
    if not _release(c, workspace, look.owner, looked_at=seen.at):
        return False
    _learn(c, workspace, look, seen)
    for case in seen.cases:
        _keep(c, workspace, case)
    for case in seen.cases:
        if case.incident.key in seen.tell:
            marking.open_card(c, workspace, case.incident.key, KIND, case.channel)
    marking.touch_cards(c, workspace, seen.follow)
    return True


def _give_up(c: sa.Connection, workspace: str, owner: str) -> None:
    _release(c, workspace, owner)


def _release(c: sa.Connection, workspace: str, owner: str, **values: datetime) -> bool:
    """Whether the lease was still that owner's; then it is nobody's."""
    mine = (watch.c.workspace_id == workspace, watch.c.lease_owner == owner)
    return bool(
        c.execute(sa.update(watch).where(*mine).values(lease_owner=None, lease_until=None, **values)).rowcount
    )


def _learn(c: sa.Connection, workspace: str, look: Look, seen: Seen) -> None:
    """Write what differs from what was read; forget the segments that are no more."""
    gone = look.learned.keys() - seen.learned.keys()
    c.execute(
        sa.delete(watched).where(watched.c.workspace_id == workspace, watched.c.segment.in_(list(gone)))
    )
    rows = [
        {"workspace_id": workspace, "segment": segment, "learned": found, "state": seen.states.get(segment)}
        for segment, found in seen.learned.items()
        if look.learned.get(segment) != found
    ]
    if rows:
        _upsert(c, watched, ("workspace_id", "segment"), rows)


def _keep(c: sa.Connection, workspace: str, case: Case) -> None:
    """Write a case down, but for what a person said of it meanwhile."""
    found = case.incident
    row = {
        "workspace_id": workspace,
        "key": found.key,
        "token": token(found.key),
        "kind": found.kind,
        "channel": case.channel,
        "body": _body(case),
        "opened_at": found.opened_at,
        "seen_at": found.seen_at,
        "closed_at": found.closed_at,
        "told_at": case.told_at,
        "shown_at": case.shown_at,
        "hushed": case.hushed,
    }
    _upsert(c, incident, ("workspace_id", "key"), [row])


def _body(case: Case) -> str:
    told = {"incident": case.incident, "whole": case.whole, "history": case.history, "hours": case.hours}
    return json.dumps(told, default=_plain)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else asdict(value)


@dataclass(frozen=True, slots=True)
class _Body:
    """What the JSON of an incident says."""

    incident: Incident
    whole: Finding
    history: tuple[Turn, ...]
    hours: tuple[float, ...]


@cache
def _bodies() -> TypeAdapter[_Body]:
    return TypeAdapter(_Body)


def _cases(c: sa.Connection, workspace: str, which: sa.ColumnElement[bool]) -> list[Case]:
    found = sa.select(incident).where(incident.c.workspace_id == workspace, which)
    return [_case(row) for row in c.execute(found.order_by(incident.c.opened_at, incident.c.key))]


def _case(row: sa.Row[Any]) -> Case:
    body = _bodies().validate_python(json.loads(row.body))
    said = (
        Judgement(row.verdict, row.verdict_by, row.verdict_why or "", row.verdict_at) if row.verdict else None
    )
    return Case(
        body.incident,
        row.channel,
        body.whole,
        body.history,
        body.hours,
        row.told_at,
        row.shown_at,
        row.hushed,
        said,
    )


def _judge(c: sa.Connection, workspace: str, key: str, said: Judgement, *, only_first: bool = False) -> None:
    unsaid = [incident.c.verdict.is_(None)] if only_first else []
    c.execute(
        sa.update(incident)
        .where(incident.c.workspace_id == workspace, incident.c.key == key, *unsaid)
        .values(verdict=said.verdict, verdict_by=said.who, verdict_why=said.why, verdict_at=said.at)
    )
    marking.touch_cards(c, workspace, [key])


def _mute(c: sa.Connection, workspace: str, row: Row, key: str) -> None:
    _add(c, workspace, mute, row)
    marking.touch_cards(c, workspace, [key])


def _said(word: Mute | Foreseen) -> Row:
    """A person's word as a row."""
    row = asdict(word)
    return {**row, "said_by": row.pop("by")}


def _mutes(c: sa.Connection, workspace: str, now: datetime) -> list[Mute]:
    columns = (mute.c.segment, mute.c.until, mute.c.said_by)
    found = sa.select(*columns).where(mute.c.workspace_id == workspace, mute.c.until > now)
    return [Mute(*row) for row in c.execute(found.order_by(mute.c.said_at, mute.c.id))]


def _calendar(c: sa.Connection, workspace: str) -> list[Foreseen]:
    columns = [foreseen.c["said_by" if one.name == "by" else one.name] for one in fields(Foreseen)]
    found = sa.select(*columns).where(foreseen.c.workspace_id == workspace)
    return [Foreseen(*row) for row in c.execute(found.order_by(foreseen.c.said_at, foreseen.c.id))]


def _learned(c: sa.Connection, workspace: str) -> dict[str, bytes]:
    found = sa.select(watched.c.segment, watched.c.learned).where(watched.c.workspace_id == workspace)
    return {row.segment: bytes(row.learned) for row in c.execute(found)}


def _states(c: sa.Connection, workspace: str) -> dict[str, str]:
    found = sa.select(watched.c.segment, watched.c.state).where(
        watched.c.workspace_id == workspace, watched.c.state.is_not(None)
    )
    return {row.segment: row.state for row in c.execute(found.order_by(watched.c.segment))}


def _add(c: sa.Connection, workspace: str, table: sa.Table, row: Row) -> None:
    """Add a row unless it is there."""
    insert = sqlite.insert if c.dialect.name == "sqlite" else postgresql.insert
    c.execute(insert(table).on_conflict_do_nothing(), {"workspace_id": workspace, **row})


def _upsert(c: sa.Connection, table: sa.Table, keys: Iterable[str], rows: Sequence[Row]) -> None:
    insert = (sqlite.insert if c.dialect.name == "sqlite" else postgresql.insert)(table)
    changed = {name: insert.excluded[name] for name in rows[0].keys() - {*keys}}
    c.execute(insert.on_conflict_do_update(index_elements=[*keys], set_=changed), list(rows))
