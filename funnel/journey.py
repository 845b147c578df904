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
    LeadSplit,
    LeadStaged,
    Origin,
    in_order,
)
from funnel.identity import Identity, company_of
from funnel.lead import Deal, Lead, Motion, ProfileField, Said, Scored, StageEntry, Touch
from funnel.playbook import FUNNEL, Playbook, Stage

OUR_KINDS = frozenset({"email_sent", "call_made"})
CONFIRMS = timedelta(minutes=30)
PROFILE: tuple[ProfileField, ...] = ("name", "email", "title", "company", "phone", "country")


def tell(events: Iterable[LeadEvent], playbook: Playbook) -> Lead:
    """The lead whom these events make: one person's events, in any order and with any repetition.

    A split says whose events are whose, and nothing of the lead.
    """
    said = {event.key: event for event in events if not isinstance(event, LeadSplit)}
    told = sorted(said.values(), key=in_order)
    if any(isinstance(event, LeadForgotten) for event in told):
        return Lead(forgotten=True)
    touches = _confirmed(tuple(_touches(told)))
    scores = tuple(_scores(told, playbook))
    return Lead(
        profile=_profile(told, playbook.identity),
        touches=touches,
        stages=_stages(told, scores, playbook),
        scores=scores,
        deals=_deals(told, playbook),
        origin=_first_origin(touches),
        owner=_owner(told),
        motion=_motion(touches, playbook),
    )


def _profile(told: Sequence[LeadEvent], rules: Identity) -> dict[ProfileField, Said]:
    """What was said of them, the newest word on each; a company that nobody named is inferred."""
    profile: dict[ProfileField, Said] = {}
    for event in told:
        for name in PROFILE:
            value = getattr(event.person, name)
            if value:
                profile[name] = Said(value, event.time, event.key)
    if "company" not in profile and (company := _company_by_address(told, rules)):
        profile["company"] = company
    return profile


def _company_by_address(told: Sequence[LeadEvent], rules: Identity) -> Said | None:
    """The company that the newest address suggests; a free one suggests none."""
    for event in reversed(told):
        if event.person.email and (company := company_of(event.person.email, rules)):
            return Said(company, event.time, event.key, inferred=True)
    return None


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
    return tuple(
        replace(touch, trust="confirmed")
        if touch.kind == "email_clicked" and _visited_after(touch, touches[place + 1 :])
        else touch
        for place, touch in enumerate(touches)
    )


def _visited_after(click: Touch, later: Sequence[Touch]) -> bool:
    for touch in later:
        if touch.at - click.at > CONFIRMS:
            return False
        if touch.kind == "page_viewed":
            return True
    return False


def _scores(told: Sequence[LeadEvent], playbook: Playbook) -> Iterator[Scored]:
    inside = False
    for event in told:
        if isinstance(event, LeadScored):
            crossed = not inside and event.score >= playbook.score.enter
            inside = event.score >= (playbook.score.leave if inside else playbook.score.enter)
            yield Scored(
                event.score, event.time, event.key, event.grade, event.model, crossed, quiet=event.quiet
            )


def _stages(
    told: Sequence[LeadEvent], scores: Sequence[Scored], playbook: Playbook
) -> tuple[StageEntry, ...]:
    evidence = [
        *(entry for event in told for entry in _evidence(event, playbook)),
        *(StageEntry(Stage.MQL, score.at, score.receipt, "score") for score in scores if score.crossed),
    ]
    first: dict[Stage, StageEntry] = {}
    for entry in sorted(evidence, key=lambda entry: (entry.at, entry.receipt)):
        first.setdefault(entry.stage, entry)
    return tuple(sorted((*first.values(), *_implied(first)), key=_order))


def _order(entry: StageEntry) -> tuple[object, ...]:
    return entry.at, FUNNEL.index(entry.stage) if entry.stage in FUNNEL else len(FUNNEL), entry.stage


def _implied(explicit: dict[Stage, StageEntry]) -> Iterator[StageEntry]:
    """An entry for each stage that was skipped on the way to a later one, at the time of that later one."""
    later: StageEntry | None = None
    for stage in reversed(FUNNEL):
        if stage in explicit:
            later = explicit[stage]
        elif later:
            yield replace(later, stage=stage, reason=None, implied=True)


def _evidence(event: LeadEvent, playbook: Playbook) -> Iterator[StageEntry]:
    if isinstance(event, LeadCaptured) or event.person.email:
        yield StageEntry(Stage.INQUIRY, event.time, event.key)
    match event:
        case LeadCaptured() if playbook.hand_raise.matches(event.form):
            yield StageEntry(Stage.MQL, event.time, event.key, "hand-raise")
        case LeadStaged():
            stage = playbook.stage(event.stage)
            if stage:
                yield StageEntry(stage, event.time, event.key, event.reason)
        case DealMoved():
            yield StageEntry(playbook.deal_stage(event.stage), event.time, event.key)
        case _:
            pass


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
