"""What a slash command is."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.house import House
from briefs import catalog
from briefs.message import Message

Answer = Callable[[House, str], Awaitable[Message]]
Examples = Callable[[House], Awaitable[tuple[str, ...]]]
Notice = Callable[[House, str], Message | None]


def _none(_house: House, _text: str) -> None:
    """Nothing is said before the answer."""


@dataclass(frozen=True, slots=True)
class Command:
    """A slash command: `usage` follows its name, `examples` are texts that work, `answer` says something.

    `at_hand` gives examples of what this house knows; where there are none, `examples` have to do.
    `notice` is what is said before an answer that takes its time.
    """

    name: str
    usage: str
    does: str
    examples: tuple[str, ...]
    answer: Answer
    at_hand: Examples | None = None
    notice: Notice = _none


def asks_for_help(text: str) -> bool:
    """Whether what was typed after a command asks what it does."""
    return text.strip().casefold() == "help"


async def explained(house: House, *commands: Command) -> Message:
    """What commands do, each with examples that work here."""
    return catalog.help(
        [catalog.CommandHelp(one.name, one.usage, one.does, await _examples(house, one)) for one in commands]
    )


async def _examples(house: House, command: Command) -> tuple[str, ...]:
    return (await command.at_hand(house) if command.at_hand else ()) or command.examples
