"""How richly each kind of message is said: as richly as we can, until Slack refuses to draw one.

Then the same message is said one level lower, and the level is remembered for its kind in this workspace, so
that the next one is not refused first. It is remembered by kind, because a Slack that will not draw the table
of a funnel may well draw a brief, and because one odd page must not take the looks of all the others.
"""

import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from slack_sdk.errors import SlackApiError
from sqlalchemy.exc import SQLAlchemyError

from briefs.message import Level, Message, View
from storage.store import Store

T = TypeVar("T")
log = logging.getLogger(__name__)

NOT_DRAWN = frozenset({"invalid_blocks", "invalid_blocks_format"})
DATABASE_AWAY = (SQLAlchemyError, OSError)
KNOWN_FOR = 5.0  # seconds; then another replica, or a person with the doctor, may have changed it


class Levels:
    """The levels of one workspace, as the store remembers them."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[str, Level] = {}
        self._until = 0.0

    async def say(
        self,
        what: Message | View,
        send: Callable[[Level], Awaitable[T]],
        undrawn: Callable[[T], str | None],
    ) -> T:
        """What came of sending `what` at the highest level that Slack draws.

        `undrawn` is Slack's word where it refused an outcome's blocks, else None.
        """
        level = await self._level(what.kind)
        outcome, refusal = await send(level), None
        while (word := undrawn(outcome)) and (below := level.below):
            level, refusal = below, word
            outcome = await send(level)
        if refusal and not undrawn(outcome):
            await self._remember(what.kind, level, refusal)
        return outcome

    async def show(self, view: View, call: Callable[[dict[str, Any]], Awaitable[object]]) -> None:
        """Show a view by a call that takes its payload.

        Raises:
            SlackApiError: Slack refused, and not for how the view is drawn.

        """
        await self.say(view, lambda level: _refusal(call(view.payload(level))), lambda word: word)

    async def _level(self, kind: str) -> Level:
        if time.monotonic() > self._until:
            self._until = time.monotonic() + KNOWN_FOR
            try:
                self._known = {one.kind: Level(one.level) for one in await self._store.renderings()}
            except DATABASE_AWAY as error:  # which people are told, so this must still be said
                log.warning("the levels cannot be read, those of before hold: %s", error)
        return self._known.get(kind, Level.RICH)

    async def _remember(self, kind: str, level: Level, refusal: str) -> None:
        log.warning(
            "Slack answered %s: %s is said as %s from now on (see `tipoff doctor`)", refusal, kind, level
        )
        self._known[kind] = level
        try:
            await self._store.remember_rendering(kind, level, refusal)
        except DATABASE_AWAY as error:
            log.warning("the level could not be written down: %s", error)


async def _refusal(call: Awaitable[object]) -> str | None:
    """Slack's word if it would not draw what a call shows; other refusals are raised."""
    try:
        await call
    except SlackApiError as error:
        if word := _undrawn(error):
            return word
        raise
    return None


def _undrawn(error: SlackApiError) -> str | None:
    """The word of a refusal that is about blocks; views are `invalid_arguments` with a pointer at them."""
    word = str(error.response.get("error"))
    details = (error.response.get("response_metadata") or {}).get("messages") or []
    pointed = word == "invalid_arguments" and any("/view/blocks" in str(one) for one in details)
    return word if word in NOT_DRAWN or pointed else None
