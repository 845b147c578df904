"""Who may see what: the mask of a channel, and the roles of people."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, Field

from funnel.part import Part

Mask = Literal["full", "initials", "id"]
MASKS: tuple[Mask, ...] = get_args(Mask)  # from what shows most to what shows least
Role = Literal["rep", "manager", "marketer", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)
Right = Literal["reveal", "work", "count"]
NAMED = 3  # people to ask, at most

_CHANNEL = re.compile(r"#[^\s#]{1,80}|[CG][A-Z0-9]{2,}")
_MEMBER = re.compile(r"[UW][A-Z0-9]{2,}")


def _channel(name: str) -> str:
    if not _CHANNEL.fullmatch(name) or (name.startswith("#") and name != name.lower()):
        raise ValueError('is not a channel such as "#leads-emea" (in quotes, in lower case) or C0123456789')
    return name


def _member(who: str) -> str:
    if not _MEMBER.fullmatch(who):
        raise ValueError("is not the id of a member such as U0123456789 (in Slack: profile, Copy member ID)")
    return who


Channel = Annotated[str, AfterValidator(_channel)]
Member = Annotated[str, AfterValidator(_member)]
Masks = dict[Channel, Mask]


def strictest(masks: Mapping[str, Mask]) -> Mask:
    """The mask that shows least; everything where there is none."""
    return max(masks.values(), key=MASKS.index, default="full")


def of_channel(masks: Mapping[str, Mask], places: tuple[str, ...]) -> Mask:
    """What a message in a channel may show; `places` are the channel's id and names."""
    return strictest({place: masks[place] for place in places if place in masks})


def of_asker(masks: Mapping[str, Mask], places: tuple[str, ...]) -> Mask:
    """What somebody who may not reveal is shown when they ask alone: what the channel shows.

    A place that no mask names shows them as little as any channel does: a mask would hide nothing if it were
    enough to ask elsewhere.
    """
    return of_channel(masks, places) if any(place in masks for place in places) else strictest(masks)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why somebody may not do something: their own role, the roles that may, and whom to ask."""

    right: Right
    role: Role
    roles: tuple[Role, ...]
    ask: tuple[str, ...]


class People(Part):
    """Who has which role, by Slack member id, and what each role may do."""

    default: Role = Field(default="rep", description="the role of everybody who is not among the members")
    members: dict[Member, Role] = Field(default_factory=dict)
    reveal: tuple[Role, ...] = Field(default=ROLES, description="who may see what a channel's mask hides")
    work: tuple[Role, ...] = Field(default=ROLES, description="who may claim leads and log calls")
    count: tuple[Role, ...] = Field(default=ROLES, description="who may ask for numbers")

    def role(self, user: str) -> Role:
        return self.members.get(user, self.default)

    def refusal(self, user: str, right: Right) -> Refusal | None:
        """Why `user` may not do what needs that right; None when they may."""
        roles: tuple[Role, ...] = getattr(self, right)
        role = self.role(user)
        if role in roles:
            return None
        return Refusal(
            right, role, roles, tuple(who for who in self.members if self.role(who) in roles)[:NAMED]
        )
