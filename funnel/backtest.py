"""What the alerts would have done in the past: the store's own leads, watched again by the present rules."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, timedelta
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

from funnel.aftermath import Aftermath
from funnel.alerts import Alerts
from funnel.arrival import HEARD, Arrival
from funnel.case import Case
from funnel.counts import CountedLead
from funnel.errors import PeriodError, QuestionError
from funnel.growing import grown
from funnel.incident import merged
from funnel.period import Period
from funnel.period_words import Here, find_period
from funnel.playbook import Playbook
from funnel.typed import fold
from funnel.watched_counts import Heard, of_leads, share, told

if TYPE_CHECKING:
    from funnel.surge import Watch

BUDGETS = (0.1, 0.25, 0.5, 1.0, 2.0)
"""False messages a week, of which a reader may choose."""
MANY = 150_000
"""So many leads are watched once, which takes long enough: other budgets are not tried beside."""
LEARNS = timedelta(weeks=6)
"""What is heard before the alerts are looked at, where there is so much."""
LOOKS = timedelta(weeks=8)
"""How far back they are looked at, where nobody says since when."""
SPEAKS = timedelta(days=14)
"""How long a watch learns before it speaks."""
SHORTEST = timedelta(days=7)
"""Less than that says nothing of a week."""
STEP = timedelta(minutes=5)
QUIET = timedelta(minutes=15)
"""How often is looked while nobody comes; who comes is looked at within five minutes."""
SELDOM = timedelta(hours=1)
"""The same for other counts."""
FEW = 4
"""With more other counts than that, other budgets are not tried beside, either."""
BACKDATED = timedelta(hours=24)
EXAMPLE = "since 2026-09-01 budget 0.25"
MOST_BUDGET = 20.0
_CLAUSE = re.compile(r"(?:^|\s)(?:--?|—)?(since|budget)(?:\s*=\s*|\s+|$)", re.IGNORECASE)


class Simulation(NamedTuple):
    """What is to be simulated: since when (UTC), and at how many false messages a week."""

    since: datetime
    budget: float


class Run(NamedTuple):
    """The incidents that one budget would have told, the first first."""

    budget: float
    cases: tuple[Case, ...]

    @property
    def delay(self) -> timedelta | None:
        """How long after it began half of those of leads would have been told; None where there are none."""
        waited = [
            (one.incident.opened_at - one.whole.since).total_seconds()
            for one in self.cases
            if one.incident.kind != "import" and of_leads(one.incident)
        ]
        return timedelta(seconds=median(waited)) if waited else None


class Rules(NamedTuple):
    """What a watch goes by: the playbook's alerts, the company's zone, and whether a day is a holiday."""

    alerts: Alerts
    zone: ZoneInfo
    holidays: Callable[[date], bool]

    def within(self, budget: float, count: Heard | None = None) -> "Rules":
        """The same with another number of false messages a week, of which another count has its share."""
        alerts = self.alerts.model_copy(update={"false_messages_a_week": budget})
        return self._replace(alerts=share(alerts) if count else alerts)


@dataclass(frozen=True, slots=True)
class Backtest:
    """What would have been told in a window, and what became of it.

    Attributes:
        period: the window, in the company's zone.
        segments: how many were watched at the end.
        arrivals: leads in the window.
        run: by the budget that was asked for.
        aftermaths: what became of the leads of each of its incidents; None where it has none.
        people: the first leads of each incident, for those who may see people.
        others: the same window by other budgets.
        counts: how many other counts were watched.
        lines: how often each threshold was looked at.

    """

    period: Period
    segments: int
    arrivals: int
    run: Run
    aftermaths: Sequence[Aftermath | None] = ()
    people: Sequence[Sequence[CountedLead]] = ()
    others: Sequence[Run] = ()
    counts: int = 0
    lines: Sequence[timedelta] = ()

    @property
    def weeks(self) -> float:
        return (self.period.end - self.period.start) / timedelta(weeks=1)

    @property
    def rows(self) -> list[tuple[Case, Aftermath | None, Sequence[CountedLead]]]:
        """Each incident with what became of its leads, and the first of them."""
        return list(zip(self.run.cases, self.aftermaths, self.people, strict=True))

    @property
    def shown(self) -> set[int]:
        """The leads whose names are in it."""
        return {one.id for some in self.people for one in some}

    def local(self, moment: datetime) -> datetime:
        """A moment by the company's clocks."""
        return moment.astimezone(ZoneInfo(self.period.zone))

    def a_week(self, run: Run) -> float:
        """Messages a week."""
        return len(run.cases) / self.weeks


