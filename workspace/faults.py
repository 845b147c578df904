"""Trouble on order: what a test asks the Web API to do wrong, and how often."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Literal, get_args

Kind = Literal[
    "processed_then_dropped",  # the call is done, then the connection dies without an answer
    "dropped",  # the connection dies before the call is done
    "processed_server_error",  # the call is done, then 500
    "server_error",  # 500, the call is not done
    "ratelimited",  # 429 with Retry-After, the call is not done
    "slow",  # the call is done after `seconds`
    "error",  # ok: false with the error named in `error`
]


@dataclass(slots=True)
class Fault:
    """One order. With a `probability` it strikes at random, without `times` it never runs out."""

    method: str  # a Web API method, or "*" for any
    kind: Kind
    times: int | None = None
    channel: str | None = None
    retry_after: float = 1.0
    seconds: float = 1.0
    error: str = "internal_error"
    probability: float = 1.0
    seed: int = 0
    struck: int = 0
    dice: random.Random = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if self.kind not in get_args(Kind):
            raise ValueError(f"There is no fault {self.kind!r}; there are {', '.join(get_args(Kind))}.")
        self.dice = random.Random(self.seed)  # noqa: S311 - chaos that can be repeated, not a secret

    def strikes(self, method: str, channel: str | None) -> bool:
        if self.method not in (method, "*") or self.channel not in (channel, None):
            return False
        if self.times is not None and self.struck >= self.times:
            return False
        return self.dice.random() < self.probability


class FaultPlan:
    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def add(self, fault: Fault) -> None:
        self.faults.append(fault)

    def clear(self) -> None:
        self.faults.clear()

    def strike(self, method: str, channel: str | None) -> Fault | None:
        """Return the first fault that strikes this call, and count it."""
        for fault in self.faults:
            if fault.strikes(method, channel):
                fault.struck += 1
                return fault
        return None
