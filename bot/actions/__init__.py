"""Buttons and modals, as tables: `tipoff.<verb>` to the function that carries it out."""

from bot.actions import answer, claim, incident, lead, link, log_call, reveal, timeline
from bot.actions.action import Action, Submission

ACTIONS: dict[str, Action] = {
    "tipoff.claim": claim.claim,
    "tipoff.log_call": log_call.open_form,
    "tipoff.timeline": timeline.show,
    "tipoff.timeline_page": timeline.turn,
    "tipoff.lead": lead.show,
    "tipoff.crm": link.follow,
    "tipoff.reveal": reveal.reveal,
    "tipoff.ask": answer.ask,
    "tipoff.share": answer.share,
    "tipoff.rows": answer.send_rows,
    "tipoff.show_leads": incident.show_leads,
    "tipoff.expected": incident.ask_why,
    "tipoff.not_useful": incident.not_useful,
    "tipoff.mute": incident.mute,
}
SUBMISSIONS: dict[str, Submission] = {
    "tipoff.log_call": log_call.record,
    "tipoff.expected": incident.learn,
}
