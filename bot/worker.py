"""Makes Slack agree with the store: loops that tell what is new, open what is due by the clock, and say it.

A card is claimed, rendered, compared with what was last said, then posted, updated, deleted or left alone.
A crash at any point is repaired by doing the same again (see `storage.cards` for leases and rates).
"""

import asyncio
import json
import logging
import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from hashlib import sha256

from sqlalchemy.exc import SQLAlchemyError

from bot import watching
from bot.content import Content, content
from bot.house import House
from bot.levels import NOT_DRAWN
from bot.scheduled import digest_key
from bot.slack import Absent, Away, Done, Limited, Outcome, Refused, Slack, Unread, Unsure
from bot.tasks import Tasks
from briefs.message import Level, Message
from funnel.masks import Mask, of_channel
from funnel.schedule import due, next_due
from storage.cards import Card, Claim

log = logging.getLogger(__name__)

LANES = 16
TICK = 60.0  # seconds; how late a digest may be where the machine was asleep
LOOK_AROUND = 5.0  # seconds; how soon another replica's work is noticed
REFUSED_FOR = 600.0  # seconds; a person has to change something first
AWAY_FOR = 2.0  # seconds; nothing is said in a channel while Slack cannot be reached
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


@dataclass(slots=True)
class Turn:
    """A card in our hands, and when (of the monotonic clock) a post must have begun to end in time."""

    claim: Claim
    post_by: float


