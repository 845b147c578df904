"""What was found unusual in the inflow of leads, and what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

Kind = Literal["surge", "drought", "import", "threshold"]
Verdict = Literal["useful", "expected", "not useful"]

OVERALL = "overall"
"""The segment of all leads; the others are `source:<name>` and `campaign:<name>`."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """A number of the catalogue that is beyond a line, with the question that it answers.

    Attributes:
        metric: which number, by its name in the catalogue.
        row: whose, of a breakdown; None is everybody's.
        value: in the metric's unit, money in minor units, a share of 1.
        line: what it crossed, in the same unit.
        question: what `/kpi` answers with that number.
        currency: of money.
        numerator: what it is made of, where it is a division.
        denominator: the same.

    """

    metric: str
    row: str | None
    value: float
    line: float
    question: str
    currency: str | None = None
    numerator: float | None = None
    denominator: float | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """That one segment's leads are far from what was expected, as seen at one moment.

    Attributes:
        segment: `overall`, `source:<name>`, `campaign:<name>`; `count:<name>` of another count,
            `threshold:<name>` and `threshold:<name>:<row>` of a metric.
        at: the moment (UTC) up to which leads were counted.
        since: the left edge of the window that says it most clearly; it is [since, at).
        count: leads that occurred in the window.
        expected: leads expected in it.
        spread: one standard deviation of what was expected.
        odds: chance makes this once in so many looks.
        score: how much it says, in powers of ten, comparable among findings of one moment.
        within: the segments that this one is a part of.
        new: whether it was not found the time before; else it goes on.
        crossing: of a threshold, the number; `expected` is its line, and there are no odds.

    """

    kind: Kind
    segment: str
    at: datetime
    since: datetime
    count: int
    expected: float
    spread: float
    odds: float
    score: float
    within: tuple[str, ...] = ()
    new: bool = True
    crossing: Crossing | None = None

    def shares_a_cause(self, other: "Finding") -> bool:
        """Whether one is a part of the other, so that the same leads may be behind both."""
        return self.segment == other.segment or self.segment in other.within or other.segment in self.within


@dataclass(frozen=True, slots=True)
class Incident:
    """Findings that share a cause: one card.

    Attributes:
        key: its card's, `<kind>:<UTC minute it opened>:<segment it opened with>`, clipped; stable and unique.
        findings: the latest of each segment in which it was found, the first found first.
        opened_at: when it was first found.
        seen_at: when it was last still so.
        closed_at: when it ended; None while it goes on.

    """

    key: str
    kind: Kind
    findings: tuple[Finding, ...]
    opened_at: datetime
    seen_at: datetime
    closed_at: datetime | None = None
    verdict: Verdict | None = field(default=None)


KEY = 120
"""Letters of an incident's key at most."""
TOGETHER = timedelta(hours=6)
"""What is found so long after an incident was last seen is an incident of its own."""
ENDS = timedelta(hours=1)
"""An incident ends when it was not seen for so long."""


def merged(open_: Sequence[Incident], findings: Sequence[Finding], now: datetime) -> list[Incident]:
    """The incidents after one look: those that were open, grown or closed, and those that begin.

    A finding joins the oldest incident of its kind with which it shares a cause. One that only goes on
    (not `new`) begins nothing.
    """
    incidents = list(open_)
    for finding in findings:
        place = next((i for i, one in enumerate(incidents) if _takes(one, finding)), None)
        if place is not None:
            incidents[place] = _with(incidents[place], finding)
        elif finding.new:
            incidents.append(Incident(_key(finding), finding.kind, (finding,), finding.at, finding.at))
    return [replace(one, closed_at=now) if _is_over(one, now) else one for one in incidents]


def _takes(incident: Incident, finding: Finding) -> bool:
    """Whether it is one more thing of the same: what goes on was in it; what is new shares its cause."""
    if incident.kind != finding.kind or incident.closed_at or finding.at - incident.seen_at > TOGETHER:
        return False
    if not finding.new:
        return any(one.segment == finding.segment for one in incident.findings)
    return any(one.shares_a_cause(finding) for one in incident.findings)


def _with(incident: Incident, finding: Finding) -> Incident:
    others = tuple(one for one in incident.findings if one.segment != finding.segment)
    known = len(others) < len(incident.findings)
    findings = (
        tuple(finding if one.segment == finding.segment else one for one in incident.findings)
        if known
        else (*incident.findings, finding)
    )
    return replace(incident, findings=findings, seen_at=max(incident.seen_at, finding.at))


def _is_over(incident: Incident, now: datetime) -> bool:
    return incident.closed_at is None and (incident.kind == "import" or now - incident.seen_at >= ENDS)


def _key(finding: Finding) -> str:
    return f"{finding.kind}:{finding.at:%Y-%m-%dT%H:%MZ}:{finding.segment}"[:KEY]
