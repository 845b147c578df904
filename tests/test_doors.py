"""The doors of a running Tipoff over HTTP: what is accepted is durable, and whatever comes is answered."""

import asyncio
import base64
import gzip
import io
import json
import socket
import zlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from slack_rig import BATCH, BEARER, KEY, STRUCTURED, Talk, captured, event, talking

from storage.store import Store

ANA = {"email": "ana@example.com", "name": "Ana Sousa"}
EVENTS = "/intake/events"
BASIC = {"Authorization": "Basic " + base64.b64encode(f"{KEY}:".encode()).decode()}
MIB = 1 << 20

Answer = tuple[int, Any]


@pytest.fixture
async def talk(sqlite_url: str) -> AsyncIterator[Talk]:
    async with talking(sqlite_url) as one:
        yield one


async def post(talk: Talk, path: str, body: Any, headers: dict[str, str]) -> Answer:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    async with talk.http.post(talk.url + path, data=data, headers=headers) as answer:
        return answer.status, await answer.json()


async def get(talk: Talk, path: str) -> tuple[int, str]:
    async with talk.http.get(talk.url + path) as answer:
        return answer.status, await answer.text()


async def journal(talk: Talk) -> int:
    """How many events another process finds in the store."""
    async with Store.open(talk.tipoff.house.settings.database_url) as second:
        return (await second.counts()).events


async def raw(talk: Talk, request: bytes) -> int | None:
    """The status that the server answers to these bytes; None when it only hangs up."""
    return await asyncio.to_thread(spoken, talk.url, request)


def spoken(url: str, request: bytes) -> int | None:
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=20) as wire:
        wire.sendall(request)
        wire.shutdown(socket.SHUT_WR)
        said = b""
        while chunk := wire.recv(65536):
            said += chunk
    return int(said.split(b" ", 2)[1]) if said else None


def request(path: str, headers: dict[str, bytes], body: bytes = b"") -> bytes:
    lines = [f"POST {path} HTTP/1.1".encode(), b"Host: tipoff", b"Connection: close"]
    lines += [name.encode() + b": " + value for name, value in headers.items()]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


# CloudEvents


async def test_a_structured_event_is_accepted_and_durable_before_the_answer(talk: Talk) -> None:
    answer = await post(talk, EVENTS, captured("1", "ana@example.com", "Ana"), STRUCTURED)

    assert answer == (202, {"accepted": 1, "repeated": 0})
    assert await journal(talk) == 1


async def test_a_batch_is_accepted(talk: Talk) -> None:
    events = [captured(str(n), f"a{n}@example.com", "Ana") for n in range(3)]

    assert await post(talk, EVENTS, events, BATCH) == (202, {"accepted": 3, "repeated": 0})
    assert await journal(talk) == 3


async def test_a_binary_event_is_accepted(talk: Talk) -> None:
    headers = {
        **BEARER,
        "Content-Type": "application/json",
        "ce-specversion": "1.0",
        "ce-type": "tipoff.lead.captured",
        "ce-source": "/website",
        "ce-id": "1",
    }

    answer = await post(talk, EVENTS, {"person": ANA, "form": "Contact sales"}, headers)

    assert answer == (202, {"accepted": 1, "repeated": 0})
    (card,) = await talk.cards(1)
    assert card.text.startswith("🔥 Contact sales form · asked for a call")


async def test_a_repeated_event_is_counted_once_and_said_once(talk: Talk) -> None:
    one = captured("1", "ana@example.com", "Ana")

    answers = [await post(talk, EVENTS, body, BATCH) for body in ([one], [one, one], [one])]

    assert answers == [
        (202, {"accepted": 1, "repeated": 0}),
        (202, {"accepted": 0, "repeated": 2}),
        (202, {"accepted": 0, "repeated": 1}),
    ]
    await talk.cards(1)
    assert await journal(talk) == 1


