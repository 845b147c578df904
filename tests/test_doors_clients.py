"""Segment's own clients, unmodified but for their host, against a running Tipoff: a lead and one brief."""

import asyncio
import shutil
from pathlib import Path
from typing import Any

import pytest
from segment.analytics.client import Client
from slack_rig import KEY, Talk, talking

NODE = Path(__file__).parent / "node"


def python_client(host: str, *, gzip: bool, sync_mode: bool) -> list[Any]:
    """What a web shop would send; the failures that the client saw."""
    failures: list[Any] = []
    client = Client(
        KEY, host=host, gzip=gzip, sync_mode=sync_mode, on_error=lambda *failure: failures.append(failure)
    )
    client.identify("u1", {"email": "ana@example.com", "name": "Ana Sousa", "company": "Initech"})
    client.page("u1", name="Pricing", properties={"url": "https://example.com/pricing"})
    client.track("u1", "Contact Form Submitted", {"form": "Contact sales", "message": "Call me, please."})
    if not sync_mode:
        client.shutdown()
    return failures


async def brief(talk: Talk) -> list[str]:
    """The lines of the only brief, once everything is told and said."""
    await talk.cards(1)
    await talk.settled()
    (card,) = await talk.cards(1)
    return card.text.splitlines()


@pytest.mark.parametrize("sync_mode", [False, True], ids=["queued", "one by one"])
@pytest.mark.parametrize("gzip", [False, True], ids=["plain", "gzip"])
async def test_the_python_client_brings_a_lead_and_one_brief(
    sqlite_url: str, *, gzip: bool, sync_mode: bool
) -> None:
    async with talking(sqlite_url) as talk:
        failures = await asyncio.to_thread(python_client, talk.url, gzip=gzip, sync_mode=sync_mode)

        said = await brief(talk)
        totals = await talk.tipoff.house.store.counts()
        timeline = await talk.ask("/lead", "ana@example.com")

    assert failures == []
    assert (totals.events, totals.leads) == (3, 1)
    assert said[0].startswith("🔥 Contact sales form · asked for a call")
    assert said[1] == "Ana Sousa · Initech · title: not captured · unassigned"
    assert "Call me, please." in "\n".join(said)
    assert timeline.splitlines() == said


async def test_a_python_client_with_a_wrong_key_is_told_so(sqlite_url: str) -> None:
    failures: list[Any] = []

    def send(host: str) -> None:
        client = Client("wrong", host=host, on_error=lambda *failure: failures.append(failure), max_retries=0)
        client.identify("u1", {"email": "ana@example.com"})
        client.shutdown()

    async with talking(sqlite_url) as talk:
        await asyncio.to_thread(send, talk.url)
        totals = await talk.tipoff.house.store.counts()

    assert [error.status for error, _ in failures] == [401]
    assert totals.events == 0


@pytest.fixture(scope="session")
def node_client() -> str:
    """The path of Node, with Segment's client installed beside `send.mjs`."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node is not here, so Segment's Node client is not tested")
    if not (NODE / "node_modules" / "@segment" / "analytics-node").is_dir():
        pytest.skip(f"Segment's Node client is not installed: run `npm ci` in {NODE}, or `make test`")
    return node


async def test_the_node_client_brings_a_lead_and_one_brief(sqlite_url: str, node_client: str) -> None:
    async with talking(sqlite_url) as talk:
        client = await asyncio.create_subprocess_exec(node_client, "send.mjs", talk.url, KEY, cwd=NODE)
        assert await asyncio.wait_for(client.wait(), timeout=120) == 0

        said = await brief(talk)
        totals = await talk.tipoff.house.store.counts()

    assert (totals.events, totals.leads) == (3, 1)
    assert said[0].startswith("🔥 Contact sales form · asked for a call")
    assert said[1] == "Nadia Node · Initech · title: not captured · unassigned"
    assert "Please call me." in "\n".join(said)
