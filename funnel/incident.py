"""What was found unusual in the inflow of leads, and what became of it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Kind = Literal["surge", "drought", "import", "threshold"]
Verdict = Literal["useful", "expected", "not useful"]

OVERALL = "overall"
"""The segment of all leads; the others are `source:<name>` and `campaign:<name>`."""


@dataclass(frozen=True, slots=True)
class Finding:
    """That one segment's leads are far from what was expected, as seen at one moment.

    Attributes:
        segment: `overall`, `source:<name>`, `campaign:<name>`.
        at: the moment (UTC) up to which leads were counted.
        since: the left edge of the window that says it most clearly; it is [since, at).
        count: leads that occurred in the window.
        expected: leads expected in it.
        spread: one standard deviation of what was expected.
        odds: chance makes this once in so many looks.
        score: how much it says, in powers of ten, comparable among findings of one moment.

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
