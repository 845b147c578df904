"""One message a second and channel: the limit every posting app must respect."""

from __future__ import annotations

import math
from dataclasses import dataclass

from workspace.errors import RateLimitedError


@dataclass(frozen=True, slots=True)
class Violation:
    """A message that came `early` seconds too soon and was answered with 429."""

    channel: str
    at: float
    early: float


@dataclass(frozen=True, slots=True)
class Bucket:
    tokens: float
    at: float


class Pace:
    """A token bucket for each channel, `rate` tokens a second and never more than `burst`."""

    def __init__(self, rate: float, burst: int = 1) -> None:
        self.rate = rate
        self.burst = burst
        self.violations: list[Violation] = []
        self._buckets: dict[str, Bucket] = {}

    def take(self, channel: str, now: float) -> None:
        bucket = self._buckets.get(channel, Bucket(self.burst, now))
        tokens = min(self.burst, bucket.tokens + (now - bucket.at) * self.rate)
        if tokens < 1 - 1e-9:
            early = (1 - tokens) / self.rate
            self.violations.append(Violation(channel, now, early))
            raise RateLimitedError(self.retry_after(early))
        self._buckets[channel] = Bucket(tokens - 1, now)

    def retry_after(self, seconds: float) -> str:
        """Slack says whole seconds; a workspace faster than Slack's needs a finer word."""
        return str(max(1, math.ceil(seconds))) if self.rate <= 1 else f"{max(seconds, 0.001):.3f}"
