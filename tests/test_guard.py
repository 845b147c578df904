"""The guard in front of Slack's routes: nothing that Slack did not sign just now reaches Bolt."""

import asyncio
import io
import time
from collections.abc import AsyncIterator, Callable
from urllib.parse import urlencode

import pytest
from slack_rig import ANNA, LEADS, SECRET, Talk, talking

from workspace.http_delivery import signed

MIB = 1 << 20
FORM = "application/x-www-form-urlencoded"
Headers = dict[str, str]


@pytest.fixture
async def talk(sqlite_url: str) -> AsyncIterator[Talk]:
    async with talking(sqlite_url, over_http=True) as one:
        yield one


def command(talk: Talk) -> bytes:
    """`/tipoff help`, as Slack would send it."""
    url = f"{talk.workspace.slack.url}/response/{talk.workspace.slack.response_urls.issue(LEADS, ANNA)}"
    return urlencode(
        {
            "command": "/tipoff",
            "text": "help",
            "team_id": "T0LOCAL",
            "user_id": ANNA,
            "channel_id": LEADS,
            "response_url": url,
        }
    ).encode()


def proper(body: bytes, *, secret: str = SECRET, age: float = 0) -> Headers:
    return {**signed(secret, int(time.time() - age), body), "Content-Type": FORM}


async def post(talk: Talk, body: bytes, headers: Headers) -> int:
    async with talk.http.post(
        f"{talk.url}/slack/events", data=body, headers={**headers, "Connection": "close"}
    ) as answer:
        return answer.status


async def answered(talk: Talk, within: float) -> bool:
    return await talk.workspace.happens(lambda: bool(talk.workspace.messages(LEADS)), within)


@pytest.mark.parametrize("age", [0, 290, -290])
async def test_what_slack_signed_just_now_is_let_through(talk: Talk, age: int) -> None:
    body = command(talk)

    assert await post(talk, body, proper(body, age=age)) == 200
    assert await answered(talk, within=5)


FORGED: dict[str, Callable[[bytes], Headers]] = {
    "a wrong secret": lambda body: proper(body, secret="another"),
    "an empty secret": lambda body: proper(body, secret=""),
    "another body": lambda body: proper(body + b"x"),
    "an old timestamp": lambda body: proper(body, age=302),
    "a future timestamp": lambda body: proper(body, age=-302),
    "a timestamp that is no number": lambda body: proper(body) | {"X-Slack-Request-Timestamp": "now"},
    "a timestamp with a fraction": lambda body: proper(body) | {"X-Slack-Request-Timestamp": "1e9"},
    "a timestamp in other digits": lambda body: proper(body) | {"X-Slack-Request-Timestamp": "\u0661" * 10},
    "a negative timestamp": lambda body: proper(body) | {"X-Slack-Request-Timestamp": "-1"},
    "an endless timestamp": lambda body: proper(body) | {"X-Slack-Request-Timestamp": "9" * 5000},
    "a signature beyond ASCII": lambda body: proper(body) | {"X-Slack-Signature": "v0=é" + "0" * 63},
    "another version": lambda body: (
        proper(body) | {"X-Slack-Signature": proper(body)["X-Slack-Signature"].replace("v0", "v1")}
    ),
    "a signature in capitals": lambda body: (
        proper(body) | {"X-Slack-Signature": proper(body)["X-Slack-Signature"].upper()}
    ),
    "an empty signature": lambda body: proper(body) | {"X-Slack-Signature": ""},
    "no signature": lambda body: _without(body, "X-Slack-Signature"),
    "no timestamp": lambda body: _without(body, "X-Slack-Request-Timestamp"),
    "no headers": lambda _body: {"Content-Type": FORM},
    "another content type": lambda body: proper(body) | {"Content-Type": "text/plain"},
    "a content type beyond ASCII": lambda body: proper(body) | {"Content-Type": "application/jsön"},
}


def _without(body: bytes, name: str) -> Headers:
    return {key: value for key, value in proper(body).items() if key != name}


async def test_whatever_is_forged_is_unauthorised_and_never_reaches_bolt(
    talk: Talk, caplog: pytest.LogCaptureFixture
) -> None:
    body = command(talk)

    answers = {name: await post(talk, body, forge(body)) for name, forge in FORGED.items()}

    assert answers == dict.fromkeys(FORGED, 401)
    assert not await answered(talk, within=0.2)
    assert "response_url" not in caplog.text


async def test_a_signed_body_that_is_no_text_is_unauthorised(talk: Talk) -> None:
    body = b"payload=\xff\xfe"

    assert await post(talk, body, proper(body)) == 401


async def test_a_signed_body_without_sense_is_not_a_failure_of_ours(talk: Talk) -> None:
    forms = [b"", b"payload=", b"payload=%7B", b"payload=[]", b"payload=null", b"x=1", b"%00", b"payload={}"]
    objects = [
        b"",
        b"{",
        b"[]",
        b"null",
        b"1",
        b"[" * 9999,
        b"{}",
        b'{"type": 1}',
        b'{"type": "event_callback"}',
    ]
    sent = [(body, proper(body)) for body in forms]
    sent += [(body, proper(body) | {"Content-Type": "application/json"}) for body in objects]

    answers = [(body[:30], await post(talk, body, headers)) for body, headers in sent]

    assert [(body, status) for body, status in answers if status >= 500] == []


async def test_a_request_that_was_recorded_cannot_be_replayed_later(talk: Talk) -> None:
    body = command(talk)
    recorded = proper(body, age=299)
    assert await post(talk, body, recorded) == 200

    await asyncio.sleep(2.1)

    assert await post(talk, body, recorded) == 401


async def test_a_body_over_one_mib_is_too_large_even_when_it_is_signed(talk: Talk) -> None:
    body = command(talk) + b"&x=" + b"x" * MIB

    async def chunks() -> AsyncIterator[bytes]:
        yield body

    statuses = []
    for data in (io.BytesIO(body), chunks()):
        async with talk.http.post(f"{talk.url}/slack/events", data=data, headers=proper(body)) as answer:
            statuses.append(answer.status)

    assert statuses == [413, 413]
    assert not await answered(talk, within=0.1)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD"])
async def test_slack_only_posts(talk: Talk, method: str) -> None:
    async with talk.http.request(method, f"{talk.url}/slack/events", headers=proper(b"")) as answer:
        assert answer.status == 405


async def test_slacks_challenge_is_answered(talk: Talk) -> None:
    body = b'{"type": "url_verification", "challenge": "3eZbrw1a", "token": "x"}'
    headers = proper(body) | {"Content-Type": "application/json"}

    async with talk.http.post(f"{talk.url}/slack/events", data=body, headers=headers) as answer:
        assert (answer.status, await answer.json()) == (200, {"challenge": "3eZbrw1a"})


async def test_in_socket_mode_there_is_no_such_route(sqlite_url: str) -> None:
    async with talking(sqlite_url) as talk:
        body = b"payload=%7B%7D"

        assert await post(talk, body, proper(body)) == 404
