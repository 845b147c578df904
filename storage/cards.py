"""Cards: messages that Slack should show, and the leases by which workers make it so.

A card is one message with a stable key: `brief:lead-42`, `brief:lead-42:2` for a later episode of that lead,
and under a posted brief the replies of its thread, `timeline:lead-42` and `activity:lead-42:1:3`. What it
says is a view of the store; its `version` moves whenever that view may have changed. A worker claims a card,
renders it, makes Slack agree, and tells the outcome. A claim whose lease ran out goes to the next worker, and
the late outcome is dropped.

    due ──claim──> said | gone          what Slack shows is what the store says
     ^               │
     └── version ────┘                  a change wakes it
    due ──claim──> deleted              a person took the message away: it is not said again
    due ──claim──> due (retry, hold) | doubt (ask Slack first) | waiting (a person must mend something)
    due ──> folded                      one line of a digest instead of a message of its own
"""

from datetime import datetime
from functools import partial

from funnel.brief import Receipts
from storage import claiming, digests, marking, outcomes, overview
from storage.claiming import Card, Claim, Terms
from storage.database import Database
from storage.overview import Trouble

__all__ = ["Card", "Cards", "Claim", "Trouble"]


class Cards:
    """The cards of one workspace: `store.cards`."""

    def __init__(self, database: Database, workspace: str) -> None:
        self._database = database
        self._workspace = workspace

    async def claim(
        self,
        owner: str,
        *,
        limit: int = 10,
        lease_seconds: float = 60,
        spacing_seconds: float = 1,
        pace_seconds: float = 60,
        burst: int = 60,
    ) -> list[Claim]:
        """Lease the next card of each lane that may speak now: at most one a lane, `limit` in all.

        Nobody else speaks in the lane until the outcome is told or the lease ends; then it rests for
        `spacing_seconds`. Where more than `burst` new briefs wait in a lane, all of
        them are folded into digests first. New briefs go before new replies, and these before what changed;
        then the oldest. A reply that was said is changed again after `pace_seconds`, whatever happens
        meanwhile. The lease must outlast the call to Slack.
        """
        return await self._database.write(
            partial(
                claiming.claim,
                workspace=self._workspace,
                owner=owner,
                limit=limit,
                terms=Terms(lease=lease_seconds, spacing=spacing_seconds, pace=pace_seconds),
                burst=burst,
            )
        )

    async def renew(self, claim: Claim, lease_seconds: float = 60) -> Claim | None:
        """The same claim with a lease that begins now; None when the old one was lost to somebody else."""
        return await self._database.write(
            partial(claiming.renew, workspace=self._workspace, claim=claim, seconds=lease_seconds)
        )

    # Outcomes. Each returns False when the lease was lost: somebody else has the card, drop the result.

    async def said(
        self,
        claim: Claim,
        *,
        channel_id: str,
        ts: str,
        said_hash: str,
        bursts: int | None = None,
        receipts: Receipts | None = None,
    ) -> bool:
        """Slack shows the card as `claim.card.version` has it; it is due again if that has moved on.

        With `bursts`, the card is a brief, and its thread should hold the timeline and so many replies (that
        of an incident only these): those that are missing are made in the same transaction. `receipts` are
        the events that prove each line, kept with the card.
        """
        posted = outcomes.Posted(channel_id, ts, said_hash, receipts)
        return await self._finish(outcomes.said, claim, posted, bursts)

    async def unchanged(self, claim: Claim, bursts: int | None = None) -> bool:
        """There was nothing new to say, and Slack was not called: the lane need not rest.

        `bursts` is as for `said`.
        """
        return await self._finish(outcomes.unchanged, claim, bursts)

    async def gone(self, claim: Claim) -> bool:
        """There is nothing to say, and Slack shows no message of this card."""
        return await self._finish(outcomes.gone, claim)

    async def deleted(self, claim: Claim) -> bool:
        """A person deleted the message, or the one it would have replied to: it is never said again."""
        return await self._finish(outcomes.deleted, claim)

    async def retry(self, claim: Claim, seconds: float, error: str) -> bool:
        """It failed and may work in `seconds`; after a dozen attempts it waits for a person instead."""
        return await self._finish(outcomes.retry, claim, seconds, error)

    async def hold(self, claim: Claim, seconds: float, error: str) -> bool:
        """Slack asked for silence: nothing is said in this lane for `seconds`, and no attempt is counted."""
        return await self._finish(outcomes.hold, claim, seconds, error)

    async def wait(self, claim: Claim, error: str, seconds: float = outcomes.WAIT) -> bool:
        """Slack refused; a person must mend something. Tried again in `seconds`, so that mending heals it."""
        return await self._finish(outcomes.wait, claim, error, seconds)

    async def doubt(self, claim: Claim, error: str, seconds: float = 5) -> bool:
        """Nobody knows whether it was posted; the next claim says `reconcile`."""
        return await self._finish(outcomes.doubt, claim, error, seconds)

    async def _finish(self, outcome: outcomes.Outcome, claim: Claim, *args: object) -> bool:
        return await self._database.write(lambda c: outcome(c, self._workspace, claim, *args))

    async def touch(self, lead_id: int) -> bool:
        """Something that a lead's card shows has changed; whether there is a card."""
        return bool(await self._database.write(lambda c: marking.touch(c, self._workspace, [lead_id])))

    async def open(self, key: str, kind: str, lane: str) -> bool:
        """A card about no lead, due now; False where there is one of that key already, said or not."""
        return await self._database.write(lambda c: marking.open_card(c, self._workspace, key, kind, lane))

    async def wake_waiting(self) -> int:
        """Try every card that waits or is in doubt now, because somebody mended something; how many."""
        return await self._database.write(lambda c: outcomes.wake_waiting(c, self._workspace))

    async def move_unposted(self, lane: str) -> int:
        """Briefs that were surely never posted go to `lane`: the playbook names another channel now."""
        return await self._database.write(lambda c: outcomes.move_unposted(c, self._workspace, lane))

    async def follow_masks(self, masks: str) -> int:
        """Look at every message again whose channel followed other masks than these; how many cards."""
        return await self._database.write(lambda c: marking.follow_masks(c, self._workspace, masks))

    async def next_due(self) -> datetime | None:
        """The earliest time at which `claim` may find something; None when nothing is open."""
        return await self._database.read(lambda c: overview.next_due(c, self._workspace))

    async def thread_stands(self, reply: Card) -> bool:
        """Whether the message that a reply stands under, or is to stand under, is still there."""
        return await self._database.read(lambda c: overview.thread_stands(c, self._workspace, reply))

    async def digest_members(self, key: str) -> dict[int, int]:
        """The ids of the leads that a digest lists, oldest first, each with the episode it is about."""
        return await self._database.read(lambda c: digests.members(c, self._workspace, key))

    async def card(self, key: str) -> Card | None:
        return await self._database.read(lambda c: overview.card_by_key(c, self._workspace, key))

    async def card_of_message(self, channel_id: str, ts: str) -> Card | None:
        return await self._database.read(
            lambda c: overview.card_by_message(c, self._workspace, channel_id, ts)
        )

    async def troubles(self) -> list[Trouble]:
        """Every card that failed and has not been said since, oldest first."""
        return await self._database.read(lambda c: overview.troubles(c, self._workspace))
