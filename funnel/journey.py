"""A lead is the fold of its events: `tell(events, playbook)`.

Events may come late, twice or out of order; they are put in order of occurrence and folded from the start,
so that there is no incremental merging to get wrong.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from funnel.events import (
    DealMoved,
    EventKey,
    LeadCaptured,
    LeadEngaged,
    LeadEvent,
    LeadForgotten,
    LeadScored,
    LeadStaged,
    Origin,
    in_order,
)
from funnel.lead import Deal, Lead, Motion, ProfileField, Said, Scored, StageEntry, Touch
from funnel.playbook import EXITS, Playbook, Stage
from funnel.standing import UNSTATED, Evidence, stand

OUR_KINDS = frozenset({"email_sent", "call_made"})
CONFIRMS = timedelta(minutes=30)
PROFILE: tuple[ProfileField, ...] = ("name", "email", "title", "company", "phone", "country")


def tell(events: Iterable[LeadEvent], playbook: Playbook) -> Lead:
    """The lead whom these events make: one person's events, in any order and with any repetition."""
    every = sorted({event.key: event for event in events}.values(), key=in_order)
    if any(isinstance(event, LeadForgotten) for event in every):
        return Lead(forgotten=True)
    told = [event for event in every if not event.ahead]
    touches = _confirmed(tuple(_touches(told)))
    scores = tuple(_scores(told, playbook))
    standing = stand(_evidence(told, scores, playbook))
    return Lead(
        profile=_profile(told),
        touches=touches,
        stages=standing.entries,
        history=standing.history,
        scores=scores,
        deals=_deals(told, playbook),
        origin=_first_origin(touches),
        owner=_owner(told),
        motion=_motion(touches, playbook),
        ahead=tuple(_touches([event for event in every if event.ahead])),
    )


def _profile(told: Sequence[LeadEvent]) -> dict[ProfileField, Said]:
    """The newest of what was said for each field."""
    profile: dict[ProfileField, Said] = {}
    for name in PROFILE:
        newest = next((event for event in reversed(told) if getattr(event.person, name)), None)
        if newest:
            profile[name] = Said(getattr(newest.person, name), newest.time, newest.key)
    return profile


def _touches(told: Sequence[LeadEvent]) -> Iterator[Touch]:
    for event in told:
        match event:
            case LeadCaptured():
                yield Touch(
                    event.key,
                    event.time,
                    "captured",
                    "they",
                    quiet=event.quiet,
                    form=event.form,
                    comment=event.comment,
                    asset=event.asset,
                    origin=event.origin,
                )
            case LeadEngaged():
                yield Touch(
                    event.key,
                    event.time,
                    event.kind,
                    "we" if event.kind in OUR_KINDS else "they",
                    "low" if event.kind == "email_opened" else "certain",
                    quiet=event.quiet,
                    label=event.label,
                    asset=event.asset,
                    page=event.page,
                    email=event.email,
                    origin=event.origin,
                )
            case _:
                pass


def _confirmed(touches: tuple[Touch, ...]) -> tuple[Touch, ...]:
    """The same touches, with each click that a visit followed within `CONFIRMS` marked as confirmed."""
    return tuple(reversed([*_confirmed_backwards(touches)]))


def _confirmed_backwards(touches: Sequence[Touch]) -> Iterator[Touch]:
    """From the last touch to the first, so that the visit after a click is known when the click comes."""
    visit: Touch | None = None
    for touch in reversed(touches):
        if touch.kind == "page_viewed":
            visit = touch
        followed = touch.kind == "email_clicked" and visit and visit.at - touch.at <= CONFIRMS
        yield replace(touch, trust="confirmed") if followed else touch


def _scores(told: Sequence[LeadEvent], playbook: Playbook) -> Iterator[Scored]:
    inside = False
    for event in told:
        if isinstance(event, LeadScored):
            crossed = not inside and event.score >= playbook.score.enter
            inside = event.score >= (playbook.score.leave if inside else playbook.score.enter)
            yield Scored(
                event.score, event.time, event.key, event.grade, event.model, crossed, quiet=event.quiet
            )


