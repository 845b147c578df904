"""Every five minutes: what came in, whether it is unusual, and who is to be told."""

import asyncio
import logging
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot import alerting
from bot.alerting import Beside, lately
from bot.house import House
from funnel.again import begun_again
from funnel.alert import chart_hours
from funnel.arrival import HEARD, LEARNS_FROM, Arrival
from funnel.case import Case, followed, leading, named
from funnel.incident import Finding, Incident, merged
from funnel.playbook import Playbook
from funnel.silence import muted, telling
from funnel.watched_counts import of_leads
from storage.watching import Look, Seen

if TYPE_CHECKING:
    from funnel.surge import Watch

log = logging.getLogger(__name__)

EVERY = timedelta(minutes=5)
AFTER = timedelta(seconds=5)  # what came just before a look is told by then
A_DAY = timedelta(days=1)
FOLLOWS = timedelta(minutes=10)  # at most so often is a card said again while it goes on
LASTS = timedelta(hours=1)  # of a surge, when no more leads come than usual
LONGEST = timedelta(days=7)  # of which the leads are counted, however long it has gone on


async def look(house: House) -> bool:
    """Look at what came up to the last full five minutes; False where somebody else does, or did."""
    at = last_full(house.now())
    begun = await house.store.watching.begin(at)
    if begun is None:
        return False
    try:
        known = _readable(begun)
        came = await house.store.watching.arrivals(_since(known, at), at)
        beside = await alerting.look(house, known, at)
        seen = await asyncio.to_thread(_seen, known, came, beside, house.playbook, at)
        seen = await alerting.without_demoted(house, seen, at)
    except BaseException:
        await house.store.watching.give_up(begun)
        raise
    finished = await house.store.watching.finish(begun, seen)
    if finished and (seen.tell or seen.follow):
        house.unsaid.set()
    return finished


def last_full(now: datetime) -> datetime:
    """The last time at which everybody looks: 14:35 for what is called 14:38."""
    return now - (now - datetime.min.replace(tzinfo=UTC)) % EVERY


def until_next(now: datetime) -> float:
    """The seconds until the next look."""
    return (last_full(now) + EVERY + AFTER - now).total_seconds()


def _readable(begun: Look) -> Look:
    """The same without what was learned, where that is of another version of Tipoff."""
    from funnel.surge import Watch  # noqa: PLC0415 - brings numpy, which only those need who watch

    if not begun.learned or Watch.knows(begun.learned):
        return begun
    log.warning("what is usual was learned by another version of Tipoff: it is learned anew")
    return replace(begun, learned={}, looked_at=None)


def _since(begun: Look, at: datetime) -> datetime:
    """From when on leads are read: what was not seen yet, and all of what still goes on."""
    if begun.looked_at is None:
        return at - LEARNS_FROM
    began = (case.whole.since for case in begun.cases if not case.over and of_leads(case.incident))
    return max(at - LEARNS_FROM, min([begun.looked_at - HEARD, *(max(one, at - LONGEST) for one in began)]))


def _seen(begun: Look, came: Sequence[Arrival], beside: Beside, playbook: Playbook, at: datetime) -> Seen:
    """What a look finds: a function of what is known, of what came, and of what was found beside it."""
    watch = _watch(begun, came, playbook, at)
    findings = watch.tick(at)
    before = begun.known
    again = begun_again(
        before.values(),
        findings,
        lambda found: lately(
            watch, found.segment, found.at, (one.occurred for one in _of(found.segment, came))
        ),
    )
    known = before | {case.incident.key: case for case in again}
    going_on = [case.incident for case in known.values() if not case.over and of_leads(case.incident)]
    cases = [
        _followed(known.get(incident.key), incident, watch, came, playbook)
        for incident in merged(going_on, findings, at)
    ]
    seen = {case.incident.key for case in (*cases, *beside.cases)}
    waiting = [case for case in begun.cases if case.over and case.incident.key not in seen]
    told = [
        _told(case, before.get(case.incident.key), begun, playbook, at)
        for case in (*cases, *beside.cases, *waiting)
    ]
    return Seen(
        at,
        {**watch.saved(), **beside.learned},
        {**{segment: watch.state(segment) for segment in watch.segments()}, **beside.states},
        told,
        {case.incident.key for case in told if case.told_at == at},
        {case.incident.key for case in told if case.shown_at == at != case.told_at},
    )


