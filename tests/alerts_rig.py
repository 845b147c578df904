"""A running Tipoff that has watched for eight weeks, a marketer beside it, and a clock that a test moves."""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot_rig import PATIENCE, Stage, eventually, performing
from slack_rig import MAYA, buttons, menus
from store_rig import change, rows

from bot.house import House
from bot.watching import last_full, look
from funnel.alerts import Alerts
from funnel.playbook import parse_playbook
from funnel.surge import Arrival, Watch
from storage import tables
from storage.store import Store
from storage.watching import Seen
from workspace import Message

NOON = datetime(2026, 6, 16, 12, tzinfo=UTC)  # a Tuesday
MARKETING = "C0MARKETING"
SPRING, PAPER = "spring-webinar", "10 Tips for Improving your Widget ROI"
NEVER_QUIET = 'quiet: {since: "00:00", until: "00:00", weekends: false}'
RULES = f'timezone: Europe/Berlin\nalerts: {{to: "#marketing", {NEVER_QUIET}}}\n'
DAYS = 56


class Clock:
    """The time, as the test says."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


def usual(until: datetime, *others: str, every: float = 24) -> Iterator[Arrival]:
    """A lead every so many hours of each of several campaigns."""
    campaigns = [
        (SPRING, "google"),
        ("search", "google"),
        ("brand", "bing"),
        *((one, "google") for one in others),
    ]
    for place in range(1, int(DAYS * 24 / every)):
        for campaign, source in campaigns:
            at = until - timedelta(hours=place * every, minutes=7)
            yield Arrival(at, at, campaign, source, imported=False)


async def learn(database_url: str, at: datetime = NOON, *others: str, every: float = 24) -> None:
    """Let somebody have watched for eight weeks, and let nobody have been told of anything."""
    playbook = parse_playbook(RULES, "rules")
    watch = Watch(Alerts(), playbook.zone, lambda _day: False)
    watch.hear(usual(at, *others, every=every))
    assert watch.tick(at) == []
    async with Store.open(database_url) as store:
        begun = await store.watching.begin(at)
        assert begun is not None
        await store.watching.finish(begun, Seen(at, watch.saved(), {}, (), (), ()))


def lead(
    number: int,
    at: datetime,
    campaign: str = SPRING,
    *,
    asset: str = PAPER,
    source: str = "google",
    **more: Any,
) -> dict[str, Any]:
    """Somebody fills in the form for the white paper, at that time."""
    origin = {
        "source": source,
        "medium": "cpc",
        "campaign": campaign,
        "landing_page": "https://w.example/roi",
    }
    data = {
        "person": {"email": f"lead{number}@example.com", "name": f"Quirina {number}"},
        "form": "White paper",
        "asset": {"title": asset, "type": "white_paper", "topic": "widget", "gated": True},
        "origin": origin,
    }
    event = {"specversion": "1.0", "type": "tipoff.lead.captured", "source": "/site", "id": f"lead-{number}"}
    return {**event, "time": at.isoformat(), "data": data, **more}


async def look_now(house: House) -> None:
    """Somebody looks: we do, or the bot itself, whichever is first."""

    async def looked() -> bool:
        looked_at = (last_full(house.now()),)
        return await look(house) or looked_at in await rows(
            house.settings.database_url, tables.watch, "looked_at"
        )

    await eventually(looked)


class Marketing:
    """What a marketer sees and does in #marketing."""

    def __init__(self, stage: Stage, clock: Clock) -> None:
        self.stage = stage
        self.clock = clock
        self._number = 0

    async def come(self, count: int, campaign: str = SPRING, *, every: float = 3, **more: Any) -> None:
        """So many leads up to now, one each so many minutes, heard of as they came."""
        events = []
        for place in range(count, 0, -1):
            self._number += 1
            at = self.clock.now - timedelta(minutes=every * (place - 0.5))
            events.append(lead(self._number, at, campaign, **more))
        await self.stage.send(*events)
        await self.stage.settled()
        heard = tables.journal.update().values(received_at=tables.journal.c.at)
        await change(self.stage.settings.database_url, heard)

    async def after(self, minutes: float) -> None:
        """So much later: somebody has looked, every five minutes, and all is said."""
        for _ in range(int(minutes // 5)):
            self.clock.now += timedelta(minutes=5)
            await look_now(self.stage.tipoff.house)
        await self.stage.settled()

    @property
    def cards(self) -> list[Message]:
        """What stands in the channel itself."""
        said = [one for one in self.stage.workspace.messages(MARKETING) if one.metadata]
        return [one for one in said if not one.is_reply]

    @property
    def card(self) -> Message:
        """The one card that there is."""
        (one,) = self.cards
        return one

    @property
    def lines(self) -> list[str]:
        return roughly(self.card.text).splitlines()

    @property
    def history(self) -> list[str]:
        """What stands in the threads, roughly."""
        return [roughly(one.text) for one in self.stage.workspace.messages(MARKETING) if one.is_reply]

    async def press(self, user: str, action: str) -> None:
        """Somebody presses a button of the card."""
        value = next(value for name, value in buttons(self.card) if name == action)
        ack = await self.stage.workspace.click(user, action, channel=MARKETING, ts=self.card.ts, value=value)
        assert ack.error is None

    async def choose(self, user: str, action: str, choice: str) -> None:
        """Somebody chooses from a menu of the card what is called that."""
        value = next(one for one in menus(self.card)[action] if one.startswith(f"{choice} "))
        where = {"channel": MARKETING, "ts": self.card.ts}
        ack = await self.stage.workspace.click(user, action, selected=value, **where)
        assert ack.error is None

    async def fill_in(self, user: str, action: str, **values: str) -> None:
        """Somebody presses a button, and sends the form that opens."""
        await self.press(user, action)
        await self.stage.workspace.wait_for(lambda: self.stage.workspace.modal(user), timeout=PATIENCE)
        ack = await self.stage.workspace.submit(user, {name: {name: said} for name, said in values.items()})
        assert ack.error is None

    async def shows(self, words: str) -> None:
        """Return once the card has these words, and nothing else is to be said."""
        await self.stage.workspace.wait_for(lambda: words in self.card.text, timeout=PATIENCE)
        await self.stage.settled()

    async def ask(self, command: str, text: str, user: str = MAYA) -> str:
        """What a slash command answers to the one who asked."""
        workspace = self.stage.workspace

        def said() -> list[Message]:
            return [one for one in workspace.messages(MARKETING) if one.ephemeral_to == user]

        before = len(said())
        ack = await workspace.command(user, MARKETING, command, text)
        assert ack.error is None
        return (await workspace.wait_for(lambda: said()[before:], timeout=PATIENCE))[-1].text

    async def hears(self, user: str, words: str) -> str:
        """What somebody is told alone that has these words."""

        def heard() -> str | None:
            said = self.stage.workspace.messages(MARKETING)
            return next((one.text for one in said if one.ephemeral_to == user and words in one.text), None)

        return await self.stage.workspace.wait_for(heard, timeout=PATIENCE)


def roughly(text: str) -> str:
    """What was said, without the times and the expectations that the statistics alone decide."""
    dated = re.sub(r"\d+ \w{3}, \d\d:\d\d CES?T", "{time}", text)
    usual = re.sub(r"where (?:[\d.]+ ± [\d.]+|hardly any) were", "where {usual} were", dated)
    return re.sub(r"in (?:\d+ h)? ?(?:\d+ min)?(?= where)", "in {long}", usual)


@asynccontextmanager
async def marketing(
    database_url: str, folder: Path, clock: Clock, rules: str = RULES
) -> AsyncIterator[Marketing]:
    """A running Tipoff by those rules and that clock."""
    playbook = folder / "playbook.yaml"
    playbook.write_text(rules, encoding="utf-8")
    async with performing(database_url, playbook=playbook, now=clock, patience=PATIENCE) as stage:
        yield Marketing(stage, clock)
