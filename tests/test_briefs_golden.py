"""Every message, word for word and block for block; `TIPOFF_GOLDEN=write` writes the files anew."""

import json
import os
from pathlib import Path

import pytest
from briefs_samples import MESSAGES, VIEWS, buttons

from briefs.message import Level
from workspace.rules.surfaces import check_message_blocks, check_message_size, check_view

GOLDEN = Path(__file__).parent / "golden"


def compare(name: str, said: str) -> None:
    path = GOLDEN / name
    if os.environ.get("TIPOFF_GOLDEN") == "write":
        path.write_text(said + "\n", encoding="utf-8")

    assert said + "\n" == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", MESSAGES)
def test_a_message_says_what_its_golden_file_says(name: str) -> None:
    message = MESSAGES[name]()

    compare(f"{name}.txt", message.plain)
    compare(f"{name}.json", json.dumps(message.payload(), ensure_ascii=False, indent=1))


@pytest.mark.parametrize("level", [Level.CLASSIC, Level.TEXT])
@pytest.mark.parametrize("name", ["joe", "jon"])
def test_a_brief_says_what_its_golden_file_says_at_every_level(name: str, level: Level) -> None:
    compare(f"{name}.{level}.json", json.dumps(MESSAGES[name]().payload(level), ensure_ascii=False, indent=1))


@pytest.mark.parametrize("name", VIEWS)
def test_a_view_says_what_its_golden_file_says(name: str) -> None:
    compare(f"{name}.json", json.dumps(VIEWS[name]().payload(), ensure_ascii=False, indent=1))


@pytest.mark.parametrize("name", MESSAGES)
def test_a_message_breaks_no_rule_of_slack(name: str) -> None:
    blocks = list(MESSAGES[name]().blocks)

    check_message_blocks(blocks)
    check_message_size(blocks)


@pytest.mark.parametrize("name", MESSAGES)
def test_a_classic_message_breaks_no_rule_of_slack_and_keeps_its_buttons(name: str) -> None:
    message = MESSAGES[name]()
    classic = message.payload(Level.CLASSIC)["blocks"]

    check_message_blocks(classic)
    check_message_size(classic)
    assert {block["type"] for block in classic} <= {"section", "context", "actions", "divider"}
    assert [*buttons(classic)] == [*buttons(message.blocks)]


@pytest.mark.parametrize("level", Level)
@pytest.mark.parametrize("name", VIEWS)
def test_a_view_breaks_no_rule_of_slack(name: str, level: Level) -> None:
    check_view(VIEWS[name]().payload(level))


def test_every_golden_file_belongs_to_a_message() -> None:
    assert {path.name.partition(".")[0] for path in GOLDEN.iterdir()} == {*MESSAGES, *VIEWS}


@pytest.mark.parametrize("name", MESSAGES)
def test_the_same_values_make_the_same_message(name: str) -> None:
    assert MESSAGES[name]() == MESSAGES[name]()
