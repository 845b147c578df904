"""How the alerts stand, and what they would have told: gathered from the store for Slack and the terminal."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import starmap
from typing import TYPE_CHECKING

from funnel.aftermath import Aftermath, aftermath, aftermath_ask
from funnel.alert_status import JUDGED, Segment, Status, status
from funnel.backtest import (
    BUDGETS,
    LEARNS,
    MANY,
    Backtest,
    Rules,
    Run,
    Simulation,
    as_it_happened,
    parse_simulation,
    runs,
    window,
)
from funnel.case import Case
from funnel.period import Period
from funnel.playbook import Playbook
from funnel.precision import Told
from storage.store import Store

if TYPE_CHECKING:
    from funnel.surge import Arrival

NAMED = 3  # leads of an incident, for those who may see people
MOST_JUDGED = 200  # incidents that a board looks at, the latest


async def standing(store: Store, playbook: Playbook, now: datetime) -> Status:
    """How the alerts stand at `now`."""
    cases = (await store.watching.cases(now - JUDGED, now))[-MOST_JUDGED:]
    segments = await asyncio.to_thread(_segments, playbook, await store.watching.learned())
    counts = {
        name: state for name, state in (await store.watching.states()).items() if name.startswith("count:")
    }
    mutes = await store.watching.mutes(now)
    became = await told(store, playbook, cases, now)
    return status(playbook, [*segments, *starmap(Segment, counts.items())], mutes, cases, became, now)


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
    became = await _became(store, playbook, case, now) if case.incident.kind == "surge" else None
    return Told(said, became.owed, became.answered) if became else Told(said)


async def simulated(store: Store, playbook: Playbook, text: str, now: datetime, *, people: bool) -> Backtest:
    """What the alerts would have told of the store's own leads, by the rules of the playbook.

    Args:
        store: whose leads.
        playbook: the rules.
        text: `since <day> budget <false messages a week>`, both optional.
        now: until when.
        people: whether the first leads of each incident are shown.

    Raises:
        QuestionError: the text is not understood, or the store has known leads for too short a time.

    """
    asked = parse_simulation(text, now, playbook)
    arrivals = as_it_happened(await store.watching.arrivals(asked.since - LEARNS, now))
    since, until = window(asked, arrivals, now)
    budgets = sorted({asked.budget, *(BUDGETS if len(arrivals) <= MANY else ())})
    found, segments = await asyncio.to_thread(_runs, playbook, asked, budgets, arrivals, (since, until))
    chosen = next(one for one in found if one.budget == asked.budget)
    asks = [aftermath_ask(one, playbook.timezone) for one in chosen.cases]
    leads = [
        await store.counted(ask, "leads", NAMED, playbook=playbook, now=now) if ask and people else []
        for ask in asks
    ]
    return Backtest(
        Period(since, until, "the simulation", playbook.timezone),
        segments,
        sum(1 for one in arrivals if since <= one.occurred < until),
        chosen,
        [await _became(store, playbook, one, now) for one in chosen.cases],
        leads,
        found,
    )


def _runs(
    playbook: Playbook,
    asked: Simulation,
    budgets: Sequence[float],
    arrivals: "Sequence[Arrival]",
    between: tuple[datetime, datetime],
) -> tuple[list[Run], int]:
    from bot.replay import holiday_of  # noqa: PLC0415 - brings numpy, which only those need who watch

    rules = Rules(playbook.alerts, playbook.zone, holiday_of(playbook.alerts.country))
    return runs(asked.budget, budgets, arrivals, *between, rules)


async def _became(store: Store, playbook: Playbook, case: Case, now: datetime) -> Aftermath | None:
    ask = aftermath_ask(case, playbook.timezone)
    return aftermath(await store.count(ask, playbook, now=now)) if ask else None