async def test_the_good_events_of_a_batch_are_kept_and_the_bad_ones_named(talk: Talk) -> None:
    batch = [
        captured("good-1", "ana@example.com", "Ana"),
        captured("bad", "no address", "Bob"),
        "not an object",
        event("lead.caught", "unknown", {"person": ANA}),
        captured("good-2", "eve@example.com", "Eve"),
    ]

    status, answer = await post(talk, EVENTS, batch, BATCH)

    named = [(problem["index"], problem["path"]) for problem in answer.pop("problems")]
    assert status == 400
    assert answer == {"success": False, "accepted": 2, "repeated": 0}
    assert named == [(1, "data.person.email"), (2, ""), (3, "type")]
    assert await journal(talk) == 2


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
async def test_a_packed_body_is_unpacked(talk: Talk, encoding: str) -> None:
    body = json.dumps(captured("1", "ana@example.com", "Ana")).encode()
    packed = gzip.compress(body) if encoding == "gzip" else zlib.compress(body)

    answer = await post(talk, EVENTS, packed, {**STRUCTURED, "Content-Encoding": encoding})

    assert answer == (202, {"accepted": 1, "repeated": 0})


# Segment


SEGMENT: dict[str, dict[str, Any]] = {
    "identify": {"userId": "u1", "traits": {"email": "ana@example.com", "name": "Ana Sousa"}},
    "track": {"userId": "u1", "event": "Contact Form Submitted", "properties": {"email": "ana@example.com"}},
    "page": {"userId": "u1", "name": "Pricing", "properties": {"url": "https://example.com/pricing"}},
    "screen": {"userId": "u1", "name": "Home"},
    "group": {"userId": "u1", "groupId": "g1", "traits": {"name": "Initech"}},
    "alias": {"userId": "u1", "previousId": "a1"},
}


async def test_each_call_of_segments_is_accepted_and_repeated_without_counting_twice(talk: Talk) -> None:
    answers = [
        (kind, await post(talk, f"/v1/{kind}", {"messageId": f"m-{kind}", **SEGMENT[kind]}, BASIC))
        for kind in (*SEGMENT, *SEGMENT)
    ]

    assert answers == [(kind, (200, {"success": True})) for kind in (*SEGMENT, *SEGMENT)]
    assert await journal(talk) == len(SEGMENT)


async def test_a_packed_batch_of_segments_is_accepted_but_for_what_is_wrong(talk: Talk) -> None:
    messages = [{"type": kind, "messageId": kind, **message} for kind, message in SEGMENT.items()]
    body = gzip.compress(json.dumps({"batch": [*messages, {"type": "track", "userId": "u1"}]}).encode())

    status, answer = await post(talk, "/v1/batch", body, {**BASIC, "Content-Encoding": "gzip"})

    assert status == 400
    assert (answer["accepted"], [problem["index"] for problem in answer["problems"]]) == (6, [6])
    assert await journal(talk) == 6


async def test_a_browser_that_may_set_no_header_writes_its_key_in_the_body(talk: Talk) -> None:
    message = {"writeKey": KEY, "messageId": "1", **SEGMENT["identify"]}

    assert await post(talk, "/v1/identify", message, {}) == (200, {"success": True})


# Refusals


KEYS = (None, "Bearer wrong", "Bearer", "Basic d3Jvbmc6", "Basic %%%", "Digest x", KEY, f"bearer {KEY} {KEY}")


async def test_a_wrong_key_opens_nothing(talk: Talk) -> None:
    one = captured("1", "ana@example.com", "Ana")
    tried = [(path, key) for path in (EVENTS, "/v1/track", "/v1/batch") for key in KEYS]

    answers = [await post(talk, path, one, {"Authorization": key} if key else {}) for path, key in tried]

    statuses = {attempt: status for attempt, (status, _) in zip(tried, answers, strict=True)}
    assert statuses == dict.fromkeys(tried, 401)
    assert {len(answer["problems"]) for _, answer in answers} == {1}
    assert await journal(talk) == 0


@pytest.mark.parametrize("path", [EVENTS, "/v1/batch"])
async def test_a_body_that_says_it_is_over_one_mib_is_refused(talk: Talk, path: str) -> None:
    body = io.BytesIO(b" " * (MIB + 1))

    async with talk.http.post(talk.url + path, data=body, headers={**STRUCTURED, **BASIC}) as answer:
        assert answer.status == 413


async def test_a_body_that_turns_out_to_be_over_one_mib_is_refused(talk: Talk) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b" " * 65536

    async with talk.http.post(talk.url + EVENTS, data=chunks(), headers=STRUCTURED) as answer:
        assert answer.status == 413


