"""The people of seed 003 as events, and one message of every kind made of them."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import alerts_samples
from watch_rig import again, alert, case, finding, judged, later, over

from briefs import catalog
from briefs.message import Message, View
from funnel.ab_result import AbResult, ab_result
from funnel.activity import Burst, activity
from funnel.alert import Outcome
from funnel.answer import Answer, answer, asks, columns
from funnel.attribution import MODELS
from funnel.brief import Brief, build, look_up
from funnel.campaign_kind import CampaignKind
from funnel.causes import Cause, Part
from funnel.comparison import Comparison, compared
from funnel.counts import Cell, Cells, Sample
from funnel.errors import QuestionError
from funnel.events import (
    Asset,
    LeadCaptured,
    LeadEngaged,
    LeadEvent,
    LeadScored,
    LeadStaged,
    Mail,
    Origin,
    Page,
    Person,
)
from funnel.example_event import examples
from funnel.explained import Explained, explained
from funnel.incident import Finding
from funnel.journey import tell
from funnel.lead import Lead, LeadSummary
from funnel.masked import masked
from funnel.masks import People, Refusal
from funnel.metrics import METRICS
from funnel.period_words import parse_period
from funnel.playbook import Playbook
from funnel.question import About, AbTest, parse_kpi, parse_question
from funnel.score_audit import ScoreAudit, audit_score
from funnel.silence import Mute
from funnel.stage import Stage

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
PLAYBOOK = Playbook(timezone="Europe/Berlin", crm_url="https://crm.example.com/?q={email}")
JOE = Person(email="joe@blow.example", name="Joe Blow")
JON = Person(email="jon@doe.example", name="Jon Doe")
COMMENT = (
    "My friend Dana Whitfield at Acme Robotics recommended you. We need a replacement widget line "
    "for two plants and want it running within three weeks."
)
MAIL = Mail(subject="Is your widget paying its way?")
WHITE_PAPER = Asset(
    title="10 Tips for Improving your Widget ROI", type="white_paper", topic="widget", gated=True
)
INFOGRAPHIC = Asset(title="Lifecycle of a Widget", type="infographic", topic="widget")


def hours(count: float) -> datetime:
    return NOON + timedelta(hours=count)


def engaged(number: int, at: float, kind: str, person: Person = JON, **more: Any) -> LeadEngaged:
    return LeadEngaged.model_validate(
        {"id": f"{number}", "source": "site", "time": hours(at), "person": person, "kind": kind} | more
    )


def joe(comment: str | None = COMMENT) -> list[LeadEvent]:
    """He was told of us, looked once, and asked for a call."""
    return [
        engaged(
            1, -0.2, "page_viewed", JOE, page=Page(url="https://widgets.example.com/", title="Widget lines")
        ),
        LeadCaptured(id="2", source="site", time=NOON, person=JOE, form="Contact-sales", comment=comment),
    ]


def jon() -> list[LeadEvent]:
    """Seven interactions: six of his, one of ours."""
    organic = Origin(source="google", medium="organic")
    landing = Page(url="https://widgets.example.com/", title="Widgets that last")
    roi = Page(url="https://widgets.example.com/roi", title="Widget ROI")
    return [
        engaged(1, -170, "page_viewed", page=landing, origin=organic),
        LeadCaptured(
            id="2", source="site", time=hours(-169), person=JON, form="White paper", asset=WHITE_PAPER
        ),
        engaged(3, -100, "email_sent", email=MAIL),
        engaged(4, -99, "email_opened", email=MAIL),
        engaged(5, -98.9, "email_clicked", email=MAIL),
        engaged(6, -98.8, "page_viewed", page=roi),
        engaged(7, -1, "asset_downloaded", asset=INFOGRAPHIC),
        LeadScored(id="8", source="mautic", time=NOON, person=JON, score=74, grade="A"),
    ]


def asked() -> list[LeadEvent]:
    """Nobody has to call her; somebody looked her up."""
    return [engaged(1, 0, "page_viewed", Person(email="ana@example.com"))]


def claim(person: Person) -> LeadStaged:
    return LeadStaged(id="9", source="slack", time=hours(1), person=person, stage="sal", owner="U0MAYA")


def brief_of(events: Sequence[LeadEvent], lead: int = 42) -> Brief:
    made = build(lead, tell(events, PLAYBOOK), PLAYBOOK) or look_up(lead, tell(events, PLAYBOOK), PLAYBOOK)
    assert made
    return made


def many(count: int) -> list[LeadEvent]:
    """A lead with a long history."""
    page = Page(url="https://widgets.example.com/", title="Pricing")
    return [*joe(), *(engaged(number + 10, number, "page_viewed", JOE, page=page) for number in range(count))]


def followed_up() -> tuple[Brief, Burst]:
    """Jon comes back an hour after his brief: reads, opens, clicks, and asks."""
    roi = Page(url="https://widgets.example.com/roi", title="Widget ROI")
    events = [
        *jon(),
        *(engaged(20 + number, 1 + number / 60, "page_viewed", page=roi) for number in range(5)),
        engaged(30, 1.1, "email_opened", email=MAIL),
        engaged(31, 1.2, "email_clicked", email=MAIL),
        engaged(32, 1.3, "page_viewed", page=roi),
        engaged(33, 1.4, "webinar_registered", asset=Asset(title="Widgets live")),
        LeadCaptured(
            id="34", source="site", time=hours(1.5), person=JON, form="Gate", comment="Now call me."
        ),
    ]
    [burst] = activity(tell(events, PLAYBOOK), NOON, PLAYBOOK)
    return brief_of(events), burst


def busy(count: int) -> tuple[Brief, Burst]:
    """He looks at that many pages in one go."""
    pages = [
        engaged(
            number, number / 60, "page_viewed", page=Page(url="https://x.example", title=f"Page {number}")
        )
        for number in range(20, 20 + count)
    ]
    events = [*jon(), *pages]
    [burst] = activity(tell(events, PLAYBOOK), NOON, PLAYBOOK)
    return brief_of(events), burst


def crowd(count: int) -> list[Brief]:
    """Leads that came at once, every third of whom asked for a call."""
    return [brief_of(joe() if number % 3 == 0 else jon(), number) for number in range(count)]


STEPS = ("leads", "mqls", "sals", "sqls", "opportunities", "customers")
TIMES = ("time_to_mql", "time_in_mql", "time_in_sal", "time_in_sql", "time_in_opportunity")


def cell(*reached: int, spend: int = 0, currency: str = "USD") -> Cell:
    """A group of which so many leads reached each stage, and what it cost in minor units."""
    counts: dict[str, float] = dict(zip(STEPS, reached, strict=False))
    took = {name: Sample((2.0, 5.5, 9.0)) for name in TIMES}
    return Cell(counts | ({"spend": spend} if spend else {}), took, currency if spend else None)


def together(cells: Cells) -> Cell:
    """All groups as one."""
    counts: Counter[str] = Counter()
    for one in cells.values():
        counts.update(one.counts)
    currency = next((one.currency for one in cells.values() if one.currency), None)
    samples = next((one.samples for one in cells.values()), {})
    return Cell(dict(counts), samples, currency)


def answered(about: About, text: str, cells: Cells, before: Cells | None = None) -> Answer:
    """The answer to a typed question, were these the leads of its period and of the one before."""
    question = parse_question(about, text, NOON, PLAYBOOK, METRICS)
    metrics = columns(question)
    found = {}
    for ask in asks(question, metrics, NOON):
        here = cells if ask.period == question.period or before is None else before
        found[ask] = here if ask.by else {None: together(here)}
    return answer(question, metrics, found, PLAYBOOK, NOON)


SOURCES: Cells = {
    "google": cell(500, 200, 100, 60, 40, 20),
    None: cell(200, 100, 30, 20, 10, 5),
    "linkedin": cell(100, 28, 10, 5, 2, 0),
}
SOURCES_BEFORE: Cells = {"google": cell(400, 180, 90, 50, 30, 18), None: cell(250, 90, 30, 22, 12, 7)}
MONTHS: Cells = {
    f"2026-{month:02}": cell(60 + 5 * month, 20 + month, 12, 9, 6, month % 4) for month in range(1, 11)
}


def funnel(text: str = "2026-01 by source") -> Answer:
    return answered("funnel", text, SOURCES, SOURCES_BEFORE)


def kpi(text: str) -> Answer:
    return answered("kpi", text, SOURCES, SOURCES_BEFORE)


def bridge(sources: int = 2) -> Answer:
    """A pipeline that grew, by source."""
    names = (None, "google", *(f"{number} {'long ' * 40}" for number in range(sources - 2)))
    here = Cell(
        {
            "deals_open_at_start": 2,
            "deals_opened": 2,
            "deals_reopened": 1,
            "closed_won": 1,
            "closed_lost": 1,
            "deals_open_at_end": 3,
            "deals_slipped": 1,
            "pipeline_at_start": 150_000,
            "pipeline_created": 190_050,
            "pipeline_reopened": 20_000,
            "pipeline_changed": -10_025,
            "pipeline_won": 70_000,
            "pipeline_lost": 30_025,
            "pipeline_at_end": 250_000,
            "pipeline_slipped": 60_000,
        },
        currency="USD",
    )
    before = Cell({"deals_opened": 2, "deals_open_at_end": 2, "pipeline_at_end": 150_000}, currency="USD")
    text = "pipeline growth 2026-01 vs 2025-12 by source"
    return answered("kpi", text, dict.fromkeys(names, here), dict.fromkeys(names, before))


def campaigns(count: int = 3) -> Answer:
    cells: dict[str | None, Cell] = {
        "Spring webinar": cell(120, 40, 20, 12, 8, 4, spend=124_000),
        "Fair": cell(60, 12, 6, 3, 2, 0, spend=31_050),
        None: cell(40, 4, 2, 1, 1, 1),
        **{f"Ad {number}": cell(9, 3, 1, 1, 1, 1, spend=124_000) for number in range(count - 3)},
    }
    kinds = {"Spring webinar": CampaignKind("lead", 0.83), "Fair": CampaignKind("demand")}
    return replace(answered("campaigns", "2026-Q1", cells), kinds=kinds)


def every_metric() -> Answer:
    """What `/kpi list` lists; some of it has no data."""
    question = replace(parse_question("kpi", "leads 2025", NOON, PLAYBOOK, METRICS), metric=None)
    metrics = tuple(METRICS.values())
    found = {ask: {None: together(SOURCES)} for ask in asks(question, metrics, NOON)}
    return answer(question, metrics, found, PLAYBOOK, NOON)


def defined(name: str) -> Message:
    return catalog.metric(METRICS[name], examples(METRICS[name].counts, NOON.date()), AGAIN)


def duel(webinar: tuple[int, int] = (7, 80), fair: tuple[int, int] = (4, 75)) -> Comparison:
    """Two campaigns by (customers, leads), half of each of fit A and half of fit B."""
    arms = {"Spring webinar": webinar, "Fair": fair}
    cells = {
        name: cell(leads, leads // 2, leads // 3, leads // 4, leads // 5, won, spend=90_000)
        for name, (won, leads) in arms.items()
    }
    table = answered("campaigns", '"Spring webinar" vs Fair 2026-Q1', cells)
    segments = {
        name: {
            "A": Cell({"leads": leads // 2, "customers": won // 2}),
            "B": Cell({"leads": leads - leads // 2, "customers": won - won // 2}),
        }
        for name, (won, leads) in arms.items()
    }
    ranks = {model: (*arms, None) if model != "last" else (*reversed(arms), None) for model in MODELS}
    return compared(table, segments, ranks)


def trial(
    cells: dict[str, tuple[int, int]],
    text: str = 'ab "Hero headline" 2026-Q1',
    before: int = 0,
    crossed: int = 0,
) -> AbResult:
    """An experiment whose variants have so many leads of so many people; every variant has the rest too."""
    test = parse_kpi(text, NOON, PLAYBOOK, METRICS)
    assert isinstance(test, AbTest)
    counts = {
        name: {
            "exposed": people + before,
            f"exposed_before_{test.goal}": people,
            f"{test.goal}_after_exposure": won,
            "crossed_over": crossed,
        }
        for name, (won, people) in cells.items()
    }
    return ab_result(test, {name: Cell(own) for name, own in counts.items()}, NOON)


def reasons(text: str, before: Cells = SOURCES_BEFORE, after: Cells = SOURCES) -> Explained:
    question = parse_question("kpi", text, NOON, PLAYBOOK, METRICS)
    return explained(replace(question, by="source"), METRICS[question.metric or ""], NOON, before, after)


AGAIN = catalog.Foot("2026-11-20T12:00:00+00:00 /kpi leads", behind=True)
SHARED = catalog.Foot("2026-11-20T12:00:00+00:00 /kpi leads", behind=True, shared_by="U0MAYA")


def audit() -> ScoreAudit:
    """Who asks for a demo gets nowhere; since October, who takes an infographic gets somewhere."""
    leads = [
        *[audited(120, form="Gate", asset=INFOGRAPHIC)] * 10,
        *[audited(40, "sql", form="Gate", asset=INFOGRAPHIC)] * 12,
        *[audited(40, form="Request a demo")] * 12,
        *[audited(40, "won", "trial_started", "webinar_attended", form="Gate")] * 2,
        *[audited(40, "sql", "trial_started", "meeting_booked", form="Gate")] * 3,
        *[audited(2, form="Gate")] * 4,
    ]
    return audit_score(leads, PLAYBOOK, parse_period("last 180 days", NOON, PLAYBOOK.zone), NOON)


def audited(days: float, stage: str = "", *kinds: str, **captured: Any) -> Lead:
    """Somebody who fills a form so many days before noon, does all that in the next hours, and gets there."""
    at = -24 * days
    form = LeadCaptured(id="0", source="site", time=hours(at), person=JON, **captured)
    doings = [engaged(number, at + number, kind) for number, kind in enumerate(kinds, 1)]
    there = [LeadStaged(id="9", source="crm", time=hours(at + 72), person=JON, stage=stage)] if stage else []
    return tell([form, *doings, *there], PLAYBOOK)


def summaries(count: int) -> list[LeadSummary]:
    return [
        LeadSummary(number, f"Jon Doe {number}", "jon@doe.example", "Doe & Sons", Stage.MQL, NOON)
        for number in range(count)
    ]


def refusal() -> Refusal:
    people = People(default="marketer", members={"U0MAYA": "manager"}, reveal=("rep", "manager"))
    refused = people.refusal("U0TOM", "reveal")
    assert refused
    return refused


def buttons(part: Any) -> list[dict[str, Any]]:
    """Every button and menu of some blocks."""
    if isinstance(part, list | tuple):
        return [found for one in part for found in buttons(one)]
    if not isinstance(part, dict):
        return []
    return [part] if part.get("type") in {"button", "static_select"} else buttons(list(part.values()))


OUTCOME = Outcome(mqls=7, hand_raisers=3, cost=1240, currency="USD")


def drought() -> Finding:
    """One lead of a campaign in four hours, where nine were expected."""
    return finding(kind="drought", since=later(-120), count=1, expected=9.4, spread=3.2, odds=7_432)


def missing() -> Cause:
    return Cause("landing", (Part("/roi", 0, 71), Part("/pricing", 1, 17)), 12)


HELP = (
    catalog.CommandHelp("/lead", "<e-mail or name>", "Show the brief of a lead.", ("ana@example.com", "Ana")),
    catalog.CommandHelp(
        "/funnel", "[period] [by dimension]", "Count the funnel.", ("last quarter by source",)
    ),
)
MESSAGES: dict[str, Callable[[], Message]] = {
    "joe": lambda: catalog.new_lead(brief_of(joe())),
    "joe_claimed": lambda: catalog.new_lead(brief_of([*joe(), claim(JOE)])),
    "joe_half_read": lambda: catalog.new_lead(brief_of(joe("Dana Whitfield told me about you. Call me!"))),
    "joe_without_comment": lambda: catalog.new_lead(brief_of(joe(None))),
    "jon": lambda: catalog.new_lead(brief_of(jon())),
    "timeline_reply": lambda: catalog.timeline_reply(brief_of(jon())),
    "timeline_reply_long": lambda: catalog.timeline_reply(brief_of(many(50))),
    "activity_reply": lambda: catalog.activity_reply(*followed_up()),
    "activity_reply_long": lambda: catalog.activity_reply(*busy(15)),
    "asked": lambda: catalog.lead_card(brief_of(asked())),
    "digest": lambda: catalog.digest(crowd(7)),
    "funnel": lambda: catalog.answered(funnel("2026-01 vs 2025-12"), AGAIN),
    "funnel_by_source": lambda: catalog.answered(funnel(), AGAIN),
    "funnel_by_month": lambda: catalog.answered(answered("funnel", "2026 by month", MONTHS)),
    "campaigns": lambda: catalog.answered(campaigns()),
    "campaigns_many": lambda: catalog.answered(campaigns(26)),
    "kpi": lambda: catalog.answered(kpi("mql rate 2026-01 vs 2025-12 by source"), AGAIN),
    "kpi_shared": lambda: catalog.answered(kpi("leads 2026-01"), SHARED),
    "kpi_maturing": lambda: catalog.answered(kpi("conversion rate this month vs prev")),
    "kpi_missing": lambda: catalog.answered(kpi("sessions 2026-01")),
    "kpi_median": lambda: catalog.answered(kpi("time to mql 2026-01")),
    "kpi_bridge": lambda: catalog.answered(bridge(), AGAIN),
    "kpi_bridge_many": lambda: catalog.answered(bridge(26)),
    "metric_list": lambda: catalog.metric_list(every_metric()),
    "metric": lambda: defined("acceptance_rate"),
    "metric_of_the_playbook": lambda: defined("ltv_cac"),
    "comparison": lambda: catalog.comparison(duel(), AGAIN),
    "comparison_won": lambda: catalog.comparison(duel((70, 800), (20, 750))),
    "ab_result": lambda: catalog.ab_result(trial({"B": (4, 75), "Control": (7, 80)}, crossed=3), AGAIN),
    "ab_result_uneven": lambda: catalog.ab_result(
        trial(
            {"A": (20, 800), "B": (70, 800), "C": (18, 500)},
            'ab "Hero headline" mql 2026-Q1 where country=DE',
            before=7,
        )
    ),
    "ab_result_of_nobody": lambda: catalog.ab_result(trial({})),
    "why": lambda: catalog.why(reasons("mqls 2026-01 vs 2025-12 why"), AGAIN),
    "why_none": lambda: catalog.why(reasons("leads 2026-01 vs 2025-12 why", {}, {})),
    "why_rate": lambda: catalog.why(reasons("mql rate 2026-01 vs 2025-12 why")),
    "score_audit": lambda: catalog.score_audit(audit()),
    "score_audit_of_nobody": lambda: catalog.score_audit(
        audit_score([], PLAYBOOK, parse_period("today", NOON, PLAYBOOK.zone), NOON)
    ),
    "campaigns_found": lambda: catalog.campaigns_found(
        "spring",
        [
            (name, f"2026-11-20T12:00:00+00:00 /campaigns {name}")
            for name in ("Spring fair", "Spring webinar")
        ],
    ),
    "rows_sent": lambda: catalog.rows_sent(328, "kpi-mqls-last-30-days.csv"),
    "shared_already": catalog.shared_already,
    "leads_found": lambda: catalog.leads_found("jon", summaries(2)),
    "leads_found_many": lambda: catalog.leads_found("jon", summaries(6)),
    "lead_not_found": lambda: catalog.lead_not_found("jon"),
    "claimed": lambda: catalog.claimed(brief_of([*joe(), claim(JOE)])),
    "joe_initials": lambda: catalog.new_lead(masked(brief_of(joe()), "initials")),
    "jon_id": lambda: catalog.new_lead(masked(brief_of(jon()), "id")),
    "digest_initials": lambda: catalog.digest([masked(one, "initials") for one in crowd(3)]),
    "surge": lambda: catalog.incident(alert(case())),
    "surge_judged": lambda: catalog.incident(
        alert(
            judged(case(), "not useful"), muted=Mute(None, later(180), "U0MAYA"), opening=None, imported=400
        )
    ),
    "surge_over": lambda: catalog.incident(
        alert(judged(over(case()), "expected", "newsletter"), count=52, outcome=OUTCOME)
    ),
    "surge_late": lambda: catalog.incident(alert(over(case(), told=900), count=52, outcome=OUTCOME)),
    "drought": lambda: catalog.incident(alert(case(drought()), count=1, causes=(missing(),), opening=None)),
    "import": lambda: catalog.incident(alert(case(finding("overall", kind="import", count=412)))),
    "surge_again": lambda: catalog.incident(alert(again(over(case())))),
    "incident_turn": lambda: catalog.incident_turn(case().history[0], PLAYBOOK.zone),
    "refused": lambda: catalog.refused(refusal()),
    "trouble": lambda: catalog.trouble(QuestionError("I don't know “soon”. Try `last 30 days` or `all`.")),
    "apology": lambda: catalog.apology("3f9a1c"),
    "help": lambda: catalog.help(HELP),
    **alerts_samples.MESSAGES,
}
VIEWS: dict[str, Callable[[], View]] = {
    "timeline": lambda: catalog.timeline(brief_of(jon())),
    "timeline_page_2": lambda: catalog.timeline(brief_of(many(50)), 2),
    "log_call": lambda: catalog.log_call(brief_of(joe())),
    "expected": lambda: catalog.expected(case()),
}
