"""The two leads of the story, from what Segment's clients and a form really send to the message in Slack."""

import json
from datetime import UTC, datetime
from typing import Any

from bot import sample
from bot.settings import load_playbook
from briefs import catalog
from funnel.brief import build
from funnel.events import Event, LeadScored, Person
from funnel.journey import tell
from intake import cloudevents, segment

NOW = datetime(2026, 11, 20, 17, tzinfo=UTC)
PLAYBOOK = load_playbook(sample.PLAYBOOK)
SITE = "https://meridian-widgets.example"


def told(kind: str, day: int, clock: str, **message: Any) -> Event:
    """The event that one call to `/v1/<kind>` makes."""
    stated = {"anonymousId": "browser-7", "timestamp": f"2026-11-{day:02}T{clock}:00Z", **message}
    stated["messageId"] = f"ajs-{kind}-{day}-{clock}"
    [event] = segment.parse(kind, json.dumps(stated).encode(), NOW, PLAYBOOK).events
    return event


def page(day: int, clock: str, path: str, title: str, **context: Any) -> Event:
    url = f"{SITE}{path}"
    return told(
        "page", day, clock, properties={"url": url, "title": title}, context={"page": {"url": url}, **context}
    )


def jon() -> list[Any]:
    """Seven interactions, as seed 003 counts them: one of them is our own e-mail."""
    who = {"email": "jon.doe@harborline.example", "name": "Jon Doe", "title": "Plant manager"}
    mail = {"email_subject": "Is your widget paying its way?", "link_url": f"{SITE}/roi"}
    paper = {"title": "10 Tips for Improving your Widget ROI", "asset_type": "white paper", "topic": "widget"}
    graphic = {"asset_title": "Lifecycle of a Widget", "asset_type": "infographic", "topic": "widget"}
    organic = {"campaign": {"source": "google", "medium": "organic"}}
    return [
        page(9, "14:00", "/", "Widgets that last", **organic),
        told("identify", 9, "14:05", traits=who),
        told("track", 9, "14:05", event="White Paper Downloaded", properties={**paper, "gated": True}),
        told("track", 12, "09:00", event="Email Delivered", properties=mail),
        told("track", 12, "09:40", event="Email Opened", properties=mail),
        told("track", 12, "09:41", event="Email Link Clicked", properties=mail),
        page(12, "09:42", "/roi", "Widget ROI"),
        told("track", 20, "16:20", event="Asset Downloaded", properties=graphic),
        LeadScored(
            id="score-1",
            source="marketing-hub",
            time=datetime(2026, 11, 20, 16, 30, tzinfo=UTC),
            person=Person(email="jon.doe@harborline.example"),
            score=74,
        ),
    ]


def joe() -> list[Any]:
    comment = (
        "My friend Dana Whitfield at Acme Robotics recommended you. We need a quote for 40 retrofit kits "
        "within three weeks."
    )
    form = {
        "specversion": "1.0",
        "id": "form-1",
        "source": "site",
        "type": "tipoff.lead.captured",
        "time": "2026-11-20T16:50:00Z",
        "data": {
            "person": {"email": "joe.blow@freemail.example", "name": "Joe Blow"},
            "form": "Contact sales",
            "comment": comment,
        },
    }
    headers = {"content-type": "application/cloudevents+json"}
    [event] = cloudevents.parse(json.dumps(form).encode(), headers, NOW).events
    return [event]


def said(events: list[Any]) -> list[str]:
    brief = build(42, tell(events, PLAYBOOK), PLAYBOOK)
    assert brief
    return [" ".join(line.split()) for line in catalog.new_lead(brief).plain.splitlines() if line]


def test_joe_who_asked_is_brought_a_quote() -> None:
    assert said(joe()) == [
        "🔥 Contact sales form · asked for a call · urgent · answer by 12:05 EST",
        "Joe Blow · company/title: not captured · unassigned",
        "Referred by: “Dana Whitfield at Acme Robotics” (their words) · demand-first",
        "Wants: “a quote for 40 retrofit kits” (their words)",
        "Timeline: “within three weeks” (their words) → urgent (≤ 30 d)",
        "Bring: a quote for 40 retrofit kits + proposal; thank Dana Whitfield at Acme Robotics",
    ]


def test_jon_who_read_is_asked_whether_it_helped() -> None:
    assert said(jon()) == [
        "🟠 MQL: good fit + rising interest · has NOT asked to talk · reply by 15:30 EST",
        (
            "Jon Doe · Plant manager at harborline.example (from e-mail) · fit A: runs a plant, decides · "
            "unassigned"
        ),
        "Read: “Lifecycle of a Widget” (20 Nov) · “10 Tips for Improving your Widget ROI” (9 Nov)",
        "Came from: google / organic · lead-first",
        (
            "Open with: “Hi Jon, I saw you downloaded our white paper on 10 Tips for Improving your Widget "
            "ROI and our infographic on the Lifecycle of a Widget. Was that helpful? Any widget initiatives "
            "I can help with, or can I connect you with a widget expert?”"
        ),
        "Ask: need, timeline, budget: not captured",
    ]


def test_jons_thread_has_six_actions_one_send_the_open_in_doubt_and_the_click_confirmed() -> None:
    brief = build(42, tell(jon(), PLAYBOOK), PLAYBOOK)
    assert brief
    lines = [line.partition(" · ") for line in catalog.timeline_reply(brief).plain.splitlines() if line]

    assert (lines[0][2], [line[2] for line in lines[1:-1] if line[2]]) == (
        "6 actions, 1 send · jon.doe@harborline.example",
        [
            "downloaded “Lifecycle of a Widget”",
            "visited “Widget ROI”",
            "clicked in “Is your widget paying its way?” ✔",
            "opened “Is your widget paying its way?” ~",
            "downloaded “10 Tips for Improving your Widget ROI”",
            "visited “Widgets that last”",
            "we e-mailed “Is your widget paying its way?”",
        ],
    )
