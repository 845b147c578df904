"""What an incident's card says: numbers, each with the question that asks for it again, and their causes."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from funnel.brief import Opener
from funnel.calendar import wall
from funnel.case import Case, named
from funnel.causes import Cause
from funnel.counts import Filter
from funnel.dimension import Dimension
from funnel.incident import Finding
from funnel.period import HOUR, Period
from funnel.period_words import parse_period
from funnel.playbook import Playbook
from funnel.question import Question
from funnel.silence import Mute

EXPLAINS: tuple[Dimension, ...] = ("campaign", "source", "landing", "form")
"""What may explain a surge, of leads; of content, what they took."""
USUAL = timedelta(days=28)
"""What each group's part of the leads is usually, is what it was in so long before."""
HOURS = 18
"""What a chart shows: the hours until the one in which it was last seen."""


@dataclass(frozen=True, slots=True)
class Opening:
    """What a call may begin with, whoever is called: it knows no name."""

    opener: Opener
    first_name: None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the leads of an incident; the cost is of one of them, in minor units of `currency`."""

    mqls: int
    hand_raisers: int
    cost: float | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class Alert:
    """Everything that the card of one incident may say.

    `count` are the leads of `found`'s window but for `imported` ones. `known` were known before,
    `machine` are of machines, `unclaimed` nobody has claimed. `hours` are the hours of the chart with the
    leads that came and those that were expected. `muted` is the silence that holds. `questions` ask for the
    numbers again, by what they are of.
    """

    case: Case
    zone: ZoneInfo
    found: Finding
    count: int = 0
    imported: int = 0
    known: int = 0
    machine: int = 0
    unclaimed: int = 0
    causes: tuple[Cause, ...] = ()
    hours: tuple[tuple[str, float, float], ...] = ()
    opening: Opening | None = None
    outcome: Outcome | None = None
    muted: Mute | None = None
    questions: Mapping[str, Question] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        return self.case.incident.kind

    @property
    def new(self) -> int:
        return self.count + self.imported - self.known

    @property
    def since(self) -> datetime:
        """When it began, by the company's clocks."""
        return self.found.since.astimezone(self.zone)

    @property
    def muted_until(self) -> datetime | None:
        return self.muted.until.astimezone(self.zone) if self.muted else None

    @property
    def until(self) -> datetime:
        return self.found.at.astimezone(self.zone)

    @property
    def again_at(self) -> datetime | None:
        """When it last began again, by the company's clocks."""
        return self.case.again_at.astimezone(self.zone) if self.case.again_at else None

    @property
    def late(self) -> bool:
        """Whether it was over when somebody was told."""
        closed, told = self.case.incident.closed_at, self.case.told_at
        return self.kind != "import" and closed is not None and told is not None and told >= closed


def filters(segment: str) -> tuple[Filter, ...]:
    """What a question says to mean the leads of a segment."""
    dimension, name = named(segment)
    match dimension:
        case "campaign" | "source":
            return (Filter(dimension, name),)
        case _:
            return ()


def window(since: datetime, until: datetime, playbook: Playbook) -> Period:
    """[since, until), in the words that ask for it: `2026-11-21T13:00..2026-11-21T15:00`."""
    zone, ends = playbook.zone, []
    for moment in (since, until):
        local = wall(moment, zone)
        ends.append(local.isoformat(timespec="seconds" if local.second else "minutes"))
    return Period(since, until, "..".join(ends), zone.key, calendar=playbook.calendar)


def whole_days(period: Period, playbook: Playbook) -> Period:
    """The days that a window is in, for what is counted by the day."""
    first, last = period.first_day.isoformat(), period.last_day.isoformat()
    words = first if first == last else f"{first}..{last}"
    return parse_period(words, period.end, playbook.zone, playbook.calendar)


def usual_time(period: Period, playbook: Playbook) -> Period:
    """The time before a window that says what is usual."""
    return window(period.start - USUAL, period.start, playbook)


def chart_hours(found: Finding, playbook: Playbook) -> Period:
    """The hours of the clock that a chart shows, the last one as far as it has come."""
    zone = playbook.zone
    local = wall(found.at - timedelta(microseconds=1), zone)
    begun = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond + 1)
    return window(found.at - begun - (HOURS - 1) * HOUR, found.at, playbook)


def questions(found: Finding, playbook: Playbook) -> dict[str, Question]:
    """What asks for each number of a card again, by the name of the number."""
    where = filters(found.segment)
    leads = Question("kpi", window(found.since, found.at, playbook), metric="leads", where=where)
    groups: dict[str, Question] = {
        by: replace(leads, by=by) for by in EXPLAINS if by not in {one.dimension for one in where}
    }
    return {
        "leads": leads,
        **groups,
        "asset": replace(leads, metric="takers", by="asset"),
        "known": replace(leads, metric="known_leads"),
        "machine": replace(leads, metric="machine_leads"),
        "imported": replace(leads, metric="imported_leads"),
        "unclaimed": replace(leads, where=(*where, Filter("owner", None))),
        "hours": replace(leads, period=chart_hours(found, playbook), by="hour"),
        "mqls": replace(leads, metric="mqls", clock="cohort"),
        "hand_raisers": replace(leads, metric="hand_raisers"),
        "cost": replace(leads, metric="cpl", period=whole_days(leads.period, playbook)),
    }
