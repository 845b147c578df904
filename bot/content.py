"""What a card says now: a view of the store, which the worker compares with what Slack shows."""

from dataclasses import dataclass

from bot import alerting, incidents, scheduled
from bot.house import House
from bot.slack import posted_at
from briefs import catalog
from briefs.message import Message
from funnel.activity import activity
from funnel.brief import Brief, Receipts, build
from funnel.lead import Lead
from funnel.masked import masked, masked_burst
from funnel.masks import Mask
from funnel.triggers import deserves_brief, episodes, to_be_won
from funnel.watched_counts import of_leads
from storage.cards import Card
from storage.threads import head_of


@dataclass(frozen=True, slots=True)
class Content:
    """The message that should stand there, None where none should.

    `bursts`, of a brief: how many replies its thread should hold beside the timeline; None opens no thread.
    `receipts`, of a brief too: the events that prove each line.
    """

    message: Message | None
    bursts: int | None = None
    receipts: Receipts | None = None


async def content(house: House, card: Card, ts: str | None, mask: Mask) -> Content:
    """What `card` says now, behind its channel's mask; `ts` is where it stands, None where it was not posted.

    What was posted is kept true as long as there is anything to say; only what deserves it is posted.
    """
    match card.kind:
        case "scheduled":
            return Content(await scheduled.digest(house, card.key))
        case "digest":
            return Content(await _digest(house, card.key, mask))
        case "incident":
            return await _of_incident(house, card)
        case "turn":
            return await _of_turn(house, card)
        case _:
            return await _of_lead(house, card, ts, mask)


async def _of_lead(house: House, card: Card, ts: str | None, mask: Mask) -> Content:
    lead = await house.store.lead(card.lead_id, house.playbook) if card.lead_id else None
    told = _brief(house, card.lead_id, lead, card.episode) if card.lead_id and lead else None
    if lead is None or told is None:
        return Content(None)
    if card.kind == "brief":
        return _of_brief(house, lead, told, card, ts, mask)
    return await _of_reply(house, lead, told, card, mask, posted=ts is not None)


async def _of_incident(house: House, card: Card) -> Content:
    case = await house.store.watching.case(card.key)
    if case is None or case.told_at is None:
        return Content(None)
    turns = 0 if case.incident.kind == "import" else len(case.history)
    if not of_leads(case.incident):
        return Content(await alerting.message(house, case), turns)
    return Content(catalog.incident(await incidents.alert(house, case)), turns)


async def _of_turn(house: House, card: Card) -> Content:
    """One change of an incident, under its card; what was told has happened, and stays."""
    case = await house.store.watching.case(head_of(card.key))
    if case is None or card.burst is None or not await house.store.cards.thread_stands(card):
        return Content(None)
    turn = case.history[card.burst - 1]
    if not of_leads(case.incident):
        return Content(alerting.reply(house, case, turn))
    return Content(catalog.incident_turn(turn, house.playbook.zone))


async def _digest(house: House, key: str, mask: Mask) -> Message | None:
    members = await house.store.cards.digest_members(key)
    leads = {lead_id: await house.store.lead(lead_id, house.playbook) for lead_id in members}
    told = [_brief(house, lead_id, leads[lead_id], episode) for lead_id, episode in members.items()]
    known = [masked(one, mask) for one in told if one is not None]
    return catalog.digest(known) if known else None


def _brief(house: House, lead_id: int, lead: Lead | None, episode: int) -> Brief | None:
    """The brief of an episode; None where the lead, told again, has fewer of them."""
    count = len(episodes(lead, house.playbook)) if lead else 0
    if lead is None or 0 < count < episode:
        return None
    return build(lead_id, lead, house.playbook, episode)


def _of_brief(house: House, lead: Lead, told: Brief, card: Card, ts: str | None, mask: Mask) -> Content:
    if ts is None and not deserves_brief(lead, house.playbook):
        return Content(None)
    message = catalog.new_lead(masked(told, mask))
    if not to_be_won(lead.stage, house.playbook):
        return Content(message, receipts=told.receipts)
    bursts = len(activity(lead, posted_at(ts), house.playbook, episode=card.episode)) if ts else 0
    return Content(message, bursts, told.receipts)


async def _of_reply(
    house: House, lead: Lead, told: Brief, card: Card, mask: Mask, *, posted: bool
) -> Content:
    """Nothing where the brief stands no more; nothing new of somebody who is won or was turned away."""
    stands = card.thread_ts and await house.store.cards.thread_stands(card)
    over = not to_be_won(lead.stage, house.playbook)
    if not stands or card.thread_ts is None or (over and not posted):
        return Content(None)
    rows = house.playbook.threads.rows
    shown = masked(told, mask)
    if card.burst is None:
        return Content(catalog.timeline_reply(shown, rows))
    bursts = activity(lead, posted_at(card.thread_ts), house.playbook, episode=card.episode)
    if card.burst > len(bursts):
        return Content(None)
    burst = masked_burst(bursts[card.burst - 1], told, mask)
    return Content(catalog.activity_reply(shown, burst, rows))
