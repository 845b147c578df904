"""How the alerts stand: what is watched, in which state, what was found, and whether it was worth it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from funnel.alert_rules import Threshold
from funnel.case import Case
from funnel.metrics import Ratio
from funnel.playbook import Playbook
from funnel.precision import Board, Told, alert_of, board
from funnel.silence import Mute

BOARD = timedelta(weeks=12)
"""How far back the precision board looks."""
JUDGED = timedelta(weeks=26)
"""How far back incidents are looked at for demotions."""
LATELY = timedelta(days=7)
MOST_LINES = 10
"""Of a digest, about incidents without a card."""
LEVELS = ("overall", "source", "campaign", "count")
"""Of segments, the largest first."""


@dataclass(frozen=True, slots=True)
class Segment:
    """What is watched: its name (`campaign:expo`), its state, and when it speaks again.

    Attributes:
        speaks_at: when a learning segment begins to speak; None where that is not known.
        muted_until: when somebody who asked for silence wants to hear of it again.

    """

    name: str
    state: str
    speaks_at: datetime | None = None
    muted_until: datetime | None = None

    @property
    def level(self) -> str:
        return self.name.partition(":")[0]


@dataclass(frozen=True, slots=True)
class Line:
    """A threshold, and the rows that are beyond it now; None is everybody."""

    threshold: Threshold
    beyond: tuple[str | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Status:
    """How the alerts of a workspace stand at one moment.

    Attributes:
        at: that moment.
        zone: the company's, in which times are said.
        to: the channel; None where nobody is alerted.
        budget: false messages a week that are accepted.
        muted_until: when somebody who asked for silence about everything wants to hear again.
        latest: the last incidents, newest first.
        board: what people made of them.

    """

    at: datetime
    zone: ZoneInfo
    to: str | None
    budget: float
    segments: Sequence[Segment]
    lines: Sequence[Line]
    latest: Sequence[Case]
    board: Board
    muted_until: datetime | None = None

    @property
    def states(self) -> Mapping[str, Mapping[str, int]]:
        """How many segments of each level are in each state, the largest level first."""
        found = {level: Counter(one.state for one in self.segments if one.level == level) for level in LEVELS}
        return {level: states for level, states in found.items() if states}

    def local(self, moment: datetime) -> datetime:
        """A moment by the company's clocks."""
        return moment.astimezone(self.zone)

    @property
    def lately(self) -> int:
        """Incidents of the last week."""
        return sum(1 for one in self.latest if one.incident.opened_at >= self.at - LATELY)

    @property
    def demoted_lately(self) -> list[Case]:
        """The incidents of the last week that had no card because few act on such alerts, newest first."""
        demoted = {one.alert for one in self.board.demoted}
        return [
            one
            for one in self.latest
            if one.hushed and one.incident.opened_at >= self.at - LATELY and alert_of(one.incident) in demoted
        ][:MOST_LINES]

    @property
    def going_on(self) -> int:
        return sum(1 for one in self.latest if not one.over)


def status(
    playbook: Playbook,
    segments: Sequence[Segment],
    mutes: Sequence[Mute],
    cases: Sequence[Case],
    told: Sequence[Told],
    now: datetime,
) -> Status:
    """How the alerts stand at `now`.

    Args:
        playbook: the rules.
        segments: what is watched.
        mutes: what people do not want to hear of.
        cases: the incidents of the last half year.
        told: what became of them.
        now: the moment.

    """
    muted = _muted(mutes, now)
    return Status(
        now,
        playbook.zone,
        playbook.alerts.to,
        playbook.alerts.false_messages_a_week,
        [replace(one, muted_until=muted.get(one.name)) for one in sorted(segments, key=_place)],
        [Line(one, _beyond(one, cases)) for one in playbook.alerts.thresholds],
        sorted(cases, key=lambda one: one.incident.opened_at, reverse=True),
        board(told, now - BOARD, now),
        muted.get(None),
    )


def _place(one: Segment) -> tuple[int, str]:
    return LEVELS.index(one.level) if one.level in LEVELS else len(LEVELS), one.name


def _muted(mutes: Sequence[Mute], now: datetime) -> dict[str | None, datetime]:
    found: dict[str | None, datetime] = {}
    for one in mutes:
        if one.until > now:
            found[one.segment] = max(one.until, found.get(one.segment, one.until))
    return found


def _beyond(threshold: Threshold, cases: Sequence[Case]) -> tuple[str | None, ...]:
    mine = (one for one in cases if one.incident.kind == "threshold" and not one.over)
    return tuple(
        found.crossing.row
        for one in mine
        for found in one.incident.findings
        if found.crossing and found.segment.split(":")[1] == threshold.called
    )


def as_json(found: Status) -> dict[str, Any]:
    """The status for other programs; times in RFC 3339, shares of 1."""
    return {
        "to": found.to,
        "false_messages_a_week": found.budget,
        "segments": [
            {
                "segment": one.name,
                "state": one.state,
                "speaks_at": _time(one.speaks_at),
                "muted_until": _time(one.muted_until or found.muted_until),
            }
            for one in found.segments
        ],
        "thresholds": [
            {"name": one.threshold.called, "when": one.threshold.when, "beyond": list(one.beyond)}
            for one in found.lines
        ],
        "incidents": [_incident(one) for one in found.latest],
        "precision": {
            "since": found.board.since.isoformat(),
            "told": found.board.total.told,
            "useful": _share(found.board.total.useful),
            "acted_on": _share(found.board.total.acts),
            "demoted": [
                {"alert": one.alert, "since": one.since.isoformat(), "until": one.until.isoformat()}
                for one in found.board.demoted
            ],
        },
    }


def _incident(case: Case) -> dict[str, Any]:
    found = case.found
    return {
        "incident": case.incident.key,
        "kind": case.incident.kind,
        "segment": found.segment,
        "opened_at": case.incident.opened_at.isoformat(),
        "closed_at": _time(case.incident.closed_at),
        "count": found.count,
        "expected": round(found.expected, 1),
        "verdict": case.judgement.verdict if case.judgement else None,
    }


def _time(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _share(ratio: Ratio) -> dict[str, Any]:
    return {"value": ratio.value, "numerator": ratio.numerator, "denominator": ratio.denominator}
