"""Every command of the README works, in the order in which a reader meets them."""

import asyncio
import json
import re
import shlex
import shutil
import signal
import subprocess
import sys
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from cli_rig import HOUSE, Desk
from slack_rig import ANNA, LEADS, free_port, talking

from bot.commands import COMMANDS
from bot.manifest import manifest
from workspace import Config, Running, Workspace

README = (HOUSE / "README.md").read_text(encoding="utf-8")
DOORS = "127.0.0.1:8080"  # where they are unless somebody says otherwise
PATIENCE = 120.0  # seconds for what takes a few
MAKE = {  # what `make <target>` comes to; the tests do not start themselves
    "setup": r"-m venv \.venv\n.*pip install .*--require-hashes -r requirements\.lock",
    "demo": r"\.venv/bin/tipoff demo$",
    "test": r"\.venv/bin/pytest ",
    "check": r"ruff format --check (.|\n)*ruff check (.|\n)*mypy\n(.|\n)*pytest",
    "fix": r"ruff check --fix (.|\n)*ruff format ",
    "bench": r"-m benchmarks",
}


def commands() -> Iterator[str]:
    """Every command of the fenced blocks; one that goes on over several lines is one."""
    for block in re.findall(r"^```sh\n(.*?)^```", README, re.DOTALL | re.MULTILINE):
        command = ""
        for line in block.splitlines():
            command += line + "\n"
            if is_whole(command):
                if command.strip() and not command.startswith("#"):
                    yield command.strip()
                command = ""
        assert not command, command


def is_whole(command: str) -> bool:
    if command.rstrip().endswith("\\"):
        return False
    try:
        shlex.split(command, comments=True)
    except ValueError:
        return False
    return True


def mentioned() -> set[str]:
    """Every command that stands in a sentence or a table."""
    names = {"tipoff", "make", *(one.name for one in COMMANDS)}
    prose = re.sub(r"^```.*?^```", "", README, flags=re.DOTALL | re.MULTILINE)
    return {span for span in re.findall(r"`([^`\n]+)`", prose) if span.split()[0] in names}


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not here")
def test_every_make_target_does_what_it_says() -> None:
    named = {one.split()[1] for one in {*commands(), *mentioned()} if one.startswith("make ")}

    assert named <= MAKE.keys()
    for target in named:
        plan = subprocess.run(  # noqa: S603 - a dry run
            ["make", "--dry-run", "--always-make", "--no-print-directory", target],  # noqa: S607 - whichever make there is
            cwd=HOUSE,
            capture_output=True,
            text=True,
            check=True,
        )
        assert re.search(MAKE[target], plan.stdout.strip()), plan.stdout


class Reader:
    """Somebody who follows the README in a folder of their own."""

    def __init__(self, folder: Path, slack: Running | None = None) -> None:
        self.folder = folder
        self.doors = f"127.0.0.1:{free_port()}"
        self.environment = Desk(folder).environment
        if slack:
            self.environment |= {
                "SLACK_API_URL": slack.api_url,
                "SLACK_BOT_TOKEN": slack.bot_token,
                "SLACK_APP_TOKEN": slack.app_token,
                "SLACK_SIGNING_SECRET": slack.signing_secret,
            }
        (folder / ".venv").symlink_to(sys.prefix)
        shutil.copytree(HOUSE / "examples", folder / "examples")

    def learn_the_token(self) -> None:
        """The value of TIPOFF_INTAKE_TOKEN from .env."""
        if (env := self.folder / ".env").exists():
            self.environment |= dict(
                re.findall(r"^(TIPOFF_INTAKE_TOKEN)=(.*)$", env.read_text(), re.MULTILINE)
            )

    async def begin(self, command: str) -> Process:
        return await asyncio.create_subprocess_shell(
            f"exec {command}", cwd=self.folder, env=self.environment, stdout=PIPE, stderr=STDOUT
        )

    async def does(self, command: str) -> str:
        """What a command says; it must succeed."""
        process = await self.begin(command.replace(DOORS, self.doors))
        said, _ = await asyncio.wait_for(process.communicate(), PATIENCE)
        assert process.returncode == 0, f"{command}\n{said.decode()}"
        return said.decode()

    @asynccontextmanager
    async def keeps(self, command: str, until: str, stop: signal.Signals) -> AsyncIterator[None]:
        """A command that goes on, once it has said where it is; it must end well when it is told to."""
        process = await self.begin(command)
        assert process.stdout is not None
        said = ""
        try:
            async with asyncio.timeout(PATIENCE):
                while until not in said:
                    line = await process.stdout.readline()
                    assert line, f"{command}\n{said}"
                    said += line.decode()
            yield
        finally:
            process.send_signal(stop)
            rest, _ = await asyncio.wait_for(process.communicate(), PATIENCE)
        assert process.returncode == 0, f"{command}\n{said}{rest.decode()}"


