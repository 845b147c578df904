"""docs/alerts.md is a promise: its cards, its commands and its playbooks are what they say.

A card stands below a comment that names it, an output below its command; `TIPOFF_GOLDEN=write` writes both.
"""

import asyncio
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import aiohttp
import pytest
from alerts_samples import MESSAGES
from cli_rig import HOUSE, Desk
from conftest import run_apart
from docs_rig import OUTPUTS, compare, printed
from store_rig import change
from test_alerts_command import inflow

from bot import alerting, incidents, queries
from bot.house import House
from bot.reading import Reader
from bot.settings import Settings
from bot.tasks import Tasks
from bot.watching import look
from briefs import catalog
from funnel.playbook import Playbook, parse_playbook
from storage import tables
from storage.store import Store

DOCUMENT = HOUSE / "docs" / "alerts.md"
TEXT = DOCUMENT.read_text(encoding="utf-8")
CARDS = r"<!-- card: (\w+) -->\n\n```text\n(.*?)```"
RULES = """
timezone: America/New_York
alerts:
  to: "#marketing"
  country: US
  thresholds:
    - { name: too-many-to-call, when: "leads by campaign last 7 days > 60" }
  watch:
    - { name: demo-requests, count: hand_raisers }
"""
PLAYBOOK = parse_playbook(RULES, "rules")
TUESDAY = datetime(2026, 11, 10, 18, tzinfo=UTC)  # noon and an hour in New York
EVENING = datetime(2026, 11, 20, 18, tzinfo=UTC)
FIVE = timedelta(minutes=5)
WATCHED = ((TUESDAY, 84), (datetime(2026, 11, 17, 15, tzinfo=UTC), 12), (EVENING, 1))
"""When somebody looks, and how often from then on: around the surge, around the import, and last."""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A terminal beside a store that has lived through the leads of the example."""
    folder = tmp_path_factory.mktemp("alerts")
    shutil.copytree(HOUSE / "examples", folder / "examples")
    desk = Desk(folder, {"DATABASE_URL": f"sqlite:///{folder / 'tipoff.db'}", "TIPOFF_PLAYBOOK": "p.yaml"})
    desk.write("p.yaml", RULES)
    run_apart(live_through(desk.variables["DATABASE_URL"]))
    return desk


async def live_through(url: str) -> None:
    """Hear of the leads as they came, and look when it matters."""
    async with housed(url) as house:
        events = [one.model_copy(update={"quiet": False}) for one in inflow()]
        for begin, times in WATCHED:
            for number in range(times):
                at = begin + number * FIVE
                await house.store.record(one for one in events if one.time < at)
                while (await house.store.tell(PLAYBOOK, at)).events:
                    pass
                await change(url, tables.journal.update().values(received_at=tables.journal.c.at))
                await look(replace(house, now=partial(datetime.__add__, begin, number * FIVE)))


async def card_of_the_surge(url: str) -> str:
    async with housed(url) as house:
        cases = await house.store.watching.cases(TUESDAY, EVENING)
        case = next(one for one in cases if one.incident.kind == "surge")
        return catalog.incident(await incidents.alert(house, case)).plain + "\n"


@asynccontextmanager
async def housed(url: str) -> AsyncIterator[House]:
    """A house without Slack, on the evening."""
    async with Store.open(url, migrate=True) as store, aiohttp.ClientSession() as http:
        yield House(Settings(_env_file=None), PLAYBOOK, store, Tasks(1), http, Reader(), lambda: EVENING)


def test_its_commands_say_what_it_shows(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "clock", lambda: EVENING)

    compare(DOCUMENT, OUTPUTS, partial(printed, desk))


def test_its_cards_are_those_that_slack_shows(desk: Desk) -> None:
    cards = {
        "surge": asyncio.run(card_of_the_surge(desk.variables["DATABASE_URL"])),
        "threshold": MESSAGES["threshold"]().plain + "\n",
    }

    compare(DOCUMENT, CARDS, cards.__getitem__)


@pytest.mark.parametrize("example", re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL))
def test_its_playbooks_can_be_used(example: str) -> None:
    playbook = parse_playbook(example, "docs/alerts.md")
    alerting.check(playbook, EVENING, "docs/alerts.md")

    assert isinstance(playbook, Playbook)
