"""A new lead as surges are counted from it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

HEARD = timedelta(hours=36)
"""For how long a watch counts by five minutes, so that yesterday is whole when it is learned."""
LEARNS_FROM = timedelta(weeks=14)
"""How much of the past a watch learns from that begins."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A new lead as it is counted.

    Attributes:
        received: when the journal heard of it (UTC).
        occurred: when it happened (UTC).
        imported: whether it came quietly, because an import says so.

    """

    received: datetime
    occurred: datetime
    campaign: str | None
    source: str | None
    imported: bool
