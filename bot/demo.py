"""`tipoff demo`: a local Slack, the ordinary bot over the ordinary protocol, and a sample company.

The company's twelve months are recorded as an import would be; what happens live comes in through the door
for events, like everyone else's.
"""

import asyncio
import json
import secrets
import tempfile
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from bot import sample, watching
from bot.house import clock
from bot.importing import tell_all
from bot.manifest import manifest
from bot.service import Running, running
from bot.settings import Settings, load_playbook
from bot.terminal import err, out
from funnel.events import Event
from storage.store import Store
from workspace.config import CHANNELS, PEOPLE, Config
from workspace.server import Workspace
from workspace.state import Message

BATCH = 500
PATIENCE = 60.0  # seconds for what should take one
CHANNEL, MARKETING = (
    next(channel for channel in CHANNELS if channel.name == name) for name in ("leads", "marketing")
)
RUSH_AFTER = 12  # beats of the trickle: about a minute
ASKER = PEOPLE[2].id
QUESTIONS = (("/funnel", "this year"), ("/campaigns", "this year"))
TRY = (
    "/lead Jon Doe",
    "/funnel this year",
    "/funnel this year by source",
    "/campaigns last 90 days",
    "/tipoff help",
)


@dataclass(frozen=True, slots=True)
class Stage:
    """The demo set up: a workspace with its page, and a bot connected to it."""

    workspace: Workspace
    page: str
    tipoff: Running


async def stay(port: int) -> None:
    """Set up, let the two leads of the story arrive, then a steady trickle, until interrupted."""
    async with _stage(port) as stage:
        out.print(
            f"\nOpen {stage.page} and watch #{CHANNEL.name}. Within minutes, leads surge: "
            f"#{MARKETING.name} hears of it.\n\nTry there:"
        )
        for line in TRY:
            out.print(f"  {line}")
        out.print("\nEvents of your own: curl, with the token below, as the README shows.")
        out.print(f"  doors  {stage.tipoff.url}\n  token  {_token(stage)}\n\nCtrl-C ends it.")
        await _two_leads(stage)
        for place, beat in enumerate(sample.trickle(stage.tipoff.house.playbook)):
            if place == RUSH_AFTER:
                await _send(stage, sample.rush(clock()))
            await asyncio.sleep(beat.wait)
            await _send(stage, beat.happens(clock()))


async def once(port: int) -> None:
    """Set up, let the two leads arrive, ask two questions, let leads surge, and print all that was said."""
    async with _stage(port) as stage:
        await _two_leads(stage)
        for place, (command, text) in enumerate(QUESTIONS, start=3):
            await stage.workspace.command(ASKER, CHANNEL.id, command, text)
            await _until_said(stage, place)
        await _surge(stage)
        for said in _said(stage):
            out.print(f"{said.text}\n{'─' * 72}")


async def _two_leads(stage: Stage) -> None:
    await _send(stage, sample.joe(clock()))
    await _until_said(stage, 1)
    await _send(stage, sample.jon(clock()))
    await _until_said(stage, 2)


async def _surge(stage: Stage) -> None:
    """Let leads surge, and look as if five minutes had passed, once the bot itself is not looking."""
    house = replace(stage.tipoff.house, now=lambda: clock() + watching.EVERY)
    await _send(stage, sample.rush(clock()))
    await tell_all(house.store, house.playbook)
    async with asyncio.timeout(PATIENCE):
        while not await watching.look(house):  # noqa: ASYNC110 - the end of another look rings no bell
            await asyncio.sleep(0.1)
    await stage.workspace.wait_for(lambda: _said(stage, MARKETING.id), timeout=PATIENCE)


async def _until_said(stage: Stage, count: int) -> None:
    await stage.workspace.wait_for(lambda: len(_said(stage, CHANNEL.id)) >= count, timeout=PATIENCE)


def _said(stage: Stage, *channels: str) -> list[Message]:
    """What stands in channels, all that are watched where none is named, without the replies in threads."""
    wanted = channels or (CHANNEL.id, MARKETING.id)
    return [said for channel in wanted for said in stage.workspace.messages(channel) if not said.is_reply]


@asynccontextmanager
async def _stage(port: int) -> AsyncIterator[Stage]:
    """Everything running: the workspace, the year in the store, the bot connected."""
    app = manifest(over_http=False)
    workspace = Workspace(Config.from_manifest(app, team_name="Meridian Widgets", app={"avatar": "📣"}))
    with tempfile.TemporaryDirectory(prefix="tipoff-demo-") as folder:
        async with workspace.serve(port=port) as slack:
            settings = Settings(
                slack_bot_token=SecretStr(slack.bot_token),
                slack_app_token=SecretStr(slack.app_token),
                slack_api_url=slack.api_url,
                database_url=f"sqlite:///{Path(folder) / 'demo.db'}",
                tipoff_playbook=_sleepless(Path(folder)),
                tipoff_intake_token=SecretStr(secrets.token_urlsafe(12)),
            )
            await _remember(settings)
            async with running(settings) as tipoff:
                yield Stage(workspace, slack.url, tipoff)


def _sleepless(folder: Path) -> Path:
    """The sample's playbook, for a company that may be shown to somebody at night."""
    playbook = folder / "playbook.yaml"
    rules = sample.PLAYBOOK.read_text(encoding="utf-8")
    playbook.write_text(rules.replace("urgent: false", "urgent: true"), encoding="utf-8")
    return playbook


async def _remember(settings: Settings) -> None:
    """Put the company's year into the store, quietly."""
    playbook = load_playbook(settings.tipoff_playbook)
    err.print("Twelve months of Meridian Widgets are being written to the store ...")
    async with Store.open(settings.database_url, migrate=True) as store:
        events = tuple(sample.history(playbook, clock()))
        for start in range(0, len(events), BATCH):
            await store.record(events[start : start + BATCH])
        await tell_all(store, playbook)
    err.print(f"{len(events):,} events told.")


async def _send(stage: Stage, events: Iterable[Event]) -> None:
    """Through the door for events, as CloudEvents."""
    async with stage.tipoff.house.http.post(
        f"{stage.tipoff.url}/intake/events",
        headers={
            "Authorization": f"Bearer {_token(stage)}",
            "Connection": "close",  # a pause may be just as long as the doors keep one open
            "Content-Type": "application/cloudevents-batch+json",
        },
        data=json.dumps([_cloudevent(event) for event in events]),
    ) as answer:
        answer.raise_for_status()


def _token(stage: Stage) -> str:
    return stage.tipoff.house.settings.tipoff_intake_token.get_secret_value()


def _cloudevent(event: Event) -> dict[str, Any]:
    body = event.model_dump(mode="json", exclude_none=True)
    envelope = {name: body.pop(name) for name in ("id", "source", "time", "type")}
    return {"specversion": "1.0", **envelope, "tipoffquiet": body.pop("quiet"), "data": body}
