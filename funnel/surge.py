"""What is known of the inflow of leads."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Arrival:
    """A new lead as it is counted."""

    received: datetime
    occurred: datetime
    campaign: str | None
    source: str | None
    imported: bool
