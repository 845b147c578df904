"""When nobody is told of an incident: quiet hours, what people muted, and what they said to expect."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from funnel.alerts import Alerts, QuietHours
from funnel.calendar import midnight, wall
from funnel.case import Case, leading

SATURDAY = 5  # of a week that counts from Monday as 0
WEEK = timedelta(days=7)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
LASTS = timedelta(hours=6)  # of what comes every week, from when it first began

For = Literal["hour", "today", "segment"]


@dataclass(frozen=True, slots=True)
class Mute:
    """That somebody wants to hear nothing of a segment, or of anything (None), before `until`."""

    segment: str | None
    until: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What somebody said to expect of a segment, or of anything (None): in [since, until), or weekly so."""

    segment: str | None
    since: datetime
    until: datetime
    weekly: bool
    why: str
    by: str


def is_quiet(quiet: QuietHours, at: datetime, zone: ZoneInfo) -> bool:
    """Whether `at` is in the quiet hours, or on a weekend that is quiet, by the clocks of `zone`."""
    local = wall(at, zone)
    if quiet.weekends and local.weekday() >= SATURDAY:
        return True
    clock, since, until = local.time(), quiet.since, quiet.until
    return since <= clock < until if since <= until else clock >= since or clock < until


def muted(case: Case, at: datetime, mutes: Iterable[Mute]) -> Mute | None:
    """The longest silence that somebody asked for about any part of it; None where nobody did."""
    parts = {None, _part(case), *case.segments}
    about = (one for one in mutes if one.segment in parts)
    return max((one for one in about if at < one.until), key=lambda one: one.until, default=None)


def expectation(case: Case, calendar: Iterable[Foreseen], zone: ZoneInfo) -> Foreseen | None:
    """What somebody said to expect when a surge began; None where nobody did. Only surges are foreseen."""
    if case.incident.kind != "surge":
        return None
    about = (one for one in calendar if one.segment is None or one.segment in case.segments)
    return next((one for one in about if _covers(one, case, zone)), None)


def _covers(one: Foreseen, case: Case, zone: ZoneInfo) -> bool:
    """Whether it was expected as it began, or as it was found: a window's edge is only an estimate."""
    return any(_within(one, moment, zone) for moment in (case.whole.since, case.incident.opened_at))


def _within(one: Foreseen, at: datetime, zone: ZoneInfo) -> bool:
    if not one.weekly:
        return one.since <= at < one.until
    since, until, local = wall(one.since, zone), wall(one.until, zone), wall(at, zone)
    return local >= since and (local - since) % WEEK < until - since


def mute(case: Case, how_long: For, by: str, now: datetime, zone: ZoneInfo) -> Mute:
    """The silence that somebody asks for on a card: of everything, or for a week of what it is about."""
    if how_long == "segment":
        return Mute(_part(case), now + WEEK, by)
    until = now + HOUR if how_long == "hour" else midnight(wall(now, zone).date() + DAY, zone)
    return Mute(None, until, by)


def _part(case: Case) -> str:
    """What a card is about: a segment; of a line all rows, whichever are beyond it."""
    segment = leading(case.incident).segment
    return ":".join(segment.split(":")[:2]) if case.incident.kind == "threshold" else segment


def foresee(case: Case, why: str, by: str, now: datetime, zone: ZoneInfo, *, weekly: bool) -> Foreseen:
    """What somebody's word means: once, for the rest of the day; weekly, those hours of that weekday."""
    since = case.whole.since - HOUR
    if weekly:
        until = max(case.whole.since + LASTS, case.incident.seen_at + HOUR)
    else:
        until = midnight(wall(now, zone).date() + DAY, zone)
    return Foreseen(leading(case.incident).segment, since, until, weekly, why, by)


def telling(
    case: Case,
    now: datetime,
    alerts: Alerts,
    mutes: Iterable[Mute],
    calendar: Iterable[Foreseen],
    zone: ZoneInfo,
) -> Literal["tell", "hold", "hush"]:
    """What to do about a case that nobody was told of.

    `hold` waits for the end of quiet hours, or of a mute while it goes on; `hush` is for ever: it was
    foreseen, or is over while muted.
    """
    if expectation(case, calendar, zone):
        return "hush"
    if muted(case, now, mutes):
        return "hush" if case.over else "hold"
    return "hold" if is_quiet(alerts.quiet, now, zone) and not alerts.urgent else "tell"
