"""A lead is the fold of its events: `tell(events, playbook)`.

Events may come late, twice or out of order; they are put in order of occurrence and folded from the start,
so that there is no incremental merging to get wrong.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from operator import attrgetter
from typing import NamedTuple

from funnel.crowds import NO_HITS, Hit, in_a_crowd
from funnel.deals import deals
from funnel.events import (
    DealMoved,
    EventKey,
    ExperimentViewed,
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
from funnel.exposure import exposures
from funnel.identity import Identity, company_of
from funnel.lead import Crossing, Lead, Motion, ProfileField, Said, Scored, StageEntry, Touch
from funnel.machines import marked
from funnel.playbook import Playbook
from funnel.scoring import crossed, crossings, fit
from funnel.scoring_rules import TRAITS
from funnel.stage import EXITS, Stage
from funnel.standing import UNSTATED, Evidence, stand

OUR_KINDS = frozenset({"email_sent", "email_bounced", "call_made"})
OWN_WORDS = frozenset(
    {LeadCaptured, LeadIdentified, LeadEngaged, ExperimentViewed}
)  # in which a person says who they are
STILL = frozenset(
    {LeadIdentified, LeadEngaged, ExperimentViewed}
)  # nearly all events: they move nobody from stage to stage
STATED: tuple[ProfileField, ...] = ("name", "company", "title")
PROFILE: tuple[ProfileField, ...] = ("name", "email", "title", "company", "phone", "country")


def tell(events: Iterable[LeadEvent], playbook: Playbook, crowded: Collection[Hit] = NO_HITS) -> Lead:
    """The lead whom these events make: one person's events, in any order and with any repetition.

    A split says whose events are whose, and nothing of the lead. `crowded` are those of the lead's hits that
    were among many other recipients' from the same address; no single lead's events can say that.
    """
    known = {event.key: event for event in events if type(event) is not LeadSplit}
    every = sorted(known.values(), key=in_order)
    if LeadForgotten in set(map(type, every)):
        return Lead(forgotten=True)
    told = [event for event in every if not event.ahead]
    ahead = [event for event in every if event.ahead] if len(told) < len(every) else []
    moving = [event for event in told if type(event) not in STILL]
    speeches = _speeches(told)
    crowd = in_a_crowd(told, crowded, playbook.machines)
    touches = marked(_touches(told, crowd), playbook.machines)
    said = _said(speeches)
    lead = Lead(
        profile=_profile(speeches, said, playbook.identity),
        said=said,
        touches=touches,
        scores=tuple(_scores(moving, playbook)),
        deals=deals(moving, playbook),
        origin=_first_origin(touches),
        owner=_owner(moving),
        motion=_motion(touches, playbook),
        exposures=exposures(told, playbook.machines),
        ahead=tuple(_touches(ahead)),
    )
    lead = replace(lead, crossings=tuple(_crossings(lead, told, playbook)))
    evidence = (
        *_known(told),
        *_disqualified(speeches, playbook),
        *_moves(moving, playbook),
        *_risen(lead),
    )
    standing = stand(evidence)
    return replace(lead, stages=standing.entries, history=standing.history)


class Speech(NamedTuple):
    """Events in a row that say the same of the person, all in their own words or all in another system's.

    Most of a lead's events say what the one before them said, so that few speeches stand for many events.
    """

    theirs: bool
    person: Person
    events: list[LeadEvent]


def _speeches(told: Sequence[LeadEvent]) -> list[Speech]:
    speeches: list[Speech] = []
    last: tuple[object, ...] = ()
    for event in told:
        words = (type(event) in OWN_WORDS, *_ABOUT(event.person))
        if words == last:
            speeches[-1].events.append(event)
        else:
            last = words
            speeches.append(Speech(words[0], event.person, [event]))
    return speeches


def _crossings(lead: Lead, told: Sequence[LeadEvent], playbook: Playbook) -> Iterator[Crossing]:
    """The crossings of the lead's own score; one qualifies whoever fits well enough at that time.

    For whom the playbook says `not_yet`, a score qualifies nobody.
    """
    for crossing in crossings(lead.touches, playbook):
        fits = playbook.score.qualifies(fit(lead, playbook, crossing.at))
        waits = any(playbook.qualification.waits(event) for event in told if event.time <= crossing.at)
        yield replace(crossing, qualifies=fits and not waits)


def _profile(
    speeches: Sequence[Speech], said: Mapping[str, tuple[Said, ...]], rules: Identity
) -> dict[ProfileField, Said]:
    """The newest word on each field, theirs before another system's; a company nobody named is inferred."""
    names = [name for name in PROFILE if name in said]
    others = _newest([speech for speech in speeches if not speech.theirs], names)
    profile = others | _newest([speech for speech in speeches if speech.theirs], names)
    if "company" not in profile and (company := _company_by_address(speeches, rules)):
        profile["company"] = company
    return profile


