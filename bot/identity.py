"""`tipoff identity`: how a person came together, and a person's word on who is who.

A word is an event like any other: recorded for good, told at once, and undone by the opposite word.
"""

import uuid
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from bot.house import clock
from bot.importing import tell_all
from bot.settings import Settings, load_playbook
from briefs.literal import clip
from funnel.errors import NotFoundError, QuestionError
from funnel.events import LeadMerged, LeadSplit, Person
from funnel.identity import email_key
from funnel.persons import Identifier, Kind, Story, Trace
from storage.store import Store

KIND: dict[Kind, str] = {"email": "e-mail", "user": "user id", "anonymous": "anonymous id"}
TICK = timedelta(microseconds=1)


async def show(settings: Settings, email: str) -> list[str]:
    """The lines that explain who has an address.

    Raises:
        NotFoundError: nobody has it.
        QuestionError: it is no address.

    """
    zone = load_playbook(settings.tipoff_playbook).zone
    async with Store.open(settings.database_url) as store:
        story = await _story(store, email)
        lead = await store.lead_of(email)
    acts = [_act(act, zone) for act in story.acts]
    return [
        f"{clip(_address(story, email))} is lead {lead}, {_count(len(story.traces), 'identifier')}:",
        *(_trace(trace, first=trace is story.traces[0], zone=zone) for trace in story.traces),
        *(["", "Merges and splits:", *acts] if acts else []),
    ]


async def split(settings: Settings, email: str, reason: str) -> str:
    """Record that whoever has `email` is somebody else than the others of their lead; what came of it.

    Raises:
        NotFoundError: nobody has it.
        QuestionError: it is no address.

    """
    playbook = load_playbook(settings.tipoff_playbook)
    async with Store.open(settings.database_url) as store:
        story = await _story(store, email)
        address = _address(story, email)
        before = await store.lead_of(email)
        others = [one for one in _addresses(story) if email_key(one) != email_key(email)]
        if not others:
            return f"{clip(address)} is the only address of lead {before}: there is nobody to split it from."
        await store.record([LeadSplit(**_envelope(reason, story), person=Person(email=address))])
        await tell_all(store, playbook)
        apart, rest = await store.lead_of(address), await store.lead_of(others[0])
    if rest is None:
        return f"{clip(address)} is lead {apart} now. Of {clip(others[0])} nothing else is known."
    return (
        f"{clip(address)} is lead {apart} now, and {clip(others[0])} is lead {rest}. "
        f"To undo it: tipoff identity merge {clip(others[0])} {clip(address)}"
    )


async def merge(settings: Settings, email: str, other: str, reason: str) -> str:
    """Record that two addresses are one person's, who goes by the first; what came of it.

    Raises:
        NotFoundError: nobody has one of them.
        QuestionError: one of them is no address.

    """
    playbook = load_playbook(settings.tipoff_playbook)
    async with Store.open(settings.database_url) as store:
        stories = [await _story(store, one) for one in (email, other)]
        kept, joined = (_address(*pair) for pair in zip(stories, (email, other), strict=True))
        if await store.lead_of(kept) == (lead := await store.lead_of(joined)):
            return f"{clip(kept)} and {clip(joined)} are one person already: lead {lead}."
        word = LeadMerged(
            **_envelope(reason, *stories), person=Person(email=kept), other=Person(email=joined)
        )
        await store.record([word])
        await tell_all(store, playbook)
        lead = await store.lead_of(kept)
    both = f"{clip(kept)} and {clip(joined)} are lead {lead} now."
    return f"{both} To undo it: tipoff identity split {clip(joined)}"


async def _story(store: Store, email: str) -> Story:
    try:
        Person(email=email)
    except ValidationError:
        raise QuestionError(
            f"“{clip(email)}” is not an e-mail address. Try tipoff identity show ana@example.com"
        ) from None
    story = await store.story_of(email)
    if story is None:
        raise NotFoundError(
            f"Nobody has the address {clip(email)}. `tipoff brief NAME` finds people by name."
        )
    return story


def _address(story: Story, email: str) -> str:
    """The address as it was given last, however the one who asks spells it."""
    wanted = Identifier("email", email_key(email))
    return next(_spelled(trace)[-1] for trace in story.traces if trace.identifier == wanted)


def _addresses(story: Story) -> list[str]:
    return [_spelled(trace)[-1] for trace in story.traces if trace.identifier.kind == "email"]


def _spelled(trace: Trace) -> tuple[str, ...]:
    return trace.spelled or (trace.identifier.value,)


def _envelope(reason: str, *stories: Story) -> dict[str, Any]:
    """A new word's envelope; it is later than all that it is about, so that the last word counts."""
    about = (event for story in stories for event in (*story.acts, *(one.event for one in story.traces)))
    return {
        "id": f"identity:{uuid.uuid4().hex}",
        "source": "tipoff",
        "time": max(clock(), *(event.time + TICK for event in about)),
        "reason": reason or None,
    }


def _trace(trace: Trace, *, first: bool, zone: ZoneInfo) -> str:
    *others, name = _spelled(trace)
    spelled = f" (also {clip(', '.join(others))})" if others else ""
    how = "first named" if first else "joined"
    event = trace.event
    return (
        f"  {KIND[trace.identifier.kind]} {clip(name)}{spelled}: {how} {_at(event.time, zone)} "
        f"by {event.type} {clip(str(event.key))}{_because(event)}"
    )


def _act(act: LeadMerged | LeadSplit, zone: ZoneInfo) -> str:
    what = (
        f"merged {_name(act.person)} with {_name(act.other)}"
        if isinstance(act, LeadMerged)
        else (f"split off {_name(act.person)}")
    )
    return f"  {_at(act.time, zone)} {what}, {clip(str(act.key))}{_because(act)}"


def _name(person: Person) -> str:
    return clip(person.email or person.user_id or person.anonymous_id or "")


def _because(event: object) -> str:
    return f": “{clip(event.reason)}”" if isinstance(event, LeadMerged | LeadSplit) and event.reason else ""


def _at(time: datetime, zone: ZoneInfo) -> str:
    return f"{time.astimezone(zone):%Y-%m-%d %H:%M %Z}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
