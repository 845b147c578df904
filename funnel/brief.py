"""The brief: what a rep should know before the call, each fact with its receipts.

A fact is *sayable* when the person knowingly gave it or asked for it (a form, a download, a registration)
and *silent* when they did not (an open, a page view, a score). The opener is made of sayable facts only.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Literal
from urllib.parse import quote

from funnel.comment import Reading, Urgency, read
from funnel.events import EventKey, Origin
from funnel.lead import By, Lead, Motion, Scored, Touch, Trust
from funnel.playbook import Playbook, Stage
from funnel.triggers import Occasion, episodes, occasions

SAYABLE_KINDS = frozenset(
    {
        "captured",
        "asset_downloaded",
        "webinar_registered",
        "webinar_attended",
        "meeting_booked",
        "trial_started",
    }
)
READ_KINDS = SAYABLE_KINDS - {"meeting_booked", "trial_started"}
ASKED = 4

Gap = Literal["company", "title", "referral", "need", "timeline", "budget"]
Verb = Literal["downloaded", "signed up for", "joined"]


@dataclass(frozen=True, slots=True)
class Fact:
    """A value as it was given, the events that prove it, and whether it may be said aloud."""

    value: str
    receipts: tuple[EventKey, ...]
    sayable: bool = True


@dataclass(frozen=True, slots=True)
class Consumed:
    """A piece of content that they took: `10 Tips …`, a white paper, when."""

    title: Fact
    type: str | None
    topic: str | None
    at: datetime
    verb: Verb


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the timeline: when, who did it, what in the kind's word, and its title where known."""

    at: datetime
    by: By
    kind: str
    title: str | None
    trust: Trust
    receipt: EventKey
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class Brief:
    """Everything the page `new_lead` may say about one lead.

    `lead` is the store's id. `comment` is the newest thing they wrote, `reading` its parts. `consumed` and
    `timeline` are newest first and oldest first; times are in the playbook's zone.
    `ask` names what was not captured, in the order of a call.
    `raised_hand` is whether they ever asked to talk, in history that was imported too.
    """

    lead: int
    occasion: Occasion
    answer_by: datetime
    stage: Stage
    name: Fact | None
    email: Fact | None
    company: Fact | None
    title: Fact | None
    phone: Fact | None
    owner: Fact | None
    score: Scored | None
    comment: Fact | None
    reading: Reading
    consumed: tuple[Consumed, ...]
    came_from: Origin | None
    came_from_receipts: tuple[EventKey, ...]
    timeline: tuple[Row, ...]
    ask: tuple[Gap, ...]
    motion: Motion | None
    raised_hand: bool
    crm_url: str | None = None

    @property
    def urgency(self) -> Urgency | None:
        return self.reading.urgency

    @property
    def good_fit(self) -> bool:
        """Whether the upstream system grades who they are as A or B."""
        return bool(self.score and self.score.grade and self.score.grade[0] in "ABab")

    @property
    def first_name(self) -> str | None:
        return self.name.value.split()[0] if self.name and self.name.value.split() else None

    @property
    def actions(self) -> int:
        """How many things they did; our own sends are not interactions of theirs."""
        return sum(row.by == "they" for row in self.timeline)

    @property
    def sends(self) -> int:
        return sum(row.by == "we" for row in self.timeline)


def build(lead_id: int, lead: Lead, playbook: Playbook, episode: int = 1) -> Brief | None:
    """The brief of a lead's episode, None where there is no occasion for one (or the person was forgotten).

    An episode that is not there is the last one.
    """
    reasons = occasions(lead, playbook)
    if not reasons:
        return None
    told = episodes(lead, playbook)
    begins = told[:episode][-1].at
    ends = told[episode].at if len(told) > episode else None
    own = tuple(reason for reason in reasons if begins <= reason.at and (ends is None or reason.at < ends))
    return _build(lead_id, lead, _foremost(own), playbook)


def look_up(lead_id: int, lead: Lead, playbook: Playbook) -> Brief | None:
    """The brief that somebody asks for, occasion or not; None only when nothing may be said."""
    if lead.forgotten or not (lead.touches or lead.stages):
        return None
    reasons = occasions(lead, playbook)
    return _build(lead_id, lead, _foremost(reasons) if reasons else _asked(lead), playbook)


