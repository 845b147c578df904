"""The log of Web API calls, for tests and for the curious."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Call:
    method: str
    channel: str | None
    outcome: str  # "ok", an error string, or what a fault did
    at: float  # seconds since the epoch, when the call came in
    monotonic: float
    seconds: float  # until the answer was ready
    thread_ts: str | None = None  # the message that it replies to


class CallLog:
    def __init__(self) -> None:
        self.calls: list[Call] = []

    def add(self, call: Call) -> None:
        self.calls.append(call)

    def of(self, method: str) -> list[Call]:
        return [call for call in self.calls if call.method == method]
