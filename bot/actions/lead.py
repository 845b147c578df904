"""The choice among several leads that `/lead` found."""

from bot.actions.action import Press
from bot.commands import lead
from bot.house import House


async def show(house: House, press: Press) -> None:
    """Answer with the brief of the one that was chosen."""
    await press.reply(await lead.show(house, press.lead))
