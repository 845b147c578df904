"""A document that is a promise: what stands in it is really said; `TIPOFF_GOLDEN=write` writes it anew."""

import os
import re
import shlex
from collections.abc import Callable
from pathlib import Path

from cli_rig import Desk

OUTPUTS = r"```sh\n(.*?)\n```\n\n```text\n(.*?)```"
"""A command, and its output below it."""


def compare(document: Path, promises: str, really: Callable[[str], str]) -> None:
    """Each place that `promises` finds: its second group against what its first one really comes to."""
    text = document.read_text(encoding="utf-8")
    found = [(place, really(place[1])) for place in re.finditer(promises, text, re.DOTALL)]
    if os.environ.get("TIPOFF_GOLDEN") == "write":
        for place, said in found:
            text = text.replace(place[0], place[0].removesuffix(f"{place[2]}```") + f"{said}```")
        document.write_text(text, encoding="utf-8")
        return

    assert found
    assert [place[2] for place, _ in found] == [said for _, said in found]


def printed(desk: Desk, command: str) -> str:
    """What a command of a document prints."""
    name, *arguments = shlex.split(command)
    assert name == ".venv/bin/tipoff", f"nobody executes {command}"
    answer = desk.tipoff(*arguments)
    assert (answer.code, answer.err) == (0, "")
    return answer.out
