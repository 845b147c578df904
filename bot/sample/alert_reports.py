"""What is said about the alerts of the sample company, without a store."""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.sample import alerts
from briefs import catalog
from briefs.message import Message
from funnel.aftermath import Aftermath
from funnel.alert import Alert
from funnel.alert_rules import Threshold
from funnel.alert_status import Segment, Status, status
from funnel.backtest import Backtest, Run
from funnel.case import Case, opened
from funnel.counts import CountedLead
from funnel.incident import Crossing, Finding, Incident
from funnel.metrics import METRICS
from funnel.period import Period
from funnel.playbook import Playbook
from funnel.precision import Told
from funnel.question import parse_question

DAY = timedelta(days=1)
CROSSED = Threshold(name="dear-leads", when="cpl by campaign last 90 days > max_cpl")


def standing(rules: Playbook, now: datetime) -> Status:
    """A campaign that learns, one that surged, and a word about it."""
    surge = alerts.over(now - 2 * DAY)
    segments = [
        Segment("overall", "active"),
        Segment("source:google", "active"),
        Segment(alerts.SEGMENT, "active"),
        Segment("campaign:expo", "learning", now + DAY),
    ]
    return status(rules, segments, [], [surge], [Told(surge.incident, owed=12, acted=9)], now)


def simulated(rules: Playbook, now: datetime) -> Message:
    """Eight weeks with one surge in them."""
    surge = alerts.over(now - 20 * DAY)
    lead = CountedLead(42, "Jo Doe", "jo@doe.example", "Doe & Sons", "expo", "mql", None, now, now)
    chosen = Run(rules.alerts.false_messages_a_week, (surge,))
    found = Backtest(
        Period(now - 56 * DAY, now, "the simulation", rules.timezone),
        24,
        1_240,
        chosen,
        [Aftermath(52, 21, 14, 5, 1, 18, 15)],
        [[lead]],
        [Run(0.1, ()), chosen],
    )
    return catalog.simulated(found)


def crossed(rules: Playbook, now: datetime) -> Message:
    """Leads of one campaign that cost more than they may."""
    case = _beyond(rules, now)
    return catalog.crossed(Alert(case, rules.zone, case.found), CROSSED, "campaign")


def turned(rules: Playbook, now: datetime) -> Message:
    """What stands under that card when it was just said."""
    (begun,) = _beyond(rules, now).history
    return catalog.threshold_turn(begun, _dear(rules), rules.zone)


def _beyond(rules: Playbook, now: datetime) -> Case:
    segment = f"threshold:{CROSSED.called}:expo"
    at = Finding("threshold", segment, now, now, 412_00, 380_00, 0, 0, 0.1, crossing=_dear(rules))
    return opened(Incident("threshold:sample", "threshold", (at,), now, now), "#marketing")


def _dear(rules: Playbook) -> Crossing:
    question = "/kpi cpl last 90 days where campaign=expo"
    return Crossing("cpl", "expo", 412_00, 380_00, question, rules.currency, 4120_00, 10)


def counted(rules: Playbook, now: datetime) -> Message:
    """Many people who left the mails at once."""
    one = alerts.case(now)
    found = replace(one.found, segment="count:unsubscriptions")
    incident = replace(one.incident, findings=(found,))
    question = parse_question("kpi", "unsubscribes last 2 hours", now, rules, METRICS)
    case = replace(one, incident=incident, whole=found)
    return catalog.count_incident(Alert(case, rules.zone, found), METRICS["unsubscribes"], question)
