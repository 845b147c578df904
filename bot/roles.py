"""Who may do what: the one place that asks the playbook about a person, for commands, buttons and forms."""

from dataclasses import dataclass, replace

from bot.house import House, Lifted, Sight
from funnel.brief import Brief
from funnel.errors import TipoffError
from funnel.masked import masked
from funnel.masks import Refusal, Right, of_asker
from funnel.playbook import Playbook

NEEDS: dict[str, Right | None] = {
    "/lead": None,
    "/kpi": "count",
    "/funnel": "count",
    "/campaigns": "count",
    "/tipoff": None,
    "/tipoff alerts": "count",
    "tipoff.claim": "work",
    "tipoff.log_call": "work",
    "tipoff.timeline": None,
    "tipoff.timeline_page": None,
    "tipoff.lead": None,
    "tipoff.crm": None,
    "tipoff.reveal": "reveal",
    "tipoff.ask": "count",
    "tipoff.share": "count",
    "tipoff.rows": "reveal",
    "tipoff.show_leads": "reveal",
    "tipoff.expected": "count",
    "tipoff.not_useful": "count",
    "tipoff.mute": "count",
}
"""The right that each command, button and form needs; None: everybody may, and sees what is theirs to see."""


class NotAllowedError(TipoffError):
    """Somebody's role does not let them; `refusal` says whose does."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(f"The role {refusal.role} may not do that.")
        self.refusal = refusal


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, and the id and the name of the channel in which they do; none where Slack says none."""

    user: str
    places: tuple[str, ...] = ()

    @property
    def channel(self) -> str | None:
        return self.places[0] if self.places else None


def deed_of(command: str, text: str) -> str:
    """What a command with that text does: what its first word asks for may need a right of its own."""
    part = " ".join([command, *text.casefold().split()[:1]])
    return part if part in NEEDS else command


def refusal(playbook: Playbook, actor: Actor, deed: str) -> Refusal | None:
    """Why the actor may not do `deed`, a name in `NEEDS`; None when they may."""
    needed = NEEDS[deed]
    return playbook.people.refusal(actor.user, needed) if needed else None


async def refuse(house: House, actor: Actor, deed: str, why: Refusal, lead: int | None = None) -> None:
    """Write the attempt down, then say no.

    Raises:
        NotAllowedError: always.

    """
    action = f"{_plain(deed)} refused"
    await house.store.audit.note(actor.user, action, at=house.now(), lead_id=lead, channel=actor.channel)
    raise NotAllowedError(why)


async def admit(house: House, actor: Actor, deed: str, lead: int | None = None) -> House:
    """The house as the actor may see it.

    Raises:
        NotAllowedError: their role does not let them.

    """
    if why := refusal(house.playbook, actor, deed):
        await refuse(house, actor, deed, why, lead)
    return as_seen_by(house, actor, deed)


def as_seen_by(house: House, actor: Actor, deed: str) -> House:
    """The house with the sight that the actor has: everything, or what the place they act in shows."""
    mask = of_asker(house.playbook.masks, actor.places)
    if house.playbook.people.refusal(actor.user, "reveal"):
        return replace(house, sight=Sight(mask))
    lifts = mask != "full" or NEEDS[deed] == "reveal"
    return replace(
        house, sight=Sight("full", Lifted(actor.user, _plain(deed), actor.channel) if lifts else None)
    )


async def seen(house: House, one: Brief) -> Brief:
    """As much of a brief as whoever acts may see; that they see more than others is written down first."""
    await note_seen(house, one.lead)
    return masked(one, house.sight.mask)


async def note_seen(house: House, lead: int) -> None:
    """Write down that somebody is shown what is hidden from others."""
    if lifted := house.sight.lifted:
        await house.store.audit.note(
            lifted.actor, lifted.deed, at=house.now(), lead_id=lead, channel=lifted.channel
        )


def _plain(deed: str) -> str:
    return deed.removeprefix("tipoff.")
