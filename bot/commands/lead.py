"""`/lead <e-mail or name>`: the brief of one lead, for the one who asks."""

import re

from bot import roles
from bot.commands.command import Command, asks_for_help, explained
from bot.house import House, Sight
from briefs import catalog
from briefs.message import Message
from funnel import brief
from funnel.errors import NotFoundError, QuestionError
from funnel.lead import LeadSummary

SHOWN = 5
ANY_ADDRESS = "@"  # which visitors without a name do not have
NUMBER = re.compile(r"(?:lead )?([0-9]{1,15})", re.IGNORECASE)


async def answer(house: House, text: str) -> Message:
    """The brief of the only lead that `text` finds, or the choice among several; a number is a lead's own."""
    wanted = text.strip()
    if asks_for_help(wanted):
        return await explained(house, COMMAND)
    if not wanted:
        raise QuestionError("Whom shall I look up? Try `/lead ana@example.com` or `/lead Ana`.")
    if (number := NUMBER.fullmatch(wanted)) and await house.store.events_of(int(number[1])):
        return await show(house, int(number[1]))
    found = await _found(house, wanted)
    if not found:
        return catalog.lead_not_found(wanted)
    if len(found) > 1:
        for match in found[:SHOWN]:
            await roles.note_seen(house, match.id)
        return catalog.leads_found(wanted, found)
    return await show(house, found[0].id)


async def _found(house: House, wanted: str) -> list[LeadSummary]:
    """Whom `wanted` means; behind a mask only a whole address finds anybody.

    Parts of a name would tell the name, letter by letter, to whoever may not see it.

    Raises:
        QuestionError: somebody who sees a mask asked for a part of a name.

    """
    if house.sight.mask != "full" and await house.store.lead_of(wanted) is None:
        raise QuestionError(
            f"I find nobody by “{wanted[:60]}”. Where names are hidden I look for whole addresses and "
            "numbers: try `/lead ana@example.com` or `/lead 42`."
        )
    return await house.store.find_leads(wanted, limit=SHOWN + 1)


async def show(house: House, lead_id: int) -> Message:
    """The brief of a lead by its id, as much of it as whoever asks may see."""
    lead = await house.store.lead(lead_id, house.playbook)
    one = brief.look_up(lead_id, lead, house.playbook) if lead else None
    if one is None:
        raise NotFoundError("That lead is no longer in the store. `/lead` finds those that are.")
    return catalog.lead_card(await roles.seen(house, one))


async def at_hand(house: House) -> tuple[str, ...]:
    """The lead who was here last: by address and number, or where names are hidden by number alone."""
    if not (last := await house.store.find_leads(ANY_ADDRESS, limit=1)):
        return ()
    number = str(last[0].id)
    address = last[0].email if house.sight == Sight() else None
    return (address, number) if address else (number,)


COMMAND = Command(
    "/lead",
    "<e-mail or name>",
    "Show the brief of a lead: who they are, what they read, what to say.",
    ("ana@example.com", "Ana"),
    answer,
    at_hand,
)
