"""Makes Slack agree with the store: one loop that says what is due, and one that tells what is new.

A card is claimed, rendered, compared with what was last said, then posted, updated, deleted or left alone.
A crash at any point is repaired by doing the same again (see `storage.cards` for leases and rates).
"""

import asyncio
import json
import logging
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy.exc import SQLAlchemyError

from bot.house import House
from bot.slack import Absent, Done, Limited, Outcome, Refused, Slack, Unsure
from bot.tasks import Tasks
from briefs import catalog
from briefs.message import Message
from funnel import brief
from funnel.triggers import deserves_brief
from storage.cards import Claim

log = logging.getLogger(__name__)

LANES = 16
LOOK_AROUND = 5.0  # seconds; how soon another replica's work is noticed
REFUSED_FOR = 600.0  # seconds; a person has to change something first
SOONEST = 0.01  # seconds; no busy loop when two clocks disagree
BACKOFF = (0.5, 1, 2, 5, 10, 30, 60, 120, 300)  # seconds, by attempt
DATABASE_PATIENCE = 60.0  # seconds without a database, then the process ends for its supervisor


@dataclass(frozen=True, slots=True)
class InDoubt:
    """It may have been posted, and the channel cannot be read: better wait than say it twice."""

    why: Refused

    @property
    def sentence(self) -> str:
        return f"it may have been posted already, and the channel cannot be read back. {self.why.sentence}"


