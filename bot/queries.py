"""The slash grammar in the terminal: the same questions, asked of the store directly."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.commands import campaigns as campaigns_command
from bot.commands import funnel as funnel_command
from bot.house import clock
from bot.settings import Settings, load_playbook
from briefs import catalog
from briefs.message import Message
from briefs.pages import Pages
from funnel.brief import Brief, look_up
from funnel.errors import NotFoundError
from funnel.metrics import CampaignsAnswer, FunnelAnswer
from funnel.playbook import Playbook
from storage.store import Store


async def funnel(settings: Settings, text: str) -> tuple[FunnelAnswer, Message]:
    """The answer to `/funnel <text>`, and how it is said."""
    async with _memory(settings) as (store, playbook):
        answer = await funnel_command.ask(store, playbook, clock(), text)
        return answer, catalog.funnel(answer)


async def campaigns(settings: Settings, text: str) -> tuple[CampaignsAnswer, Message]:
    """The answer to `/campaigns <text>`, and how it is said."""
    async with _memory(settings) as (store, playbook):
        answer = await campaigns_command.ask(store, playbook, clock(), text)
        return answer, catalog.campaigns(answer)


async def brief(settings: Settings, text: str, *, receipts: bool) -> list[str]:
    """The lines of one lead's brief, or of the choice among several.

    Raises:
        NotFoundError: nobody is found.

    """
    async with _memory(settings) as (store, playbook):
        found = await store.find_leads(text)
        if not found:
            raise NotFoundError(f"Nobody is called “{text}”. Try an e-mail address or a part of a name.")
        if len(found) > 1:
            return [catalog.leads_found(text, found).plain]
        lead = await store.lead(found[0].id, playbook)
        one = look_up(found[0].id, lead, playbook) if lead else None
        if one is None:
            raise NotFoundError(f"Nothing may be said of “{text}”.")
        return [catalog.lead_card(one).plain, *(_receipts(one) if receipts else [])]


def _receipts(one: Brief) -> list[str]:
    """Each fact of a brief with the events that prove it."""
    facts = {
        "name": one.name,
        "e-mail": one.email,
        "company": one.company,
        "title": one.title,
        "owner": one.owner,
        "comment": one.comment,
        **{f"read {consumed.title.value}": consumed.title for consumed in one.consumed},
    }
    return [
        "",
        f"why now: {one.occasion.receipt}",
        *(f"came from: {receipt}" for receipt in one.came_from_receipts),
        *(f"{name}: {', '.join(map(str, fact.receipts))}" for name, fact in facts.items() if fact),
    ]


@asynccontextmanager
async def _memory(settings: Settings) -> AsyncIterator[tuple[Store, Playbook]]:
    """The store and the rules; what is said meanwhile is said with the team's pages."""
    with Pages(settings.templates).in_use():
        async with Store.open(settings.database_url) as store:
            yield store, load_playbook(settings.tipoff_playbook)
