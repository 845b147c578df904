"""A lead is the fold of its events: `tell(events, playbook)`.

Events may come late, twice or out of order; they are put in order of occurrence and folded from the start,
so that there is no incremental merging to get wrong.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from itertools import islice
from operator import attrgetter

from funnel.events import (
    DealMoved,
    EventKey,
    LeadCaptured,
    LeadEngaged,
    LeadEvent,
    LeadForgotten,
    LeadIdentified,
    LeadScored,
    LeadSplit,
    LeadStaged,
    Origin,
    Person,
    in_order,
)
from funnel.identity import Identity, company_of
from funnel.lead import Crossing, Deal, Lead, Motion, ProfileField, Said, Scored, StageEntry, Touch
from funnel.machines import confirms, marked
from funnel.playbook import Playbook
from funnel.scoring import crossed, crossings, fit
from funnel.scoring_rules import TRAITS
from funnel.stage import EXITS, Stage
from funnel.standing import UNSTATED, Evidence, stand

OUR_KINDS = frozenset({"email_sent", "call_made"})
OWN_WORDS = (LeadCaptured, LeadIdentified, LeadEngaged)  # in which a person says who they are
STATED: tuple[ProfileField, ...] = ("name", "company", "title")
PROFILE: tuple[ProfileField, ...] = ("name", "email", "title", "company", "phone", "country")


def tell(events: Iterable[LeadEvent], playbook: Playbook) -> Lead:
    """The lead whom these events make: one person's events, in any order and with any repetition.

    A split says whose events are whose, and nothing of the lead.
    """
    known = {(event.source, event.id): event for event in events if not isinstance(event, LeadSplit)}
    every = sorted(known.values(), key=in_order)
    if any(isinstance(event, LeadForgotten) for event in every):
        return Lead(forgotten=True)
    told = [event for event in every if not event.ahead]
    touches = _confirmed(marked(tuple(_touches(told)), playbook.machines), playbook)
    said = _said(told)
    lead = Lead(
        profile=_profile(told, said, playbook.identity),
        said=said,
        touches=touches,
        scores=tuple(_scores(told, playbook)),
        deals=_deals(told, playbook),
        origin=_first_origin(touches),
        owner=_owner(told),
        motion=_motion(touches, playbook),
        ahead=tuple(_touches([event for event in every if event.ahead])),
    )
    lead = replace(lead, crossings=tuple(_crossings(lead, told, playbook)))
    standing = stand(_evidence(told, lead, playbook))
    return replace(lead, stages=standing.entries, history=standing.history)


def _crossings(lead: Lead, told: Sequence[LeadEvent], playbook: Playbook) -> Iterator[Crossing]:
    """The crossings of the lead's own score; one qualifies whoever fits well enough at that time.

    For whom the playbook says `not_yet`, a score qualifies nobody.
    """
    for crossing in crossings(lead.touches, playbook):
        fits = playbook.score.qualifies(fit(lead, playbook, crossing.at))
        waits = any(playbook.qualification.waits(event) for event in told if event.time <= crossing.at)
        yield replace(crossing, qualifies=fits and not waits)


def _profile(
    told: Sequence[LeadEvent], said: Mapping[str, tuple[Said, ...]], rules: Identity
) -> dict[ProfileField, Said]:
    """The newest word on each field, theirs before another system's; a company nobody named is inferred."""
    others = [event for event in told if not isinstance(event, OWN_WORDS)]
    theirs = [event for event in told if isinstance(event, OWN_WORDS)] if others else told
    names = [name for name in PROFILE if name in said]
    profile = _newest(others, names) | _newest(theirs, names)
    if "company" not in profile and (company := _company_by_address(told, rules)):
        profile["company"] = company
    return profile


def _newest(told: Sequence[LeadEvent], names: Sequence[ProfileField]) -> dict[ProfileField, Said]:
    found: dict[ProfileField, Said] = {}
    missing = list(names)
    for event in reversed(told):
        person = event.person
        for name in [name for name in missing if getattr(person, name)]:
            found[name] = Said(getattr(person, name), event.time, event.key)
            missing.remove(name)
        if not missing:
            break
    return found


