"""When questions are asked by themselves: the `digests` of the playbook."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from typing import Annotated
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError
from pydantic import AfterValidator, Field, StringConstraints

from funnel.part import Part, Zone

LATE = timedelta(hours=1)  # after which a digest that nobody could say is not said any more
SPANS = (
    1,
    8,
    32,
    367,
    9 * 366,
)  # days to look back for the last time, until there is one; leap days are rare
FIELDS = 5  # minute, hour, day, month, weekday; nobody is told something every second
MOST_QUESTIONS = 5  # what one message can answer and a person reads

THE_ALERTS = "/tipoff alerts"
"""What a digest asks to have the precision of alerts, and those that have no card of their own."""
Asks = Annotated[
    str, StringConstraints(pattern=r"^/(funnel|campaigns|kpi)( |$)|^/tipoff alerts$", max_length=500)
]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]


def _cron(expression: str) -> str:
    if len(expression.split()) != FIELDS:
        raise ValueError("is not a time to come back at, such as `0 9 * * mon`")
    try:
        next(CronSim(expression, datetime(2026, 1, 1, tzinfo=UTC)))
    except (CronSimError, StopIteration) as error:
        why = f" ({error})" if str(error) else ""
        raise ValueError(f"is not a time to come back at, such as `0 9 * * mon`{why}") from None
    return expression


class Digest(Part):
    """Questions, who is told the answers (a channel, or a person by their id), and when (cron)."""

    to: Annotated[str, Field(pattern=r"^(#\S+|[CGUW][A-Z0-9]{2,})$")]
    at: Annotated[str, AfterValidator(_cron)]
    ask: Annotated[tuple[Asks, ...], Field(min_length=1, max_length=MOST_QUESTIONS)]
    timezone: Zone | None = None

    def before(self, now: datetime, zone: ZoneInfo) -> datetime:
        """The last time that it was due, at `now` or before (UTC); `zone` is the company's."""
        for days in SPANS:
            since = takewhile(lambda time: time <= now, self._times(now - timedelta(days=days), zone))
            if last := list(since)[-1:]:
                return last[0]
        raise AssertionError(f"`{self.at}` was never due")  # the door has seen that it will be

    def after(self, now: datetime, zone: ZoneInfo) -> datetime:
        """The next time that it will be due, later than `now` (UTC)."""
        return next(time for time in self._times(now, zone) if time > now)

    def _times(self, since: datetime, zone: ZoneInfo) -> Iterator[datetime]:
        local = since.astimezone(ZoneInfo(self.timezone) if self.timezone else zone)
        return (time.astimezone(UTC) for time in CronSim(self.at, local))


Digests = dict[Name, Digest]


def due(digests: Mapping[str, Digest], now: datetime, zone: ZoneInfo) -> dict[str, datetime]:
    """The digests whose time has come within the last hour, by name, each with that time."""
    times = {name: digest.before(now, zone) for name, digest in digests.items()}
    return {name: at for name, at in times.items() if now - at < LATE}


def next_due(digests: Mapping[str, Digest], now: datetime, zone: ZoneInfo) -> datetime | None:
    """When the next digest will be due; None without digests."""
    return min((digest.after(now, zone) for digest in digests.values()), default=None)
