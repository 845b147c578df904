"""What a slash command is."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.house import House
from briefs.message import Message

Answer = Callable[[House, str], Awaitable[Message]]


@dataclass(frozen=True, slots=True)
class Command:
    """A slash command: `usage` follows its name, `examples` are texts that work, `answer` says something."""

    name: str
    usage: str
    does: str
    examples: tuple[str, ...]
    answer: Answer
