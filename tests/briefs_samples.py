"""The people of seed 003 as events, and one message of every kind made of them."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from briefs import catalog
from briefs.message import Message, View
from funnel.activity import Burst, activity
from funnel.brief import Brief, build, look_up
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
from funnel.journey import tell
from funnel.lead import Lead, LeadSummary
from funnel.masked import masked
from funnel.masks import People, Refusal
from funnel.metrics import (
    CampaignCounts,
    CampaignsAnswer,
    FunnelAnswer,
    StageCounts,
    campaigns_answer,
    funnel_answer,
)
from funnel.period import parse_period
from funnel.playbook import Playbook
from funnel.question import parse_question
from funnel.score_audit import ScoreAudit, audit_score
from funnel.stage import FUNNEL, Stage

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


def reached(*counts: int) -> dict[Stage, int]:
    return dict(zip(FUNNEL, counts, strict=True))


def funnel(text: str = "last 30 days by source") -> FunnelAnswer:
    counts = [
        StageCounts("google", reached(500, 200, 100, 60, 40, 20)),
        StageCounts(None, reached(200, 100, 30, 20, 10, 5)),
        StageCounts("linkedin", reached(100, 28, 10, 5, 2, 0)),
    ]
    return funnel_answer(parse_question("funnel", text, NOON, PLAYBOOK), counts, NOON)


def campaigns(count: int = 3) -> CampaignsAnswer:
    euros = {"EUR": 124000}
    counts = [
        CampaignCounts("Spring webinar", "webinar", reached(120, 40, 20, 12, 8, 4), euros),
        CampaignCounts("Fair", None, reached(60, 12, 6, 3, 2, 0), {"EUR": 31050}),
        CampaignCounts(None, None, reached(40, 4, 2, 1, 1, 1), {}),
        *(
            CampaignCounts(f"Ad {number}", "ad", reached(9, 3, 1, 1, 1, 1), euros)
            for number in range(count - 3)
        ),
    ]
    return campaigns_answer(parse_question("campaigns", "last quarter", NOON, PLAYBOOK), counts, NOON)


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
    """Every button of some blocks."""
    if isinstance(part, list | tuple):
        return [found for one in part for found in buttons(one)]
    if not isinstance(part, dict):
        return []
    return [part] if part.get("type") == "button" else buttons(list(part.values()))


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
    "funnel": lambda: catalog.funnel(funnel("last 30 days")),
    "funnel_by_source": lambda: catalog.funnel(funnel()),
    "campaigns": lambda: catalog.campaigns(campaigns()),
    "campaigns_many": lambda: catalog.campaigns(campaigns(26)),
    "score_audit": lambda: catalog.score_audit(audit()),
    "score_audit_of_nobody": lambda: catalog.score_audit(
        audit_score([], PLAYBOOK, parse_period("today", NOON, PLAYBOOK.zone), NOON)
    ),
    "leads_found": lambda: catalog.leads_found("jon", summaries(2)),
    "leads_found_many": lambda: catalog.leads_found("jon", summaries(6)),
    "lead_not_found": lambda: catalog.lead_not_found("jon"),
    "claimed": lambda: catalog.claimed(brief_of([*joe(), claim(JOE)])),
    "joe_initials": lambda: catalog.new_lead(masked(brief_of(joe()), "initials")),
    "jon_id": lambda: catalog.new_lead(masked(brief_of(jon()), "id")),
    "digest_initials": lambda: catalog.digest([masked(one, "initials") for one in crowd(3)]),
    "refused": lambda: catalog.refused(refusal()),
    "trouble": lambda: catalog.trouble(QuestionError("I don't know “soon”. Try `last 30 days` or `all`.")),
    "apology": lambda: catalog.apology("3f9a1c"),
    "help": lambda: catalog.help(HELP),
}
VIEWS: dict[str, Callable[[], View]] = {
    "timeline": lambda: catalog.timeline(brief_of(jon())),
    "timeline_page_2": lambda: catalog.timeline(brief_of(many(50)), 2),
    "log_call": lambda: catalog.log_call(brief_of(joe())),
}
