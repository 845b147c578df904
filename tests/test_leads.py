"""Stories of leads: `tests/leads/*.yaml` say what happened, and which page or which silence follows.

A story has a `title`, the `person`, the `events` in the order in which they arrive, and then either `brief`,
the last page exactly as a terminal prints it, or `silence` and why. `messages` is stated where it is not one.
An event is the wire's: `at` is its time in UTC, `type` goes without `tipoff.` and may be left out before a
`kind`, `person` adds to the story's; `id` is its place in the list unless stated; `received` is stated where
the sender's clock was wrong. `{say: ..., times: ...}` is a long text. `playbook` changes the default one.

`TIPOFF_GOLDEN=write` writes the pages anew.
"""

import os
from datetime import UTC, datetime
from pathlib import Path
from textwrap import indent
from typing import Annotated, Any, Self

import pytest
import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from briefs import catalog
from briefs.message import visible
from funnel.brief import Brief, Line, build
from funnel.events import LeadEvent, dated
from funnel.journey import tell
from funnel.lead import Lead
from funnel.playbook import Playbook
from funnel.triggers import deserves_brief, episodes
from storage.store import Store
from workspace.rules.surfaces import check_message_blocks, check_message_size

FOLDER = Path(__file__).parent / "leads"
EVENT: TypeAdapter[LeadEvent] = TypeAdapter(Annotated[LeadEvent, Field(discriminator="type")])
ON_BOTH_DATABASES = ("08_recycled_asks_again", "24_out_of_order_and_twice")


class Story(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str
    playbook: Playbook = Playbook()
    person: dict[str, str]
    stated: Annotated[list[dict[str, Any]], Field(alias="events")]
    messages: int = 1
    brief: str | None = None
    silence: str | None = None

    @model_validator(mode="after")
    def _ends_in_one_way(self) -> Self:
        if (self.brief is None) == (self.silence is None):
            raise ValueError("ends with either a brief or silence")
        return self

    @property
    def events(self) -> list[LeadEvent]:
        """What happened, in the order in which it arrived."""
        return [_event(stated, place, self.person) for place, stated in enumerate(self.stated, start=1)]

    @property
    def lead(self) -> Lead:
        return tell(self.events, self.playbook)


def _event(stated: dict[str, Any], place: int, person: dict[str, str]) -> LeadEvent:
    said = {name: _long(value) for name, value in stated.items() if name not in ("at", "received")}
    event = EVENT.validate_python(
        {"id": str(place), "source": "story", "time": _utc(stated["at"])}
        | said
        | {"type": f"tipoff.{said.get('type', 'lead.engaged')}", "person": person | said.get("person", {})}
    )
    if event.model_extra:
        raise ValueError(f"event {place} has {', '.join(event.model_extra)}, which no event knows")
    return dated(event, _utc(stated.get("received", stated["at"])))


def _utc(time: str) -> datetime:
    return datetime.fromisoformat(time).replace(tzinfo=UTC)


def _long(value: Any) -> Any:
    match value:
        case {"say": str(text), "times": int(times)}:
            return text * times
        case _:
            return value


def read(path: Path) -> Story:
    try:
        return Story.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (yaml.YAMLError, ValidationError) as error:
        error.add_note(f"in {path.name}")
        raise


STORIES = {path.stem: read(path) for path in sorted(FOLDER.glob("*.yaml"))}
BRIEFED = [name for name, story in STORIES.items() if story.brief is not None]


def last_brief(lead: Lead, playbook: Playbook) -> Brief | None:
    """What the last message about a lead says, if there is anything to say."""
    if not deserves_brief(lead, playbook):
        return None
    return build(1, lead, playbook, episode=len(episodes(lead, playbook)))


def last_page(lead: Lead, playbook: Playbook) -> str | None:
    brief = last_brief(lead, playbook)
    return f"{catalog.new_lead(brief).plain}\n" if brief else None


def write_anew(name: str, page: str) -> None:
    path = FOLDER / f"{name}.yaml"
    story, _, _ = path.read_text(encoding="utf-8").rpartition("\nbrief: |\n")
    path.write_text(f"{story}\nbrief: |\n{indent(page, '  ')}", encoding="utf-8")


@pytest.mark.parametrize("name", STORIES)
def test_a_story_ends_in_its_page_or_in_silence(name: str) -> None:
    story = STORIES[name]
    page = last_page(story.lead, story.playbook)
    if os.environ.get("TIPOFF_GOLDEN") == "write" and page and story.brief:
        write_anew(name, page)
        story = read(FOLDER / f"{name}.yaml")

    assert page == story.brief, story.silence or story.title


@pytest.mark.parametrize("name", BRIEFED)
def test_a_story_brings_as_many_messages_as_it_says(name: str) -> None:
    story = STORIES[name]

    assert len(episodes(story.lead, story.playbook)) == story.messages


@pytest.mark.parametrize("name", BRIEFED)
def test_every_line_is_proven_by_the_events_of_its_story(name: str) -> None:
    story = STORIES[name]
    brief = last_brief(story.lead, story.playbook)
    assert brief

    assert {key for keys in brief.receipts.values() for key in keys} <= {event.key for event in story.events}
    assert {line for line, keys in brief.receipts.items() if not keys} == says_nothing_of_them(brief)


def says_nothing_of_them(brief: Brief) -> set[Line]:
    """The lines that say of the person only what is not known."""
    known: dict[Line, object] = {
        "intent": brief.comment or brief.consumed,
        "source": brief.came_from or brief.reading.referred_by,
        "opener": brief.name or brief.consumed,
    }
    return {line for line, fact in known.items() if not fact}


@pytest.mark.parametrize("name", BRIEFED)
def test_a_page_is_short_enough_and_breaks_no_rule_of_slack(name: str) -> None:
    story = STORIES[name]
    brief = last_brief(story.lead, story.playbook)
    assert brief
    message = catalog.new_lead(brief)

    assert visible(message) <= catalog.BUDGET
    check_message_blocks(list(message.blocks))
    check_message_size(list(message.blocks))


@pytest.mark.parametrize("name", STORIES)
def test_a_story_is_the_same_in_whatever_order_it_arrives(name: str) -> None:
    story = STORIES[name]

    assert tell([*reversed(story.events), *story.events], story.playbook) == story.lead


async def remembers(url: str, story: Story) -> None:
    """Each event is recorded and told before the next one comes; then the store knows the same lead."""
    async with Store.open(url) as store:
        for event in story.events:
            await store.record([event])
            await store.tell(story.playbook, event.time)
        lead_id = await store.lead_of(story.person["email"])
        lead = await store.lead(lead_id, story.playbook) if lead_id else None
        totals = await store.counts()

    assert lead == story.lead
    assert last_page(lead, story.playbook) == story.brief
    assert story.silence or totals.cards


@pytest.mark.parametrize("name", STORIES)
async def test_the_store_remembers_the_same_story(name: str, sqlite_url: str) -> None:
    await remembers(sqlite_url, STORIES[name])


@pytest.mark.parametrize("name", ON_BOTH_DATABASES)
async def test_postgresql_remembers_the_same_story(name: str, postgres_url: str) -> None:
    await remembers(postgres_url, STORIES[name])
