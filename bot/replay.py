"""`tipoff alerts replay`: the alerts of a file of leads, as they would have come, on a simulated clock."""

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import holidays as public_holidays
from pydantic import ValidationError

from funnel.alerts import Alerts
from funnel.arrival import Arrival
from funnel.errors import TipoffError
from funnel.incident import Finding, Incident, merged
from funnel.playbook import Playbook
from funnel.surge import Watch

TICK = timedelta(minutes=5)
ZONES = {"EU": "Europe/Berlin", "US": "America/New_York", "UTC": "UTC"}
"""Short names of zones in a calendar file."""
COLUMNS = {
    "received": ("received_at", "occurred_at", "created_at"),
    "occurred": ("occurred_at", "created_at", "received_at"),
    "campaign": ("campaign", "segment", "utm_campaign"),
    "source": ("source", "utm_source"),
    "import": ("import_id",),
}
"""The columns that may say each thing, the best first; only a time is needed."""


class ReplayError(TipoffError):
    """The file of leads or the calendar cannot be read; says where, and what would work."""


@dataclass(frozen=True, slots=True)
class Days:
    """Where a company's days begin, and which are holidays."""

    zone: ZoneInfo
    holiday: Callable[[date], bool]


@dataclass(frozen=True, slots=True)
class Told:
    """A finding, and the key of the incident in which it was told."""

    finding: Finding
    incident: str


def calendar(file: Path | None, zone: str, country: str) -> Days:
    """The days of a company: of a calendar file, or of a zone and a country.

    Raises:
        ReplayError: the file, the zone or the country is none.

    """
    if file:
        return _written_days(file, zone)
    try:
        playbook = Playbook(timezone=zone or "UTC", alerts=Alerts(country=country or None))
    except ValidationError as error:
        one = error.errors()[0]
        raise ReplayError(f"{one['input']!r} {one['msg'].removeprefix('Value error, ')}.") from None
    return Days(playbook.zone, holiday_of(playbook.alerts.country))


def holiday_of(country: str | None) -> Callable[[date], bool]:
    """Whether a day is a public holiday of a country, or of a part of one (`DE-BY`); without one, none is."""
    if country is None:
        return lambda _: False
    name, _, part = country.partition("-")
    known = public_holidays.country_holidays(name, subdiv=part or None)
    return lambda day: day in known


def replay(file: Path, days: Days, alerts: Alerts = Alerts()) -> list[Told]:  # noqa: B008 - it is frozen
    """What would have been told of the leads in a CSV file, in order.

    Raises:
        ReplayError: the file is no such file; says the column or the line.

    """
    arrivals = sorted(_arrivals(file, days.zone), key=lambda one: one.received)
    watch = Watch(alerts, days.zone, days.holiday)
    open_: list[Incident] = []
    told: list[Told] = []
    for now, heard in _ticks(arrivals):
        watch.hear(heard)
        findings = watch.tick(now)
        open_ = merged(open_, findings, now)
        told += [Told(one, _incident_of(one, open_)) for one in findings if one.new]
        open_ = [one for one in open_ if not one.closed_at]
    return told


def write(told: Iterable[Told], file: Path) -> None:
    """Write the surges and droughts as JSON: segment, kind (`surge` or `drop`), at, incident."""
    rows = [
        {
            "segment": one.finding.segment,
            "kind": "drop" if one.finding.kind == "drought" else "surge",
            "at": f"{one.finding.at:%Y-%m-%dT%H:%M:%SZ}",
            "incident": one.incident,
        }
        for one in told
        if one.finding.kind in ("surge", "drought")
    ]
    try:
        file.write_text(json.dumps(rows, indent=1), encoding="utf-8")
    except OSError as error:
        raise ReplayError(f"{file} cannot be written: {error.strerror or error}.") from None


def lines(told: Sequence[Told]) -> Iterator[str]:
    """What would have been told, a line each."""
    for one in (each.finding for each in told):
        yield (
            f"{one.at:%Y-%m-%d %H:%M} UTC  {one.kind}  {one.segment}: {one.count} leads since "
            f"{one.since:%H:%M} where {one.expected:.1f} ± {one.spread:.1f} were expected"
        )
    messages = len({one.incident for one in told})
    if not told:
        yield "Nothing would have been told."
    else:
        yield f"{messages} message{'s' if messages > 1 else ''} would have been sent."


def _incident_of(finding: Finding, incidents: Iterable[Incident]) -> str:
    return next(one.key for one in incidents if one.kind == finding.kind and finding in one.findings)


def _ticks(arrivals: Sequence[Arrival]) -> Iterator[tuple[datetime, Sequence[Arrival]]]:
    """Every five minutes from the first lead to the last, and who was received until then."""
    if not arrivals:
        return
    now = datetime.fromtimestamp(arrivals[0].received.timestamp() // 300 * 300, UTC)
    heard = 0
    while heard < len(arrivals):
        now += TICK
        first = heard
        while heard < len(arrivals) and arrivals[heard].received < now:
            heard += 1
        yield now, arrivals[first:heard]


def _written_days(file: Path, zone: str) -> Days:
    try:
        meta = json.loads(file.read_text(encoding="utf-8"))["meta"]
        holidays = {date.fromisoformat(day) for day in meta["holidays"]}
        return Days(ZoneInfo(zone or ZONES.get(meta["tz"], meta["tz"])), holidays.__contains__)
    except OSError as error:
        raise ReplayError(f"{file} cannot be read: {error.strerror or error}.") from None
    except (ValueError, KeyError, TypeError) as error:
        raise ReplayError(
            f'{file} is no calendar ({error}). One looks like {{"meta": {{"tz": "Europe/Berlin", '
            '"holidays": ["2026-12-25"]}}.'
        ) from None


def _arrivals(file: Path, zone: ZoneInfo) -> Iterator[Arrival]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as opened:
            rows = csv.reader(opened)
            places = _places(file, next(rows, []))
            for row in rows:
                if row:
                    yield _arrival(row, places, zone, f"{file}, line {rows.line_num}")
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ReplayError(f"{file} cannot be read as CSV: {error}.") from None


def _places(file: Path, header: Sequence[str]) -> dict[str, int]:
    """Where in a row each thing stands."""
    names = [name.strip().lower() for name in header]
    places = {
        what: next(names.index(name) for name in known if name in names)
        for what, known in COLUMNS.items()
        if set(known) & set(names)
    }
    if "received" not in places:
        raise ReplayError(
            f"{file} has no column that says when a lead came: name one received_at or created_at. "
            f"It has: {', '.join(names)[:200] or 'nothing'}."
        )
    return places


def _arrival(row: Sequence[str], places: dict[str, int], zone: ZoneInfo, where: str) -> Arrival:
    said = {what: row[place].strip() for what, place in places.items() if place < len(row)}
    received = _moment(said.get("received", ""), zone, where)
    return Arrival(
        received=received,
        occurred=_moment(said["occurred"], zone, where) if said.get("occurred") else received,
        campaign=said.get("campaign") or None,
        source=said.get("source") or None,
        imported=bool(said.get("import")),
    )


def _moment(text: str, zone: ZoneInfo, where: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ReplayError(
            f"{where}: {text[:40]!r} is no time. One looks like 2026-11-21T09:30:00Z."
        ) from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
