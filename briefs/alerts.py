"""How what is found in the inflow of leads is said: how many of how many, for how long, how rare."""

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from math import floor, log10

from briefs import charts
from briefs.figures import plainly
from briefs.literal import Markdown
from funnel.alert import Alert
from funnel.dimension import Dimension
from funnel.incident import Finding
from funnel.question import Question

SHORT = 10  # below it, a number is said with what stands behind the point
HARDLY = 0.05  # leads
RAREST = 1e9  # beyond it, nobody can tell the difference
HOUR = 60  # minutes


def usual(found: Finding) -> Markdown:
    """What was expected, with one standard deviation: `12 ± 4`, `0.4 ± 0.7`; or `hardly any`."""
    if found.expected < HARDLY:
        return Markdown("hardly any")
    digits = 0 if found.expected >= SHORT else 1
    return Markdown(f"{found.expected:,.{digits}f} ± {found.spread:,.{digits}f}")


def excess(found: Finding, count: int) -> Markdown:
    """How many more, or fewer, than were expected: `25 more`, `8 fewer`."""
    size = count - found.expected
    return Markdown(f"{plainly(abs(size), 0)} {'more' if size >= 0 else 'fewer'}")


def lasting(found: Finding) -> Markdown:
    """How long the window of a finding is: `45 min`, `2 h`, `1 h 30 min`."""
    minutes = max(1, round((found.at - found.since) / timedelta(minutes=1)))
    hours, rest = divmod(minutes, HOUR)
    said = [f"{hours} h"] if hours else []
    return Markdown(" ".join(said + ([f"{rest} min"] if rest else [])))


def rarely(odds: float) -> Markdown:
    """How rarely chance does this: `one in 90,000`."""
    if odds >= RAREST:
        return Markdown("less than one in a billion")
    size = 10 ** floor(log10(max(odds, 1)))
    return Markdown(f"one in {round(max(odds, 1) / size) * size:,}")


def through_the_day(alert: Alert) -> Markdown:
    """The hours of the day, and what was expected of them, as a chart in a paragraph of its own."""
    if not any(count or expected for _, count, expected in alert.hours):
        return Markdown("")
    names, counts, expected = zip(*alert.hours, strict=True)
    usually = [round(one, 1) for one in expected]
    title = f"Leads by hour ({alert.zone.key})"
    return charts.said(charts.chart(title, names, [("Leads", counts), ("Expected", usually)], kind="line"))


EXPLAINS: Mapping[Dimension, str] = {
    "campaign": "Campaign",
    "source": "Source",
    "landing": "Page",
    "form": "Form",
    "asset": "Content",
}
"""What explains an excess, as a card calls it."""


def _shortly(question: Question) -> str:
    """A question as a person would type it: the day of a window once."""
    return re.sub(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d)\.\.\1T", r"\1 \2..", str(question), count=1)


def asked_again(alert: Alert) -> Iterator[tuple[str, str]]:
    """Every number of a card, as it is said, with the question that asks for it again."""
    ask = {name: _shortly(question) for name, question in alert.questions.items()}
    yield f"{alert.count + alert.imported:,} leads", ask["leads"]
    for cause in alert.causes:
        yield f"By {EXPLAINS[cause.dimension].lower()}", ask[cause.dimension]
    if alert.kind == "surge":
        yield f"{alert.known:,} known before", ask["known"]
        yield f"{alert.machine:,} machine-made", ask["machine"]
        yield f"{alert.unclaimed:,} unclaimed", ask["unclaimed"]
    if alert.imported:
        yield f"{alert.imported:,} imported", ask["imported"]
    if alert.hours:
        yield "By hour", ask["hours"]
    if alert.outcome:
        yield f"{alert.outcome.mqls:,} MQLs", ask["mqls"]
        yield f"{alert.outcome.hand_raisers:,} asked to talk", ask["hand_raisers"]
        if alert.outcome.cost is not None:
            yield "Cost per lead", ask["cost"]
