"""The doors while the database is away: 503, nothing half-done, and everything works again afterwards."""

import json

import sqlalchemy as sa
from conftest import administer
from slack_rig import BATCH, Talk, captured, talking
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import create_async_engine

from storage.store import Store


async def shut(server: URL, name: str) -> None:
    """Let nobody in, and send those who are in away."""
    await administer(server, f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
    engine = create_async_engine(server.set(drivername="postgresql+asyncpg"), poolclass=sa.NullPool)
    async with engine.connect() as connection:
        terminate = sa.text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name")
        await connection.execute(terminate, {"name": name})
    await engine.dispose()


async def post(talk: Talk, *ids: str) -> tuple[int, str | None]:
    events = [captured(id_, f"{id_}@example.com", id_.title()) for id_ in ids]
    async with talk.http.post(f"{talk.url}/intake/events", headers=BATCH, data=json.dumps(events)) as answer:
        return answer.status, answer.headers.get("Retry-After")


async def status(talk: Talk, path: str) -> int:
    async with talk.http.get(talk.url + path) as answer:
        return answer.status


async def test_without_a_store_the_sender_is_asked_to_come_again_and_nothing_is_half_done(
    empty_postgres: str, postgres_server: URL
) -> None:
    name = make_url(empty_postgres).database or ""
    async with talking(empty_postgres) as talk:
        await talk.send(captured("before", "before@example.com", "Before"))
        await talk.cards(1)
        await talk.settled()

        await shut(postgres_server, name)
        away = [await post(talk, "one", "two") for _ in range(3)]
        ready, healthy, metrics = [await status(talk, path) for path in ("/readyz", "/healthz", "/metrics")]
        apology = await talk.ask("/lead", "before")

        await administer(postgres_server, f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
        async with Store.open(empty_postgres) as second:
            kept = (await second.counts()).events
        again = await post(talk, "one", "two")
        await talk.cards(3)

    assert away == [(503, "5")] * 3
    assert (ready, healthy, metrics) == (503, 200, 200)
    assert "Sorry, that failed" in apology
    assert kept == 1
    assert again == (202, None)