def _evidence(told: Sequence[LeadEvent], scores: Sequence[Scored], playbook: Playbook) -> Iterator[Evidence]:
    known = False
    for event in told:
        if not known and (isinstance(event, LeadCaptured) or event.person.email):
            yield Evidence(StageEntry(Stage.INQUIRY, event.time, event.key))
            known = True
        yield from _evidence_of(event, playbook)
        if isinstance(event, LeadStaged | DealMoved):
            known = False  # a word may bring back a lead of whom nothing counted
    for score in scores:
        if score.crossed:
            yield Evidence(StageEntry(Stage.MQL, score.at, score.receipt, "score"))


def _evidence_of(event: LeadEvent, playbook: Playbook) -> Iterator[Evidence]:
    if reason := playbook.qualification.disqualified(event):
        yield Evidence(StageEntry(Stage.DISQUALIFIED, event.time, event.key, reason))
    match event:
        case LeadCaptured() if playbook.hand_raise.matches(event.form):
            yield Evidence(StageEntry(Stage.MQL, event.time, event.key, "hand-raise"))
        case LeadStaged():
            stage = playbook.stage(event.stage)
            if stage:
                yield Evidence(_entry(stage, event, event.reason), word=True)
        case DealMoved():
            stage = playbook.deal_stage(event.stage)
            yield Evidence(_entry(stage, event, event.reason), word=stage is not Stage.LOST)
        case _:
            pass


def _entry(stage: Stage, event: LeadEvent, reason: str | None) -> StageEntry:
    """The entry that an event witnesses; who leaves the funnel leaves it for a reason, stated or not."""
    return StageEntry(stage, event.time, event.key, reason or (UNSTATED if stage in EXITS else None))


def _deals(told: Sequence[LeadEvent], playbook: Playbook) -> tuple[Deal, ...]:
    deals: dict[str, Deal] = {}
    for event in told:
        if isinstance(event, DealMoved):
            before = deals.get(event.deal)
            deals[event.deal] = Deal(
                event.deal,
                playbook.deal_stage(event.stage),
                before.opened_at if before else event.time,
                event.time,
                event.key,
                minor_units(event.amount) if event.amount is not None else before.amount if before else None,
                event.currency or (before.currency if before else playbook.currency),
                event.owner or (before.owner if before else None),
            )
    return tuple(deals.values())


def minor_units(amount: Decimal) -> int:
    """Hundredths of a currency's unit, half a cent rounded to even."""
    return int((amount * 100).to_integral_value())


def _first_origin(touches: Sequence[Touch]) -> Origin | None:
    return next(
        (touch.origin for touch in touches if touch.origin and touch.origin.model_dump(exclude_none=True)),
        None,
    )


def _owner(told: Sequence[LeadEvent]) -> Said | None:
    """Who took the lead first; a later claim does not take it away."""
    for event in told:
        if isinstance(event, LeadStaged | DealMoved) and event.owner:
            return Said(event.owner, event.time, event.key)
    return None


def _motion(touches: Sequence[Touch], playbook: Playbook) -> Motion | None:
    """How demand met capture (seed 002): asked to talk first, or gave details for content first."""
    for touch in touches:
        if touch.kind == "captured" and touch.form and playbook.hand_raise.matches(touch.form):
            return "demand-first"
        if touch.asset and (touch.kind == "captured" or touch.asset.gated):
            return "lead-first"
    return None


def receipts(lead: Lead) -> frozenset[EventKey]:
    """Every event that proves something of the lead."""
    return frozenset(
        (
            *(said.receipt for said in lead.profile.values()),
            *(touch.receipt for touch in lead.touches),
            *(entry.receipt for entry in lead.stages),
            *(score.receipt for score in lead.scores),
            *(deal.receipt for deal in lead.deals),
            *((lead.owner.receipt,) if lead.owner else ()),
        )
    )