def as_json(found: Backtest) -> dict[str, Any]:
    """The backtest for other programs; times in RFC 3339, how long in minutes."""
    return {
        "since": found.period.start.isoformat(),
        "until": found.period.end.isoformat(),
        "zone": found.period.zone,
        "segments": found.segments,
        "leads": found.arrivals,
        "false_messages_a_week": found.run.budget,
        "messages_a_week": round(found.a_week(found.run), 2),
        "incidents": [_incident(case, became) for case, became, _ in found.rows],
        "budgets": [_budgeted(found, one) for one in found.others],
    }


def _incident(case: Case, became: Aftermath | None) -> dict[str, Any]:
    whole = case.whole
    return {
        "kind": case.incident.kind,
        "segment": whole.segment,
        "began": case.whole.since.isoformat(),
        "opened_at": case.incident.opened_at.isoformat(),
        "closed_at": case.incident.closed_at.isoformat() if case.incident.closed_at else None,
        "count": whole.count,
        "expected": round(whole.expected, 1),
        "became": asdict(became) if became else None,
        "crossed": [asdict(one.crossing) for one in case.incident.findings if one.crossing],
    }


def _budgeted(found: Backtest, one: Run) -> dict[str, Any]:
    return {
        "false_messages_a_week": one.budget,
        "messages": len(one.cases),
        "messages_a_week": round(found.a_week(one), 2),
        "told_after_minutes": round(one.delay / timedelta(minutes=1), 1) if one.delay else None,
    }


def parse_simulation(text: str, now: datetime, playbook: Playbook) -> Simulation:
    """What `simulate` is asked for: `since <day>` and `budget <false messages a week>`, both optional.

    Raises:
        QuestionError: what of it cannot be understood, and an example that can.

    """
    left, *clauses = _CLAUSE.split(fold(text[:500]))
    if left.strip():
        raise QuestionError(f"I don't know “{left.strip()[:60]}” of a simulation. {_like()}")
    asked = {name.casefold(): words.strip() for name, words in zip(clauses[::2], clauses[1::2], strict=True)}
    since = _since(asked["since"], now, playbook) if "since" in asked else now - LOOKS
    budget = _budget(asked["budget"]) if "budget" in asked else playbook.alerts.false_messages_a_week
    return Simulation(since, budget)


def _since(words: str, now: datetime, playbook: Playbook) -> datetime:
    try:
        found = find_period(f"since {words}", Here(now, playbook.zone, playbook.calendar))
    except PeriodError as error:
        raise QuestionError(f"{error.sentence} {_like()}") from None
    if found is None:
        raise QuestionError(f"`since` wants a day, not “{words[:60]}”. {_like()}")
    return found.start


def _budget(words: str) -> float:
    try:
        budget = float(words.replace(",", "."))
    except ValueError:
        budget = 0
    if not 0 < budget <= MOST_BUDGET:
        raise QuestionError(
            f"`budget` wants how many false messages a week are accepted, more than 0 and up to "
            f"{MOST_BUDGET:g}, not “{words[:60]}”. {_like()}"
        )
    return budget


def _like() -> str:
    return f"Try `/tipoff alerts simulate {EXAMPLE}`."


def window(asked: Simulation, arrivals: Sequence[Arrival], now: datetime) -> tuple[datetime, datetime]:
    """The window that can be looked at: since when a watch would have spoken.

    Raises:
        QuestionError: the store has not known leads for long enough.

    """
    if not arrivals:
        raise QuestionError("The store knows no leads of that time, so there is nothing to replay.")
    since = max(asked.since, min(one.occurred for one in arrivals) + SPEAKS)
    if now - since >= SHORTEST:
        return since, now
    known = max(0, (now - min(one.occurred for one in arrivals)).days)
    raise QuestionError(
        f"The store knows leads for {known} days before now; it takes {SPEAKS.days} to learn what is usual "
        f"and {SHORTEST.days} to look at. `tipoff alerts replay leads.csv` tries the alerts on a file."
    )


