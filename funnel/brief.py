"""The brief: what a rep should know before the call, each fact with its receipts.

A fact is *sayable* when the person knowingly gave it or asked for it (a form, a download, a registration)
and *silent* when they did not (an open, a page view, a score). The opener is made of sayable facts only.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Literal
from urllib.parse import quote

from funnel.comment import Reading, Urgency, read
from funnel.events import EventKey, Origin
from funnel.lead import By, Lead, Motion, ProfileField, Touch, Trust
from funnel.machines import set_aside
from funnel.masks import Mask
from funnel.playbook import Playbook
from funnel.scoring import fit_facts, graded
from funnel.stage import EXITS, Stage
from funnel.talk import Pitch, pitch
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
ASKED = 3  # questions
SPOKEN = 2  # titles in an opener
REASONS = 2  # why they fit

Gap = Literal["need", "timeline", "budget", "referral", "company", "title"]
Verb = Literal["downloaded", "signed up for", "joined"]
Line = Literal["trigger", "who", "intent", "source", "opener"]
Receipts = Mapping[Line, tuple[EventKey, ...]]


@dataclass(frozen=True, slots=True)
class Fact:
    """A value as it was given, the events that prove it, and whether it may be said aloud.

    `inferred` when nobody gave it: a company that the address suggests.
    """

    value: str
    receipts: tuple[EventKey, ...]
    sayable: bool = True
    inferred: bool = False


@dataclass(frozen=True, slots=True)
class Consumed:
    """A piece of content that they took: `10 Tips …`, a white paper, when."""

    title: Fact
    type: str | None
    topic: str | None
    at: datetime
    verb: Verb


@dataclass(frozen=True, slots=True)
class Opener:
    """What a call may begin with: their name, what they took (oldest first), and the talk track's words."""

    hello: Fact | None
    took: tuple[Consumed, ...]
    pitch: Pitch

    @property
    def facts(self) -> tuple[Fact, ...]:
        """Everything in it that is about the person."""
        return (*([self.hello] if self.hello else []), *(item.title for item in self.took))


@dataclass(frozen=True, slots=True)
class Relationship:
    """What we already are to each other: a customer, an open deal, or somebody who once left, and why."""

    kind: Literal["customer", "open deal", "recycled", "lost", "disqualified"]
    since: datetime
    receipts: tuple[EventKey, ...]
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Fit:
    """How well they fit, from A to D, and why: the names of the rules, or the system that says so."""

    grade: str
    receipts: tuple[EventKey, ...]
    reasons: tuple[str, ...] = ()
    system: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the timeline: when, who did it, what in the kind's word, and its title where known.

    `stated` is what a form said of the person that is not believed any more. `machine` is whether a scanner
    did it, `ahead` whether it claims to lie in the future: such a line is shown, and counts for nothing.
    """

    at: datetime
    by: By
    kind: str
    title: str | None
    trust: Trust
    receipt: EventKey
    detail: str | None = None
    machine: bool = False
    ahead: bool = False
    stated: tuple[str, ...] = ()

    @property
    def counts(self) -> bool:
        return not (self.machine or self.ahead)


@dataclass(frozen=True, slots=True)
class Brief:
    """Everything the page `new_lead` may say about one lead.

    `lead` is the store's id. `comment` is the newest thing they wrote, `reading` its parts. `consumed` and
    `timeline` are newest first and oldest first; times are in the playbook's zone.
    `ask` names what was not captured, most valuable first.
    `raised_hand` is whether they ever asked to talk, in history that was imported too.
    `mask` says how much of it is shown, `wrote` that the mask hides a comment (see `funnel.masked`).
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
    relationship: Relationship | None
    fit: Fit | None
    comment: Fact | None
    reading: Reading
    consumed: tuple[Consumed, ...]
    opener: Opener
    came_from: Origin | None
    came_from_receipts: tuple[EventKey, ...]
    timeline: tuple[Row, ...]
    ask: tuple[Gap, ...]
    motion: Motion | None
    raised_hand: bool
    crm_url: str | None = None
    mask: Mask = "full"
    wrote: bool = False

    @property
    def urgency(self) -> Urgency | None:
        return self.reading.urgency

    @property
    def good_fit(self) -> bool:
        """Whether they are graded A or B."""
        return bool(self.fit and self.fit.grade[:1] in {*"ABab"})

    @property
    def first_name(self) -> str | None:
        if self.mask != "full":
            return None
        return self.name.value.split()[0] if self.name and self.name.value.split() else None

    @property
    def asked_for(self) -> bool:
        """Whether they wait for an answer to a form."""
        return self.occasion.kind == "hand_raise"

    @property
    def speaks(self) -> bool:
        """Whether their own words say what they intend, rather than what they read."""
        return self.comment is not None and (self.asked_for or not self.consumed)

    @property
    def actions(self) -> int:
        """How many things they did; our own sends are not interactions of theirs."""
        return sum(row.by == "they" and row.counts for row in self.timeline)

    @property
    def sends(self) -> int:
        return sum(row.by == "we" and row.counts for row in self.timeline)

    @property
    def last_call(self) -> Row | None:
        return next((row for row in reversed(self.timeline) if row.kind == "call_made"), None)

    @property
    def facts(self) -> tuple[Fact, ...]:
        """Every fact about the person."""
        known = (self.name, self.email, self.company, self.title, self.phone, self.owner, self.comment)
        return (*(fact for fact in known if fact), *(item.title for item in self.consumed))

    @property
    def receipts(self) -> Receipts:
        """The events that prove each line; what is asked for is what no event proves."""
        who = (self.name or self.email, self.company, self.title, self.phone, self.owner)
        return {
            "trigger": (self.occasion.receipt,),
            "who": _once(
                *(key for fact in who if fact for key in fact.receipts),
                *(self.relationship.receipts if self.relationship else ()),
                *(self.fit.receipts if self.fit else ()),
                *((self.last_call.receipt,) if self.last_call else ()),
            ),
            "intent": _once(
                *(self.comment.receipts if self.comment else ()),
                *(key for item in self.consumed for key in item.title.receipts),
            ),
            "source": _once(
                *self.came_from_receipts,
                *(self.comment.receipts if self.comment and self.reading.referred_by else ()),
            ),
            "opener": _once(*(key for fact in self.opener.facts for key in fact.receipts)),
        }

    @property
    def set_aside(self) -> str:
        """What of the timeline counts for nothing: `3 scanner clicks set aside`, or nothing."""
        return set_aside([row.kind for row in self.timeline if row.machine])


