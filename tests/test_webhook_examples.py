"""What real systems send can be told and said: every recorded payload that carries a person.

Segment's examples come in by Segment's door. HubSpot and Mautic have no door yet, so each is mapped here.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from briefs import catalog
from briefs.message import visible
from funnel.brief import look_up
from funnel.events import (
    CampaignSpent,
    LeadCaptured,
    LeadEngaged,
    LeadEvent,
    LeadIdentified,
    LeadScored,
    LeadStaged,
    Mail,
    Page,
    Person,
)
from funnel.journey import tell
from funnel.playbook import Playbook
from intake import segment
from workspace.rules.surfaces import check_message_blocks, check_message_size

DATA = Path(__file__).parents[2] / "shared" / "data" / "webhooks"
NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
NOBODY = {"group-01-group", "page-01-page", "screen-01-screen", "track-01-user-registered"}
ONLY_AN_ID = {"alias-01-alias", "alias-02-alias", "group-02-group"}
HUBSPOT = {
    "contact_creation_node_sdk": [False],
    "contact_with_lifecyclestage_history": [True, True],
    "docs_batch_property_change_and_creation": [True, False],
    "form_submission": [True],
    "recorded_contact_creation_2025": [False],
    "recorded_property_change_email_2026_attempt1": [True],
    "recorded_property_change_lead_status": [False],
    "recorded_property_change_v3_docs_secret_redacted": [False],
}
"""Each payload, and for each thing in it whether that alone makes a page; an id or a first name does not."""
MAUTIC = {
    "requests-contactcreated": "mautic.lead_post_save_new",
    "requests-contactupdated": "mautic.lead_post_save_update",
    "requests-emailopened": "mautic.email_on_open",
    "requests-formsubmitted": "mautic.form_on_submit",
    "requests-pagehit": "mautic.page_on_hit",
    "requests-pointschanged": "mautic.lead_points_change",
}
"""Each recorded request, and the trigger that it says it is."""

pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason=f"the recorded payloads are not at {DATA}; they are not ours to copy"
)


def load(folder: str, name: str) -> Any:
    return json.loads((DATA / folder / f"{name}.json").read_text(encoding="utf-8"))


def said(events: list[LeadEvent]) -> bool:
    """Whether one person has a page, which Slack must take; who left no more than an id has none."""
    playbook = Playbook()
    lead = tell(events, playbook)
    brief = look_up(1, lead, playbook)
    if brief is None:
        assert not lead.touches
        return False
    message = catalog.lead_card(brief)
    check_message_blocks(list(message.blocks))
    check_message_size(list(message.blocks))
    assert visible(message) <= catalog.BUDGET
    return True


def test_all_75_examples_of_segment_can_be_told() -> None:
    bodies = {path.stem: path.read_bytes() for path in sorted((DATA / "segment").glob("*.json"))}
    heard = {name: list(from_segment(body)) for name, body in bodies.items()}

    assert len(bodies) == 75
    assert {name for name, events in heard.items() if not events} == NOBODY
    assert {name for name, events in heard.items() if events and not said(events)} == ONLY_AN_ID


def from_segment(body: bytes) -> Iterator[LeadEvent]:
    parsed = segment.parse("batch", json.dumps({"batch": [json.loads(body)]}).encode(), NOW, Playbook())
    yield from (event for event in parsed.events if not isinstance(event, CampaignSpent))


@pytest.mark.parametrize("name", HUBSPOT)
def test_a_recorded_payload_of_hubspot_can_be_told(name: str) -> None:
    assert [said([event]) for event in from_hubspot(load("hubspot", name))] == HUBSPOT[name]


def from_hubspot(payload: Any) -> Iterator[LeadEvent]:
    match payload:
        case {"submittedAt": at, "values": values, "pageUrl": page}:
            fields = {value["name"]: value["value"] for value in values}
            yield LeadCaptured(
                id=f"{page}-{at}", source="hubspot", time=at, person=Person(**fields), form=page
            )
        case {"id": contact, "propertiesWithHistory": {"lifecyclestage": entered}}:
            for place, entry in enumerate(entered):
                yield LeadStaged(
                    id=f"{contact}-{place}",
                    source="hubspot",
                    time=entry["timestamp"],
                    person=Person(user_id=contact),
                    stage=entry["value"],
                )
        case [*notices]:
            yield from map(from_notice, notices)


def from_notice(notice: dict[str, Any]) -> LeadEvent:
    envelope = {"id": str(notice["eventId"]), "source": "hubspot", "time": notice["occurredAt"]}
    contact, value = str(notice["objectId"]), notice.get("propertyValue")
    match notice.get("propertyName"):
        case "lifecyclestage" | "hs_lead_status":
            return LeadStaged(**envelope, person=Person(user_id=contact), stage=value)
        case "email":
            return LeadIdentified(**envelope, person=Person(user_id=contact, email=value))
        case "firstname":
            return LeadIdentified(**envelope, person=Person(user_id=contact, name=value))
        case _:
            return LeadIdentified(**envelope, person=Person(user_id=contact))


@pytest.mark.parametrize(("name", "trigger"), MAUTIC.items())
def test_a_recorded_request_of_mautic_can_be_told(name: str, trigger: str) -> None:
    request = load("mautic", name)

    assert list(request) == [trigger]
    assert said([from_mautic(trigger, one) for one in request[trigger]])


def from_mautic(trigger: str, sent: dict[str, Any]) -> LeadEvent:
    envelope = {"id": f"{trigger}-{sent['timestamp']}", "source": "mautic", "time": sent["timestamp"]}
    match sent:
        case {"submission": {"lead": lead, "form": form}}:
            return LeadCaptured(**envelope, person=contact_of(lead), form=form["name"])
        case {"stat": {"lead": lead, "email": email}}:
            opened = Mail(subject=email["subject"])
            return LeadEngaged(**envelope, person=contact_of(lead), kind="email_opened", email=opened)
        case {"hit": {"lead": lead, "url": url, "page": page}}:
            visited = Page(url=url, title=page["title"])
            return LeadEngaged(**envelope, person=contact_of(lead), kind="page_viewed", page=visited)
        case {"contact": contact, "points": {"new_points": points}}:
            return LeadScored(**envelope, person=contact_of(contact), score=points)
        case {"contact": contact}:
            return LeadIdentified(**envelope, person=contact_of(contact))
    raise AssertionError(f"{trigger} is about nobody")


def contact_of(lead: dict[str, Any]) -> Person:
    core = {name: field["value"] for name, field in lead["fields"]["core"].items()}
    return Person(
        user_id=str(lead["id"]),
        email=core["email"],
        name=" ".join(filter(None, (core["firstname"], core["lastname"]))) or None,
        company=core["company"],
        phone=core["phone"],
        country=core["country"],
    )
