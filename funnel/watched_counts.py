"""Other counts that are watched as leads are: what of the catalogue can be watched, and how it is heard.

A count is heard moment by moment, so it has to be one of things that happen (forms sent, leads that ask to
talk, unsubscriptions) and not of what stands (open leads). A share is no count: of few leads it is mostly
chance, and a threshold on it is a line that somebody chose and will act on.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from funnel.alert_rules import WatchedCount
from funnel.alerts import Alerts
from funnel.counts import COUNTS, Filter
from funnel.errors import QuestionError
from funnel.formula import Name
from funnel.incident import OVERALL, Finding, Incident
from funnel.metrics import METRICS, PEOPLE, Metric
from funnel.playbook import Playbook
from funnel.question import Question, parse_question

HAPPENS = frozenset(
    {
        *("mqls", "sals", "sqls", "opportunities", "customers", "disqualified", "recycled", "lost"),
        *("returned", "hand_raisers"),
        *(name for name, count in COUNTS.items() if count.family == "touches" and name not in PEOPLE),
    }
)
"""Counts of what happens at a moment."""


ALL_TOGETHER = 0.1
"""Of the accepted false messages: what all watched counts together may add."""


def of_leads(incident: Incident) -> bool:
    """Whether an incident is of the inflow of leads: of all, of a source or of a campaign."""
    return incident.findings[0].segment.partition(":")[0] in {OVERALL, "source", "campaign"}


def share(alerts: Alerts) -> Alerts:
    """The rules by which each watched count is watched: all of them may add little to the false messages."""
    each = alerts.false_messages_a_week * ALL_TOGETHER / len(alerts.watch)
    return alerts.model_copy(update={"false_messages_a_week": each})


@dataclass(frozen=True, slots=True)
class Heard:
    """A watched count as it is understood: the count of `COUNTS` that is heard, and of whom."""

    watched: WatchedCount
    metric: Metric
    count: str
    where: tuple[Filter, ...]

    @property
    def segment(self) -> str:
        return f"count:{self.watched.name}"


def heard(watched: WatchedCount, now: datetime, playbook: Playbook) -> Heard:
    """What a watched count says.

    Raises:
        QuestionError: it is none of the catalogue, or none of what happens; says which are.

    """
    question = parse_question("kpi", watched.asks, now, playbook, METRICS)
    if replace(question, metric=None, where=()) != Question("kpi", question.period):
        raise QuestionError("A watched count has a metric and perhaps a `where`, nothing else.")
    metric = METRICS[question.metric or "leads"]
    match metric.tree:
        case Name(name) if name in HAPPENS:
            return Heard(watched, metric, name, question.where)
        case Name("leads"):
            raise QuestionError("Leads are watched as it is, all of them, by source and by campaign.")
    if metric.unit == "share":
        raise QuestionError(
            f"{metric.name} is a share, and of few leads a share is mostly chance. Draw a line instead: "
            f'`thresholds: [{{when: "{metric.name} last 7 days > 30 %"}}]`.'
        )
    raise QuestionError(f"{metric.name} is nothing that happens at a moment. Try {_some()}.")


def _some() -> str:
    return ", ".join(f"`{name}`" for name in ("form_submissions", "hand_raisers", "unsubscribes", "mqls"))


def told(one: Heard, findings: Iterable[Finding]) -> Sequence[Finding]:
    """The findings of a count's own watch, under its name, as far as its direction is of interest."""
    wanted = {"surge", "drought"} if one.watched.direction == "both" else {one.watched.direction}
    return [
        replace(found, segment=one.segment)
        for found in findings
        if found.segment == OVERALL and found.kind in wanted
    ]
