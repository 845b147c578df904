"""A local Slack and a real Tipoff beside it, for tests of what is posted when things go wrong.

`performing` runs Tipoff in this event loop; `benchmarks.reliability.Child` runs it as a process.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
from pydantic import SecretStr
from slack_rig import free_port
from store_rig import rows

from benchmarks.reliability import TOKEN, lead
from bot.doctor import examine
from bot.house import clock
from bot.manifest import manifest
from bot.service import Running, running
from bot.settings import Settings
from storage import tables
from storage.cards import Card
from workspace import Config, Message, Workspace
from workspace import Running as Slack
from workspace.config import CHANNELS

LEADS, TIPOFF = "C0LEADS", "U0APP"
POST, UPDATE, DELETE, HISTORY = "chat.postMessage", "chat.update", "chat.delete", "conversations.history"
HEADERS = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/cloudevents-batch+json"}
SPACING = 0.05
PACE = 0.3
SLACK_TIMEOUT = 0.5
PATIENCE = 20.0  # seconds for what takes less than one


# A workspace that may go away and come back.


class LocalSlack:
    """A workspace at one address, there or not."""

    def __init__(self, **config: Any) -> None:
        self.workspace = Workspace(
            Config.from_manifest(manifest(over_http=False), rate=1 / SPACING, **config)
        )
        self._port = free_port()
        self.url = f"http://127.0.0.1:{self._port}"
        self._serving = AsyncExitStack()

    async def arrive(self) -> Slack:
        return await self._serving.enter_async_context(self.workspace.serve(port=self._port))

    async def leave(self) -> None:
        await self._serving.aclose()


@asynccontextmanager
async def local_slack(**config: Any) -> AsyncIterator[tuple[LocalSlack, Slack]]:
    """A workspace with the bot's app in it; `config` overrides what `workspace.Config` says."""
    local = LocalSlack(**config)
    try:
        yield local, await local.arrive()
    finally:
        await local.leave()


def without(*scopes: str) -> dict[str, Any]:
    """An installation that was not granted these."""
    granted = manifest(over_http=False)["oauth_config"]["scopes"]["bot"]
    return {"app": {"scopes": frozenset(granted) - set(scopes)}}


def uninvited() -> dict[str, Any]:
    """The bot is not in #leads yet."""
    return {
        "channels": tuple(
            replace(each, members=each.members - {TIPOFF}) if each.id == LEADS else each for each in CHANNELS
        )
    }


# Tipoff in this event loop.


@dataclass
class Stage:
    """A running Tipoff, its Slack, and who sends it leads."""

    local: LocalSlack
    settings: Settings
    tipoff: Running
    http: aiohttp.ClientSession

    @property
    def workspace(self) -> Workspace:
        return self.local.workspace

    async def send(self, *events: dict[str, Any]) -> None:
        """Through the door, as anybody's website would."""
        async with self.http.post(
            f"{self.tipoff.url}/intake/events",
            json=events,
            headers=HEADERS,
        ) as answer:
            assert answer.status == 202, await answer.text()

    def messages(self) -> list[Message]:
        """What stands in the channel itself: briefs and digests, without the replies in their threads."""
        return [each for each in self.workspace.messages(LEADS) if each.metadata and not each.is_reply]

    def replies(self, to: Message | None = None) -> list[Message]:
        """The replies in all threads, or in that of one message."""
        found = [each for each in self.workspace.messages(LEADS) if each.metadata and each.is_reply]
        return [each for each in found if to is None or each.thread_ts == to.ts]

    def keys(self) -> list[str]:
        return [key(each) for each in self.messages()]

    async def shows(self, *texts: str) -> list[Message]:
        """The cards in the channel, once there are as many as `texts` and each contains its text."""

        def agree() -> list[Message] | None:
            told = self.messages()
            matches = [text in one.text for text, one in zip(texts, told, strict=False)]
            return told if len(told) == len(texts) and all(matches) else None

        try:
            return await self.workspace.wait_for(agree, timeout=PATIENCE)
        except TimeoutError:
            raise AssertionError([each.text for each in self.messages()]) from None

    def calls(self, method: str) -> list[str]:
        """What came of each call of a method, but for replies."""
        return [call.outcome for call in self.workspace.calls if call.method == method and not call.thread_ts]

    async def card(self, number: int = 1) -> Card:
        """The brief of the lead with that number."""
        lead_id = await self.tipoff.house.store.lead_of(f"lead{number}@example.com")
        found = await self.tipoff.house.store.cards.card(f"brief:lead-{lead_id}")
        assert found is not None
        return found

    async def settled(self) -> None:
        """Everything is told and said."""
        await eventually(self._nothing_due)

    async def _nothing_due(self) -> bool:
        store = self.tipoff.house.store
        return not (await store.counts()).untold and await store.cards.next_due() is None

    async def nobody_at_work(self) -> bool:
        """No card is in a worker's hands."""
        return set(await rows(self.settings.database_url, tables.card, "lease_owner")) <= {(None,)}

    async def becomes(self, state: str, number: int = 1) -> Card:
        """The brief of a lead, once it is in that state and nobody has it in hand."""

        async def so() -> bool:
            if not await self.tipoff.house.store.lead_of(f"lead{number}@example.com"):
                return False
            return (await self.card(number)).state == state

        await eventually(so)
        return await self.card(number)

    async def doctor(self) -> str:
        """Everything that the doctor finds amiss."""
        return "\n".join(
            [f"{each.what}: {each.words}" async for each in examine(self.settings) if not each.well]
        )


