"""Every page with something to say: the two leads of the story, and numbers of the sample company."""

from collections.abc import Callable
from datetime import datetime, timedelta

from bot.commands import COMMANDS
from bot.sample import alert_reports, alerts, numbers
from bot.sample.two_leads import JOE, joe, jon
from briefs import catalog
from briefs.message import Message, View
from funnel.activity import Burst, Line
from funnel.brief import Brief, build, look_up
from funnel.compare import Interval
from funnel.counts import Cells
from funnel.errors import QuestionError
from funnel.events import LeadEvent, LeadStaged
from funnel.foresight import Alerted, Outcomes
from funnel.journey import tell
from funnel.lead import LeadSummary
from funnel.masks import People
from funnel.metrics import METRICS, Ratio
from funnel.period_words import parse_period
from funnel.playbook import Playbook
from funnel.question import About
from funnel.restated import Restated
from funnel.score_audit import Band, Drift, Inversion, RuleAudit, ScoreAudit, WhatIf
from funnel.stage import Stage

Said = Message | View


def story(playbook: Playbook, now: datetime) -> list[Brief]:
    """Joe, who asks for a call, and Jon, who only reads."""
    return [brief_of(number, events, playbook) for number, events in enumerate((joe(now), jon(now)), 1)]


def variations(playbook: Playbook, now: datetime) -> list[Brief]:
    """The two, Joe when somebody has taken him, and a visitor of whom next to nothing is known."""
    claim = LeadStaged(
        id="claim", source="slack", time=now, person=JOE, stage=Stage.SAL, reason="claimed", owner="U0MAYA"
    )
    others = ((*joe(now), claim), joe(now)[:1])
    return [
        *story(playbook, now),
        *(brief_of(number, events, playbook) for number, events in enumerate(others, 3)),
    ]


def brief_of(number: int, events: tuple[LeadEvent, ...], playbook: Playbook) -> Brief:
    lead = tell(events, playbook)
    made = build(number, lead, playbook) or look_up(number, lead, playbook)
    if made is None:
        raise LookupError("a lead of the story asks to be forgotten")
    return made


def _numbers(about: About, text: str, cells: Cells) -> Callable[[Playbook, datetime], Message]:
    return lambda rules, now: catalog.answered(numbers.numbers(about, text, cells, rules, now))


def _scheduled(playbook: Playbook, now: datetime) -> Message:
    """A digest with an answer, a question that cannot be answered, and a number that is no longer true."""
    shown = numbers.numbers("funnel", "last week by source", numbers.BY_SOURCE, playbook, now)
    last = parse_period("last week", now, playbook.zone)
    parts = (
        catalog.Part("/funnel last week by source", f"{now.isoformat()} /funnel last week by source", shown),
        catalog.Part("/kpi leads last weak", trouble="I don't know “last weak”. Try `/kpi leads last week`."),
    )
    return catalog.scheduled("Managers", now, parts, (Restated("MQLs", last, 41, 44),))


def _score_audit(playbook: Playbook, now: datetime) -> Message:
    """One rule about which everything is said, and one that is dead."""
    readers, others = Outcomes(400, 20, 6), Outcomes(300, 90, 21)
    less = Interval(-0.25, -0.31, -0.19)
    drift = Drift(Ratio(3, 90), Ratio(30, 100), less)
    read = RuleAudit(
        "white paper", "engagement", 15, readers, others, 420, less, Interval(-0.055, -0.1, 0.01), drift
    )
    nothing = Drift(Ratio(0, 0), Ratio(0, 0), None)
    dead = RuleAudit(
        "unsubscribed", "engagement", -40, Outcomes(), readers.plus(others), 0, None, None, nothing
    )
    better, worse = Band("A", 1, readers), Band("A", 2, others)
    does = Alerted(158, 57, 14)
    return catalog.score_audit(
        ScoreAudit(
            period=parse_period("last 90 days", now, playbook.zone),
            as_of=now,
            leads=readers.plus(others),
            maturing=119,
            lag=timedelta(days=33),
            rules=(read, dead),
            bands=(better, worse, Band("A", 3, Outcomes()), Band("A", 4, Outcomes())),
            inversions=(Inversion("sql", better, worse, Interval(0.25, 0.19, 0.31)),),
            enter=60,
            what_if=(WhatIf(60, does, does), WhatIf(70, Alerted(98, 38, 8), does)),
            quarters=(
                parse_period("this quarter", now, playbook.zone),
                parse_period("last quarter", now, playbook.zone),
            ),
        )
    )


