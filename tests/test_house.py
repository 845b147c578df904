"""The rules of the house: who may import whom, and which names are no names."""

import ast
from functools import cache
from pathlib import Path

import pytest

HOUSE = Path(__file__).parent.parent
ROOMS = ("bot", "briefs", "funnel", "intake", "storage", "workspace")
MAY_IMPORT = {
    "funnel": {"funnel"},
    "intake": {"intake", "funnel"},
    "storage": {"storage", "funnel"},
    "briefs": {"briefs", "funnel"},
    "bot": {"bot", "briefs", "storage", "intake", "funnel"},
    "workspace": {"workspace"},
}
DEMO = {Path("bot/demo.py")}
"""The only module of the bot that starts the local Slack."""
ONLY_THERE = {
    "sqlalchemy": {"storage", "bot"},
    "alembic": {"storage"},
    "jinja2": {"briefs", "workspace"},
    "slackblocks": {"briefs", "workspace"},
    "markdown_it": {"briefs", "workspace"},
    "slack_sdk": {"bot"},
    "slack_bolt": {"bot"},
    "aiohttp": {"bot", "workspace"},
    "starlette": {"bot", "workspace"},
    "uvicorn": {"bot", "workspace"},
    "random": {"bot", "workspace"},
}
NO_NAMES = {"utils", "helpers", "common", "base", "core", "manager", "misc"}


def modules() -> list[Path]:
    return sorted(path for room in ROOMS for path in (HOUSE / room).rglob("*.py"))


@cache
def imported(path: Path) -> frozenset[str]:
    """The top-level packages that a module imports."""
    found = set[str]()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return frozenset(found)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_the_rooms_below_it(room: str) -> None:
    strangers = {
        f"{path.relative_to(HOUSE)} imports {name}"
        for path in modules()
        if path.relative_to(HOUSE).parts[0] == room
        for name in imported(path) & set(ROOMS) - MAY_IMPORT[room]
        if not (name == "workspace" and path.relative_to(HOUSE) in DEMO)
    }

    assert strangers == set()


@pytest.mark.parametrize("library", sorted(ONLY_THERE))
def test_a_library_is_spoken_only_in_its_rooms(library: str) -> None:
    strangers = {
        str(path.relative_to(HOUSE))
        for path in modules()
        if library in imported(path) and path.relative_to(HOUSE).parts[0] not in ONLY_THERE[library]
    }

    assert strangers == set()


def test_the_business_does_not_look_at_the_clock() -> None:
    clocks = {
        f"{path.relative_to(HOUSE)}:{node.lineno}"
        for path in modules()
        if path.relative_to(HOUSE).parts[0] in {"funnel", "intake"}
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in {"now", "utcnow", "today", "monotonic", "time_ns"}
    }

    assert clocks == set()


def test_every_module_has_a_name_that_says_something() -> None:
    assert {path for path in modules() if path.stem in NO_NAMES} == set()


def test_nothing_happens_on_import() -> None:
    """A module's top level holds definitions and values: no loop, no open file, no environment."""
    busy = {
        f"{path.relative_to(HOUSE)}:{node.lineno}"
        for path in modules()
        if "migrations" not in path.parts and path.name != "__main__.py"
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.For | ast.While | ast.With | ast.Try | ast.AsyncWith)
    }

    assert busy == set()
