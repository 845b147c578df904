"""A new lead as surges are counted from it."""

from dataclasses import dataclass
from datetime import datetime


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
