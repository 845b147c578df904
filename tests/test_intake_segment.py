"""Segment's messages in, events out."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from funnel.events import (
    Asset,
    Event,
    LeadCaptured,
    LeadEngaged,
    LeadIdentified,
    Mail,
    Origin,
    Page,
    Person,
)
from funnel.playbook import Alias, Playbook
from intake.answer import NotUnderstood, Parsed, Problem
from intake.segment import parse

DATA = Path(__file__).parents[2] / "shared" / "data" / "webhooks" / "segment"
NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
NOBODY = "userId, anonymousId or an e-mail address in traits is required."


def send(kind: str, playbook: Playbook | None = None, **message: Any) -> Parsed:
    body = json.dumps({"messageId": "m1", "userId": "u1"} | message).encode()
    return parse(kind, body, NOW, playbook or Playbook())


def heard(kind: str, playbook: Playbook | None = None, **message: Any) -> Event:
    parsed = send(kind, playbook, **message)
    assert parsed.problems == ()
    return parsed.events[0]


def batch(*messages: object, **envelope: Any) -> Parsed:
    return parse("batch", json.dumps({"batch": messages} | envelope).encode(), NOW, Playbook())


def envelope(person: Person | None = None) -> dict[str, Any]:
    return {"id": "m1", "source": "segment", "time": NOW, "person": person or Person(user_id="u1")}


def test_identify_says_who_somebody_is() -> None:
    traits = {
        "email": "Ana@Example.com",
        "firstName": "Ana",
        "lastName": "Ruiz",
        "title": "CTO",
        "company": {"name": "Initech", "employees": 7},
        "phone": 4105559412,
        "address": {"country": "ES", "city": "Vigo"},
        "plan": "pro",
    }

    assert heard("identify", anonymousId="a1", traits=traits) == LeadIdentified(
        **envelope(
            Person(
                user_id="u1",
                anonymous_id="a1",
                email="ana@example.com",
                name="Ana Ruiz",
                title="CTO",
                company="Initech",
                phone="4105559412",
                country="ES",
                traits={"company": {"employees": 7}, "address": {"city": "Vigo"}, "plan": "pro"},
            )
        )
    )


def test_a_form_is_a_captured_lead() -> None:
    event = heard(
        "track",
        event="Contact Form Submitted",
        properties={
            "form": "Contact sales",
            "message": "Call me",
            "name": "Ana Ruiz",
            "email": "ana@example.com",
            "company": "Initech",
            "title": "CTO",
            "budget": 5000,
        },
        context={
            "campaign": {
                "name": "spring",
                "source": "news",
                "medium": "email",
                "term": "crm",
                "content": "top",
            },
            "page": {"url": "https://example.com/contact?x=1", "referrer": "https://search.example/"},
        },
    )

    assert event == LeadCaptured.model_validate(
        {
            **envelope(
                Person(user_id="u1", email="ana@example.com", name="Ana Ruiz", company="Initech", title="CTO")
            ),
            "form": "Contact sales",
            "comment": "Call me",
            "origin": Origin(
                source="news",
                medium="email",
                campaign="spring",
                term="crm",
                content="top",
                referrer="https://search.example/",
                landing_page="/contact",
            ),
            "properties": {
                "budget": 5000,
                "context": {"page": {"url": "https://example.com/contact?x=1"}},
            },
        }
    )


@pytest.mark.parametrize(
    ("properties", "title", "asset"),
    [
        ({"title": "Guide", "asset_id": "g1"}, None, Asset(title="Guide", id="g1")),
        ({"asset": "Guide", "name": "Ana", "title": "CTO"}, "CTO", Asset(title="Guide")),
        ({"first_name": "Ana", "title": "CTO"}, "CTO", None),
        ({"first_name": "Ana", "title": "Mr."}, None, None),
        ({"first_name": "Ana", "title": "Ms", "job_title": "CTO"}, "CTO", None),
    ],
)
def test_the_title_on_a_form_is_the_assets_unless_the_form_names_a_person(
    properties: dict[str, Any], title: str | None, asset: Asset | None
) -> None:
    event = heard("track", event="form_submit", properties=properties)

    assert isinstance(event, LeadCaptured)
    assert (event.form, event.person.title, event.asset) == ("Form", title, asset)


def test_the_playbook_says_what_an_event_means() -> None:
    playbook = Playbook(aliases={"Got PDF": Alias(kind="asset_downloaded"), "Lead!": Alias(form="Quote")})
    pdf = heard(
        "track", playbook, event="Got PDF", properties={"title": "Guide", "gated": True, "topic": "CRM"}
    )
    lead = heard("track", playbook, event="Lead!")

    assert pdf == LeadEngaged(
        **envelope(),
        kind="asset_downloaded",
        label="Got PDF",
        asset=Asset(title="Guide", gated=True, topic="CRM"),
    )
    assert lead == LeadCaptured(**envelope(), form="Quote")


def test_an_unknown_event_keeps_its_name() -> None:
    event = heard("track", event=" Course Clicked ", properties={"lesson": 3}, role="student")

    assert event == LeadEngaged.model_validate(
        {
            **envelope(),
            "kind": "other",
            "label": "Course Clicked",
            "properties": {"lesson": 3, "role": "student"},
        }
    )


def test_a_mail_that_was_clicked() -> None:
    event = heard(
        "track",
        event="Email Link Clicked",
        properties={"email_subject": "Shirts!", "link_url": "https://example.com", "campaign_name": "Spring"},
        context={"ip": "8.8.8.8", "user_agent": "Mozilla", "traits": {"email": "ana@example.com"}},
    )

    assert event == LeadEngaged(
        **envelope(Person(user_id="u1", email="ana@example.com")),
        kind="email_clicked",
        label="Email Link Clicked",
        email=Mail(subject="Shirts!", link="https://example.com"),
        origin=Origin(campaign="Spring"),
        ip="8.8.8.8",
        user_agent="Mozilla",
    )


@pytest.mark.parametrize(
    ("message", "label", "page"),
    [
        (
            {"properties": {"url": "http://x/", "title": "X"}, "name": "Home"},
            "Home",
            Page(url="http://x/", title="X"),
        ),
        ({"properties": {"url": "http://x/"}, "name": "Home"}, "Home", Page(url="http://x/", title="Home")),
        ({"context": {"page": {"url": "http://x/", "title": "X"}}}, None, Page(url="http://x/", title="X")),
        ({"name": "Home"}, "Home", None),
    ],
)
def test_a_page_is_known_by_its_address_and_title(
    message: dict[str, Any], label: str | None, page: Page | None
) -> None:
    assert heard("page", **message) == LeadEngaged(**envelope(), kind="page_viewed", label=label, page=page)


def test_a_screen_is_known_by_its_name() -> None:
    assert heard("screen", name="Home") == LeadEngaged(**envelope(), kind="page_viewed", label="Home")


def test_utm_words_of_the_address_serve_where_no_campaign_is_named() -> None:
    url = "https://example.com/?utm_source=news&utm_campaign=spring&utm_campaign=again"
    event = heard("page", properties={"url": url, "referrer": "https://search.example/"})

    assert isinstance(event, LeadEngaged)
    assert event.origin == Origin(source="news", campaign="spring", referrer="https://search.example/")


def test_an_address_that_is_none_has_no_utm_words() -> None:
    event = heard("page", properties={"url": "http://[oops?utm_source=news"})
    form = heard("track", event="form_submit", context={"page": {"url": "http://[oops"}})

    assert isinstance(event, LeadEngaged)
    assert isinstance(form, LeadCaptured)
    assert (event.origin, form.origin) == (None, None)


def test_group_says_where_somebody_works() -> None:
    event = heard("group", groupId="g1", traits={"name": "Initech", "employees": 329})

    assert event == LeadIdentified.model_validate(
        {
            **envelope(Person(user_id="u1", company="Initech")),
            "properties": {"groupId": "g1", "traits": {"employees": 329}},
        }
    )


def test_alias_says_who_somebody_was() -> None:
    assert heard("alias", previousId="a1") == LeadIdentified(**envelope(), previous_id="a1")


def test_ids_may_be_numbers_snake_case_or_an_address() -> None:
    by_number = heard("track", event="x", userId=None, user_id=7, anonymous_id="a1")
    by_address = heard("track", event="x", userId="Ana@example.com")

    assert isinstance(by_number, LeadEngaged)
    assert isinstance(by_address, LeadEngaged)
    assert by_number.person == Person(user_id="7", anonymous_id="a1")
    assert by_address.person == Person(user_id="Ana@example.com", email="ana@example.com")


def test_an_address_that_is_none_stays_a_trait() -> None:
    assert heard("identify", traits={"email": "n/a"}) == LeadIdentified(
        **envelope(Person(user_id="u1", traits={"email": "n/a"}))
    )


@pytest.mark.parametrize(
    ("times", "minute"),
    [
        ({}, 30),
        ({"timestamp": "2026-11-21T09:10:00Z"}, 10),
        ({"timestamp": "2026-11-21T09:10:00"}, 10),
        ({"timestamp": "2026-11-21T09:10:00Z", "sentAt": "2026-11-21T09:15:00Z"}, 25),
        ({"timestamp": "2026-11-21T09:10:00Z", "originalTimestamp": "2026-11-21T09:12:00Z"}, 12),
        (
            {
                "timestamp": "2026-11-21T09:10:00Z",
                "originalTimestamp": "2026-11-21T07:00:00Z",
                "sentAt": "2026-11-21T07:01:00Z",
                "receivedAt": "2026-11-21T09:11:00Z",
            },
            10,
        ),
        (
            {
                "originalTimestamp": "2026-11-21T07:00:00Z",
                "sentAt": "2026-11-21T07:01:00Z",
                "receivedAt": "2026-11-21T09:11:00Z",
            },
            10,
        ),
    ],
)
def test_the_senders_clock_is_corrected(times: dict[str, str], minute: int) -> None:
    assert heard("track", event="x", **times).time == NOW.replace(minute=minute)


def test_a_batch_shares_its_sending_time_and_context() -> None:
    message = {"type": "page", "messageId": "m1", "userId": "u1", "timestamp": "2026-11-21T09:10:00Z"}
    parsed = batch(message, sentAt="2026-11-21T09:15:00Z", context={"ip": "8.8.8.8"}, writeKey="s3cret")

    assert parsed == Parsed(
        (LeadEngaged(**envelope() | {"time": NOW.replace(minute=25)}, kind="page_viewed", ip="8.8.8.8"),)
    )


def test_a_message_without_an_id_gets_the_same_one_whenever_it_is_sent() -> None:
    message = {"userId": "u1", "event": "x", "properties": {"a": 1, "b": 2}, "type": "track"}
    again = {
        "type": "track",
        "properties": {"b": 2, "a": 1},
        "event": "x",
        "userId": "u1",
        "anonymousId": None,
    }
    first, second, other = batch(message, again, message | {"event": "y"}).events
    (later,) = batch(message, sentAt="2026-11-22T00:00:00Z").events

    assert first.id == second.id == later.id
    assert first.id != other.id


def test_the_write_key_is_never_kept() -> None:
    assert heard("track", event="x", writeKey="s3cret") == LeadEngaged(**envelope(), kind="other", label="x")


@pytest.mark.parametrize(
    ("kind", "message", "problem"),
    [
        ("track", {"event": "x", "userId": ""}, Problem(None, "userId", NOBODY)),
        ("page", {"userId": None}, Problem(None, "userId", NOBODY)),
        ("track", {"userId": True, "event": "x"}, Problem(None, "userId", "userId must be text.", "True")),
        (
            "track",
            {"userId": "u" * 301, "event": "x"},
            Problem(None, "userId", "userId must not be longer than 300 characters.", f"'{'u' * 78}…"),
        ),
        ("track", {"event": "x", "traits": []}, Problem(None, "traits", "traits must be an object.", "[]")),
        (
            "track",
            {"event": "x", "timestamp": "now"},
            Problem(None, "timestamp", "timestamp is not a time such as 2026-11-21T09:30:00Z.", "'now'"),
        ),
        (
            "track",
            {"event": "x", "sentAt": 1700000000},
            Problem(None, "sentAt", "sentAt must be a time such as 2026-11-21T09:30:00Z.", "1700000000"),
        ),
        (
            "track",
            {"event": "x", "timestamp": "1815-12-10T00:00:00Z"},
            Problem(
                None,
                "timestamp",
                "timestamp is not between the years 1970 and 2199.",
                "1815-12-10T00:00:00+00:00",
            ),
        ),
    ],
)
def test_what_is_wrong_with_a_message_is_said(kind: str, message: dict[str, Any], problem: Problem) -> None:
    assert send(kind, **message) == Parsed(problems=(problem,))


def test_each_kind_needs_what_it_is_about() -> None:
    said = [str(problem) for kind in ("track", "alias") for problem in send(kind).problems]

    assert said == [
        "The message needs event, the name of what was done.",
        "The message needs previousId, the id that the person had before.",
    ]


def test_the_good_messages_of_a_batch_are_kept_and_the_bad_ones_named() -> None:
    good = {"type": "track", "event": "x", "userId": "u1"}
    parsed = batch(
        good | {"messageId": "1"}, "what", good | {"messageId": "3"}, {}, good | {"type": "delete"}
    )

    assert [event.id for event in parsed.events] == ["1", "3"]
    assert [str(problem) for problem in parsed.problems] == [
        "1: A message must be a JSON object.",
        "3: type is required.",
        "4: type must be 'identify', 'track', 'page', 'screen', 'group' or 'alias'.",
    ]


def test_an_answer_says_a_thousand_problems_and_counts_the_rest() -> None:
    problems = batch(*range(1500)).problems

    assert len(problems) == 1001
    assert (problems[999].index, str(problems[1000])) == (999, "500 more problems were found.")


@pytest.mark.parametrize(
    ("kind", "body", "said"),
    [
        ("track", b"", "The body is not JSON: Expecting value at line 1, column 1."),
        ("track", b"[]", "The body must be a JSON object."),
        ("batch", b"{}", "batch must be a list of messages."),
        ("batch", b'{"batch": {}}', "batch must be a list of messages."),
        (
            "like",
            b"{}",
            "/v1/like is no call of Segment's. Known: identify, track, page, screen, group, alias, batch.",
        ),
    ],
)
def test_a_body_that_holds_no_messages_is_refused(kind: str, body: bytes, said: str) -> None:
    with pytest.raises(NotUnderstood) as refusal:
        parse(kind, body, NOW, Playbook())

    assert str(refusal.value) == said


@pytest.mark.skipif(not DATA.is_dir(), reason=f"Segment's own examples are not at {DATA}")
def test_every_example_of_segments_documentation_is_understood() -> None:
    """All but the four that name no person."""
    samples = {path.stem: json.loads(path.read_text()) for path in sorted(DATA.glob("*.json"))}
    answers = {name: batch(sample) for name, sample in samples.items()}
    refused = {
        name: [problem.message for problem in answer.problems]
        for name, answer in answers.items()
        if answer.problems
    }

    assert len(samples) == 75
    assert sum(len(answer.events) for answer in answers.values()) == 71
    assert refused == {
        "group-01-group": [NOBODY],
        "page-01-page": [NOBODY],
        "screen-01-screen": [NOBODY],
        "track-01-user-registered": [NOBODY],
    }