async def test_every_command_works(tmp_path: Path) -> None:
    workspace = Workspace(Config.from_manifest(manifest(over_http=False), rate=1000.0, burst=1000))
    async with workspace.serve() as slack:
        reader = Reader(tmp_path, slack)
        lines = [line for line in commands() if not line.startswith("make ")]
        begun = lines.index(".venv/bin/tipoff run")
        for line in lines[:begun]:
            await reader.does(known(line))
            reader.learn_the_token()
        running = f"{lines[begun]} --port {reader.doors.rpartition(':')[2]}"
        async with reader.keeps(running, until="the doors are open at", stop=signal.SIGTERM):
            for line in lines[begun + 1 :]:
                await reader.does(known(line))
                if line.startswith("curl "):
                    await workspace.wait_for(lambda: workspace.messages(LEADS), PATIENCE)
        async with reader.keeps(f"{running} --http", until="the doors are open at", stop=signal.SIGTERM):
            await workspace.wait_for(lambda: len(asked(workspace)) == 2)
        (brief,) = (each for each in workspace.messages(LEADS) if not each.is_reply)

    assert "Ana Sousa" in brief.text


def asked(workspace: Workspace) -> list[str]:
    """Each time that a bot which was run asked Slack who it is; the first time was the doctor."""
    return [call.method for call in workspace.calls if call.method == "auth.test"][1:]


def known(line: str) -> str:
    """The line, if this test knows how to run it."""
    if line.startswith((".venv/bin/tipoff ", "curl ")):
        return line
    raise AssertionError(f"README: nobody executes {line!r}; teach tests/test_readme.py how")


async def test_the_demo_prints_its_address_and_ends_when_it_is_told_to(tmp_path: Path) -> None:
    async with Reader(tmp_path).keeps(
        ".venv/bin/tipoff demo --port 0", until="Open http://", stop=signal.SIGINT
    ):
        pass


async def test_every_command_in_a_sentence_works_too(sqlite_url: str, tmp_path: Path) -> None:
    spans = {span for span in mentioned() if not span.startswith("make ")}
    slash = {span for span in spans if span.startswith("/")}
    goes_on = {span for span in spans if span.startswith("tipoff run")}
    desk = Desk(tmp_path, {"DATABASE_URL": sqlite_url})
    imported = await asyncio.to_thread(
        desk.tipoff, "import", HOUSE / "examples" / "leads.csv", "--source", "trade-show"
    )
    assert imported.code == 0
    async with talking(sqlite_url) as talk:
        await talk.send(lead())
        await talk.settled()
        answers = {span: await talk.ask(*span.partition(" ")[::2], user=ANNA) for span in slash}
    for span in spans - slash - goes_on:
        said = await asyncio.to_thread(desk.tipoff, *span.split()[1:])
        assert (said.code, said.err) == (0, ""), span

    assert [span for span, said in answers.items() if said.startswith(("Sorry", "I don't", "Nobody"))] == []
    assert goes_on <= {"tipoff run", "tipoff run --http"}  # see above


def lead() -> dict[str, object]:
    """The event that the README sends."""
    (curl,) = [line for line in commands() if line.startswith("curl ")]
    words = shlex.split(curl)
    event: dict[str, object] = json.loads(words[words.index("--data") + 1])
    return event
