"""A team's own pages: used one by one, never to harm, and never in the way of a lead."""

import logging
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from bot_rig import Stage, claimed, performing
from briefs_samples import MESSAGES, VIEWS, brief_of, crowd, joe
from cli_rig import Desk
from slack_rig import ANNA, captured, talking

from benchmarks.reliability import lead
from briefs import catalog, pages
from briefs.literal import Markdown
from briefs.message import Message
from briefs.pages import Pages, original
from funnel.brief import Fact

SAID_INSTEAD = " Until that is mended, the built-in page {} is said instead."
TICKS = iter(range(1, 1_000_000))


class Team:
    """A folder of pages, and what is reported of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.reports: list[str] = []
        self.pages = Pages(folder, report=self.reports.append)

    def writes(self, name: str, text: str | bytes) -> Path:
        path = self.folder / f"{name}.md.j2"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        os.utime(path, ns=(0, next(TICKS) * 10**9))  # a clock that never gives two edits one time
        return path

    def says(self, say: Callable[[], Message] = lambda: catalog.new_lead(brief_of(joe()))) -> str:
        with self.pages.in_use():
            return say().plain


@pytest.fixture
def team(tmp_path: Path) -> Team:
    return Team(tmp_path)


def built_in() -> str:
    return catalog.new_lead(brief_of(joe())).plain


# One by one


def test_a_page_of_the_team_replaces_the_built_in_one_and_no_other(team: Team) -> None:
    team.writes("new_lead", "**{{ brief.name }}** wants to talk")

    assert team.says() == "Joe Blow wants to talk"
    assert team.says(MESSAGES["claimed"]) == MESSAGES["claimed"]().plain
    assert team.reports == []
    assert built_in() != "Joe Blow wants to talk"


def test_a_part_of_the_team_is_included_by_the_built_in_page(team: Team) -> None:
    team.writes("who", "**{{ brief.name | clip(3) }}**")

    assert "\nJo…\n" in team.says()


def test_a_page_of_the_team_may_include_a_part_of_its_own_and_have_macros(team: Team) -> None:
    team.writes("greeting", "Hello {{ brief.name }}")
    team.writes(
        "new_lead",
        '{% macro loud(words) %}**{{ words }}!**{% endmacro %}{% include "greeting.md.j2" %}, '
        "{{ loud(brief.email) }}",
    )

    assert team.says() == "Hello Joe Blow, joe@blow.example!"


def test_an_edit_a_new_file_and_a_deletion_need_no_restart(team: Team) -> None:
    said = [team.says()]
    path = team.writes("new_lead", "one")
    said.append(team.says())
    team.writes("new_lead", "two")
    said.append(team.says())
    path.unlink()

    assert [*said, team.says()] == [built_in(), "one", "two", built_in()]


def test_what_an_editor_leaves_beside_a_page_is_no_page(team: Team) -> None:
    (team.folder / ".#new_lead.md.j2").symlink_to("ana@laptop.4711")
    (team.folder / "claimed.md.j2").mkdir()
    team.writes("new_lead", "ours")

    assert team.says() == "ours"
    assert team.says(MESSAGES["claimed"]) == MESSAGES["claimed"]().plain


@pytest.mark.parametrize("name", [*MESSAGES, *VIEWS])
def test_copied_pages_say_what_the_built_in_ones_say(team: Team, name: str) -> None:
    for each in pages.names():
        team.writes(each, original(each))

    say = (MESSAGES | VIEWS)[name]
    with team.pages.in_use():
        assert say() == say()
        made = say()
    assert (made, team.reports) == (say(), [])


# Broken pages


BROKEN = {
    "{{ brief.nmae }}": "line 2: Brief has no 'nmae', in `{{ brief.nmae }}`.",
    "{{ leed.name }}": "line 2: 'leed' is undefined, in `{{ leed.name }}`.",
    "{{ brief.__class__ }}": (
        "line 2: access to attribute '__class__' of 'Brief' object is unsafe, in `{{ brief.__class__ }}`."
    ),
    "{{ brief.occasion }}": "line 2: a page has no words for Occasion, in `{{ brief.occasion }}`.",
    "{{ brief.reading.__init__() }}": (
        "line 2: access to attribute '__init__' of 'Reading' object is unsafe, in "
        "`{{ brief.reading.__init__() }}`."
    ),
    "{% if brief.name %}": (
        "line 2: Unexpected end of template. Jinja was looking for the following tags: 'elif' or 'else' or "
        "'endif'. The innermost block that needs to be closed is 'if', in `{% if brief.name %}`."
    ),
    "{{ brief.name | shout }}": "line 2: No filter named 'shout', in `{{ brief.name | shout }}`.",
    "{% filter upper %}{{ brief.name }}{% endfilter %}": (
        "line 2: a page has no `{% filter %}` blocks: filter each value, in "
        "`{% filter upper %}{{ brief.name }}{% endfilter %}`."
    ),
    '{% include "nobody.md.j2" %}': (
        'line 2: there is no nobody.md.j2 to include, in `{% include "nobody.md.j2" %}`.'
    ),
    "{% for n in range(9999) %}{{ n }}{% endfor %}": (
        "line 2: a page counts 1,000 things at most, not 9,999, in "
        "`{% for n in range(9999) %}{{ n }}{% endfor %}`."
    ),
    "{{ 1 // 0 }}": "line 2: ZeroDivisionError: integer division or modulo by zero, in `{{ 1 // 0 }}`.",
}


@pytest.mark.parametrize("text", BROKEN)
def test_a_broken_page_is_reported_with_its_file_and_line_and_the_built_in_page_is_said(
    team: Team, text: str
) -> None:
    path = team.writes("new_lead", f"Hello\n{text}")

    assert team.says() == built_in()
    assert team.reports == [f"{path}, {BROKEN[text]}" + SAID_INSTEAD.format("new_lead")]


def test_a_page_cannot_call_what_a_value_can_do(team: Team) -> None:
    path = team.writes("new_lead", "{{ brief.came_from.model_copy() }}")

    assert team.says(MESSAGES["jon"]) == MESSAGES["jon"]().plain
    assert team.reports == [
        f"{path}, line 1: a page reads values and cannot call model_copy(), in "
        "`{{ brief.came_from.model_copy() }}`." + SAID_INSTEAD.format("new_lead")
    ]


MISDRAWN: dict[str | bytes, str] = {
    b"\xff\xfe": "it is not UTF-8.",
    "    indented": "a page cannot hold code_block.",
    "{% for n in range(1000) %}" + "x" * 200 + "{% endfor %}": "it says more than 100,000 characters.",
    "word " * 2000: "Slack would refuse it: 9999 visible characters, 9000 at most.",
}


@pytest.mark.parametrize("text", MISDRAWN, ids=MISDRAWN.values())
def test_a_page_that_comes_out_wrong_is_reported_and_the_built_in_page_is_said(
    team: Team, text: str | bytes
) -> None:
    path = team.writes("new_lead", text)

    assert team.says() == built_in()
    assert team.reports == [f"{path}: {MISDRAWN[text]}" + SAID_INSTEAD.format("new_lead")]


def test_a_broken_part_is_named_and_the_whole_page_is_the_built_in_one(team: Team) -> None:
    team.writes("new_lead", 'Ours\n{% include "who.md.j2" %}')
    path = team.writes("who", "{{ brief.nmae }}")

    assert team.says() == built_in()
    (report,) = team.reports
    assert report.startswith(f"{path}, line 1: Brief has no 'nmae'")


def test_a_broken_page_is_reported_once_until_it_changes(team: Team) -> None:
    team.writes("new_lead", "{{ one }}")
    for _ in range(3):
        team.says()
    team.writes("claimed", "fine")
    team.says()
    team.writes("new_lead", "{{ two }}")
    team.says()

    assert [report.partition(": ")[2].partition(",")[0] for report in team.reports] == [
        "'one' is undefined",
        "'two' is undefined",
    ]


def test_what_is_too_large_for_the_built_in_page_is_not_the_teams_fault(team: Team) -> None:
    team.writes("digest", original("digest"))

    assert team.says(lambda: catalog.digest(crowd(80))).startswith("80 new leads")
    assert team.reports == []


# What somebody typed


FORGERS = (
    "{{ brief.name }}",
    "{{ brief.name.value }}",
    "{{ brief.name.value ~ '' }}",
    "{{ brief.name.value | safe }}",
    "{{ brief.name.value | replace('\\\\', '') }}",
    "{{ '%s' % brief.name.value }}",
    "{{ '{}'.format(brief.name.value) }}",
    "{% macro said(words) %}{{ words }}{% endmacro %}{{ said(brief.name.value) }}",
    "{% set words %}{{ brief.name }}{% endset %}{{ words }}",
    "{% set words | replace('\\\\', '') %}{{ brief.name }}{% endset %}{{ words }}",
    "{% for char in brief.name.value %}{{ char }}{% endfor %}",
    "{{ [brief.name.value] | join }}",
    "{{ brief.name.value | map('string') | join }}",
)


@pytest.mark.parametrize("page", FORGERS)
def test_no_page_lets_a_value_become_markup(team: Team, page: str) -> None:
    name = "**b** [x](tipoff:member?id=U0MAYA) `c` <!channel>"
    team.writes("new_lead", page)
    with team.pages.in_use():
        made = catalog.new_lead(replace(brief_of(joe()), name=Fact(name, ())))

    elements = made.blocks[0]["elements"][0]["elements"]
    assert {element["type"] for element in elements} == {"text"}
    assert all("style" not in element for element in elements)
    assert team.reports == []


def test_markdown_that_was_changed_is_escaped_again() -> None:
    assert type(Markdown("**x**").replace("x", "y")) is str


# The bot


async def test_the_worker_posts_the_teams_page_and_follows_its_edits(sqlite_url: str, team: Team) -> None:
    folder = team.folder / "templates"
    folder.mkdir()
    here = Team(folder)
    here.writes("new_lead", "First {{ brief.name }}")
    async with performing(sqlite_url, playbook=team.folder / "playbook.yaml") as stage:
        await stage.send(lead(1))
        await stage.shows("First Lead Number1")
        here.writes("new_lead", "Then {{ brief.name }} of {{ brief.owner }}")
        await stage.send(claimed(1, "U0ANNA"))
        await stage.shows("Then Lead Number1 of U0ANNA")
        await stage.settled()


async def test_no_lead_waits_for_a_typo(
    database_url: str, team: Team, caplog: pytest.LogCaptureFixture
) -> None:
    folder = team.folder / "templates"
    folder.mkdir()
    path = Team(folder).writes("new_lead", "Hello\n{{ brief.nmae }}")
    with caplog.at_level(logging.WARNING, logger="briefs.pages"):
        async with performing(database_url, playbook=team.folder / "playbook.yaml") as stage:
            await stage.send(lead(1), lead(2))
            await both(stage)

    assert [record.message for record in caplog.records if record.name == "briefs.pages"] == [
        f"{path}, line 2: Brief has no 'nmae', in `{{{{ brief.nmae }}}}`." + SAID_INSTEAD.format("new_lead")
    ]


async def both(stage: Stage) -> None:
    await stage.becomes("said", 1)
    await stage.becomes("said", 2)
    assert [message.text.count("asked for a call") for message in stage.messages()] == [1, 1]


@pytest.mark.parametrize("over_http", [False, True])
async def test_answers_are_said_with_the_teams_pages_too(
    sqlite_url: str, team: Team, monkeypatch: pytest.MonkeyPatch, *, over_http: bool
) -> None:
    monkeypatch.setenv("TIPOFF_TEMPLATES", str(team.folder))
    team.writes("lead_not_found", "We have no {{ text }}")
    team.writes("timeline", "# Ours\n\nAll about {{ brief.name }}")
    async with talking(sqlite_url, over_http=over_http) as talk:
        assert await talk.ask("/lead", "zoe") == "We have no zoe"
        await talk.send(captured("1", "ana@example.com", "Ana Sousa"))
        (card,) = await talk.cards(1)
        await talk.press(ANNA, "tipoff.timeline", card)
        view = await talk.workspace.wait_for(lambda: talk.workspace.modal(ANNA))

        assert view.content["title"]["text"] == "Ours"
        await talk.settled()


# The command line


def test_init_copies_every_page_and_touches_none_that_is_there(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    (tmp_path / "templates").mkdir()
    desk.write("templates/who.md.j2", "mine")

    said = desk.tipoff("templates", "init")

    assert said.code == 0
    assert said.out.splitlines()[: len(pages.names())] == [
        f"{'kept ' if name == 'who' else 'wrote'}  templates/{name}.md.j2" for name in pages.names()
    ]
    assert (tmp_path / "templates" / "who.md.j2").read_text() == "mine"
    assert desk.tipoff("templates", "check").out == "Every page is good; 64 files in templates are yours.\n"


def test_init_says_where_it_cannot_write(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.write("letters", "")

    assert desk.tipoff("templates", "init", "letters/here") == (
        1,
        "",
        "letters/here cannot be written: Not a directory.\n",
    )


def test_list_says_which_pages_are_the_teams(tmp_path: Path, team: Team) -> None:
    team.writes("who", "mine")

    lines = Desk(tmp_path, {"TIPOFF_TEMPLATES": "."}).tipoff("templates", "list").out.splitlines()

    assert [line for line in lines if not line.endswith("built in")] == ["who               who.md.j2"]
    assert len(lines) == len(pages.names())


def test_check_names_everything_that_is_wrong(tmp_path: Path, team: Team) -> None:
    team.writes("who", "{{ brief.nmae }}")
    team.writes("funnel", "{% if %}")
    team.writes("new_led", "mine")
    team.writes("digest", "{{ leads | length }} leads")

    said = Desk(tmp_path).tipoff("templates", "check", "--folder", ".")

    assert (said.code, said.out) == (1, "")
    assert said.err.splitlines() == [
        "funnel.md.j2, line 1: Expected an expression, got 'end of statement block', in `{% if %}`."
        + SAID_INSTEAD.format("funnel"),
        "who.md.j2, line 1: Brief has no 'nmae', in `{{ brief.nmae }}`." + SAID_INSTEAD.format("new_lead"),
        "new_led.md.j2 is the name of no page, and no page includes it. Did you mean new_lead.md.j2?",
    ]


def test_check_says_that_a_folder_is_not_there(tmp_path: Path) -> None:
    assert Desk(tmp_path).tipoff("templates", "check", "--folder", "nowhere") == (
        1,
        "",
        "nowhere is no folder. `tipoff templates init nowhere` makes it.\n",
    )


def test_preview_prints_the_page_its_blocks_and_its_length(tmp_path: Path, team: Team) -> None:
    team.writes("new_lead", "**{{ brief.name }}**\n\nwants to talk")

    said = Desk(tmp_path).tipoff("templates", "preview", "new_lead", "--folder", ".")

    assert said.code == 0
    assert said.out.splitlines() == [
        *("Joe Blow", "", "wants to talk", "", "blocks: 2, all valid", "length: 21 of 600 characters", ""),
        *("Jon Doe", "", "wants to talk", "", "blocks: 2, all valid", "length: 20 of 600 characters", ""),
    ]


def test_preview_says_how_far_a_brief_is_over_its_budget(tmp_path: Path, team: Team) -> None:
    team.writes("new_lead", "x" * 601)

    said = Desk(tmp_path).tipoff("templates", "preview", "new_lead", "--folder", ".")

    assert "length: 601 of 600 characters, 1 too many" in said.out.splitlines()


def test_preview_of_a_broken_page_shows_what_is_said_instead_and_why(tmp_path: Path, team: Team) -> None:
    team.writes("new_lead", "{{ brief.nmae }}")

    said = Desk(tmp_path).tipoff("templates", "preview", "new_lead", "--folder", ".")

    assert said.code == 1
    assert "asked for a call" in said.out
    assert said.err == (
        "new_lead.md.j2, line 1: Brief has no 'nmae', in `{{ brief.nmae }}`."
        + SAID_INSTEAD.format("new_lead")
        + "\n"
    )


def test_preview_of_a_lead_of_the_store(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    rows = "date,email,name,form\n2026-10-01,ana@example.com,Ana Sousa,Contact sales\n"
    assert desk.tipoff("import", desk.write("leads.csv", rows), "--source", "fair").code == 0

    said = desk.tipoff("templates", "preview", "claimed", "--lead", "ANA@example.com")
    nobody = desk.tipoff("templates", "preview", "claimed", "--lead", "zoe@example.com")

    assert said.out.splitlines()[0] == "Ana Sousa belongs to nobody yet."
    assert (nobody.code, nobody.err) == (
        1,
        "No lead has the e-mail address “zoe@example.com”. `tipoff brief` finds them by name.\n",
    )


UNKNOWN = {
    ("new_led",): "There is no page “new_led” to preview. Did you mean new_lead?\n",
    ("zzz",): "There is no page “zzz” to preview. `tipoff templates list` names them all.\n",
    ("who",): "who is a part of new_lead. Preview the whole page.\n",
    ("funnel", "--lead", "a@b.c"): "The page funnel is not about one lead. Leave out --lead.\n",
}


@pytest.mark.parametrize("arguments", UNKNOWN, ids=" ".join)
def test_preview_says_which_pages_there_are(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    assert Desk(tmp_path).tipoff("templates", "preview", *arguments) == (2, "", UNKNOWN[arguments])


@pytest.mark.parametrize("name", pages.whole())
def test_every_page_can_be_previewed(tmp_path: Path, name: str) -> None:
    """A new page needs a line in bot/sample/pages.py."""
    said = Desk(tmp_path).tipoff("templates", "preview", name)

    assert (said.code, said.err) == (0, "")
    assert "all valid" in said.out


def test_the_terminal_speaks_with_the_teams_pages(tmp_path: Path, team: Team) -> None:
    team.writes("new_lead", "Ours: {{ brief.name }}")
    desk = Desk(tmp_path, {"TIPOFF_TEMPLATES": "."})
    rows = "date,email,name,form\n2026-10-01,ana@example.com,Ana Sousa,Contact sales\n"
    desk.tipoff("import", desk.write("leads.csv", rows), "--source", "fair")

    assert desk.tipoff("brief", "ana").out == "Ours: Ana Sousa\n"


def test_the_doctor_names_what_is_wrong_with_the_teams_pages(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    (tmp_path / "templates").mkdir()
    desk.write("templates/who.md.j2", "{{ brief.nmae }}")

    said = desk.tipoff("doctor").out.splitlines()
    missing = Desk(tmp_path, {"TIPOFF_TEMPLATES": "nowhere"}).tipoff("doctor").out.splitlines()

    assert said[1:3] == [
        "ok    templates: 1 of your own in templates",
        "TODO  templates: templates/who.md.j2, line 1: Brief has no 'nmae', in `{{ brief.nmae }}`."
        + SAID_INSTEAD.format("new_lead"),
    ]
    assert missing[1] == "TODO  templates: nowhere is no folder: `tipoff templates init` makes it"


def test_the_doctor_can_forget_what_slack_would_not_draw(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.tipoff("migrate")

    said = desk.tipoff("doctor", "--reset-rendering").out.splitlines()

    assert said[0] == "0 kinds of message may be rich again."
