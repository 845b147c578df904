"""How an incident goes on from look to look, where nothing but its findings says so."""

from dataclasses import replace
from datetime import timedelta

from funnel.case import Case, followed, leading, opened
from funnel.incident import Finding, Incident

LASTS = timedelta(hours=1)
"""A surge is over so long after the last one too many, however long it could still be told from chance."""


def grown(case: Case | None, incident: Incident, channel: str) -> Case:
    """The case of an incident after this look; None is one that nobody knew."""
    if case is None:
        return opened(incident, channel)
    if case.incident == incident:
        return case
    if incident.kind == "threshold":
        return followed(case, incident, leading(incident))
    whole = _whole(case, incident)
    if incident.kind == "surge" and not incident.closed_at and incident.seen_at - whole.at >= LASTS:
        incident = replace(incident, closed_at=incident.seen_at)
    return followed(case, incident, whole)


def _whole(before: Case, incident: Incident) -> Finding:
    """All of an incident as one finding: up to when most too many, or too few, had come."""
    found = leading(incident)
    since = min(before.whole.since, found.since)
    further = abs(found.count - found.expected) >= abs(before.whole.count - before.whole.expected)
    further |= before.again_at is not None and before.whole.at < before.again_at
    return replace(found if further else before.whole, since=since)
