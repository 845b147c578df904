"""Made-up web traffic as Segment's own clients send it, the same for the same seed."""

import base64
import json
from collections.abc import Iterator
from random import Random
from typing import Any

PAGES = (
    "/",
    "/pricing",
    "/widgets/retrofit",
    "/blog/lifecycle-of-a-widget",
    "/docs/installation",
    "/contact",
)
CAMPAIGNS = ("widgets-autumn", "retrofit-guide", "trade-fair")
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
VISITORS = 2_000
TAGGED = 0.2  # of the pages, with a campaign's words in their address
VIEWS, TRACKS = 0.6, 0.3  # of the messages; the others say who it was


def batches(count: int, size: int, seed: int) -> Iterator[bytes]:
    """Bodies of `POST /v1/batch`: three in five messages are page views, one in ten says who it was."""
    dice = Random(seed)  # noqa: S311 - repeatable, and nobody's secret
    for number in range(count):
        messages = [_message(dice, f"{seed}-{number}-{place}") for place in range(size)]
        yield json.dumps({"batch": messages, "sentAt": "2026-11-20T10:00:01.250Z"}).encode()


def _message(dice: Random, message_id: str) -> dict[str, Any]:
    visitor = dice.randrange(VISITORS)
    page = dice.choice(PAGES)
    url = f"https://meridian.example{page}"
    if dice.random() < TAGGED:
        url += f"?utm_source=newsletter&utm_medium=email&utm_campaign={dice.choice(CAMPAIGNS)}"
    envelope = {
        "messageId": f"ajs-{message_id}",
        "anonymousId": f"visitor-{visitor}",
        "timestamp": f"2026-11-20T09:{dice.randrange(60):02}:{dice.randrange(60):02}.125Z",
        "context": {
            "library": {"name": "analytics.js", "version": "2.11.1"},
            "page": {
                "url": url,
                "path": page,
                "title": "Meridian Widgets",
                "referrer": "https://www.google.com/",
            },
            "userAgent": BROWSER,
            "ip": f"203.0.113.{visitor % 250}",
            "locale": "en-GB",
        },
    }
    draw = dice.random()
    if draw < VIEWS:
        return {**envelope, "type": "page", "name": "Page", "properties": {"url": url, "path": page}}
    if draw < VIEWS + TRACKS:
        watched = {"product": "retrofit kit", "position": dice.randrange(10)}
        return {**envelope, "type": "track", "event": "Product Viewed", "properties": watched}
    known = {
        "email": f"visitor-{visitor}@example.com",
        "name": f"Visitor {visitor}",
        "company": "Example Ltd",
    }
    return {**envelope, "type": "identify", "userId": f"user-{visitor}", "traits": known}


def request(body: bytes, token: str, path: str = "/v1/batch") -> bytes:
    key = base64.b64encode(f"{token}:".encode()).decode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Authorization: Basic {key}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