def _once(*keys: EventKey) -> tuple[EventKey, ...]:
    return tuple(dict.fromkeys(keys))


def build(lead_id: int, lead: Lead, playbook: Playbook, episode: int = 1) -> Brief | None:
    """The brief of a lead's `episode`, the first is 1; of the last one where there are fewer.

    None where there is no occasion for one, or the person was forgotten.
    """
    found = episodes(lead, playbook)
    if not found:
        return None
    return _build(lead_id, lead, found[min(episode, len(found)) - 1], playbook)


def look_up(lead_id: int, lead: Lead, playbook: Playbook) -> Brief | None:
    """The brief that somebody asks for, occasion or not; None only when nothing may be said."""
    if lead.forgotten or not (lead.touches or lead.stages):
        return None
    reasons = episodes(lead, playbook) or occasions(lead, playbook)
    return _build(lead_id, lead, reasons[-1] if reasons else _asked(lead), playbook)


def _asked(lead: Lead) -> Occasion:
    last = lead.touches[-1] if lead.touches else lead.stages[-1]
    return Occasion("asked", last.at, last.receipt)


def _build(lead_id: int, lead: Lead, occasion: Occasion, playbook: Playbook) -> Brief:
    zone = playbook.zone
    wrote = next((touch for touch in reversed(lead.touches) if (touch.comment or "").strip()), None)
    comment = Fact(wrote.comment, (wrote.receipt,)) if wrote and wrote.comment else None
    reading = read(comment.value, wrote.at.astimezone(zone).date()) if comment and wrote else Reading()
    minutes = playbook.sla.hand_raise if occasion.kind == "hand_raise" else playbook.sla.qualified
    source = next((touch for touch in lead.touches if touch.origin and touch.origin == lead.origin), None)
    name, consumed = _profile(lead, "name"), _consumed(lead, zone)
    return Brief(
        lead=lead_id,
        occasion=occasion,
        answer_by=(occasion.at + timedelta(minutes=minutes)).astimezone(zone),
        stage=lead.stage,
        name=name,
        email=_profile(lead, "email"),
        company=_profile(lead, "company"),
        title=_profile(lead, "title"),
        phone=_profile(lead, "phone"),
        owner=Fact(lead.owner.value, (lead.owner.receipt,), sayable=False) if lead.owner else None,
        relationship=_relationship(lead, zone),
        fit=_fit(lead, playbook),
        comment=comment,
        reading=reading,
        consumed=consumed,
        opener=_opener(name, consumed, lead, playbook),
        came_from=lead.origin,
        came_from_receipts=(source.receipt,) if source else (),
        timeline=tuple(_rows(lead, zone)),
        ask=_gaps(lead, reading),
        motion=lead.motion,
        raised_hand=any(touch.form and playbook.hand_raise.matches(touch.form) for touch in lead.touches),
        crm_url=_crm_url(lead, playbook),
    )