class Worker:
    """The loops of one process; `stop()` lets what is under way finish."""

    def __init__(self, house: House, slack: Slack) -> None:
        self._house = house
        self._cards = house.store.cards
        self._slack = slack
        self._owner = uuid.uuid4().hex
        self._attending = Tasks(LANES)
        self._stopping = False
        self._stopped = asyncio.Event()

    def stop(self) -> None:
        self._stopping = True
        self._stopped.set()
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

    async def keep_time(self) -> None:
        """Open the digests whose time has come, until stopped."""
        await self._patiently(self._open_digests, self._stopped)

    async def watch(self) -> None:
        """Look every five minutes whether more leads come than usual, or fewer, until stopped."""
        await self._patiently(self._look, self._stopped)

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

    async def _open_digests(self) -> float:
        digests, zone, now = self._house.playbook.digests, self._house.playbook.zone, self._house.now()
        for name, at in due(digests, now, zone).items():
            if await self._cards.open(digest_key(name, at), "scheduled", digests[name].to):
                self._house.unsaid.set()
        then = next_due(digests, now, zone)
        return min(max((then - now).total_seconds(), SOONEST), TICK) if then else TICK

    async def _look(self) -> float:
        """One look; what goes wrong with it is logged, and there is another one in five minutes."""
        try:
            await watching.look(self._house)
        except (SQLAlchemyError, OSError):
            raise
        except Exception:
            log.exception("nobody looked at the inflow of leads")
        return watching.until_next(self._house.now())

    async def _say_due(self) -> float:
        settings = self._house.settings
        post_by = time.monotonic() + settings.tipoff_slack_timeout
        if not (free := LANES - len(self._attending)):
            return LOOK_AROUND
        claims = await self._cards.claim(
            self._owner,
            limit=free,
            lease_seconds=settings.lease_seconds,
            spacing_seconds=settings.tipoff_message_spacing,
            pace_seconds=settings.tipoff_reply_pace,
            burst=self._house.playbook.brief_burst,
        )
        for claim in claims:
            self._attending.start(self._attend(Turn(claim, post_by)))
        if claims:
            return 0.0
        due = await self._cards.next_due()
        if due is None:
            return LOOK_AROUND
        return min(max((due - self._house.now()).total_seconds(), SOONEST), LOOK_AROUND)

    async def _attend(self, turn: Turn) -> None:
        try:
            await self._agree(turn)
        except (SQLAlchemyError, OSError) as error:
            log.warning("card %s: the database is away, its lease will end: %s", turn.claim.card.key, error)
        except Exception as error:
            log.exception("card %s could not be said", turn.claim.card.key)
            await self._cards.retry(turn.claim, _backoff(turn.claim), f"{type(error).__name__}: {error}")
        finally:
            self._house.unsaid.set()

    async def _agree(self, turn: Turn) -> None:
        """Make Slack's message agree with the card."""
        card = turn.claim.card
        standing = await self._standing(turn.claim)
        if not isinstance(standing, Done | Absent):
            await self._settle(turn.claim, Content(None), standing)
            return
        mask = await self._mask(card)
        if not isinstance(mask, str):
            await self._settle(turn.claim, Content(None), mask)
            return
        now = await content(self._house, card, standing.ts if isinstance(standing, Done) else None, mask)
        if now.message is None and isinstance(standing, Absent):
            await self._cards.gone(turn.claim)
        elif now.message is not None and card.posted and _hash(now.message) == card.said_hash:
            await self._cards.unchanged(turn.claim, now.bursts)
        else:
            outcome = await self._carry_out(turn, standing, now.message)
            await self._settle(turn.claim, now, outcome)

    async def _standing(self, claim: Claim) -> Done | Absent | Unread | InDoubt:
        """Where the card's message stands; after an interrupted attempt, Slack is asked."""
        card = claim.card
        if card.channel_id and card.ts:
            return Done(card.channel_id, card.ts)
        if not claim.reconcile or card.first_attempt_at is None:
            return Absent()
        channel = await self._channel(card)
        if not isinstance(channel, str):
            return channel
        found = await self._slack.find(channel, card.key, card.first_attempt_at, card.thread_ts)
        match found:
            case Done():
                log.info("card %s had been posted after all", card.key)
            case Refused("missing_scope"):
                return InDoubt(found)
        return found

    async def _carry_out(self, turn: Turn, standing: Done | Absent, message: Message | None) -> Outcome:
        """Post, update or delete the card's message."""
        match standing:
            case Done(channel, ts) if message:
                send = partial(self._slack.update, channel, ts, message)
                return await self._house.levels.say(message, send, _undrawn)
            case Done(channel, ts):
                return await self._slack.delete(channel, ts)
            case _ if message:
                return await self._post(turn, message)
        return Absent()

    async def _post(self, turn: Turn, message: Message) -> Outcome:
        card = turn.claim.card
        channel = await self._channel(card)
        if not isinstance(channel, str):
            return channel

        async def send(level: Level) -> Outcome:
            if not await self._in_time(turn):
                return Away("it took so long to find out what to say that another worker took over")
            return await self._slack.post(channel, card.key, message, level, card.thread_ts)

        return await self._house.levels.say(message, send, _undrawn)

    async def _in_time(self, turn: Turn) -> bool:
        """Whether a post may begin and be over before the lease, which is renewed where it ends too soon."""
        settings = self._house.settings
        while time.monotonic() > turn.post_by:
            post_by = time.monotonic() + settings.tipoff_slack_timeout
            renewed = await self._cards.renew(turn.claim, settings.lease_seconds)
            if renewed is None:
                return False
            turn.claim, turn.post_by = renewed, post_by
        return True

    async def _channel(self, card: Card) -> str | Unread:
        """The id of the channel of a card; a reply's is its brief's, whatever the playbook says."""
        if card.thread_ts and card.channel_id:
            return card.channel_id
        return await self._slack.channel_id(card.lane)

    async def _settle(self, claim: Claim, now: Content, outcome: Outcome | InDoubt) -> None:
        """Write down what came of it."""
        card = claim.card
        match outcome:
            case Done(channel, ts) if now.message:
                await self._cards.said(
                    claim,
                    channel_id=channel,
                    ts=ts,
                    said_hash=_hash(now.message),
                    bursts=now.bursts,
                    receipts=now.receipts,
                )
            case Absent() if now.message:
                # A person deleted it, or the message that it replies to, and does not want it back.
                await self._cards.deleted(claim)
            case Done() | Absent():
                await self._cards.gone(claim)
            case Limited(seconds):
                await self._cards.hold(claim, seconds, outcome.sentence)
            case Away():
                log.warning("%s waits: %s", card.lane, outcome.sentence)
                await self._cards.hold(claim, AWAY_FOR, outcome.sentence)
            case Unsure():
                log.warning("card %s: %s", card.key, outcome.sentence)
                settled = self._house.settings.tipoff_slack_timeout  # by then Slack has done it, or will not
                await self._cards.retry(claim, max(_backoff(claim), settled), outcome.sentence)
            case Refused():
                log.error("card %s waits for %s: %s", card.key, card.lane, outcome.sentence)
                await self._cards.wait(claim, outcome.sentence)
            case InDoubt():
                log.error("card %s for %s is in doubt: %s", card.key, card.lane, outcome.sentence)
                await self._cards.doubt(claim, outcome.sentence, REFUSED_FOR)

    async def _mask(self, card: Card) -> Mask | Unread:
        """What the card's channel may show; Slack is asked for the channel's other name."""
        masks = self._house.playbook.masks
        if not masks:
            return "full"
        channel = card.channel_id or await self._slack.channel_id(card.lane)
        name = await self._slack.name_of(channel) if isinstance(channel, str) else channel
        return of_channel(masks, (card.lane, str(channel), name)) if isinstance(name, str) else name


def _undrawn(outcome: Outcome) -> str | None:
    return outcome.error if isinstance(outcome, Refused) and outcome.error in NOT_DRAWN else None


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
