"""`/tipoff help`: what Tipoff answers, with examples; `/tipoff alerts`: how the alerts stand."""

from contextlib import suppress

from bot import alerts, roles, simulation
from bot.commands.command import Command, explained
from bot.house import House
from briefs import catalog
from briefs.message import Message
from funnel.backtest import parse_simulation
from funnel.errors import QuestionError


async def answer(house: House, text: str) -> Message:
    """The help, also where nothing was asked; or what is asked of the alerts."""
    first, _, rest = text.strip().partition(" ")
    match first.casefold():
        case "" | "help" if not rest:
            return await _help(house)
        case "alerts":
            return await _alerts(house, rest.strip())
    raise QuestionError(f"I don't know “{text.strip()[:60]}”. Try `/tipoff help`.")


async def _help(house: House) -> Message:
    from bot.commands import COMMANDS  # noqa: PLC0415 - the table holds this command too

    return await explained(house, *COMMANDS)


async def _alerts(house: House, text: str) -> Message:
    first, _, rest = text.partition(" ")
    match first.casefold():
        case "":
            return catalog.alerts(await alerts.standing(house.store, house.playbook, house.now()))
        case "simulate":
            return await _simulated(house, rest)
    raise QuestionError(
        f"I don't know “alerts {text[:60]}”. Try `/tipoff alerts` or `/tipoff alerts simulate`."
    )


async def _simulated(house: House, text: str) -> Message:
    """What the alerts would have told; who may not see people is shown numbers alone.

    One at a time: each is a minute's work for one of the few threads that also read the store.
    """
    if house.simulating.locked():
        raise QuestionError("Somebody's simulation is under way. Try again in a minute.")
    async with house.simulating:
        people = house.sight.mask == "full"
        found = await simulation.simulated(house.store, house.playbook, text, house.now(), people=people)
    for lead in found.shown:
        await roles.note_seen(house, lead)
    return catalog.simulated(found)


def notice(house: House, text: str) -> Message | None:
    """What is said at once where the answer takes its time."""
    words = text.split()
    if [word.casefold() for word in words[:2]] != ["alerts", "simulate"]:
        return None
    with suppress(QuestionError):
        parse_simulation(" ".join(words[2:]), house.now(), house.playbook)
        return catalog.simulating()
    return None


COMMAND = Command(
    "/tipoff",
    "help | alerts | alerts simulate [since date] [budget number]",
    "Explain what Tipoff answers, how the alerts stand, and what they would have told.",
    ("help", "alerts", "alerts simulate", "alerts simulate since 2026-09-01 budget 0.25"),
    answer,
    notice=notice,
)