def _newest(speeches: Sequence[Speech], names: Sequence[ProfileField]) -> dict[ProfileField, Said]:
    found: dict[ProfileField, Said] = {}
    missing = list(names)
    for speech in reversed(speeches):
        event = speech.events[-1]
        for name in [name for name in missing if getattr(speech.person, name)]:
            found[name] = Said(getattr(speech.person, name), event.time, event.key)
            missing.remove(name)
        if not missing:
            break
    return found


def _company_by_address(speeches: Sequence[Speech], rules: Identity) -> Said | None:
    """The company that the newest address suggests; a free one suggests none."""
    for speech in reversed(speeches):
        if speech.person.email and (company := company_of(speech.person.email, rules)):
            event = speech.events[-1]
            return Said(company, event.time, event.key, inferred=True)
    return None


def _said(speeches: Sequence[Speech]) -> dict[str, tuple[Said, ...]]:
    """Everything that was said of each field and trait, oldest first, each change once."""
    said: dict[str, list[Said]] = {}
    for speech in speeches:
        event = speech.events[0]
        for name, value in _words(speech.person):
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


def _touches(told: Iterable[LeadEvent], crowd: Collection[EventKey] = ()) -> list[Touch]:
    touches: list[Touch] = []
    for event in told:
        if type(event) is LeadEngaged:
            touches.append(_deed(event))
        elif type(event) is LeadCaptured:
            touches.append(_form(event))
    if crowd:
        return [touch._replace(crowded=touch.receipt in crowd) for touch in touches]
    return touches


def _deed(event: LeadEngaged) -> Touch:
    """By place and not by name, which would take half as long again: some leads have thousands of these."""
    touch = Touch(
        event.key,
        event.time,
        event.kind,
        "we" if event.kind in OUR_KINDS else "they",
        "low" if event.kind == "email_opened" else "certain",
        event.quiet,
        None,
        None,
        event.label,
        event.asset,
        event.page,
        event.email,
        event.origin,
        (),
        event.user_agent,
    )
    if event.kind == "call_made":
        touch = touch._replace(outcome=_outcome(event))
    if not event.model_extra:
        return touch
    return touch._replace(method=_method(event), human=event.beside("human") is True)


def _form(event: LeadCaptured) -> Touch:
    return Touch(
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


def _stated(person: Person) -> tuple[tuple[ProfileField, str], ...]:
    return tuple((name, value) for name in STATED if (value := getattr(person, name)))


def _method(event: LeadEngaged) -> str | None:
    method = event.beside("method")
    return method.upper() if isinstance(method, str) else None


def _outcome(event: LeadEngaged) -> str | None:
    """How a call went: `connected`, say; a logged call has it for its label."""
    outcome = event.beside("outcome")
    return outcome if isinstance(outcome, str) else event.label


def _scores(moving: Sequence[LeadEvent], playbook: Playbook) -> Iterator[Scored]:
    reported = (
        Scored(event.score, event.time, event.key, event.grade, event.model, quiet=event.quiet)
        for event in moving
        if isinstance(event, LeadScored)
    )
    return crossed(reported, playbook.score)


def _known(told: Sequence[LeadEvent]) -> Iterator[Evidence]:
    """Being known is proven once, by the first event that says who they are."""
    known = (event for event in told if type(event) is LeadCaptured or event.person.email)
    for event in islice(known, 1):
        yield Evidence(StageEntry(Stage.INQUIRY, event.time, event.key))


def _disqualified(speeches: Sequence[Speech], playbook: Playbook) -> Iterator[Evidence]:
    rules = playbook.qualification
    for speech in speeches:
        by_person = rules.disqualified_for(speech.person)
        for event in speech.events:
            reason = rules.disqualified(event) if type(event) is LeadCaptured else by_person
            if reason:
                yield Evidence(StageEntry(Stage.DISQUALIFIED, event.time, event.key, reason))


def _risen(lead: Lead) -> Iterator[Evidence]:
    for score in lead.scores:
        if score.crossed:
            yield Evidence(StageEntry(Stage.MQL, score.at, score.receipt, "score"))
    for crossing in lead.crossings:
        if crossing.qualifies:
            yield Evidence(StageEntry(Stage.MQL, crossing.at, crossing.receipt, "score"))


def _moves(moving: Iterable[LeadEvent], playbook: Playbook) -> Iterator[Evidence]:
    for event in moving:
        yield from _evidence_of(event, playbook)


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


def _first_origin(touches: Sequence[Touch]) -> Origin | None:
    return next(
        (
            touch.origin
            for touch in touches
            if touch.origin and not touch.machine and touch.origin.model_dump(exclude_none=True)
        ),
        None,
    )


def _owner(moving: Sequence[LeadEvent]) -> Said | None:
    """Who took the lead first; a later claim does not take it away."""
    for event in moving:
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
            *(exposure.receipt for exposure in lead.exposures),
        )
    )
