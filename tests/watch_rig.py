"""What tests of alerts share: findings, incidents and what people say of them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from funnel.case import Case, opened
from funnel.incident import Finding, Incident, Kind

ONE_O_CLOCK = datetime(2026, 6, 16, 13, tzinfo=UTC)  # a Tuesday
CAMPAIGN = "campaign:spring-webinar"


def later(minutes: float) -> datetime:
    """So many minutes after one o'clock."""
    return ONE_O_CLOCK + timedelta(minutes=minutes)


def finding(segment: str = CAMPAIGN, at: float = 120, kind: Kind = "surge", **fields: Any) -> Finding:
    """37 leads in two hours, where 12 were expected."""
    found = Finding(kind, segment, later(at), later(at - 120), 37, 12.0, 4.0, 90_000.0, 6.5)
    return replace(found, **fields)


def incident(*findings: Finding, at: float = 120, **fields: Any) -> Incident:
    """One that was found so many minutes after one o'clock."""
    found = findings or (finding(at=at),)
    key = f"{found[0].kind}:{later(at):%Y-%m-%dT%H%MZ}:{found[0].segment}"
    return replace(Incident(key, found[0].kind, found, later(at), later(at)), **fields)


def case(*findings: Finding, channel: str = "#leads", **fields: Any) -> Case:
    return opened(incident(*findings, **fields), channel)


def keys(cases: Sequence[Case]) -> list[str]:
    return [one.incident.key for one in cases]