def _profile(lead: Lead, name: ProfileField) -> Fact | None:
    said = lead.profile.get(name)
    return Fact(said.value, (said.receipt,), not said.inferred, said.inferred) if said else None


def _fit(lead: Lead, playbook: Playbook) -> Fit | None:
    """By the playbook's rules, as of the last thing that happened; without any, by the upstream system."""
    if playbook.score.fit and lead.touches:
        found = fit_facts(lead, playbook, lead.touches[-1].at)
        best = sorted((fact for fact in found if fact.points > 0), key=lambda fact: -fact.points)[:REASONS]
        grade = graded(found, playbook)
        return Fit(grade, _once(*(fact.said.receipt for fact in best)), tuple(fact.rule for fact in best))
    theirs = next((score for score in reversed(lead.scores) if score.grade), None)
    if theirs and theirs.grade:
        return Fit(theirs.grade, (theirs.receipt,), system=theirs.model or "upstream")
    return None


def _crm_url(lead: Lead, playbook: Playbook) -> str | None:
    email = lead.fact("email")
    return playbook.crm_url.replace("{email}", quote(email, safe="@")) if playbook.crm_url and email else None


def _relationship(lead: Lead, zone: tzinfo) -> Relationship | None:
    """The strongest that there is: a customer, then an open deal, then the last time they left."""
    for move in reversed(lead.history):
        if move.stage is Stage.CUSTOMER:
            return Relationship("customer", move.at.astimezone(zone), (move.receipt,))
    for deal in lead.deals:
        if deal.stage not in EXITS:
            return Relationship("open deal", deal.opened_at.astimezone(zone), (deal.receipt,))
    for move in reversed(lead.history):
        kind = _LEFT.get(move.stage)
        if kind:
            return Relationship(kind, move.at.astimezone(zone), (move.receipt,), move.reason)
    return None


_LEFT: dict[Stage, Literal["recycled", "lost", "disqualified"]] = {
    Stage.RECYCLED: "recycled",
    Stage.LOST: "lost",
    Stage.DISQUALIFIED: "disqualified",
}


def _opener(name: Fact | None, consumed: tuple[Consumed, ...], lead: Lead, playbook: Playbook) -> Opener:
    """The newest things they took, in the order of a story, and the words of the track that fits."""
    topic = next((item.topic for item in consumed if item.topic), None)
    words = pitch(playbook.talk_tracks, lead.fact("title"), topic, lead.stage)
    return Opener(name, consumed[:SPOKEN][::-1], words)


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


def _rows(lead: Lead, zone: tzinfo) -> Iterator[Row]:
    yield from (_row(touch, lead, zone) for touch in lead.touches)
    yield from (_row(touch, lead, zone, ahead=True) for touch in lead.ahead)


def _row(touch: Touch, lead: Lead, zone: tzinfo, *, ahead: bool = False) -> Row:
    return Row(
        touch.at.astimezone(zone),
        touch.by,
        touch.kind,
        touch.title,
        touch.trust,
        touch.receipt,
        touch.detail,
        touch.machine,
        ahead,
        tuple(value for name, value in touch.stated if value != lead.fact(name)),
    )


def _gaps(lead: Lead, reading: Reading) -> tuple[Gap, ...]:
    """What was not captured and is worth a question, most valuable first."""
    company = lead.profile.get("company")
    known: dict[Gap, object] = {
        "need": reading.wants,
        "timeline": reading.when,
        "budget": reading.budget,
        "referral": reading.referred_by or (lead.origin and lead.origin.referred_by),
        "company": company and not company.inferred,
        "title": lead.fact("title"),
    }
    return tuple(gap for gap, value in known.items() if not value)[:ASKED]
