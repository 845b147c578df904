"""docs/brief.md is a promise: its pages, its commands and its playbooks are what they say.

A page stands below a link to its story, an output below its command; `TIPOFF_GOLDEN=write` writes both anew.
"""

import asyncio
import re
from functools import partial
from pathlib import Path

import pytest
from cli_rig import HOUSE, Desk
from docs_rig import OUTPUTS, compare, printed
from test_leads import STORIES, last_page

from funnel.playbook import Playbook, parse_playbook
from storage.store import Store

DOCUMENT = HOUSE / "docs" / "brief.md"
TEXT = DOCUMENT.read_text(encoding="utf-8")
PAGES = r"\(\.\./tests/leads/(\w+)\.yaml\)\):\n\n```text\n(.*?)```"
TOLD = "05_read_until_the_score_rose"


def test_its_pages_are_those_of_the_stories() -> None:
    compare(DOCUMENT, PAGES, page_of)


def page_of(name: str) -> str:
    story = STORIES[name]
    page = last_page(story.lead, story.playbook)
    assert page, name
    return page


def test_its_commands_say_what_it_shows(tmp_path: Path) -> None:
    desk = Desk(tmp_path, {"DATABASE_URL": f"sqlite:///{tmp_path / 'tipoff.db'}"})
    asyncio.run(remember(desk))

    compare(DOCUMENT, OUTPUTS, partial(printed, desk))


async def remember(desk: Desk) -> None:
    story = STORIES[TOLD]
    async with Store.open(desk.variables["DATABASE_URL"], migrate=True) as store:
        await store.record(story.events)
        await store.tell(story.playbook, story.events[-1].time)


@pytest.mark.parametrize("example", re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL))
def test_its_playbooks_can_be_used(example: str) -> None:
    assert isinstance(parse_playbook(example, "docs/brief.md"), Playbook)


def test_every_story_that_it_links_is_there() -> None:
    linked = set(re.findall(r"\.\./tests/leads/(\w+)\.yaml", TEXT))

    assert linked <= STORIES.keys()
