"""Buttons that only open a page: Slack tells us of the press, and there is nothing to do."""

from bot.actions.action import Press
from bot.house import House


async def follow(_house: House, _press: Press) -> None:
    """Slack's client has opened the page already."""
