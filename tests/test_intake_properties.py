"""Whatever is sent: nothing but the room's own errors, and no good event is lost beside a bad one."""

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from funnel.errors import TipoffError
from funnel.playbook import Playbook
from intake import cloudevents, csv, segment, signature
from intake.answer import Parsed
from intake.body import decode, parse_json
from intake.mapping import parse_mapping

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
CALLS = st.sampled_from(segment.CALLS)
WORDS = st.sampled_from(
    [
        *(
            "id",
            "source",
            "type",
            "specversion",
            "time",
            "data",
            "data_base64",
            "datacontenttype",
            "tipoffquiet",
        ),
        *(
            "person",
            "email",
            "user_id",
            "form",
            "kind",
            "asset",
            "title",
            "origin",
            "page",
            "url",
            "score",
            "day",
        ),
        *(
            "userId",
            "anonymousId",
            "traits",
            "properties",
            "context",
            "campaign",
            "event",
            "messageId",
            "name",
        ),
        *(
            "timestamp",
            "sentAt",
            "receivedAt",
            "previousId",
            "batch",
            "company",
            "address",
            "gated",
            "writeKey",
        ),
    ]
)
VALUES = st.sampled_from(
    [
        *("1.0", "tipoff.lead.captured", "tipoff.lead.engaged", "tipoff.campaign.spent", "tipoff.deal.moved"),
        *(
            "track",
            "identify",
            "page",
            "page_viewed",
            "application/json",
            "e30=",
            "ana@example.com",
            "n/a",
            "",
        ),
        *(
            "2026-11-21T09:30:00Z",
            "0001-01-01T00:00:00+14:00",
            "9999-12-31T23:59:59-14:00",
            "2026-11-21",
            "0",
        ),
        *("http://[", "https://example.com/?utm_source=x", "\x00", "\ud800", "signed up", "email_opened"),
        *(10**400, -(10**30), 1e308, -0.0, True, None),
    ]
)
JSON: st.SearchStrategy[Any] = st.recursive(
    VALUES | st.text() | st.integers() | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(WORDS | st.text(max_size=5), inner, max_size=8)
    ),
    max_leaves=40,
)
HEADERS = st.dictionaries(
    st.sampled_from(
        ["content-type", "ce-id", "ce-type", "ce-source", "ce-specversion", "ce-time", "Authorization"]
    ),
    st.sampled_from(
        ["application/json", "application/cloudevents+json", "1.0", "tipoff.lead.scored", "%", '"\\"']
    )
    | st.text(max_size=20),
)


def stored(parsed: Parsed) -> None:
    """What a store would do with the answer: every event and every problem can be written as JSON."""
    for event in parsed.events:
        event.model_dump_json().encode()
    for problem in parsed.problems:
        assert problem.message


@given(JSON | st.binary(), HEADERS)
def test_any_request_for_cloudevents_is_answered(body: Any, headers: dict[str, str]) -> None:
    with suppress(TipoffError):
        stored(cloudevents.parse(_bytes(body), headers, NOW))


@given(CALLS, JSON | st.binary())
def test_any_request_for_segment_is_answered(call: str, body: Any) -> None:
    with suppress(TipoffError):
        stored(segment.parse(call, _bytes(body), NOW, Playbook()))


@given(st.dictionaries(WORDS, JSON), CALLS)
def test_any_message_of_segment_is_answered(message: dict[str, Any], call: str) -> None:
    kind = "track" if call == "batch" else call
    stored(segment.parse("batch", _bytes({"batch": [message | {"type": kind}]}), NOW, Playbook()))


@given(st.dictionaries(WORDS, JSON), st.sampled_from(list(cloudevents.MODELS)))
def test_any_data_of_a_cloudevent_is_answered(data: dict[str, Any], kind: str) -> None:
    event = {"specversion": "1.0", "id": "1", "source": "/x", "type": kind, "data": data}
    stored(cloudevents.parse(_bytes(event), {}, NOW))


@given(st.binary(), st.sampled_from([None, "gzip", "deflate", "br", ""]))
def test_any_bytes_are_decoded_or_refused(body: bytes, encoding: str | None) -> None:
    with suppress(TipoffError):
        parse_json(decode(body, encoding, limit=100))


@given(HEADERS, st.text(), st.binary())
def test_any_credentials_are_compared(headers: dict[str, str], token: str, body: bytes) -> None:
    assert signature.bearer(headers, token) in {True, False}
    assert signature.write_key(headers, token, body) in {True, False}


@given(st.text(alphabet=st.sampled_from('Email,Date;\t"\n\r\x00a@b2024-1/.'), max_size=200) | st.text())
def test_any_table_is_read_or_refused(text: str) -> None:
    with suppress(TipoffError):
        for _, read in csv.read_rows(text.splitlines(keepends=True), None, "crm", ZoneInfo("Europe/Berlin")):
            stored(Parsed(read) if isinstance(read, tuple) else Parsed(problems=(read,)))


@given(st.lists(st.lists(VALUES.map(str), min_size=5, max_size=5), max_size=5))
def test_any_cells_are_read_or_refused(cells: list[list[str]]) -> None:
    quoted = [",".join('"' + cell.replace('"', '""') + '"' for cell in row) + "\n" for row in cells]
    lines = ["Email,Date,Score,Deal ID,Amount\n", *quoted]

    for _, read in csv.read_rows(lines, None, "crm", ZoneInfo("Europe/Berlin")):
        stored(Parsed(read) if isinstance(read, tuple) else Parsed(problems=(read,)))


@given(st.text())
def test_any_text_is_a_mapping_or_refused(text: str) -> None:
    with suppress(TipoffError):
        parse_mapping(text, "m.yaml")


@given(st.lists(st.booleans()))
def test_the_bad_events_of_a_batch_are_named_and_the_good_ones_kept(good: list[bool]) -> None:
    events = [
        {
            "specversion": "1.0",
            "id": str(index),
            "source": "/x",
            "type": "tipoff.lead.captured",
            "data": {"person": {"email": "ana@example.com" if fine else "nobody"}, "form": "Demo"},
        }
        for index, fine in enumerate(good)
    ]
    messages = [
        {"type": "page", "messageId": str(index), "userId": "u1" if fine else ""}
        for index, fine in enumerate(good)
    ]

    for parsed in (
        cloudevents.parse(_bytes(events), {}, NOW),
        segment.parse("batch", _bytes({"batch": messages}), NOW, Playbook()),
    ):
        assert [int(event.id) for event in parsed.events] == [
            place for place, fine in enumerate(good) if fine
        ]
        assert [problem.index for problem in parsed.problems] == [
            place for place, fine in enumerate(good) if not fine
        ]


def _bytes(body: Any) -> bytes:
    return body if isinstance(body, bytes) else json.dumps(body).encode()
