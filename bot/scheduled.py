"""Digests: questions that the playbook asks by itself, answered as the store stood when they were due.

An answer is a function of the store and that time, so a digest that is tried again says the same.
"""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import cast

from bot import alerts
from bot.asking import Asked, gather, with_known_names
from bot.house import House
from briefs import catalog
from briefs.catalog import Part
from briefs.message import Message
from funnel.answer import Answer
from funnel.errors import NotFoundError, PlaybookError, QuestionError, TipoffError
from funnel.playbook import Playbook
from funnel.question import About, Question
from funnel.restated import Restated, restated, restated_asks
from funnel.schedule import THE_ALERTS, Digest

MINUTE = timedelta(minutes=1)
AT = "%Y-%m-%dT%H%MZ"


def digest_key(name: str, at: datetime) -> str:
    """The card of the digest of that name that was due `at` that minute."""
    return f"digest:{name}:{at.astimezone(UTC):{AT}}"


def digest_of(key: str) -> tuple[str, datetime]:
    """The name and the time of a digest's card."""
    _, name, at = key.split(":")
    return name, datetime.strptime(at, AT).replace(tzinfo=UTC)


def check(playbook: Playbook, now: datetime, where: str) -> None:
    """Return if every digest can be answered.

    Raises:
        PlaybookError: naming `where`, the question that no digest can ask, and one that works.

    """
    for name, digest in playbook.digests.items():
        for text in _questions(digest):
            try:
                _question(_asked(text, now), playbook)
            except QuestionError as error:
                raise PlaybookError(f"{where}: digests.{name}.ask: “{text[:80]}”: {error}") from None


async def digest(house: House, key: str) -> Message | None:
    """What a digest says; None where the playbook has none of that name (any more)."""
    name, at = digest_of(key)
    rules = house.playbook.digests.get(name)
    if rules is None:
        return None
    parts = [
        await _part(house, _asked(text, at), text) if text != THE_ALERTS else await _alerts(house, at)
        for text in rules.ask
    ]
    changed = await _restated(house, name, rules, at)
    return catalog.scheduled(name.capitalize(), at.astimezone(house.playbook.zone), parts, changed)


async def _part(house: House, asked: Asked, text: str) -> Part:
    try:
        reply = await gather(house.store, house.playbook, asked)
    except TipoffError as error:
        return Part(text, trouble=str(error))
    if not isinstance(reply, Answer):
        return Part(text, trouble=NO_NUMBERS)
    return Part(str(reply.question), asked.carried(reply.question), reply)


async def _alerts(house: House, at: datetime) -> Part:
    """What people made of the alerts, and what those found that have no card of their own."""
    return Part(THE_ALERTS, alerts=await alerts.standing(house.store, house.playbook, at))


def _questions(digest: Digest) -> tuple[str, ...]:
    """What a digest asks that is answered with numbers."""
    return tuple(text for text in digest.ask if text != THE_ALERTS)


NO_NUMBERS = "A digest asks for numbers. Try `/kpi mqls last week vs prev by source`."


async def _restated(house: House, name: str, rules: Digest, at: datetime) -> tuple[Restated, ...]:
    """What the digest before said that is no longer so."""
    before = rules.before(at - MINUTE, house.playbook.zone)
    card = await house.store.cards.card(digest_key(name, before))
    if card is None or not card.posted:
        return ()
    try:
        pairs = restated_asks(await _answered(house, rules, before), before, at)
        wanted = [ask for pair in pairs for ask in pair]
        found = await asyncio.gather(*(house.store.count(ask, house.playbook, now=at) for ask in wanted))
    except QuestionError:
        return ()  # it said nothing then, or too much has changed since to tell
    return restated(pairs, dict(zip(wanted, found, strict=True)))


async def _answered(house: House, rules: Digest, at: datetime) -> list[Question]:
    """What a digest answered with numbers, each campaign by its whole name."""
    answered = []
    for text in _questions(rules):
        with suppress(NotFoundError):
            request = await with_known_names(house.store, _question(_asked(text, at), house.playbook))
            if isinstance(request, Question):
                answered.append(request)
    return answered


def _question(asked: Asked, playbook: Playbook) -> Question:
    request = asked.understood(playbook)
    if not isinstance(request, Question) or request.names or request.why:
        raise QuestionError(NO_NUMBERS)
    return request


def _asked(text: str, at: datetime) -> Asked:
    about, _, words = text.removeprefix("/").partition(" ")
    return Asked(cast("About", about), words, at, again=True)