def _foremost(reasons: tuple[Occasion, ...]) -> Occasion:
    """The reason to call: that they asked for it, else that their score rose; the first time of either."""
    return next((reason for reason in reasons if reason.kind == "hand_raise"), reasons[0])


def _asked(lead: Lead) -> Occasion:
    last = lead.touches[-1] if lead.touches else lead.stages[-1]
    return Occasion("asked", last.at, last.receipt)


def _build(lead_id: int, lead: Lead, occasion: Occasion, playbook: Playbook) -> Brief:
    comment = _comment(lead)
    reading = read(comment.value) if comment else Reading()
    minutes = playbook.sla.hand_raise if occasion.kind == "hand_raise" else playbook.sla.qualified
    source = next((touch for touch in lead.touches if touch.origin and touch.origin == lead.origin), None)
    email = lead.fact("email")
    return Brief(
        lead=lead_id,
        occasion=occasion,
        answer_by=(occasion.at + timedelta(minutes=minutes)).astimezone(playbook.zone),
        stage=lead.stage,
        name=_profile(lead, "name"),
        email=_profile(lead, "email"),
        company=_profile(lead, "company"),
        title=_profile(lead, "title"),
        phone=_profile(lead, "phone"),
        owner=Fact(lead.owner.value, (lead.owner.receipt,), sayable=False) if lead.owner else None,
        score=lead.scores[-1] if lead.scores else None,
        comment=comment,
        reading=reading,
        consumed=_consumed(lead, playbook.zone),
        came_from=lead.origin,
        came_from_receipts=(source.receipt,) if source else (),
        timeline=tuple(_row(touch, playbook.zone) for touch in lead.touches),
        ask=_gaps(lead, reading),
        motion=lead.motion,
        raised_hand=any(touch.form and playbook.hand_raise.matches(touch.form) for touch in lead.touches),
        crm_url=playbook.crm_url.replace("{email}", quote(email, safe="@"))
        if playbook.crm_url and email
        else None,
    )


def _profile(lead: Lead, name: Literal["name", "email", "title", "company", "phone"]) -> Fact | None:
    said = lead.profile.get(name)
    return Fact(said.value, (said.receipt,)) if said else None


def _comment(lead: Lead) -> Fact | None:
    for touch in reversed(lead.touches):
        if touch.comment and touch.comment.strip():
            return Fact(touch.comment, (touch.receipt,))
    return None


def _consumed(lead: Lead, zone: tzinfo) -> tuple[Consumed, ...]:
    """What they took, newest first, each title once."""
    newest: dict[str, Consumed] = {}
    for touch in reversed(lead.touches):
        if touch.asset and touch.kind in READ_KINDS:
            newest.setdefault(
                touch.asset.title,
                Consumed(
                    Fact(touch.asset.title, (touch.receipt,)),
                    _plain(touch.asset.type),
                    touch.asset.topic,
                    touch.at.astimezone(zone),
                    _VERBS.get(touch.kind, "downloaded"),
                ),
            )
    return tuple(newest.values())


def _plain(kind: str | None) -> str | None:
    """A type of content as people write it: `white_paper` and `Whitepaper` are a white paper."""
    words = (kind or "").casefold().replace("_", " ").replace("-", " ").strip()
    return words.replace("whitepaper", "white paper") or None


_VERBS: dict[str, Verb] = {"webinar_registered": "signed up for", "webinar_attended": "joined"}


def _row(touch: Touch, zone: tzinfo) -> Row:
    return Row(
        touch.at.astimezone(zone),
        touch.by,
        touch.kind,
        touch.title,
        touch.trust,
        touch.receipt,
        touch.detail,
    )


def _gaps(lead: Lead, reading: Reading) -> tuple[Gap, ...]:
    """What was not captured and is worth a question, in the order of a call."""
    referred = reading.referred_by or (lead.origin and lead.origin.referred_by)
    known: dict[Gap, object] = {
        "referral": referred,
        "need": reading.wants,
        "timeline": reading.when,
        "budget": None,
        "company": lead.fact("company"),
        "title": lead.fact("title"),
    }
    return tuple(gap for gap, value in known.items() if not value)[:ASKED]