def _company_by_address(told: Sequence[LeadEvent], rules: Identity) -> Said | None:
    """The company that the newest address suggests; a free one suggests none."""
    for event in reversed(told):
        if event.person.email and (company := company_of(event.person.email, rules)):
            return Said(company, event.time, event.key, inferred=True)
    return None


def _said(told: Sequence[LeadEvent]) -> dict[str, tuple[Said, ...]]:
    """Everything that was said of each field and trait, oldest first, each change once."""
    said: dict[str, list[Said]] = {}
    last: tuple[object, ...] = ()
    for event in told:
        words = _ABOUT(event.person)
        if words != last:  # most events say what the one before them said
            last = words
            for name, value in _words(event.person):
                before = said.setdefault(name, [])
                if not before or before[-1].value != value:
                    before.append(Said(value, event.time, event.key))
    return {name: tuple(words) for name, words in said.items()}


_ABOUT = attrgetter(*PROFILE, "traits")


def _words(person: Person) -> Iterator[tuple[str, str]]:
    yield from ((str(name), value) for name in PROFILE if (value := getattr(person, name)))
    for name, trait in person.traits.items():
        if isinstance(trait, str | int | float) and trait != "":
            yield f"{TRAITS}{name}", str(trait)


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
                    stated=_stated(event.person),
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
                    user_agent=event.user_agent,
                    method=_method(event) if event.model_extra else None,
                    human=bool(event.model_extra) and _extra(event, "human") is True,
                )
            case _:
                pass


def _stated(person: Person) -> tuple[tuple[ProfileField, str], ...]:
    return tuple((name, value) for name in STATED if (value := getattr(person, name)))


def _method(event: LeadEngaged) -> str | None:
    method = _extra(event, "method")
    return method.upper() if isinstance(method, str) else None


def _extra(event: LeadEngaged, name: str) -> object:
    """A field that events need not have, said by the event itself or among what Segment calls properties."""
    extra = event.model_extra or {}
    properties = extra.get("properties")
    return extra.get(name, properties.get(name) if isinstance(properties, dict) else None)


def _confirmed(touches: Sequence[Touch], playbook: Playbook) -> tuple[Touch, ...]:
    """The same touches, with each click that a person's visit followed marked as confirmed."""
    visit: datetime | None = None
    told: list[Touch] = []
    for touch in reversed(touches):
        confirmed = False
        if touch.kind == "page_viewed" and not touch.machine:
            visit = touch.at
        elif touch.kind == "email_clicked" and not touch.machine:
            confirmed = confirms(visit, touch.at, playbook.machines)
        told.append(touch._replace(trust="confirmed") if confirmed else touch)
    return tuple(reversed(told))


def _scores(told: Sequence[LeadEvent], playbook: Playbook) -> Iterator[Scored]:
    reported = (
        Scored(event.score, event.time, event.key, event.grade, event.model, quiet=event.quiet)
        for event in told
        if isinstance(event, LeadScored)
    )
    return crossed(reported, playbook.score)


def _evidence(told: Sequence[LeadEvent], lead: Lead, playbook: Playbook) -> Iterator[Evidence]:
    """What moves the lead; being known is proven once, by the first event that says who they are."""
    known = (event for event in told if isinstance(event, LeadCaptured) or event.person.email)
    for event in islice(known, 1):
        yield Evidence(StageEntry(Stage.INQUIRY, event.time, event.key))
    for event in told:
        if reason := playbook.qualification.disqualified(event):
            yield Evidence(StageEntry(Stage.DISQUALIFIED, event.time, event.key, reason))
        if not isinstance(event, LeadEngaged):
            yield from _evidence_of(event, playbook)
    for score in lead.scores:
        if score.crossed:
            yield Evidence(StageEntry(Stage.MQL, score.at, score.receipt, "score"))
    for crossing in lead.crossings:
        if crossing.qualifies:
            yield Evidence(StageEntry(Stage.MQL, crossing.at, crossing.receipt, "score"))


def _evidence_of(event: LeadEvent, playbook: Playbook) -> Iterator[Evidence]:
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
        (
            touch.origin
            for touch in touches
            if touch.origin and not touch.machine and touch.origin.model_dump(exclude_none=True)
        ),
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
        if touch.machine:
            continue
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
