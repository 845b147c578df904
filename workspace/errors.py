"""What the Web API answers instead of a result.

SlackError            {"ok": false, "error": …} with status 200
└── RateLimitedError  429 with Retry-After
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


class SlackError(Exception):
    """One of Slack's documented error strings, with whatever else its answer carries."""

    def __init__(self, error: str, **details: Any) -> None:
        super().__init__(error)
        self.error = error
        self.details = details

    def answer(self) -> dict[str, Any]:
        return {"ok": False, "error": self.error, **self.details}


class RateLimitedError(SlackError):
    def __init__(self, retry_after: str) -> None:
        super().__init__("ratelimited")
        self.retry_after = retry_after


def refused(error: str, problems: Iterable[str]) -> SlackError:
    """An error that lists what is wrong where Slack lists it."""
    return SlackError(error, response_metadata={"messages": [f"[ERROR] {problem}" for problem in problems]})
