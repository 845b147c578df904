"""Whether alerts were worth it: what people said of them, how many leads were acted on, and what follows.

An alert that nobody acts on costs the attention that the next one needs. One whose last incidents were acted
on less than half is demoted: it gets no card of its own, but a line in the digest. After four weeks, or when
people act on its leads anyway, it is told in full again.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import mean

from funnel.case import leading
from funnel.incident import Incident, Kind, Verdict
from funnel.metrics import Ratio

FEWEST = 6  # incidents before an alert can be judged
LATEST = 8  # incidents that it is judged by
LEAST = 0.5  # of their leads have to be acted on
REST = timedelta(days=28)  # after which a demoted alert is tried again
KINDS: tuple[Kind, ...] = ("surge", "drought", "import", "threshold")


@dataclass(frozen=True, slots=True)
class Told:
    """An incident and what became of its leads: how many were owed an answer and got one in time."""

    incident: Incident
    owed: int = 0
    acted: int = 0

    @property
    def acted_on(self) -> float | None:
        """How far it was acted on, 0 to 1; None where nobody had to, or somebody expected it.

        Who calls it useful has acted on it, and who calls it not useful has not, whatever its leads.
        """
        match self.incident.verdict:
            case "useful":
                return 1
            case "not useful":
                return 0
            case "expected":
                return None
        return self.acted / self.owed if self.owed else None


@dataclass(frozen=True, slots=True)
class Precision:
    """What people made of some incidents."""

    told: int
    verdicts: Mapping[Verdict, int]
    acts: Ratio

    @property
    def useful(self) -> Ratio:
        """Those that were useful, of those that somebody judged and had not expected."""
        useful = self.verdicts.get("useful", 0)
        return Ratio(useful, useful + self.verdicts.get("not useful", 0))


@dataclass(frozen=True, slots=True)
class Demotion:
    """That an alert has no card of its own for a while.

    Attributes:
        alert: which, as `alert_of` calls it.
        since: the end of the incident after which so few had been acted on.
        until: when it is tried again, if nobody acts on it before.
        acted_on: how far its last incidents had been acted on, 0 to 1.
        of: how many incidents that was judged by.

    """

    alert: str
    since: datetime
    until: datetime
    acted_on: float
    of: int


@dataclass(frozen=True, slots=True)
class Board:
    """The precision of all alerts since a day: together, by kind, and what is demoted."""

    since: datetime
    total: Precision
    kinds: Mapping[Kind, Precision]
    demoted: Sequence[Demotion]


def alert_of(incident: Incident) -> str:
    """Which alert an incident is of: `surge of a campaign`, `surge of unsubscribes`, `threshold cac-high`."""
    level, _, name = leading(incident).segment.partition(":")
    match level:
        case "overall":
            return f"{incident.kind} of all leads"
        case "count":
            return f"{incident.kind} of {name}"
        case "threshold":
            return f"threshold {name.partition(':')[0]}"
    return f"{incident.kind} of a {level}"


def board(told: Sequence[Told], since: datetime, now: datetime) -> Board:
    """What became of the incidents that opened since; demotions look at all of them."""
    recent = [one for one in told if one.incident.opened_at >= since]
    kinds = {kind: [one for one in recent if one.incident.kind == kind] for kind in KINDS}
    return Board(
        since,
        _precision(recent),
        {kind: _precision(some) for kind, some in kinds.items() if some},
        tuple(demotions(told, now).values()),
    )


def _precision(told: Sequence[Told]) -> Precision:
    verdicts: dict[Verdict, int] = {}
    for one in told:
        if verdict := one.incident.verdict:
            verdicts[verdict] = verdicts.get(verdict, 0) + 1
    return Precision(
        len(told), verdicts, Ratio(sum(one.acted for one in told), sum(one.owed for one in told))
    )


def demotions(told: Iterable[Told], now: datetime) -> dict[str, Demotion]:
    """The alerts that are demoted at `now`, by name."""
    by_alert: defaultdict[str, list[Told]] = defaultdict(list)
    for one in told:
        by_alert[alert_of(one.incident)].append(one)
    found = {alert: _demotion(alert, some, now) for alert, some in sorted(by_alert.items())}
    return {alert: demotion for alert, demotion in found.items() if demotion}


def _demotion(alert: str, told: Sequence[Told], now: datetime) -> Demotion | None:
    """Whether an alert is demoted: its incidents in order, each judged with those just before it.

    What was acted on before a demotion ended says nothing of the trial after it.
    """
    demotion: Demotion | None = None
    latest: list[float] = []
    for ended, acted_on in _judged(told, now):
        if demotion and ended >= demotion.until:
            demotion, latest = None, []
        latest = [*latest, acted_on][-LATEST:]
        share = mean(latest)
        if demotion and share >= LEAST:
            demotion = None
        elif not demotion and len(latest) >= FEWEST and share < LEAST:
            demotion = Demotion(alert, ended, ended + REST, share, len(latest))
    return demotion if demotion and now < demotion.until else None


def _judged(told: Sequence[Told], now: datetime) -> list[tuple[datetime, float]]:
    """The end of each incident that was over by `now` and how far it was acted on, the first first."""
    over = [
        (one.incident.closed_at, one.acted_on)
        for one in told
        if one.incident.closed_at is not None and one.incident.closed_at <= now
    ]
    return sorted((ended, acted_on) for ended, acted_on in over if acted_on is not None)
