"""What a slash command is."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.house import House
from briefs.message import Message

Answer = Callable[[House, str], Awaitable[Message]]
Notice = Callable[[House, str], Message | None]


def _none(_house: House, _text: str) -> None:
    """Nothing is said before the answer."""


@dataclass(frozen=True, slots=True)
class Command:
    """A slash command: `usage` follows its name, `examples` are texts that work, `answer` says something.

    `notice` is what is said before an answer that takes its time.
    """

    name: str
    usage: str
    does: str
    examples: tuple[str, ...]
    answer: Answer
    notice: Notice = _none
