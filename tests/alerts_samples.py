"""How the alerts stand and what they would have told, for the tests of what is said."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from briefs import catalog
from briefs.message import Message
from funnel.aftermath import Aftermath
from funnel.alert import Alert
from funnel.alert_status import Segment, Status, status
from funnel.backtest import Backtest, Run
from funnel.case import Case, Change, Judgement, opened
from funnel.counts import CountedLead
from funnel.incident import Crossing, Finding, Incident, Kind, Verdict
from funnel.metrics import METRICS
from funnel.period import Period
from funnel.playbook import Playbook, parse_playbook
from funnel.precision import Told
from funnel.question import parse_question
from funnel.silence import Mute

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
ZONE = ZoneInfo("America/New_York")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
RULES = """
timezone: America/New_York
alerts:
  to: "#marketing"
  thresholds:
    - { name: dear-leads, when: "cpl by campaign last 90 days > max_cpl" }
    - { name: slow-answers, when: "sla_attainment last 7 days < 50 %" }
  watch:
    - { name: unsubscriptions, count: unsubscribes }
"""
PLAYBOOK = parse_playbook(RULES, "rules")


def case(
    days: float,
    segment: str = "campaign:Spring webinar",
    kind: Kind = "surge",
    verdict: Verdict | None = None,
    *,
    over: bool = True,
    crossing: Crossing | None = None,
) -> Case:
    """An incident so many days before noon, of two hours."""
    began = NOON - days * DAY
    at = began + 2 * HOUR
    found = Finding(kind, segment, at, began, 37, 12, 4, 90_000, 6.5, crossing=crossing)
    incident = Incident(f"{kind}:{days}", kind, (found,), began + HOUR, at, at if over else None)
    said = Judgement(verdict, "U0MAYA", "newsletter", at) if verdict else None
    return replace(opened(incident, "#marketing"), judgement=said, told_at=at)


def crossing(row: str | None = "Plant tour", value: float = 412_00, asked: str = "") -> Crossing:
    question = asked or f'/kpi cpl 2026-08-23..2026-11-20 where campaign="{row}"'
    return Crossing("cpl", row, value, 380_00, question, "USD", 3 * value, 3)


def told(one: Case, acted: int = 2) -> Told:
    verdict = one.judgement.verdict if one.judgement else None
    return Told(replace(one.incident, verdict=verdict), 10, acted)


def standing(playbook: Playbook = PLAYBOOK, name: str = "Spring webinar") -> Status:
    """A few segments in every state, a demoted alert, a threshold that is crossed."""
    cases = [
        *(case(30 - day, f"campaign:{name}") for day in range(6)),
        case(5, "overall", "drought", "expected"),
        case(4, "source:google", verdict="useful"),
        case(3, "campaign:Trade fair", "import"),
        case(2, f"threshold:dear-leads:{name}", "threshold", over=False, crossing=crossing(name)),
        replace(case(1, f"campaign:{name}", verdict="not useful"), hushed=True),
    ]
    return status(
        playbook,
        [
            Segment("count:unsubscriptions", "active"),
            Segment("campaign:Plant tour", "learning", NOON + DAY),
            Segment(f"campaign:{name}", "active", NOON - DAY),
            Segment("overall", "active"),
            Segment("source:google", "active"),
            Segment("source:bing", "paused"),
        ],
        [Mute("source:google", NOON + HOUR, "U0MAYA"), Mute("overall", NOON - HOUR, "U0MAYA")],
        cases,
        [told(one) for one in cases],
        NOON,
    )


def backtest(name: str = "Spring webinar", count: int = 2) -> Backtest:
    cases = tuple(
        case(20 - day, f"campaign:{name}") if day % 2 == 0 else case(20 - day, "overall", "drought")
        for day in range(count)
    )
    fewer = Run(0.1, cases[:1])
    lead = CountedLead(42, "Quirina Sousa", "quirina@example.com", "Initech", "expo", "mql", None, NOON, NOON)
    return Backtest(
        Period(NOON - 56 * DAY, NOON, "the simulation", "America/New_York"),
        12,
        1234,
        Run(0.5, cases),
        [Aftermath(37, 12, 9, 4, 1, 20, 11) if place % 2 == 0 else None for place in range(count)],
        [[lead, replace(lead, id=43, name=None, email=None)] if place == 0 else [] for place in range(count)],
        [fewer, Run(0.5, cases), Run(2, ())],
    )


def backtest_beside() -> Backtest:
    """The same where another count surged, and lines were crossed: one of one campaign, one of several."""
    dear = case(15, "threshold:dear-leads:Plant tour", "threshold", crossing=crossing())
    slow = case(14, "threshold:slow-answers", "threshold", over=False, crossing=crossing(None))
    both = (*dear.incident.findings, *case(15, "threshold:dear-leads:Expo", "threshold").incident.findings)
    cases = (
        case(20, "count:unsubscriptions"),
        dear,
        replace(dear, incident=replace(dear.incident, findings=both)),
        slow,
    )
    run = Run(0.5, cases)
    none: list[None] = [None] * len(cases)
    return replace(
        backtest(),
        run=run,
        aftermaths=none,
        people=[[]] * len(cases),
        others=[run],
        counts=2,
        lines=[DAY, 2 * DAY],
    )


def alert(one: Case) -> Alert:
    return Alert(one, ZONE, one.found)


def unsubscribed() -> Message:
    question = parse_question("kpi", "unsubscribes 2026-11-18 13:00..15:00", NOON, PLAYBOOK, METRICS)
    return catalog.count_incident(alert(case(2, "count:unsubscriptions")), METRICS["unsubscribes"], question)


def crossed(*rows: str, over: bool = False, asked: str = "") -> Message:
    found = [
        case(2, f"threshold:dear-leads:{row}", "threshold", crossing=crossing(row, asked=asked))
        for row in rows
    ]
    findings = tuple(one.incident.findings[0] for one in found)
    one = replace(found[0].incident, findings=findings, closed_at=NOON if over else None)
    threshold = PLAYBOOK.alerts.thresholds[0]
    return catalog.crossed(alert(opened(one, "#marketing")), threshold, "campaign")


def turn_of_a_line(what: Change, others: int = 0) -> Message:
    """A reply under the card of a line."""
    beyond = crossing()
    (first, *_) = case(2, f"threshold:dear-leads:{beyond.row}", "threshold", crossing=beyond).history
    return catalog.threshold_turn(replace(first, what=what, others=others), beyond, ZONE)


def everybody() -> Message:
    """A line that the playbook has no more, crossed by the number of everybody."""
    one = case(2, "threshold:slow-answers", "threshold", crossing=crossing(None, 300_00))
    return catalog.crossed(alert(one), None, "row")


def digest() -> Message:
    return catalog.scheduled(
        "Marketing", NOON.astimezone(ZONE), [catalog.Part("/tipoff alerts", alerts=standing())]
    )


MESSAGES: dict[str, Callable[[], Message]] = {
    "alerts": lambda: catalog.alerts(standing()),
    "alerts_to_nobody": lambda: catalog.alerts(status(Playbook(), [], [], [], [], NOON)),
    "alerts_simulated": lambda: catalog.simulated(backtest()),
    "alerts_simulated_many": lambda: catalog.simulated(backtest(count=40)),
    "alerts_simulated_none": lambda: catalog.simulated(backtest(count=0)),
    "alerts_simulated_beside": lambda: catalog.simulated(backtest_beside()),
    "simulating": catalog.simulating,
    "threshold": lambda: crossed("Plant tour", "Spring webinar"),
    "threshold_over": lambda: crossed("Plant tour", over=True),
    "threshold_many": lambda: crossed(*(f"Campaign {number}" for number in range(100))),
    "threshold_of_everybody": everybody,
    "count_incident": unsubscribed,
    "count_turn": lambda: catalog.incident_turn(
        case(2, "count:unsubscriptions").history[0], ZONE, METRICS["unsubscribes"]
    ),
    "count_turn_unwatched": lambda: catalog.incident_turn(case(2, "count:unsubscriptions").history[0], ZONE),
    "threshold_turn": lambda: turn_of_a_line("opened", 1),
    "threshold_turn_over": lambda: turn_of_a_line("ended"),
    "alerts_digest": digest,
}
