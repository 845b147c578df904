"""What the dispatcher knows of a Web API method."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from workspace.arguments import Arguments
from workspace.slack import Slack
from workspace.state import Json


@dataclass(frozen=True, slots=True)
class Method:
    name: str
    answer: Callable[[Slack, Arguments], Json]
    required: tuple[str, ...] = ()
    scope: str | None = None
    token: Literal["bot", "app", "none"] = "bot"  # noqa: S105 - which kind of token, not one
