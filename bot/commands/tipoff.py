"""`/tipoff help`: what Tipoff answers, with examples."""

from bot.commands.command import Command, explained
from bot.house import House
from briefs.message import Message
from funnel.errors import QuestionError


async def answer(house: House, text: str) -> Message:
    """The help, also where nothing was asked."""
    if text.strip().casefold() not in {"", "help"}:
        raise QuestionError(f"I don't know “{text.strip()[:60]}”. Try `/tipoff help`.")
    from bot.commands import COMMANDS  # noqa: PLC0415 - the table holds this command too

    return await explained(house, *COMMANDS)


COMMAND = Command("/tipoff", "help", "Explain what Tipoff answers.", ("help",), answer)
