"""The slash grammar in the terminal: the same questions, asked of the store directly."""

import shlex
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from rich.text import Text

from bot import asking
from bot.alerts import standing
from bot.asking import Asked
from bot.commands import COMMANDS
from bot.house import clock
from bot.score_sheet import score_sheet
from bot.settings import Settings, load_playbook
from bot.simulation import simulated
from briefs import catalog
from briefs.message import Message
from briefs.pages import Pages
from funnel.alert_status import as_json as status_json
from funnel.backtest import as_json as backtest_json
from funnel.brief import Brief, look_up
from funnel.errors import NotFoundError, QuestionError
from funnel.events import as_utc
from funnel.lead import LeadSummary
from funnel.playbook import Playbook
from funnel.question import About
from intake.moment import moment
from storage.audit import Entry
from storage.store import Store


async def answer(settings: Settings, about: About, text: str) -> tuple[dict[str, Any], Message]:
    """The answer to a slash command's question: as other programs read it, and how it is said."""
    async with _memory(settings) as (store, playbook):
        asked = Asked(about, text, clock())
        reply = await asking.gather(store, playbook, asked)
        return asking.as_json(reply), asking.said(reply, asked)


async def help_for(settings: Settings, about: About) -> Message:
    """What a command of the terminal does, with examples that work on its store."""
    command = next(one for one in COMMANDS if one.name == f"/{about}")
    async with _memory(settings) as (store, playbook):
        tried = await asking.examples_for(store, playbook, about, clock())
    shown = tuple(shlex.quote(one) if '"' in one else one for one in tried)
    return catalog.help([catalog.CommandHelp(f"tipoff {about}", command.usage, command.does, shown)])


async def brief(settings: Settings, text: str, *, receipts: bool) -> list[str]:
    """The lines of one lead's brief, or of the choice among several.

    Raises:
        NotFoundError: nobody is found.

    """
    async with _memory(settings) as (store, playbook):
        found = await _found(store, text)
        if len(found) > 1:
            return [catalog.leads_found(text, found).plain]
        lead = await store.lead(found[0].id, playbook)
        one = look_up(found[0].id, lead, playbook) if lead else None
        if one is None:
            raise NotFoundError(f"Nothing may be said of “{text}”.")
        return [catalog.lead_card(one).plain, *(_receipts(one) if receipts else [])]


async def audit(settings: Settings, email: str, limit: int) -> list[Entry]:
    """The last deeds that were written down, newest first; those to one lead where `email` names it.

    Raises:
        NotFoundError: no lead has that address.

    """
    async with _memory(settings) as (store, _):
        lead = await store.lead_of(email) if email else None
        if email and lead is None:
            raise NotFoundError(f"No lead has the address “{email}”.")
        return await store.audit.latest(limit, lead)


async def alerts(settings: Settings) -> tuple[dict[str, Any], Message]:
    """How the alerts stand: as other programs read it, and how it is said."""
    async with _memory(settings) as (store, playbook):
        found = await standing(store, playbook, clock())
        return status_json(found), catalog.alerts(found)


async def simulation(settings: Settings, text: str) -> tuple[dict[str, Any], Message]:
    """What the alerts would have told of the store's leads: as other programs read it, and how it is said.

    Raises:
        QuestionError: `text` is not understood, or the store has known leads for too short a time.

    """
    async with _memory(settings) as (store, playbook):
        found = await simulated(store, playbook, text, clock(), people=True)
        return backtest_json(found), catalog.simulated(found)


def _receipts(one: Brief) -> list[str]:
    """Each line of a brief with the events that prove it, and what no event does."""
    proven = [f"{line}: {', '.join(map(str, keys)) or 'nothing'}" for line, keys in one.receipts.items()]
    return ["", "Proven by", *proven, f"ask: {', '.join(one.ask) or 'nothing'} (not captured)"]


async def score(settings: Settings, text: str, at: str) -> list[Text]:
    """The lines that explain one lead's score, `at` an RFC 3339 time or now; or the choice among several.

    Raises:
        NotFoundError: nobody is found.
        QuestionError: `at` is not a time.

    """
    when = _time(at) if at else clock()
    async with _memory(settings) as (store, playbook):
        found = await _found(store, text)
        if len(found) > 1:
            return [Text(catalog.leads_found(text, found).plain)]
        lead = await store.lead(found[0].id, playbook)
    if lead is None:
        raise NotFoundError(f"Nothing may be said of “{text}”.")
    return score_sheet(lead, playbook, when)


def _time(text: str) -> datetime:
    try:
        return as_utc(moment(text))
    except (ValueError, OverflowError) as error:
        raise QuestionError(f"--at “{text}” {error}.") from None


async def _found(store: Store, text: str) -> Sequence[LeadSummary]:
    found = await store.find_leads(text)
    if not found:
        raise NotFoundError(f"Nobody is called “{text}”. Try an e-mail address or a part of a name.")
    return found


@asynccontextmanager
async def _memory(settings: Settings) -> AsyncIterator[tuple[Store, Playbook]]:
    """The store and the rules; what is said meanwhile is said with the team's pages."""
    with Pages(settings.templates).in_use():
        async with Store.open(settings.database_url) as store:
            yield store, load_playbook(settings.tipoff_playbook)
