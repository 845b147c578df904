"""`Timeline`: the whole history of a lead in a modal, page by page."""

from bot.actions.action import Press, brief_of
from bot.house import House
from briefs import catalog


async def show(house: House, press: Press) -> None:
    """Open the newest page."""
    view = catalog.timeline(await brief_of(house, press.lead), places=press.places)
    await house.levels.show(
        view, lambda payload: press.client.views_open(trigger_id=press.trigger, view=payload)
    )


async def turn(house: House, press: Press) -> None:
    """Show another page in the same modal."""
    view, shown = catalog.timeline(await brief_of(house, press.lead), press.page, press.places), press.view
    if shown:
        await house.levels.show(
            view,
            lambda payload: press.client.views_update(view_id=shown["id"], hash=shown["hash"], view=payload),
        )
