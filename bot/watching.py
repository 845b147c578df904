"""Every five minutes: what came in, whether it is unusual, and who is to be told."""

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from bot.house import House
from funnel.alert import chart_hours
from funnel.case import Case, followed, leading, named, opened
from funnel.incident import Finding, Incident, merged
from funnel.playbook import Playbook
from funnel.silence import is_muted, telling
from storage.watching import Look, Seen

if TYPE_CHECKING:
    from funnel.surge import Arrival, Watch

log = logging.getLogger(__name__)

EVERY = timedelta(minutes=5)
AFTER = timedelta(seconds=5)  # what came just before a look is told by then
LEARNS_FROM = timedelta(weeks=14)  # of a store that nobody has looked at yet
LOOKS_BACK = timedelta(hours=25)  # for what came late; a day has up to so many
FOLLOWS = timedelta(minutes=10)  # at most so often is a card said again while it goes on
LONGEST = timedelta(days=7)  # of which the leads are counted, however long it has gone on


async def look(house: House) -> None:
    """Look at what came up to the last full five minutes, unless another replica does, or did."""
    at = last_full(house.now())
    begun = await house.store.watching.begin(at)
    if begun is None:
        return
    try:
        came = await house.store.watching.arrivals(_since(begun, at), at)
        seen = await asyncio.to_thread(_seen, begun, came, house.playbook, at)
    except BaseException:
        await house.store.watching.give_up(begun)
        raise
    if await house.store.watching.finish(begun, seen) and (seen.tell or seen.follow):
        house.unsaid.set()


def last_full(now: datetime) -> datetime:
    """The last time at which everybody looks: 14:35 for what is called 14:38."""
    return now - (now - datetime.min.replace(tzinfo=UTC)) % EVERY


def until_next(now: datetime) -> float:
    """The seconds until the next look."""
    return (last_full(now) + EVERY + AFTER - now).total_seconds()


def _since(begun: Look, at: datetime) -> datetime:
    """From when on leads are read: what was not seen yet, and all of what still goes on."""
    if begun.looked_at is None:
        return at - LEARNS_FROM
    began = (case.whole.since for case in begun.cases if not case.over)
    return max(
        at - LEARNS_FROM, min([begun.looked_at - LOOKS_BACK, *(max(one, at - LONGEST) for one in began)])
    )


def _seen(begun: Look, came: "Sequence[Arrival]", playbook: Playbook, at: datetime) -> Seen:
    """What a look finds: a function of what is known and of what came."""
    watch = _watch(begun, came, playbook)
    findings = watch.tick(at)
    known = {case.incident.key: case for case in begun.cases}
    going_on = [case.incident for case in begun.cases if not case.over and case.incident.kind != "threshold"]
    cases = [
        _followed(known.get(incident.key), incident, watch, came, playbook)
        for incident in merged(going_on, findings, at)
    ]
    waiting = [case for case in begun.cases if case.over]
    told = [_told(case, known.get(case.incident.key), begun, playbook, at) for case in (*cases, *waiting)]
    return Seen(
        at,
        watch.saved(),
        {segment: watch.state(segment) for segment in watch.segments()},
        told,
        {case.incident.key for case in told if case.told_at == at},
        {case.incident.key for case in told if case.shown_at == at != case.told_at},
    )


def _watch(begun: Look, came: "Sequence[Arrival]", playbook: Playbook) -> "Watch":
    from funnel.surge import Watch  # noqa: PLC0415 - brings numpy, which only those need who watch

    rules = playbook.alerts, playbook.zone, holidays(playbook)
    if begun.learned:
        return Watch.restored(*rules, begun.learned, came)
    watch = Watch(*rules)
    watch.hear(came)
    return watch


def holidays(playbook: Playbook) -> Callable[[date], bool]:
    """Whether a day is a holiday where the playbook says that the company is."""
    if playbook.alerts.country is None:
        return lambda _day: False
    from holidays import country_holidays  # noqa: PLC0415 - large, and not for every start

    country, _, part = playbook.alerts.country.partition("-")
    known = country_holidays(country, subdiv=part or None)
    return lambda day: day in known


def _followed(
    case: Case | None, incident: Incident, watch: "Watch", came: "Sequence[Arrival]", playbook: Playbook
) -> Case:
    """The case of an incident after this look, with what was expected of its hours."""
    case = case or opened(incident, playbook.alerts.to or "")
    now = case if case.incident == incident else followed(case, incident, _whole(case, incident, watch, came))
    found = now.found
    hours = tuple(
        watch.expected(found.segment, part.start, part.end).mean
        for part in chart_hours(found, playbook).parts("hour")
    )
    return replace(now, hours=hours)


def _whole(case: Case, incident: Incident, watch: "Watch", came: "Sequence[Arrival]") -> Finding:
    """All of an incident as one finding."""
    found = leading(incident)
    since, until = min(case.whole.since, found.since), incident.seen_at
    expected = watch.expected(found.segment, since, until)
    return replace(
        found,
        since=since,
        at=until,
        count=sum(1 for one in _of(found.segment, came) if since <= one.occurred < until),
        expected=expected.mean,
        spread=expected.spread,
        odds=max(found.odds, case.whole.odds),
        score=max(found.score, case.whole.score),
    )


def _of(segment: str, came: "Sequence[Arrival]") -> "Iterator[Arrival]":
    """The leads of a segment that did not come by an import."""
    dimension, name = named(segment)
    for one in came:
        if not one.imported and (dimension is None or getattr(one, dimension, None) == name):
            yield one


def _told(case: Case, before: Case | None, begun: Look, playbook: Playbook, at: datetime) -> Case:
    """The case with what is to be done about its card: open it, let it follow, or nothing."""
    if case.told_at is not None:
        muted = is_muted(case, at, begun.mutes) and not case.over
        rested = case.shown_at is None or at - case.shown_at >= FOLLOWS or case.over
        changed = before is None or case.incident != before.incident
        return replace(case, shown_at=at) if changed and rested and not muted else case
    match telling(case, at, playbook.alerts, begun.mutes, begun.calendar, playbook.zone):
        case "tell":
            return replace(case, told_at=at, shown_at=at)
        case "hush":
            return replace(case, hushed=True)
        case "hold":
            return case