async def test_a_body_that_unpacks_to_over_one_mib_is_refused(talk: Talk) -> None:
    bomb = gzip.compress(b" " * (200 * MIB))
    assert len(bomb) < MIB

    answers = [
        await post(talk, path, bomb, {**STRUCTURED, **auth, "Content-Encoding": "gzip"})
        for path, auth in ((EVENTS, BEARER), ("/v1/batch", BASIC))
    ]

    assert [status for status, _ in answers] == [413, 413]


async def test_a_body_of_exactly_one_mib_is_read(talk: Talk) -> None:
    body = json.dumps(captured("1", "ana@example.com", "Ana")).encode().ljust(MIB)

    assert await post(talk, EVENTS, body, STRUCTURED) == (202, {"accepted": 1, "repeated": 0})


NO_EVENTS = (b"", b"hello", b"{", b"\xff\xfe", b"NaN", b'"text"', b"[" * 100_000, b"null", b"[1]", b"\x00")


async def test_a_body_that_is_no_event_is_refused_with_a_sentence(talk: Talk) -> None:
    doors = {EVENTS: STRUCTURED, "/v1/batch": BASIC, "/v1/track": BASIC}
    tried = [(path, body) for path in doors for body in NO_EVENTS]

    answers = [await post(talk, path, body, doors[path]) for path, body in tried]

    statuses = {attempt: status for attempt, (status, _) in zip(tried, answers, strict=True)}
    assert statuses == dict.fromkeys(tried, 400)
    said = [[problem["message"] for problem in answer["problems"]] for _, answer in answers]
    assert [one for one in said if not one or not all(sentence.endswith(".") for sentence in one)] == []


ODD_HEADERS: list[tuple[dict[str, bytes], int]] = [
    ({"Authorization": "Bearer çé".encode()}, 401),
    ({"Authorization": b"Bearer \xff\xfe"}, 401),
    ({"Authorization": b"Basic \xc3\xa9"}, 401),
    ({"Authorization": b""}, 401),
    ({"Authorization": b"Bearer intake-token", "Content-Length": b"99999999999999"}, 413),
    ({"Authorization": b"Bearer intake-token", "Content-Length": b"9" * 60}, 400),
    ({"Authorization": b"Bearer intake-token", "Content-Length": b"-1"}, 400),
    ({"Authorization": b"Bearer intake-token", "Content-Length": b"1e3"}, 400),
    ({"Authorization": b"Bearer intake-token", "Content-Encoding": b"br"}, 400),
    ({"Authorization": b"Bearer intake-token", "Content-Encoding": b"\xe9"}, 400),
    ({"Authorization": b"Bearer intake-token", "Content-Encoding": b"gzip, gzip"}, 400),
    ({"Authorization": b"Bearer intake-token", "Content-Type": b"\xff"}, 400),
    ({"Authorization": b"Bearer intake-token", "Content-Type": b"application/json; charset=utf-99"}, 400),
    ({"Authorization": b"Bearer intake-token", "ce-id": b"%ff%00", "ce-type": b"\xe9"}, 400),
    ({"Authorization": b"Bearer intake-token", "Transfer-Encoding": b"banked"}, 400),
    ({"Authorization": b"Bearer intake-token", "Expect": b"the unexpected"}, 400),
]


async def test_odd_headers_are_answered_and_never_with_a_failure_of_ours(talk: Talk) -> None:
    answers = [(headers, await raw(talk, request(EVENTS, headers))) for headers, _ in ODD_HEADERS]

    assert answers == ODD_HEADERS
    assert await get(talk, "/healthz") == (200, '{"ok":true}')


async def test_a_sender_that_hangs_up_in_the_middle_leaves_nothing_behind(talk: Talk) -> None:
    body = json.dumps(captured("1", "ana@example.com", "Ana")).encode()
    headers = {name: value.encode() for name, value in STRUCTURED.items()}
    half = request(EVENTS, {**headers, "Content-Length": str(len(body)).encode()}, body[:-10])

    await raw(talk, half)
    assert await journal(talk) == 0
    assert (await post(talk, EVENTS, body, STRUCTURED))[0] == 202