def _watch(begun: Look, came: Sequence[Arrival], playbook: Playbook, at: datetime) -> "Watch":
    from bot.replay import holiday_of  # noqa: PLC0415 - brings numpy, which only those need who watch
    from funnel.surge import Watch  # noqa: PLC0415 - the same

    rules = playbook.alerts, playbook.zone, holiday_of(playbook.alerts.country)
    if begun.learned:
        return Watch.restored(*rules, begun.learned, came)
    watch = Watch(*rules)
    watch.hear(_as_history(came, at))
    return watch


def _as_history(came: Sequence[Arrival], at: datetime) -> Iterator[Arrival]:
    """What a store already holds is what usually came, also where a file brought it; but for the last day."""
    for one in came:
        past = at - one.occurred >= A_DAY
        yield replace(one, received=one.occurred, imported=False) if past else one


def _followed(
    case: Case | None, incident: Incident, watch: "Watch", came: Sequence[Arrival], playbook: Playbook
) -> Case:
    """The case of an incident after this look, with what was expected of its hours.

    A surge is over an hour after its last lead too many, however long it could still be told from chance.
    """
    if case and case.incident == incident:
        return case
    case = case or Case(incident, playbook.alerts.to or "", leading(incident))
    whole = _whole(case, incident, watch, came)
    if incident.kind == "surge" and not incident.closed_at and incident.seen_at - whole.at >= LASTS:
        incident = replace(incident, closed_at=incident.seen_at)
    now = followed(case, incident, whole)
    found = now.found
    hours = tuple(
        watch.expected(found.segment, part.start, part.end).mean
        for part in chart_hours(found, playbook).parts("hour")
    )
    return replace(now, hours=hours)


def _whole(case: Case, incident: Incident, watch: "Watch", came: Sequence[Arrival]) -> Finding:
    """All of an incident as one finding.

    A surge ends when most leads too many have come; an import is as long as from its first lead to its last.
    """
    found = leading(incident)
    since, until = min(case.whole.since, found.since), incident.seen_at
    times = [one.occurred for one in _of(found.segment, came) if since <= one.occurred < until]
    if incident.kind == "import":
        return replace(found, since=min(times, default=since), at=max(times, default=until))
    if incident.kind == "surge":
        until = _peak(times, found.segment, since, until, watch, case.again_at)
    expected = watch.expected(found.segment, since, until)
    return replace(
        found,
        since=since,
        at=until,
        count=sum(time < until for time in times),
        expected=expected.mean,
        spread=expected.spread,
        odds=max(found.odds, case.whole.odds),
        score=max(found.score, case.whole.score),
    )


def _peak(
    times: Sequence[datetime],
    segment: str,
    since: datetime,
    until: datetime,
    watch: "Watch",
    again_at: datetime | None,
) -> datetime:
    """When leads were most ahead of what was expected since a time: the likeliest end of a surge.

    One that has begun again ends no sooner.
    """
    ahead: dict[datetime, float] = {}
    end = since
    while end < until:
        end = min(end + EVERY, until)
        ahead[end] = bisect_left(times, end) - watch.expected(segment, since, end).mean
    return max((time for time in ahead if again_at is None or time >= again_at), key=ahead.__getitem__)


def _of(segment: str, came: Sequence[Arrival]) -> Iterator[Arrival]:
    """The leads of a segment that did not come by an import."""
    dimension, name = named(segment)
    for one in came:
        if not one.imported and (dimension is None or getattr(one, dimension, None) == name):
            yield one


def _told(case: Case, before: Case | None, begun: Look, playbook: Playbook, at: datetime) -> Case:
    """The case with what is to be done about its card: open it, let it follow, or nothing."""
    if case.hushed:
        return case
    if case.told_at is not None:
        silent = not case.over and muted(case, at, begun.mutes) is not None
        rested = case.shown_at is None or at - case.shown_at >= FOLLOWS or case.over
        changed = before is None or case.incident != before.incident
        return replace(case, shown_at=at) if changed and rested and not silent else case
    match telling(case, at, playbook.alerts, begun.mutes, begun.calendar, playbook.zone):
        case "tell":
            return replace(case, told_at=at, shown_at=at)
        case "hush":
            return replace(case, hushed=True)
        case _:
            return case
