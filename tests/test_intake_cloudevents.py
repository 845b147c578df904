"""CloudEvents in, events out."""

import base64
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from funnel.events import EVENT_TYPES, Asset, LeadCaptured, LeadScored, Origin, Person
from intake.answer import NotUnderstood, Parsed, Problem
from intake.cloudevents import MODELS, parse

DATA = Path(__file__).parents[2] / "shared" / "data" / "webhooks" / "cloudevents"
NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
STRUCTURED = {"Content-Type": "application/cloudevents+json; charset=utf-8"}
BATCH = {"content-type": "application/cloudevents-batch+json"}
BINARY = {
    "Content-Type": "application/json",
    "ce-specversion": "1.0",
    "ce-id": "42",
    "ce-source": "/crm",
    "ce-type": "tipoff.lead.scored",
}
KNOWN = f"Known: {', '.join(EVENT_TYPES)}."
PERSON = {"email": "ana@example.com"}


def scored(**changes: Any) -> dict[str, Any]:
    """A structured event that is right, but for the changes."""
    event = {
        "specversion": "1.0",
        "id": "42",
        "source": "/crm",
        "type": "tipoff.lead.scored",
        "time": "2026-11-21T10:00:00+01:00",
        "data": {"person": PERSON, "score": 61},
    }
    return {name: value for name, value in (event | changes).items() if value is not ...}


def read(value: object, headers: dict[str, str] | None = None) -> Parsed:
    return parse(json.dumps(value).encode(), STRUCTURED if headers is None else headers, NOW)


def said(parsed: Parsed) -> list[str]:
    return [str(problem) for problem in parsed.problems]


SCORED = LeadScored(
    id="42", source="/crm", time=datetime(2026, 11, 21, 9, tzinfo=UTC), person=Person(**PERSON), score=61
)


def test_every_kind_of_event_has_a_model() -> None:
    assert tuple(MODELS) == EVENT_TYPES


@pytest.mark.parametrize("headers", [STRUCTURED, {"Content-Type": "application/json"}, {}])
def test_a_structured_event(headers: dict[str, str]) -> None:
    assert read(scored(), headers) == Parsed((SCORED,))


def test_all_data_of_a_captured_lead_arrives() -> None:
    data = {
        "person": {**PERSON, "name": "Ana", "traits": {"plan": "pro"}, "shoe": 42},
        "form": "Contact sales",
        "comment": "Call me",
        "asset": {"title": "Guide", "gated": True},
        "origin": {"source": "news", "medium": "email", "campaign": "spring"},
        "colour": "red",
    }

    assert read(scored(type="tipoff.lead.captured", data=data)).events == (
        LeadCaptured.model_validate(
            {
                "id": "42",
                "source": "/crm",
                "time": "2026-11-21T09:00:00Z",
                "person": Person.model_validate(data["person"]),
                "form": "Contact sales",
                "comment": "Call me",
                "asset": Asset(title="Guide", gated=True),
                "origin": Origin(source="news", medium="email", campaign="spring"),
                "colour": "red",
            }
        ),
    )


@pytest.mark.parametrize("headers", [BATCH, {"Content-Type": "application/json"}])
def test_a_batch(headers: dict[str, str]) -> None:
    second = scored(id="43")

    assert read([scored(), second], headers).events == (SCORED, SCORED.model_copy(update={"id": "43"}))


def test_an_empty_batch_is_nothing() -> None:
    assert read([], BATCH) == Parsed()


def test_a_binary_event() -> None:
    headers = {**BINARY, "ce-time": "2026-11-21T09:00:00Z"}

    assert read(scored()["data"], headers) == Parsed((SCORED,))


def test_header_values_are_unquoted_and_percent_decoded() -> None:
    headers = {**BINARY, "ce-id": '"Gr%C3%BC%C3%9Fe%20\\"%00"'}

    assert [event.id for event in read(scored()["data"], headers).events] == ['Grüße "\ufffd']


def test_an_event_without_a_time_happened_when_it_was_received() -> None:
    assert [event.time for event in read([scored(time=...), scored(time=None)]).events] == [NOW, NOW]


def test_a_time_in_the_future_is_kept() -> None:
    assert [event.time.year for event in read(scored(time="2027-01-01T00:00:00Z")).events] == [2027]


def test_data_may_be_base64() -> None:
    packed = base64.b64encode(json.dumps(scored()["data"]).encode()).decode()

    assert read(scored(data=..., data_base64=packed)) == Parsed((SCORED,))


def test_only_the_envelope_makes_an_event_quiet() -> None:
    data = {"person": PERSON, "score": 61, "quiet": True, "id": "mine"}
    loud, quiet = read([scored(data=data), scored(tipoffquiet=True)]).events
    (binary,) = read(scored()["data"], {**BINARY, "ce-tipoffquiet": "true"}).events

    assert (loud.quiet, quiet.quiet, binary.quiet) == (False, True, True)
    assert (loud.id, loud.model_extra) == ("42", {"data": {"id": "mine", "quiet": True}})


def test_extensions_and_subject_are_kept() -> None:
    (event,) = read(scored(subject="ana", traceparent="00-1", unset=None)).events

    assert event.model_extra == {"extensions": {"subject": "ana", "traceparent": "00-1"}}


