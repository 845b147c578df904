"""Leads that come as they always do, and a watch that has seen weeks of them."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from funnel.alerts import Alerts
from funnel.incident import Finding, Incident, merged
from funnel.surge import Arrival, Watch

BERLIN = ZoneInfo("Europe/Berlin")
FIRST = datetime(2026, 8, 30, 22, tzinfo=UTC)
"""A Monday's midnight in Berlin."""
TICK = timedelta(minutes=5)
MONDAY = FIRST + timedelta(weeks=4)
"""The day on which something happens, after four weeks of nothing unusual."""


def no_holiday(_: date) -> bool:
    return False


def lead(at: datetime, campaign: str | None = "spring", source: str | None = "ads") -> Arrival:
    return Arrival(at, at, campaign, source, imported=False)


def leads(
    since: datetime,
    until: datetime,
    an_hour: float,
    campaign: str | None = "spring",
    source: str | None = "ads",
) -> list[Arrival]:
    """Leads as regular as clockwork: so many an hour on average, most of them in working hours of Berlin."""
    found, at = [], since + timedelta(minutes=len(campaign or ""))
    while at < until:
        found.append(lead(at, campaign, source))
        busy = 9 <= at.astimezone(BERLIN).hour < 19
        at += timedelta(hours=1 / (an_hour * (1.8 if busy else 0.4)))
    return found


def by_chance(until: datetime, an_hour: float, at_once: int = 1) -> list[Arrival]:
    """Leads of three campaigns that come by pure chance, or so many within the same ten minutes."""
    chance = Random("the same each time")  # noqa: S311 - nothing secret
    found: list[Arrival] = []
    at = FIRST
    while at < until:
        campaign = chance.choice(("spring", "autumn", "summer"))
        found += [lead(at + timedelta(minutes=5 * more), campaign) for more in range(at_once)]
        at += timedelta(hours=chance.expovariate(an_hour / at_once))
    return found


def usual(until: datetime = MONDAY + timedelta(days=2)) -> list[Arrival]:
    """Two sources: one with two campaigns, one with another."""
    return [
        *leads(FIRST, until, 6),
        *leads(FIRST, until, 3, "autumn"),
        *leads(FIRST, until, 4, "webinar", "partner"),
    ]


def watching(
    arrivals: Iterable[Arrival],
    holiday: Callable[[date], bool] = no_holiday,
    zone: ZoneInfo = BERLIN,
) -> Watch:
    watch = Watch(Alerts(), zone, holiday)
    watch.hear(arrivals)
    return watch


def look(watch: Watch, since: datetime, until: datetime) -> list[Finding]:
    """What is new at one tick or another from `since` to `until`."""
    found: list[Finding] = []
    for now in ticks(since, until):
        found += [one for one in watch.tick(now) if one.new]
    return found


def incidents(watch: Watch, since: datetime, until: datetime) -> list[Incident]:
    """Every incident from `since` to `until`, as it was last."""
    known: dict[str, Incident] = {}
    for now in ticks(since, until):
        open_ = [one for one in known.values() if not one.closed_at]
        known |= {one.key: one for one in merged(open_, watch.tick(now), now)}
    return list(known.values())


def ticks(since: datetime, until: datetime) -> list[datetime]:
    return [since + TICK * step for step in range(1, (until - since) // TICK + 1)]


def heard_later(arrivals: Iterable[Arrival], received: datetime) -> list[Arrival]:
    """The same leads, of whom nobody heard before `received`."""
    return [replace(one, received=max(received, one.received)) for one in arrivals]


def what(findings: Iterable[Finding]) -> set[tuple[str, str]]:
    return {(one.kind, one.segment) for one in findings}
