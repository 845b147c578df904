"""What the alerts would have told of a store's past: of its leads, of other counts, of lines."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot import alerting
from bot.alerts import became
from funnel.aftermath import aftermath_ask, window_of
from funnel.arrival import Arrival
from funnel.backtest import (
    BUDGETS,
    FEW,
    LEARNS,
    MANY,
    Backtest,
    Rules,
    Run,
    Simulation,
    as_it_happened,
    parse_simulation,
    runs,
    together,
    window,
)
from funnel.backtest_lines import looks, step
from funnel.case import Case
from funnel.counts import Ask, CountedLead
from funnel.errors import NotFoundError, QuestionError
from funnel.growing import grown
from funnel.period import Period
from funnel.playbook import Playbook
from funnel.thresholds import in_the_past, understood
from funnel.watched_counts import Heard, heard
from storage.store import Store

NAMED = 3  # leads of an incident, for those who may see people


@dataclass(frozen=True, slots=True)
class Inflow:
    """Everything that a watch hears: leads, or where `count` says so, another count."""

    arrivals: Sequence[Arrival]
    count: Heard | None = None


async def simulated(store: Store, playbook: Playbook, text: str, now: datetime, *, people: bool) -> Backtest:
    """What the alerts would have told of the store's own past, by the rules of the playbook.

    Args:
        store: whose past.
        playbook: the rules.
        text: `since <day> budget <false messages a week>`, both optional.
        now: until when.
        people: whether the first leads of each incident are shown.

    Raises:
        QuestionError: the text is not understood, or the store has known leads for too short a time.
        PlaybookError: a threshold or a watched count of the playbook is not understood.

    """
    asked = parse_simulation(text, now, playbook)
    alerting.check(playbook, now, "the playbook")
    arrivals = as_it_happened(await store.watching.arrivals(asked.since - LEARNS, now))
    since, until = between = window(asked, arrivals, now)
    counts = await _counts(store, playbook, since - LEARNS, until)
    inflows = [Inflow(arrivals), *counts]
    watched = await asyncio.to_thread(_watched, playbook, asked, inflows, between)
    every = _steps(playbook, between)
    found = together([of for of, _ in watched], await _lines(store, playbook, every, between))
    chosen = next(one for one in found if one.budget == asked.budget)
    return Backtest(
        Period(since, until, "the simulation", playbook.timezone),
        watched[0][1],
        sum(1 for one in arrivals if since <= one.occurred < until),
        chosen,
        [await became(store, playbook, one, now) for one in chosen.cases],
        await _people(store, playbook, chosen, counts, now) if people else [[] for _ in chosen.cases],
        found,
        len(counts),
        every,
    )


# Leads and other counts


async def _counts(store: Store, playbook: Playbook, since: datetime, until: datetime) -> list[Inflow]:
    """When what the playbook watches beside leads happened."""
    return [
        await _count(store, playbook, heard(one, until, playbook), since, until)
        for one in playbook.alerts.watch
    ]


async def _count(store: Store, playbook: Playbook, one: Heard, since: datetime, until: datetime) -> Inflow:
    moments = await alerting.moments_of(store, playbook, one, since, until)
    return Inflow(as_it_happened(alerting.arrivals_of(moments, until)), one)


def _watched(
    playbook: Playbook, asked: Simulation, inflows: Sequence[Inflow], between: tuple[datetime, datetime]
) -> list[tuple[list[Run], int]]:
    """What each budget would have told of each inflow, and how many segments that has."""
    from bot.replay import holiday_of  # noqa: PLC0415 - brings numpy, which only those need who watch

    rules = Rules(playbook.alerts, playbook.zone, holiday_of(playbook.alerts.country))
    much = sum(len(one.arrivals) for one in inflows) > MANY or len(inflows) - 1 > FEW
    budgets = sorted({asked.budget, *(() if much else BUDGETS)})
    return [runs(asked.budget, budgets, one.arrivals, *between, rules, one.count) for one in inflows]


# Lines


def _steps(playbook: Playbook, between: tuple[datetime, datetime]) -> list[timedelta]:
    """How often each threshold is looked at."""
    since, until = between
    thresholds = playbook.alerts.thresholds
    questions = [understood(one, until, playbook).question for one in thresholds]
    return [step(one, until - since, len(thresholds)) for one in questions]


async def _lines(
    store: Store, playbook: Playbook, every: Sequence[timedelta], between: tuple[datetime, datetime]
) -> list[Case]:
    """The lines that were crossed, and when they were back, by what is known today of those days."""
    found: dict[str, Case] = {}
    for threshold, often in zip(playbook.alerts.thresholds, every, strict=True):
        for at in looks(often, *between, playbook.zone):
            rule = in_the_past(understood(threshold, at, playbook), at)
            going_on = [case.incident for case in found.values() if not case.over]
            with suppress(QuestionError, NotFoundError):
                for one in await alerting.crossed(store, playbook, rule, going_on, at):
                    found[one.key] = grown(found.get(one.key), one, threshold.to or "")
    return list(found.values())


# People


async def _people(
    store: Store, playbook: Playbook, run: Run, counts: Sequence[Inflow], now: datetime
) -> list[Sequence[CountedLead]]:
    """The first leads of each incident; a line has none."""
    by_segment = {one.count.segment: one.count for one in counts if one.count}
    found: list[Sequence[CountedLead]] = []
    for case in run.cases:
        ask, name = _behind(case, by_segment, playbook.timezone)
        found.append(await store.counted(ask, name, NAMED, playbook=playbook, now=now) if ask else [])
    return found


def _behind(case: Case, counts: Mapping[str, Heard], zone: str) -> tuple[Ask | None, str]:
    """Who stands behind an incident, and of which count."""
    one = counts.get(case.whole.segment)
    if one is None:
        return aftermath_ask(case, zone), "leads"
    return Ask(frozenset({one.count}), window_of(case, zone), "activity", where=one.where), one.count
