"""`Reveal`: what the mask of a channel hides, for one person alone whose role allows it."""

from bot.actions.action import Press, brief_of
from bot.house import House
from briefs import catalog


async def reveal(house: House, press: Press) -> None:
    """Show the whole brief; who asked for it is written down before they see it."""
    await press.reply(catalog.lead_card(await brief_of(house, press.lead)))
