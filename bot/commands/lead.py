"""`/lead <e-mail or name>`: the brief of one lead, for the one who asks."""

from bot.commands.command import Command
from bot.house import House
from briefs import catalog
from briefs.message import Message
from funnel import brief
from funnel.errors import NotFoundError, QuestionError

SHOWN = 5


async def answer(house: House, text: str) -> Message:
    """The brief of the only lead that `text` finds, or the choice among several."""
    wanted = text.strip()
    if not wanted:
        raise QuestionError("Whom shall I look up? Try `/lead ana@example.com` or `/lead Ana`.")
    found = await house.store.find_leads(wanted, limit=SHOWN + 1)
    if not found:
        return catalog.lead_not_found(wanted)
    if len(found) > 1:
        return catalog.leads_found(wanted, found)
    return await show(house, found[0].id)


async def show(house: House, lead_id: int) -> Message:
    """The brief of a lead by its id."""
    lead = await house.store.lead(lead_id, house.playbook)
    one = brief.look_up(lead_id, lead, house.playbook) if lead else None
    if one is None:
        raise NotFoundError("That lead is no longer in the store. `/lead` finds those that are.")
    return catalog.lead_card(one)


COMMAND = Command(
    "/lead",
    "<e-mail or name>",
    "Show the brief of a lead: who they are, what they read, what to say.",
    ("ana@example.com", "Ana"),
    answer,
)
