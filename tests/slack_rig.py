"""A real Tipoff beside a local Slack, on real sockets: over Socket Mode, or over signed HTTP.

What people and senders do is a method of `Talk`; what they see comes back as plain words.
"""

import asyncio
import json
import os
import socket
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Any

import aiohttp
from pydantic import SecretStr

from bot.manifest import manifest
from bot.service import Running, running
from bot.settings import Settings
from workspace import Config, Message, Workspace

KEY = "intake-token"
SECRET = "local-signing-secret"
LEADS, GENERAL = "C0LEADS", "C0GENERAL"
ANNA, BEN, MAYA = "U0ANNA", "U0BEN", "U0MAYA"
BEARER = {"Authorization": f"Bearer {KEY}"}
STRUCTURED = {**BEARER, "Content-Type": "application/cloudevents+json"}
PROCESS = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
PORTS = cycle(range(20_000 + 500 * PROCESS, 20_500 + 500 * PROCESS))  # none that a system gives by itself
BATCH = {**BEARER, "Content-Type": "application/cloudevents-batch+json"}


@dataclass
class Talk:
    """A conversation with a running Tipoff."""

    workspace: Workspace
    tipoff: Running
    http: aiohttp.ClientSession

    @property
    def url(self) -> str:
        return self.tipoff.url

    async def send(self, *events: Mapping[str, Any]) -> dict[str, Any]:
        """CloudEvents through the door, all of them accepted."""
        async with self.http.post(
            f"{self.url}/intake/events", headers=BATCH, data=json.dumps(list(events))
        ) as answer:
            assert answer.status == 202, await answer.text()
            accepted: dict[str, Any] = await answer.json()
            return accepted

    async def settled(self) -> None:
        """Everything that was recorded is told, and all that is due is said and written down."""
        store = self.tipoff.house.store
        async with asyncio.timeout(20):
            while (await store.counts()).untold or await store.cards.next_due():  # noqa: ASYNC110 - the store rings no bell
                await asyncio.sleep(0.01)

    async def ask(self, command: str, text: str = "", user: str = ANNA, channel: str = LEADS) -> str:
        """What a slash command answers to the one who asked."""
        before = len(self._ephemeral(user, channel))
        ack = await self.workspace.command(user, channel, command, text)
        assert ack.error is None
        said = await self.workspace.wait_for(lambda: self._ephemeral(user, channel)[before:])
        return said[-1].text

    async def press(self, user: str, action_id: str, message: Message, value: str | None = None) -> None:
        ack = await self.workspace.click(user, action_id, channel=message.channel, ts=message.ts, value=value)
        assert ack.error is None

    async def hears(self, user: str, words: str, channel: str = LEADS) -> Message:
        """The first thing said to one person alone that has these words."""
        return await self.workspace.wait_for(
            lambda: next((one for one in self._ephemeral(user, channel) if words in one.text), None)
        )

    async def cards(self, count: int, channel: str = LEADS) -> list[Message]:
        """The messages that everybody sees, once there are `count`."""
        await self.workspace.wait_for(lambda: len(self.public(channel)) >= count)
        cards = self.public(channel)
        assert len(cards) == count
        return cards

    def public(self, channel: str = LEADS) -> list[Message]:
        """What everybody sees in the channel itself, without the threads."""
        seen = [one for one in self.workspace.messages(channel) if one.ephemeral_to is None]
        return [one for one in seen if not one.is_reply]

    def _ephemeral(self, user: str, channel: str) -> list[Message]:
        return [one for one in self.workspace.messages(channel) if one.ephemeral_to == user]

    async def deliver(self, kind: str, payload: dict[str, Any]) -> tuple[str | None, Any]:
        """A payload of one's own making, as Slack would deliver it: its error, and what was answered."""
        ack = await self.workspace.people.delivery.ask(kind, payload)  # type: ignore[arg-type]
        return ack.error, ack.payload


@asynccontextmanager
async def talking(
    database_url: str, *, over_http: bool = False, playbook: Path = Path("no-playbook.yaml")
) -> AsyncIterator[Talk]:
    port = free_port() if over_http else 0
    more = {"request_url": f"http://127.0.0.1:{port}/slack/events"} if over_http else {}
    config = Config.from_manifest(manifest(over_http=over_http), app=more, rate=1000.0, burst=1000)
    workspace = Workspace(config)
    async with workspace.serve() as slack, aiohttp.ClientSession() as http:
        settings = Settings(
            _env_file=None,
            slack_bot_token=SecretStr(slack.bot_token),
            slack_app_token=SecretStr(slack.app_token),
            slack_signing_secret=SecretStr(slack.signing_secret),
            slack_api_url=slack.api_url,
            database_url=database_url,
            tipoff_playbook=playbook,
            tipoff_intake_token=SecretStr(KEY),
            tipoff_message_spacing=0.01,
            tipoff_reply_pace=0.1,
        )
        async with running(settings, over_http=over_http, port=port) as tipoff:
            if not over_http:
                await workspace.wait_for(lambda: workspace.sockets.connections > 0)
            yield Talk(workspace, tipoff, http)


def free_port() -> int:
    """A port on which nobody listens, and which no other process of this test run asks for."""
    return next(filter(_is_free, PORTS))


def _is_free(port: int) -> bool:
    with suppress(OSError), socket.create_server(("127.0.0.1", port)):
        return True
    return False


def event(kind: str, id_: str, data: Mapping[str, Any], **envelope: Any) -> dict[str, Any]:
    """A CloudEvent of type `tipoff.<kind>`."""
    return {
        "specversion": "1.0",
        "type": f"tipoff.{kind}",
        "source": "/website",
        "id": id_,
        "data": data,
        **envelope,
    }


def captured(id_: str, email: str, name: str, form: str = "Contact sales", **envelope: Any) -> dict[str, Any]:
    """A form that somebody sent; `Contact sales` asks for a call."""
    person = {"email": email, "name": name, "company": "Initech"}
    return event("lead.captured", id_, {"person": person, "form": form}, **envelope)


def buttons(message: Message) -> list[tuple[str, str]]:
    """The (action id, value) of every button, in reading order."""
    return [
        (one["action_id"], one.get("value", ""))
        for one in _inside(list(message.blocks))
        if one.get("type") == "button"
    ]


def menus(message: Message) -> dict[str, list[str]]:
    """What can be chosen in each menu, by its action id."""
    return {
        one["action_id"]: [option["value"] for option in one["options"]]
        for one in _inside(list(message.blocks))
        if one.get("type") == "static_select"
    }


def _inside(value: Any) -> Iterable[dict[str, Any]]:
    if isinstance(value, list):
        for one in value:
            yield from _inside(one)
    elif isinstance(value, dict):
        yield value
        for one in value.values():
            yield from _inside(one)
