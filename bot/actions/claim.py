"""`Claim`: a rep takes a lead. The first claim stands; the card shows whose it is."""

from bot.actions.action import Press, brief_of, whose
from bot.house import House
from briefs import catalog
from funnel.events import LeadStaged
from funnel.playbook import Stage


async def claim(house: House, press: Press) -> None:
    """Record the claim; pressing twice, or after somebody else, changes nothing."""
    one = await brief_of(house, press.lead)
    if one.owner and one.owner.value != press.user:
        await press.reply(catalog.claimed(one))
        return
    person = await whose(house, press.lead)
    event = LeadStaged(
        id=f"claim:{press.lead}:{press.user}",
        source="slack",
        time=house.now(),
        person=person,
        stage=Stage.SAL,
        reason="claimed",
        owner=press.user,
    )
    await house.record([event])
