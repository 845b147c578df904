"""`tipoff templates`: the pages that belong to the team."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from bot.house import clock
from bot.sample import pages as sample
from bot.settings import Settings, load_playbook
from briefs import pages
from briefs.catalog import BUDGET
from briefs.message import Message, View, visible, words_of
from briefs.pages import SUFFIX, Pages
from funnel.brief import Brief, build, look_up
from funnel.errors import NotFoundError, QuestionError
from funnel.playbook import Playbook
from storage.store import Store


def copy(folder: Path) -> Iterator[tuple[Path, bool]]:
    """Copy the built-in pages to `folder` but for those that are there; each, and whether it was written.

    Raises:
        OSError: the folder cannot be made or written to.

    """
    folder.mkdir(parents=True, exist_ok=True)
    for name in pages.names():
        path = folder / f"{name}{SUFFIX}"
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(pages.original(name))
        except FileExistsError:
            yield path, False
        else:
            yield path, True


def listed(folder: Path) -> Iterator[str]:
    """Every page and part with where its words are."""
    theirs = {path.name.removesuffix(SUFFIX): path for path in Pages(folder).files()}
    width = max(map(len, pages.names()))
    for name in pages.names():
        yield f"{name:<{width}}  {theirs.get(name, 'built in')}"


def mistakes(folder: Path, playbook: Playbook) -> list[str]:
    """A sentence on each of the team's files that cannot be used, found by saying every page with samples."""
    found: list[str] = []
    now, theirs = clock(), Pages(folder, report=found.append)
    theirs.read()
    with theirs.in_use():
        for brief in sample.variations(playbook, now):
            for page_of_a_lead in sample.OF_A_LEAD.values():
                page_of_a_lead(brief)
        for page in sample.OTHERS.values():
            page(playbook, now)
    return [*found, *map(_stray, strays(theirs))]


def strays(theirs: Pages) -> list[Path]:
    """Files that stand in for no page, and that no page includes."""
    used = {path for name in pages.names() for path in theirs.replaced(name)}
    return [path for path in theirs.files() if path not in used]


def _stray(path: Path) -> str:
    close = get_close_matches(path.name.removesuffix(SUFFIX), pages.names(), n=1)
    hint = f" Did you mean {close[0]}{SUFFIX}?" if close else ""
    return f"{path} is the name of no page, and no page includes it.{hint}"


@dataclass(frozen=True, slots=True)
class Preview:
    """What would be said, with what to know about it; and what is wrong with the team's page."""

    lines: list[str]
    mistakes: list[str]


async def preview(settings: Settings, folder: Path, name: str, email: str | None) -> Preview:
    """The page `name` as it would be said: of the lead with that address, or of the two of the story.

    Raises:
        QuestionError: there is no such page, or it is not about a lead.
        NotFoundError: nobody has that address.

    """
    _known(name, about_a_lead=email is not None)
    playbook = load_playbook(settings.tipoff_playbook)
    briefs = [await _lead(settings, playbook, email)] if email else sample.story(playbook, clock())
    found: list[str] = []
    with Pages(folder, report=found.append).in_use():
        said = (
            [sample.OF_A_LEAD[name](brief) for brief in briefs]
            if name in sample.OF_A_LEAD
            else [sample.OTHERS[name](playbook, clock())]
        )
    return Preview([line for one in said for line in _shown(one)], found)


def _known(name: str, *, about_a_lead: bool) -> None:
    """Refuse what cannot be previewed."""
    if name in sample.OTHERS and about_a_lead:
        raise QuestionError(f"The page {name} is not about one lead. Leave out --lead.")
    if name in sample.OF_A_LEAD or name in sample.OTHERS:
        return
    wholes = [one for one in pages.whole() if name + SUFFIX in pages.made_of(one)]
    if wholes and name not in wholes:
        raise QuestionError(f"{name} is a part of {' and '.join(wholes)}. Preview the whole page.")
    close = get_close_matches(name, [*sample.OF_A_LEAD, *sample.OTHERS], n=1)
    hint = f"Did you mean {close[0]}?" if close else "`tipoff templates list` names them all."
    raise QuestionError(f"There is no page “{name}” to preview. {hint}")


async def _lead(settings: Settings, playbook: Playbook, email: str) -> Brief:
    async with Store.open(settings.database_url) as store:
        number = await store.lead_of(email)
        lead = None if number is None else await store.lead(number, playbook)
    if number is None or lead is None:
        raise NotFoundError(f"No lead has the e-mail address “{email}”. `tipoff brief` finds them by name.")
    made = build(number, lead, playbook) or look_up(number, lead, playbook)
    if made is None:
        raise NotFoundError(f"Nothing may be said of “{email}”.")
    return made


def _shown(said: Message | View) -> list[str]:
    """A message as in the terminal, then what Slack and its reader make of it."""
    if isinstance(said, View):
        words = [" ".join(words_of(block)) for block in said.blocks]
        return [said.title, "", *filter(None, words), "", f"blocks: {len(said.blocks)}, all valid", ""]
    length = visible(said)
    budget = f" of {BUDGET}" if said.kind == "new_lead" else ""
    over = f", {length - BUDGET} too many" if budget and length > BUDGET else ""
    return [
        said.plain,
        "",
        f"blocks: {len(said.blocks)}, all valid",
        f"length: {length}{budget} characters{over}",
        "",
    ]
