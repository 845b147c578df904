"""How the app hears of what happened, whichever way it is connected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, Protocol

from workspace.state import Json

Kind = Literal["events_api", "slash_commands", "interactive"]
TIMED_OUT = "operation_timeout"
FAILED = "dispatch_failed"


@dataclass(frozen=True, slots=True)
class Ack:
    """The app's answer to a command or an interaction, or why there is none."""

    error: str | None = None
    payload: Any = None


class Delivery(Protocol):
    async def ask(self, kind: Kind, payload: Json) -> Ack:
        """Deliver a command or an interaction once and wait three seconds for the answer."""

    def tell(self, payload: Json) -> None:
        """Deliver an event in the background, again and again until it is acknowledged."""

    async def stop(self) -> None: ...