@pytest.mark.parametrize(
    ("event", "problems"),
    [
        ({}, ["specversion is required.", "id is required.", "source is required.", "type is required."]),
        (scored(specversion="0.3"), ["specversion must be '1.0'."]),
        (scored(id=""), ["id must not be empty."]),
        (scored(id=7), ["id must be text."]),
        (scored(id="x" * 301), ["id must not be longer than 300 characters."]),
        (scored(time="yesterday"), ["time is not a time such as 2026-11-21T09:30:00Z."]),
        (scored(time=1), ["time must be a time such as 2026-11-21T09:30:00Z."]),
        (
            scored(time="2026-11-21T09:30:00"),
            ["time needs an offset, as in 2026-11-21T09:30:00Z or 2026-11-21T09:30:00+01:00."],
        ),
        (scored(time="0001-01-01T00:00:00+10:00"), ["time is not between the years 1970 and 2199."]),
        (
            scored(type="tipoff.lead.score"),
            [f"type is not a known type of event. Did you mean tipoff.lead.scored? {KNOWN}"],
        ),
        (scored(type="zz"), [f"type is not a known type of event. {KNOWN}"]),
        (scored(data=...), ["data must be an object with the event's fields."]),
        (scored(data="{}"), ["data must be an object with the event's fields."]),
        (scored(datacontenttype="text/xml", data="<a/>"), ["datacontenttype must be application/json."]),
        (scored(data_base64="e30="), ["data and data_base64 exclude each other: send one of them."]),
        (scored(data=..., data_base64="é"), ["data_base64 is not base64."]),
        (scored(data=..., data_base64="e30"), ["data_base64 is not base64."]),
        (
            scored(data=..., data_base64="eyI="),
            ["data_base64 is not JSON: Unterminated string starting at at line 1, column 2."],
        ),
        (
            scored(data={"person": {"email": "nobody"}}),
            [
                "data.person.email is not an e-mail address such as ana@example.com.",
                "data.score is required.",
            ],
        ),
        (
            scored(data={"person": {"name": "Ana"}, "score": 1}),
            ["data.person needs at least one of email, anonymous_id, user_id."],
        ),
        (scored(data={"person": PERSON, "score": "1e999"}), ["data.score must be a finite number."]),
        (
            scored(
                type="tipoff.deal.moved",
                data={"person": PERSON, "deal": "7", "stage": "open", "close_date": "soon"},
            ),
            ["data.close_date is not a day such as 2026-03-31."],
        ),
        (3, ["A CloudEvent must be a JSON object with id, source, type and specversion."]),
    ],
)
def test_what_is_wrong_is_said_with_its_place(event: object, problems: list[str]) -> None:
    assert said(read(event)) == problems


def test_a_problem_names_path_and_value() -> None:
    assert read(scored(data={"person": {"email": "nobody"}, "score": 1})).problems == (
        Problem(
            None,
            "data.person.email",
            "data.person.email is not an e-mail address such as ana@example.com.",
            "'nobody'",
        ),
    )


def test_the_problems_of_a_binary_event_name_its_headers() -> None:
    headers = {**BINARY, "ce-id": "", "ce-time": "soon"}

    assert said(read({}, headers)) == [
        "ce-id must not be empty.",
        "ce-time is not a time such as 2026-11-21T09:30:00Z.",
    ]
    assert said(read({}, {**BINARY, "ce-time": "1969-01-01T00:00:00Z"})) == [
        "ce-time is not between the years 1970 and 2199.",
        "data.person is required.",
        "data.score is required.",
    ]
    assert said(read({}, {**BINARY, "ce-type": "x"}))[0].startswith("ce-type is not a known type of event.")
    assert said(read({}, {**BINARY, "Content-Type": "text/xml"})) == [
        "Content-Type must be application/json."
    ]


def test_the_good_events_of_a_batch_are_kept_and_the_bad_ones_named() -> None:
    parsed = read([scored(), 1, scored(id="43"), scored(data={})])

    assert [event.id for event in parsed.events] == ["42", "43"]
    assert [(problem.index, problem.path) for problem in parsed.problems] == [
        (1, ""),
        (3, "data.person"),
        (3, "data.score"),
    ]


def test_a_body_that_is_neither_json_nor_said_to_be_is_refused() -> None:
    with pytest.raises(NotUnderstood, match="The body is not JSON"):
        parse(b"a=1", STRUCTURED, NOW)
    with pytest.raises(NotUnderstood, match="The body is not JSON"):
        parse(b"score=61", BINARY, NOW)
    with pytest.raises(NotUnderstood, match="Content-Type must be application/cloudevents"):
        parse(b"a=1", {"Content-Type": "application/x-www-form-urlencoded"}, NOW)
    with pytest.raises(NotUnderstood, match="Content-Type must be application/cloudevents"):
        parse(b"<a/>", {"Content-Type": "application/cloudevents+xml"}, NOW)


@pytest.mark.skipif(not DATA.is_dir(), reason=f"the specification's examples are not at {DATA}")
def test_the_examples_of_the_specification_are_read_and_their_types_are_not_known() -> None:
    answers = {path.stem: read(json.loads(path.read_text())) for path in sorted(DATA.glob("*-0?.json"))}

    assert {name: [problem.path for problem in answer.problems] for name, answer in answers.items()} == {
        **{f"json-format-0{n}": ["type"] for n in range(1, 7)},
        "json-format-07": ["type", "type"],
        "json-format-08": [],
        "spec-01": ["type"],
    }
