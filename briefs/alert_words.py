"""How alerts are said in lists: what a segment is called, what was found in it, how long it took."""

from collections.abc import Mapping
from datetime import timedelta

from briefs.alerts import usual
from briefs.figures import amount, head, plainly
from briefs.literal import Markdown, clip, literal
from funnel.case import Case, Change
from funnel.counts import CountedLead
from funnel.incident import OVERALL, Finding
from funnel.metrics import METRICS

LONGEST = 60  # characters of a name
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
_LEVELS = {"overall": "All leads", "source": "Sources", "campaign": "Campaigns", "count": "Other counts"}
_TURNS: Mapping[Change, str] = {
    "opened": "Began",
    "grew": "Grew",
    "eased": "Eased",
    "ended": "Ended",
    "again": "Began again",
}


def level(name: str) -> Markdown:
    """Segments of one level: `campaigns`."""
    return literal(_LEVELS.get(name, name))


def segment(name: str) -> Markdown:
    """What a segment is called: `campaign Expo`, `all leads`, `unsubscriptions`."""
    kind, _, called = name.partition(":")
    if kind in {"source", "campaign"}:
        return literal(f"{kind} {clip(called, LONGEST) or 'not captured'}")
    called = called.replace(":", ": ", 1) if kind == "threshold" else called
    return literal(clip(called, LONGEST) if called else "all leads" if kind == OVERALL else kind)


def about(case: Case) -> Markdown:
    """What an incident is about: `campaign Expo`; `CPL above its line: Plant tour and 2 more`."""
    found = case.found
    if not found.crossing:
        return segment(found.segment)
    others = len(case.incident.findings) - 1
    side = "above" if found.crossing.value > found.crossing.line else "below"
    row = clip(found.crossing.row, LONGEST) if found.crossing.row is not None else ""
    said = f"{head(METRICS[found.crossing.metric])} {side} its line"
    return literal(f"{said}: {row}{f' and {others} more' if others else ''}" if row else said)


def every(time: timedelta) -> Markdown:
    """How often: `day`, `3 days`, `hour`."""
    unit = "day" if time >= DAY else "hour"
    times = round(time / (DAY if unit == "day" else HOUR))
    return Markdown(unit if times == 1 else f"{times} {unit}s")


def counted_in(found: Finding) -> Markdown:
    """How many there were, and how many were expected: `37 (12 ± 4 expected)`, `$412 (line $380)`."""
    if found.crossing:
        unit, money = METRICS[found.crossing.metric].unit, found.crossing.currency
        value, line = (amount(one, unit, money) for one in (found.crossing.value, found.crossing.line))
        return Markdown(f"{value} (line {line})")
    return Markdown(f"{found.count:,} ({usual(found)} expected)")


def turned(what: Change) -> Markdown:
    """How an incident changed: `Began`, `Grew`."""
    return Markdown(_TURNS[what])


def lasted(time: timedelta | None) -> Markdown:
    """How long: `45 min`, `3.5 h`; `–` where it is not known."""
    return Markdown("–") if time is None else amount(time.total_seconds(), "seconds")


def rate(number: float) -> Markdown:
    """How many a week: `0.4`, `12`."""
    return Markdown(plainly(number))


def person(lead: CountedLead) -> Markdown:
    """Who a lead is, in a list: `Ana Sousa (Initech)`, `lead 42`."""
    name = lead.name or lead.email
    if name is None:
        return literal(f"lead {lead.id}")
    return literal(clip(f"{name} ({lead.company})" if lead.company else name, LONGEST))
