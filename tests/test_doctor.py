"""`tipoff doctor` against a local Slack: what is well, what is amiss, and what to do about it."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest
from cli_rig import Desk, Said
from slack_rig import KEY

from bot.manifest import SCOPES, manifest
from workspace import Config, Workspace

NOT_YET = "sqlite:///tipoff.db is not there yet: `tipoff run` makes it"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a store in it."""
    assert Desk(tmp_path).tipoff("migrate").code == 0
    return tmp_path


async def doctor(
    folder: Path, variables: Mapping[str, str] | None = None, *, without: frozenset[str] = frozenset()
) -> Said:
    """What the doctor says with everything in place, but for `variables` and the scopes that are missing."""
    granted = frozenset(SCOPES) - without
    workspace = Workspace(Config.from_manifest(manifest(over_http=False), app={"scopes": granted}))
    async with workspace.serve() as slack:
        told = {
            "SLACK_API_URL": slack.api_url,
            "SLACK_BOT_TOKEN": slack.bot_token,
            "SLACK_APP_TOKEN": slack.app_token,
            "TIPOFF_INTAKE_TOKEN": KEY,
            **(variables or {}),
        }
        return await asyncio.to_thread(Desk(folder, told).tipoff, "doctor")


async def test_all_is_well(folder: Path) -> None:
    said = await doctor(folder)

    assert (said.code, said.err) == (0, "")
    assert said.out.splitlines() == [
        "ok    playbook: playbook.yaml absent, so the built-in rules hold",
        "ok    store: 0 events, 0 leads",
        "ok    slack: the token is good",
        "ok    channel: #leads is C0LEADS",
    ]


async def test_scopes_that_were_not_granted_are_named_with_what_they_are_for(folder: Path) -> None:
    said = await doctor(folder, without=frozenset({"groups:history"}))

    assert said.code == 1
    assert said.out.splitlines()[3] == (
        "TODO  scopes: groups:history not granted: a post whose outcome is unknown will wait for you "
        "instead of being looked up"
    )


async def test_a_store_that_is_not_there_yet_is_well(tmp_path: Path) -> None:
    said = await doctor(tmp_path)

    assert said.code == 0
    assert (
        said.out.splitlines()[1] == "ok    store: sqlite:///tipoff.db is not there yet: `tipoff run` makes it"
    )
    assert not Desk(tmp_path).database.exists()


async def test_each_thing_amiss_is_said_with_what_to_do(tmp_path: Path) -> None:
    Desk(tmp_path).write("tipoff.db", "")
    (tmp_path / "other.yaml").write_text("channels: {briefs: '#general'}\n")
    amiss = {"TIPOFF_INTAKE_TOKEN": "", "TIPOFF_PLAYBOOK": "other.yaml"}

    said = await doctor(tmp_path, amiss)

    assert said.code == 1
    assert [line.removeprefix("TODO  ") for line in said.out.splitlines() if line.startswith("TODO")] == [
        "doors: set TIPOFF_INTAKE_TOKEN, or every event is refused with 401",
        "store: The store sqlite:///tipoff.db holds no tables yet. Run `tipoff migrate`, then start again.",
        "channel: #general: Slack says not_in_channel: invite me there: /invite @Tipoff",
    ]


async def test_tokens_that_are_wrong_or_missing(folder: Path) -> None:
    said = {
        token: (await doctor(folder, {"SLACK_BOT_TOKEN": token})).out.splitlines()[-1]
        for token in ("", "xoxb-wrong")
    }

    assert said == {
        "": "TODO  slack: set SLACK_BOT_TOKEN",
        "xoxb-wrong": "TODO  slack: Slack says invalid_auth: check SLACK_BOT_TOKEN",
    }


async def test_a_slack_that_does_not_answer(folder: Path) -> None:
    said = await doctor(folder, {"SLACK_API_URL": "http://127.0.0.1:1/api/"})

    assert said.code == 1
    assert said.out.splitlines()[-1].startswith("TODO  slack: Slack cannot be reached: auth.test: ")


async def test_a_channel_of_alerts_to_which_the_bot_was_not_invited_is_amiss(folder: Path) -> None:
    folder.joinpath("playbook.yaml").write_text('alerts: {to: "#general"}\n')

    said = await doctor(folder, {"TIPOFF_PLAYBOOK": "playbook.yaml"})

    assert said.code == 1
    assert [line for line in said.out.splitlines() if "channel: " in line] == [
        "ok    channel: #leads is C0LEADS",
        "TODO  channel: #general: Slack says not_in_channel: invite me there: /invite @Tipoff",
    ]


async def test_a_mask_of_a_channel_that_the_bot_does_not_see_is_amiss(folder: Path) -> None:
    (folder / "playbook.yaml").write_text("masks: {'#leads': full, '#leds': id, C0LEADS: id}\n")

    said = await doctor(folder)

    assert said.code == 1
    (amiss,) = said.out.splitlines()[4:]
    assert amiss == (
        "TODO  mask: #leds (id) hides nothing that I post: "
        "Slack says not_in_channel: invite me there: /invite @Tipoff"
    )
