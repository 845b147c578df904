"""What a button's press is, parsed once from Slack's payload."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot import roles
from bot.house import House
from briefs.message import Message
from funnel.brief import Brief, look_up
from funnel.errors import NotFoundError
from funnel.events import Person


@dataclass(frozen=True, slots=True)
class Press:
    """Who pressed what.

    `value` is the button's own or that of what was chosen, `trigger` opens a modal within three seconds,
    `reply` speaks to them alone and `share` to everybody in the channel, `places` are its id and its name.
    """

    user: str
    value: str
    trigger: str
    view: dict[str, Any] | None
    client: AsyncWebClient
    reply: Callable[[Message], Awaitable[None]]
    share: Callable[[Message], Awaitable[None]]
    places: tuple[str, ...] = ()

    @property
    def lead(self) -> int:
        """The id of the lead whom the button names; buttons are client-visible, so it may be anything."""
        return lead_id(self.value.partition(":")[0])

    @property
    def page(self) -> int:
        """The page that the button names, the first where it names none."""
        page = self.value.partition(":")[2]
        return int(page) if page.isdecimal() and len(page) < 6 else 1  # noqa: PLR2004 - no lead has that many


@dataclass(frozen=True, slots=True)
class Submitted:
    """A modal's form: who sent it, what it is about, and what was put into each field."""

    user: str
    view: str
    about: str
    values: dict[str, str]

    @property
    def lead(self) -> int:
        """The id of the lead that it is about."""
        return lead_id(self.about)


Action = Callable[[House, Press], Awaitable[None]]
Submission = Callable[[House, Submitted], Awaitable[None]]


def lead_id(text: str) -> int:
    """The id that a payload carries.

    Raises:
        NotFoundError: it is none.

    """
    if not text.isdecimal() or len(text) > 15:  # noqa: PLR2004 - more digits than any store has leads
        raise NotFoundError("That button belongs to no lead that I know.")
    return int(text)


async def brief_of(house: House, lead: int) -> Brief:
    """The brief of the lead that a payload named, as much of it as whoever acts may see.

    Raises:
        NotFoundError: there is no such lead, or they asked to be forgotten.

    """
    told = await house.store.lead(lead, house.playbook)
    one = look_up(lead, told, house.playbook) if told else None
    if one is None:
        raise NotFoundError("That lead is no longer in the store. `/lead` finds those that are.")
    return await roles.seen(house, one)


async def whose(house: House, lead: int) -> Person:
    """The lead as an event names them: the ids of the event that is theirs last.

    Raises:
        NotFoundError: there is no such lead.

    """
    events = await house.store.events_of(lead)
    if not events:
        raise NotFoundError("That lead is no longer in the store. `/lead` finds those that are.")
    last = events[-1].person
    return Person(email=last.email, anonymous_id=last.anonymous_id, user_id=last.user_id)
