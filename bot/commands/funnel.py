"""`/funnel [period] [by dimension]`: how many leads reached each stage."""

from datetime import datetime

from bot.commands.command import Command
from bot.house import House
from briefs import catalog
from briefs.message import Message
from funnel.metrics import FunnelAnswer, funnel_answer
from funnel.playbook import Playbook
from funnel.question import parse_question
from storage.store import Store


async def ask(store: Store, playbook: Playbook, now: datetime, text: str) -> FunnelAnswer:
    """The numbers, for Slack and the terminal alike."""
    question = parse_question("funnel", text, now, playbook)
    return funnel_answer(question, await store.stage_counts(question), now)


async def answer(house: House, text: str) -> Message:
    return catalog.funnel(await ask(house.store, house.playbook, house.now(), text))


COMMAND = Command(
    "/funnel",
    "[period] [by source|medium|campaign|motion|month]",
    "Count leads by stage, with the conversions between stages.",
    ("", "last quarter", "this year by source"),
    answer,
)
