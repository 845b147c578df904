"""Trouble on order: what the client sees, and what really happened."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from workspace_rig import APP, LEADS, error_of, serving

from workspace import Workspace

Rig = tuple[Workspace, AsyncWebClient]
POST = "chat.postMessage"


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    async with serving() as served:
        yield served


def kept(workspace: Workspace) -> list[str]:
    return [message.text for message in workspace.messages(LEADS)]


async def test_processed_then_dropped_stores_the_message_and_hangs_up(rig: Rig) -> None:
    workspace, client = rig
    workspace.fault(POST, "processed_then_dropped")
    with pytest.raises(aiohttp.ClientConnectionError):
        await client.chat_postMessage(channel=LEADS, text="once")
    assert kept(workspace) == ["once"]
    assert [call.outcome for call in workspace.calls] == ["processed_then_dropped"]


async def test_dropped_stores_nothing(rig: Rig) -> None:
    workspace, client = rig
    workspace.fault(POST, "dropped")
    with pytest.raises(aiohttp.ClientConnectionError):
        await client.chat_postMessage(channel=LEADS, text="never")
    assert kept(workspace) == []


async def test_the_stock_client_posts_twice_when_the_answer_is_lost(rig: Rig) -> None:
    """What a bot must guard against: the SDK's default retry sends the message again."""
    workspace, _ = rig
    stock = AsyncWebClient(token=APP.bot_token, base_url=f"{workspace.slack.url}/api/")
    workspace.fault(POST, "processed_then_dropped")
    assert (await stock.chat_postMessage(channel=LEADS, text="twice"))["ok"]
    assert kept(workspace) == ["twice", "twice"]


@pytest.mark.parametrize(("kind", "stored"), [("server_error", []), ("processed_server_error", ["x"])])
async def test_a_server_error_says_nothing_of_whether_it_was_done(
    rig: Rig, kind: Any, stored: list[str]
) -> None:
    workspace, client = rig
    workspace.fault(POST, kind)
    with pytest.raises(SlackApiError) as refusal:
        await client.chat_postMessage(channel=LEADS, text="x")
    assert refusal.value.response.status_code == 500
    assert kept(workspace) == stored


async def test_a_rate_limit_on_order_is_not_a_violation(rig: Rig) -> None:
    workspace, client = rig
    workspace.fault(POST, "ratelimited", retry_after=30)
    with pytest.raises(SlackApiError) as refusal:
        await client.chat_postMessage(channel=LEADS, text="x")
    assert (refusal.value.response.status_code, refusal.value.response.headers["Retry-After"]) == (429, "30")
    assert workspace.violations == []
    assert kept(workspace) == []


async def test_any_error_can_be_ordered_for_one_channel(rig: Rig) -> None:
    workspace, client = rig
    workspace.fault(POST, "error", error="is_archived", channel=LEADS)
    assert await error_of(client.chat_postMessage(channel="C0MARKETING", text="x")) == "ok"
    assert await error_of(client.chat_postMessage(channel=LEADS, text="x")) == "is_archived"
    assert await error_of(client.chat_postMessage(channel=LEADS, text="x")) == "ok"


async def test_a_slow_call_is_done_late(rig: Rig) -> None:
    workspace, client = rig
    workspace.fault("*", "slow", seconds=0.1)
    started = time.monotonic()
    await client.chat_postMessage(channel=LEADS, text="late")
    assert time.monotonic() - started >= 0.1
    assert kept(workspace) == ["late"]


async def test_chaos_with_a_seed_strikes_the_same_calls_again() -> None:
    async def outcomes() -> list[str]:
        async with serving() as (workspace, client):
            workspace.fault(POST, "error", probability=0.5, seed=7)
            return [await error_of(client.chat_postMessage(channel=LEADS, text=str(n))) for n in range(12)]

    first = await outcomes()
    assert first == await outcomes()
    assert set(first) == {"ok", "internal_error"}


async def test_cleared_faults_strike_no_more(rig: Rig) -> None:
    workspace, client = rig
    workspace.fault("*", "dropped", times=5)
    workspace.faults.clear()
    assert await error_of(client.auth_test()) == "ok"
