"""`/kpi`, `/funnel` and `/campaigns`: numbers, each with its terms. One grammar, one way to the answer."""

from bot import asking
from bot.asking import Asked
from bot.commands.command import Command, asks_for_help, explained
from bot.house import House
from briefs.message import Message
from funnel.question import About, examples


def _command(about: About, usage: str, does: str) -> Command:
    """The command that answers typed questions; `help` after it explains it."""

    async def answer(house: House, text: str) -> Message:
        if asks_for_help(text):
            return await explained(house, command)
        return await asking.answered(house, Asked(about, text, house.now()))

    async def at_hand(house: House) -> tuple[str, ...]:
        return await asking.examples_for(house.store, house.playbook, about, house.now())

    command = Command(f"/{about}", usage, does, examples(about), answer, at_hand)
    return command


KPI = _command(
    "kpi",
    "<metric> [period] [vs prev] [by dimension] [why] | list | define <metric> | score audit | ab <test>",
    "Answer one number with its terms, say what it means, or why it changed.",
)
FUNNEL = _command(
    "funnel",
    "[period] [vs prev] [by dimension] [where source=google] [as-of date]",
    "Count leads by stage, with the conversions between stages and the time they take.",
)
CAMPAIGNS = _command(
    "campaigns",
    "[period] [sort metric] [top N] | <campaign> vs <campaign> [period]",
    "Compare campaigns: leads, what each costs, and whether one is really better.",
)