class Worker:
    """The two loops of one process; `stop()` lets what is under way finish."""

    def __init__(self, house: House, slack: Slack) -> None:
        self._house = house
        self._cards = house.store.cards
        self._slack = slack
        self._owner = uuid.uuid4().hex
        self._attending = Tasks(LANES)
        self._stopping = False

    def stop(self) -> None:
        self._stopping = True
        self._house.untold.set()
        self._house.unsaid.set()

    async def drain(self, seconds: float) -> None:
        """Finish the calls to Slack that are under way; a card that is cut off is reconciled later."""
        await self._attending.drain(seconds)

    async def tell(self) -> None:
        """Tell leads from what is in the journal, until stopped."""
        await self._patiently(self._tell_all, self._house.untold)

    async def say(self) -> None:
        """Say what is due, until stopped."""
        await self._patiently(self._say_due, self._house.unsaid)

    async def _patiently(self, turn: Callable[[], Awaitable[float]], wake: asyncio.Event) -> None:
        """Take turns, sleeping as long as each says or until woken; ride out a database that is away."""
        away = 0.0
        while not self._stopping:
            wake.clear()
            try:
                pause = await turn()
                away = 0.0
            except (SQLAlchemyError, OSError) as error:
                log.warning("the database is away: %s", error)
                pause = min(1.0 + away, 5.0)
                away += pause
                if away > DATABASE_PATIENCE:
                    raise
            if pause > 0 and not self._stopping:
                await _woken_within(wake, pause)

    async def _tell_all(self) -> float:
        told = await self._house.store.tell(self._house.playbook, self._house.now())
        if told.cards:
            self._house.unsaid.set()
        return 0.0 if told.events else LOOK_AROUND

    async def _say_due(self) -> float:
        settings = self._house.settings
        if not (free := LANES - len(self._attending)):
            return LOOK_AROUND
        claims = await self._cards.claim(
            self._owner,
            limit=free,
            lease_seconds=settings.lease_seconds,
            spacing_seconds=settings.tipoff_message_spacing,
            burst=self._house.playbook.brief_burst,
        )
        for claim in claims:
            self._attending.start(self._attend(claim))
        if claims:
            return 0.0
        due = await self._cards.next_due()
        if due is None:
            return LOOK_AROUND
        return min(max((due - self._house.now()).total_seconds(), SOONEST), LOOK_AROUND)

    async def _attend(self, claim: Claim) -> None:
        try:
            await self._agree(claim)
        except (SQLAlchemyError, OSError) as error:
            log.warning("card %s: the database is away, its lease will end: %s", claim.card.key, error)
        except Exception as error:
            log.exception("card %s could not be said", claim.card.key)
            await self._cards.retry(claim, _backoff(claim), f"{type(error).__name__}: {error}")
        finally:
            self._house.unsaid.set()

    async def _agree(self, claim: Claim) -> None:
        """Make Slack's message agree with the card."""
        card = claim.card
        message = await self._render(claim)
        if message is None and card.ts is None and not claim.reconcile:
            await self._cards.gone(claim)
        elif message is not None and card.ts is not None and _hash(message) == card.said_hash:
            await self._cards.unchanged(claim)
        else:
            await self._settle(claim, message, await self._carry_out(claim, message))

    async def _carry_out(self, claim: Claim, message: Message | None) -> Outcome | InDoubt:
        """Post, update or delete the card's message; after an interrupted attempt, look for it first."""
        card = claim.card
        channel = card.channel_id or await self._slack.channel_id(card.lane)
        if not isinstance(channel, str):
            return channel
        ts = card.ts
        if ts is None and claim.reconcile and card.first_attempt_at:
            found = await self._slack.find(channel, card.key, card.first_attempt_at)
            match found:
                case Done():
                    log.info("card %s had been posted after all", card.key)
                    ts = found.ts
                case Refused("missing_scope"):
                    return InDoubt(found)
                case Limited() | Unsure() | Refused():
                    return found
                case Absent():
                    pass
        if ts is None:
            return await self._slack.post(channel, card.key, message) if message else Absent()
        if message is None:
            return await self._slack.delete(channel, ts)
        return await self._slack.update(channel, ts, message)

    async def _settle(self, claim: Claim, message: Message | None, outcome: Outcome | InDoubt) -> None:
        """Write down what came of it."""
        card = claim.card
        match outcome:
            case Done(channel, ts) if message:
                await self._cards.said(claim, channel_id=channel, ts=ts, said_hash=_hash(message))
            case Done() | Absent():
                await self._cards.gone(claim)
            case Limited(seconds):
                await self._cards.hold(claim, seconds, outcome.sentence)
            case Unsure():
                log.warning("card %s: %s", card.key, outcome.sentence)
                await self._cards.retry(claim, _backoff(claim), outcome.sentence)
            case Refused():
                log.error("card %s waits for %s: %s", card.key, card.lane, outcome.sentence)
                await self._cards.wait(claim, outcome.sentence)
            case InDoubt():
                log.error("card %s for %s is in doubt: %s", card.key, card.lane, outcome.sentence)
                await self._cards.doubt(claim, outcome.sentence, REFUSED_FOR)

    async def _render(self, claim: Claim) -> Message | None:
        """What the card should say now; None where nothing should stand there."""
        card = claim.card
        if card.kind == "digest":
            briefs = [await self._brief(lead) for lead in await self._cards.digest_members(card.key)]
            known = [one for one in briefs if one is not None]
            return catalog.digest(known) if known else None
        if card.lead_id is None:
            return None
        one = await self._brief(card.lead_id, unsaid=not card.posted and not claim.reconcile)
        return catalog.new_lead(one) if one else None

    async def _brief(self, lead_id: int, *, unsaid: bool = False) -> brief.Brief | None:
        lead = await self._house.store.lead(lead_id, self._house.playbook)
        if lead is None or (unsaid and not deserves_brief(lead, self._house.playbook)):
            return None
        return brief.build(lead_id, lead, self._house.playbook)


def _hash(message: Message) -> str:
    said = json.dumps([message.text, message.blocks], sort_keys=True, ensure_ascii=False)
    return sha256(said.encode()).hexdigest()


def _backoff(claim: Claim) -> float:
    return BACKOFF[min(claim.card.attempts, len(BACKOFF)) - 1]


async def _woken_within(wake: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await wake.wait()
    except TimeoutError:
        pass