async def test_an_unknown_path_is_not_found_and_a_door_is_not_a_page(talk: Talk) -> None:
    unknown = ("/", "/intake", "/intake/hubspot", "/v1/", "/v1/other", "/slack/events", "/%00")
    statuses = {}
    for path in unknown:
        async with talk.http.post(talk.url + path, headers=STRUCTURED, data=b"{}") as answer:
            statuses[path] = answer.status

    assert statuses == dict.fromkeys(unknown, 404)
    assert [(await get(talk, path))[0] for path in (EVENTS, "/v1/batch")] == [405, 405]


# Health and metrics


async def test_a_supervisor_sees_that_it_lives_and_is_ready(talk: Talk) -> None:
    assert await get(talk, "/healthz") == (200, '{"ok":true}')
    assert await get(talk, "/readyz") == (200, '{"ok":true}')


async def test_prometheus_counts_what_came_through_the_doors(talk: Talk) -> None:
    good, bad = captured("1", "ana@example.com", "Ana"), captured("2", "nobody", "Bob")
    await post(talk, EVENTS, [good, bad], BATCH)
    await post(talk, EVENTS, [good], BATCH)
    await post(talk, EVENTS, [], {})
    await talk.cards(1)
    await talk.settled()

    status, page = await get(talk, "/metrics")

    counted = dict(
        line.rsplit(" ", 1)
        for line in page.splitlines()
        if line.startswith("tipoff_") and "_created" not in line
    )
    assert status == 200
    assert counted == {
        'tipoff_events_total{door="cloudevents",outcome="new"}': "1.0",
        'tipoff_events_total{door="cloudevents",outcome="repeated"}': "1.0",
        'tipoff_events_total{door="cloudevents",outcome="refused"}': "2.0",
        "tipoff_store_answers": "1.0",
        'tipoff_stored{what="events"}': "1.0",
        'tipoff_stored{what="untold"}': "0.0",
        'tipoff_stored{what="set_aside"}': "0.0",
        'tipoff_stored{what="leads"}': "1.0",
        **{name: value for name, value in counted.items() if 'what="cards_' in name},
    }
    assert "ana" not in page.casefold()


# Whatever else comes


HEADERS = st.dictionaries(
    st.sampled_from(
        [
            "Content-Type",
            "Content-Encoding",
            "ce-id",
            "ce-type",
            "ce-specversion",
            "ce-source",
            "ce-time",
            "X",
        ]
    ),
    st.one_of(
        st.sampled_from(
            [b"application/json", b"application/cloudevents+json", b"gzip", b"tipoff.lead.captured", b"1.0"]
        ),
        st.binary(max_size=30).map(lambda value: value.replace(b"\r", b"").replace(b"\n", b"")),
    ),
    max_size=4,
)
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=10)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
MESSAGES = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(
            ("type", "event", "userId", "messageId", "timestamp", "properties", "traits"), VALUES
        ),
        **dict.fromkeys(("specversion", "id", "source", "time", "data", "context", "batch"), VALUES),
    },
)
BODIES = st.one_of(
    st.binary(max_size=200),
    st.one_of(VALUES, MESSAGES, st.lists(MESSAGES, max_size=2)).map(lambda value: json.dumps(value).encode()),
    st.builds(
        lambda data: json.dumps({**captured("1", "a@b.co", "A"), "data": data}).encode(),
        st.fixed_dictionaries(
            {"form": st.text(max_size=5)},
            optional={
                "person": MESSAGES | st.just(ANA),
                "comment": VALUES,
                "asset": VALUES,
                "origin": VALUES,
            },
        ),
    ),
)


async def test_whatever_is_sent_is_never_answered_with_a_failure_of_ours(talk: Talk) -> None:
    paths = [EVENTS, *(f"/v1/{kind}" for kind in (*SEGMENT, "batch"))]

    @settings(max_examples=60, suppress_health_check=list(HealthCheck))
    @given(path=st.sampled_from(paths), headers=HEADERS, body=BODIES)
    def fuzz(path: str, headers: dict[str, bytes], body: bytes) -> None:
        key = b"Bearer " + KEY.encode()
        sized = {**headers, "Authorization": key, "Content-Length": str(len(body)).encode()}
        status = spoken(talk.url, request(path, sized, body))
        assert status in {200, 202, 400, 413}

    await asyncio.to_thread(fuzz)
    await talk.settled()
    assert (await get(talk, "/readyz"))[0] == 200
    assert (await talk.tipoff.house.store.counts()).set_aside == 0
