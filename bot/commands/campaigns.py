"""`/campaigns [period]`: what each campaign brought and cost."""

from datetime import datetime

from bot.commands.command import Command
from bot.house import House
from briefs import catalog
from briefs.message import Message
from funnel.metrics import CampaignsAnswer, campaigns_answer
from funnel.playbook import Playbook
from funnel.question import parse_question
from storage.store import Store


async def ask(store: Store, playbook: Playbook, now: datetime, text: str) -> CampaignsAnswer:
    """The numbers, for Slack and the terminal alike."""
    question = parse_question("campaigns", text, now, playbook)
    return campaigns_answer(question, await store.campaign_counts(question), now)


async def answer(house: House, text: str) -> Message:
    return catalog.campaigns(await ask(house.store, house.playbook, house.now(), text))


COMMAND = Command(
    "/campaigns",
    "[period]",
    "Compare campaigns: leads, MQLs, customers, spend and cost per head.",
    ("", "last 90 days", "2026-Q3"),
    answer,
)
