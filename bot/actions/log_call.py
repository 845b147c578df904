"""`Log call`: what came of a call, as an event of the lead's journey."""

from bot.actions.action import Press, Submitted, brief_of, whose
from bot.house import House
from briefs import catalog
from funnel.events import LeadEngaged


async def open_form(house: House, press: Press) -> None:
    """Ask for the outcome."""
    view = catalog.log_call(await brief_of(house, press.lead))
    await house.levels.show(
        view, lambda payload: press.client.views_open(trigger_id=press.trigger, view=payload)
    )


async def record(house: House, form: Submitted) -> None:
    """Record the call; the same form sent twice is one call."""
    person = await whose(house, form.lead)
    outcome, note = form.values.get("outcome", ""), form.values.get("note", "")
    event = LeadEngaged.model_validate(
        {
            "id": f"call:{form.view}",
            "source": "slack",
            "time": house.now(),
            "person": person,
            "kind": "call_made",
            "label": outcome,
            "note": note or None,
            "by": form.user,
        }
    )
    await house.record([event])
