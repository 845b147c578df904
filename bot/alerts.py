"""How the alerts stand: gathered from the store for Slack, the terminal and the digest."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import starmap

from funnel.aftermath import Aftermath, aftermath, aftermath_ask
from funnel.alert_status import JUDGED, Segment, Status, status
from funnel.case import Case
from funnel.playbook import Playbook
from funnel.precision import Told
from storage.store import Store

MOST_JUDGED = 200  # incidents that a board looks at, the latest


async def standing(store: Store, playbook: Playbook, now: datetime) -> Status:
    """How the alerts stand at `now`."""
    cases = (await store.watching.cases(now - JUDGED, now))[-MOST_JUDGED:]
    segments = await asyncio.to_thread(_segments, playbook, await store.watching.learned())
    counts = {
        name: state for name, state in (await store.watching.states()).items() if name.startswith("count:")
    }
    mutes = await store.watching.mutes(now)
    known = await told(store, playbook, cases, now)
    return status(playbook, [*segments, *starmap(Segment, counts.items())], mutes, cases, known, now)


def _segments(playbook: Playbook, learned: Mapping[str, bytes]) -> list[Segment]:
    """What is watched of the inflow of leads, and in which state it is."""
    if not learned:
        return []
    from bot.replay import holiday_of  # noqa: PLC0415 - as below
    from funnel.surge import Watch  # noqa: PLC0415 - brings numpy, which only those need who watch

    if not Watch.knows(learned):
        return []  # the next look learns anew
    watch = Watch.restored(playbook.alerts, playbook.zone, holiday_of(playbook.alerts.country), learned, ())
    return [Segment(name, watch.state(name), watch.speaks_at(name)) for name in watch.segments()]


async def told(store: Store, playbook: Playbook, cases: Sequence[Case], now: datetime) -> list[Told]:
    """The incidents with what people said of them, and what became of their leads."""
    return [await _told(store, playbook, case, now) for case in cases]


async def _told(store: Store, playbook: Playbook, case: Case, now: datetime) -> Told:
    said = replace(case.incident, verdict=case.judgement.verdict if case.judgement else None)
    found = await became(store, playbook, case, now) if case.incident.kind == "surge" else None
    return Told(said, found.owed, found.answered) if found else Told(said)


async def became(store: Store, playbook: Playbook, case: Case, now: datetime) -> Aftermath | None:
    """What became of the leads of an incident; None where it has none of its own."""
    ask = aftermath_ask(case, playbook.timezone)
    return aftermath(await store.count(ask, playbook, now=now)) if ask else None