def key(message: Message) -> str:
    assert message.metadata is not None
    found: str = message.metadata["event_payload"]["key"]
    return found


async def eventually(so: Callable[[], Awaitable[bool]]) -> None:
    """Return once it is so; for what happens in the store."""
    async with asyncio.timeout(PATIENCE):
        while not await so():  # noqa: ASYNC110 - the store rings no bell
            await asyncio.sleep(0.01)


def settings_for(slack: Slack, database_url: str, playbook: Path, **more: Any) -> Settings:
    told: dict[str, Any] = {
        "slack_bot_token": SecretStr(slack.bot_token),
        "slack_app_token": SecretStr(slack.app_token),
        "slack_api_url": slack.api_url,
        "database_url": database_url,
        "tipoff_playbook": playbook,
        "tipoff_intake_token": SecretStr(TOKEN),
        "tipoff_message_spacing": SPACING,
        "tipoff_reply_pace": PACE,
        "tipoff_slack_timeout": SLACK_TIMEOUT,
    }
    return Settings(_env_file=None, **(told | more))


@asynccontextmanager
async def performing(
    database_url: str,
    *,
    playbook: Path = Path("no-playbook.yaml"),
    now: Callable[[], datetime] = clock,
    patience: float = SLACK_TIMEOUT,
    **config: Any,
) -> AsyncIterator[Stage]:
    async with local_slack(**config) as (local, slack), aiohttp.ClientSession() as http:
        settings = settings_for(slack, database_url, playbook, tipoff_slack_timeout=patience)
        async with running(settings, now=now) as tipoff:
            yield Stage(local, settings, tipoff, http)


# What happens to leads.


async def hand_over(url: str, *numbers: int) -> None:
    """New leads through the doors at `url`, all of them accepted."""
    events = [lead(number) for number in numbers]
    async with (
        aiohttp.ClientSession() as http,
        http.post(f"{url}/intake/events", json=events, headers=HEADERS) as answer,
    ):
        assert answer.status == 202


def told(number: int, what: str, data: dict[str, Any], id_: str) -> dict[str, Any]:
    """Another event of the lead with that number."""
    event = lead(number)
    person = event["data"]["person"]
    return {**event, "id": id_, "type": f"tipoff.{what}", "data": {"person": person, **data}}


def claimed(number: int, owner: str) -> dict[str, Any]:
    """Somebody has taken the lead."""
    return told(number, "lead.staged", {"stage": "contacted", "owner": owner}, f"claim-{number}-{owner}")


def scored(number: int, score: float) -> dict[str, Any]:
    event = told(number, "lead.scored", {"score": score}, f"score-{number}-{score}")
    return {**event, "time": datetime.now(UTC).isoformat()}


def forgotten(number: int) -> dict[str, Any]:
    return told(number, "lead.forgotten", {}, f"forget-{number}")