def _summaries(now: datetime) -> list[LeadSummary]:
    seen = now - timedelta(days=1)
    return [
        LeadSummary(1, "Joe Blow", "joe.blow@clearbrook-bottling.example", None, Stage.SQL, seen),
        LeadSummary(
            2, "Jon Doe", "jon.doe@harborline-packaging.example", "Harborline Packaging", Stage.MQL, seen
        ),
    ]


def _refused(_rules: Playbook, _now: datetime) -> Message:
    nobody = People(default="marketer", members={"U0MAYA": "manager"}, reveal=("rep", "manager"))
    refusal = nobody.refusal("U0TOM", "reveal")
    if refusal is None:
        raise LookupError("a marketer may reveal what the sample hides")
    return catalog.refused(refusal)


def _activity_reply(brief: Brief) -> Message:
    row = brief.timeline[0]
    line = Line(row.at, "page_viewed", row.title, row.detail, row.trust, 3, (row.receipt,))
    return catalog.activity_reply(brief, Burst((line,), comment="Is there a version for cold rooms?"))


OF_A_LEAD: dict[str, Callable[[Brief], Said]] = {
    "new_lead": catalog.new_lead,
    "claimed": catalog.claimed,
    "digest": lambda brief: catalog.digest([brief]),
    "log_call": catalog.log_call,
    "timeline": catalog.timeline,
    "timeline_reply": catalog.timeline_reply,
    "activity_reply": _activity_reply,
}
"""Pages about one lead."""

OTHERS: dict[str, Callable[[Playbook, datetime], Said]] = {
    "ab_result": lambda rules, now: catalog.ab_result(numbers.headlines(rules, now)),
    "alerts": lambda rules, now: catalog.alerts(alert_reports.standing(rules, now)),
    "alerts_simulated": alert_reports.simulated,
    "apology": lambda _rules, _now: catalog.apology("3f9a1c20"),
    "answer": _numbers("kpi", "mql rate by source", numbers.BY_SOURCE),
    "campaigns": lambda rules, now: catalog.answered(numbers.campaigns(rules, now)),
    "choose_campaign": lambda _rules, now: catalog.campaigns_found(
        "spring", [(name, f"{now.isoformat()} /campaigns") for name in ("Spring fair", "Spring webinar")]
    ),
    "count_incident": alert_reports.counted,
    "comparison": lambda rules, now: catalog.comparison(numbers.duel(rules, now)),
    "choose_lead": lambda _rules, now: catalog.leads_found("Jo", _summaries(now)),
    "error": lambda _rules, _now: catalog.trouble(QuestionError("I don't know “soon”. Try `last 30 days`.")),
    "expected": lambda _rules, now: catalog.expected(alerts.case(now)),
    "import": lambda rules, now: catalog.incident(alerts.other(rules, now, "import")),
    "incident_turn": lambda rules, now: catalog.incident_turn(alerts.over(now).history[0], rules.zone),
    "scheduled": _scheduled,
    "surge": lambda rules, now: catalog.incident(alerts.surge(rules, now)),
    "surge_late": lambda rules, now: catalog.incident(alerts.late(rules, now)),
    "funnel": _numbers("funnel", "last 30 days by source", numbers.BY_SOURCE),
    "help": lambda _rules, _now: catalog.help(
        [catalog.CommandHelp(one.name, one.usage, one.does, one.examples) for one in COMMANDS]
    ),
    "metric": lambda _rules, _now: catalog.metric(METRICS["acceptance_rate"]),
    "metric_list": lambda rules, now: catalog.metric_list(numbers.everything(rules, now)),
    "refused": _refused,
    "rows_sent": lambda _rules, _now: catalog.rows_sent(328, "kpi-mqls-last-30-days.csv"),
    "lead_not_found": lambda _rules, _now: catalog.lead_not_found("zoe"),
    "score_audit": _score_audit,
    "simulating": lambda _rules, _now: catalog.simulating(),
    "threshold": alert_reports.crossed,
    "threshold_turn": alert_reports.turned,
    "shared_already": lambda _rules, _now: catalog.shared_already(),
    "why": lambda rules, now: catalog.why(numbers.reasons(rules, now)),
}
"""Pages about anything else."""