def as_it_happened(arrivals: Iterable[Arrival]) -> list[Arrival]:
    """The leads in the order in which they were heard of; those told long after, as if told at once.

    Whoever loads years of history on one day wants them watched as they came. What an import said of its own
    day stays an import.
    """
    told = [
        replace(one, received=one.occurred, imported=False)
        if one.received - one.occurred > BACKDATED
        else one
        for one in arrivals
    ]
    return sorted(told, key=lambda one: (one.received, one.occurred))


def runs(
    asked: float,
    budgets: Iterable[float],
    arrivals: Sequence[Arrival],
    since: datetime,
    until: datetime,
    rules: Rules,
    count: Heard | None = None,
) -> tuple[list[Run], int]:
    """What each budget would have told in [since, until), and how many segments were watched in the end.

    Args:
        asked: by which budget the weeks before are learned.
        budgets: false messages a week.
        arrivals: as `as_it_happened` orders them, those of the weeks before included.
        since: from when on it is of interest.
        until: the last moment.
        rules: what a watch goes by.
        count: what the arrivals are of, if not of leads.

    """
    from funnel.surge import Watch  # noqa: PLC0415 - brings numpy, which only those need who watch

    if not arrivals:
        return [Run(budget, ()) for budget in budgets], 0
    before = bisect_right(arrivals, since, key=lambda one: one.received)
    lately = bisect_right(arrivals, since - HEARD, key=lambda one: one.received)
    learning = Watch(*rules.within(asked, count))
    _told(learning, arrivals[:before], arrivals[0].received, since, count)
    learned, found = learning.saved(), []
    watch = learning
    for budget in budgets:
        watch = Watch.restored(*rules.within(budget, count), learned, arrivals[lately:before])
        found.append(Run(budget, _told(watch, arrivals[before:], since, until, count)))
    return found, len(watch.segments())


def together(watched: Iterable[Sequence[Run]], lines: Iterable[Case]) -> list[Run]:
    """What each budget would have told in all, the first first; lines are told whatever the budget."""
    crossed = list(lines)
    return [
        Run(same[0].budget, _in_order([*(case for run in same for case in run.cases), *crossed]))
        for same in zip(*watched, strict=True)
    ]


def _in_order(cases: Iterable[Case]) -> tuple[Case, ...]:
    return tuple(sorted(cases, key=lambda one: (one.incident.opened_at, one.incident.key)))


def _told(
    watch: "Watch", arrivals: Sequence[Arrival], since: datetime, until: datetime, count: Heard | None
) -> tuple[Case, ...]:
    """The incidents that a watch finds while these leads come, the first first."""
    found: dict[str, Case] = {}
    heard = 0
    for now in _looks(arrivals, since, until, SELDOM if count else QUIET):
        upto = bisect_right(arrivals, now, lo=heard, key=lambda one: one.received)
        watch.hear(arrivals[heard:upto])
        heard = upto
        going_on = [one.incident for one in found.values() if not one.over]
        findings = told(count, watch.tick(now)) if count else watch.tick(now)
        for incident in merged(going_on, findings, now):
            found[incident.key] = grown(found.get(incident.key), incident, "")
    return _in_order(found.values())


def _looks(
    arrivals: Sequence[Arrival], since: datetime, until: datetime, quiet: timedelta
) -> Iterator[datetime]:
    """The moments at which a running bot would look, but for those at which nothing can have changed."""
    comes = {_next_look(one.received) for one in arrivals}
    now = last = _next_look(since)
    while now <= until:
        if now in comes or now - last >= quiet:
            yield now
            last = now
        now += STEP


def _next_look(at: datetime) -> datetime:
    """The first moment at which a lead that came `at` is counted."""
    seconds = STEP.total_seconds()
    return datetime.fromtimestamp((at.timestamp() // seconds + 1) * seconds, UTC)
