"""docs/brief.md is a promise: its pages, its commands and its playbooks are what they say.

A page stands below a link to its story, an output below its command; `TIPOFF_GOLDEN=write` writes both anew.
"""

import asyncio
import os
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_rig import HOUSE, Desk
from test_leads import STORIES, last_page

from funnel.playbook import Playbook, parse_playbook
from storage.store import Store

DOCUMENT = HOUSE / "docs" / "brief.md"
TEXT = DOCUMENT.read_text(encoding="utf-8")
PAGES = r"\(\.\./tests/leads/(\w+)\.yaml\)\):\n\n```text\n(.*?)```"
OUTPUTS = r"```sh\n(.*?)\n```\n\n```text\n(.*?)```"
TOLD = "05_read_until_the_score_rose"


def compare(promised: Iterator[tuple[re.Match[str], str]]) -> None:
    """Each place of the document (its second group) against what really stands there."""
    found = list(promised)
    if os.environ.get("TIPOFF_GOLDEN") == "write":
        text = DOCUMENT.read_text(encoding="utf-8")
        for place, really in found:
            text = text.replace(place[0], place[0].removesuffix(f"{place[2]}```") + f"{really}```")
        DOCUMENT.write_text(text, encoding="utf-8")
        return

    assert found
    assert [place[2] for place, _ in found] == [really for _, really in found]


def test_its_pages_are_those_of_the_stories() -> None:
    compare((place, page_of(place[1])) for place in re.finditer(PAGES, TEXT, re.DOTALL))


def page_of(name: str) -> str:
    story = STORIES[name]
    page = last_page(story.lead, story.playbook)
    assert page, name
    return page


def test_its_commands_say_what_it_shows(tmp_path: Path) -> None:
    desk = Desk(tmp_path, {"DATABASE_URL": f"sqlite:///{tmp_path / 'tipoff.db'}"})
    asyncio.run(remember(desk))

    compare((place, said(desk, place[1])) for place in re.finditer(OUTPUTS, TEXT, re.DOTALL))


async def remember(desk: Desk) -> None:
    story = STORIES[TOLD]
    async with Store.open(desk.variables["DATABASE_URL"], migrate=True) as store:
        await store.record(story.events)
        await store.tell(story.playbook, story.events[-1].time)


def said(desk: Desk, command: str) -> str:
    name, *arguments = shlex.split(command)
    assert name == ".venv/bin/tipoff", f"nobody executes {command}"
    answer = desk.tipoff(*arguments)
    assert (answer.code, answer.err) == (0, "")
    return answer.out


@pytest.mark.parametrize("example", re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL))
def test_its_playbooks_can_be_used(example: str) -> None:
    assert isinstance(parse_playbook(example, "docs/brief.md"), Playbook)


def test_every_story_that_it_links_is_there() -> None:
    linked = set(re.findall(r"\.\./tests/leads/(\w+)\.yaml", TEXT))

    assert linked <= STORIES.keys()
