"""`Claim`: a rep takes a lead. The first claim stands; the card shows whose it is."""

from bot.actions.action import Press, brief_of, whose
from bot.house import House
from briefs import catalog
from funnel.events import LeadStaged
from funnel.stage import Stage


async def claim(house: House, press: Press) -> None:
    """Record the claim; pressing twice, or after somebody else, changes nothing."""
    if await _told_whose(house, press):
        return
    person = await whose(house, press.lead)
    event = LeadStaged(
        id=f"claim:{press.lead}",
        source="slack",
        time=house.now(),
        person=person,
        stage=Stage.SAL,
        reason="claimed",
        owner=press.user,
    )
    recorded = await house.record([event])
    if recorded.repeated:  # somebody was faster by less than it takes to tell
        await house.store.tell(house.playbook, house.now())
        house.unsaid.set()
        await _told_whose(house, press)


async def _told_whose(house: House, press: Press) -> bool:
    """Tell whoever presses that somebody else has taken the lead, if so."""
    one = await brief_of(house, press.lead)
    taken = one.owner is not None and one.owner.value != press.user
    if taken:
        await press.reply(catalog.claimed(one))
    return taken
