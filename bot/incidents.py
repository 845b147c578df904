"""What the card of an incident says now: its numbers counted in the store, and what explains them."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bot import asking
from bot.asking import Asked
from bot.house import House
from funnel.alert import EXPLAINS, Alert, Opening, Outcome, filters, questions, usual_time
from funnel.answer import Answer
from funnel.brief import Consumed, Opener, look_up
from funnel.case import Case
from funnel.causes import Cause, Part, cause
from funnel.counts import Ask, Cell, Cells, Clock, Filter
from funnel.dimension import Dimension
from funnel.errors import QuestionError
from funnel.period import Period
from funnel.question import Question
from funnel.silence import muted
from funnel.stage import Stage
from funnel.talk import pitch

COUNTED = frozenset({"leads", "known_leads", "machine_leads", "imported_leads", "mqls", "hand_raisers"})
MOST = 60  # percent of an excess, and of its leads, that make one asset its cause


async def alert(house: House, case: Case) -> Alert:
    """Everything that a case's card says."""
    found = case.found
    mutes = await house.store.watching.mutes(house.now())
    bare = Alert(
        case,
        house.playbook.zone,
        found,
        muted=muted(case, house.now(), mutes),
        questions=questions(found, house.playbook),
    )
    if case.incident.kind == "import":
        return replace(bare, count=found.count)
    total, unclaimed, hours, causes = await asyncio.gather(
        _cell(house, bare, _ask(bare, "leads", COUNTED)),
        _cell(house, bare, _ask(bare, "unclaimed")),
        _counted(house, bare, _ask(bare, "hours")),
        _causes(house, bare),
    )
    counts = total.counts
    imported = int(counts.get("imported_leads", 0))
    told = replace(
        bare,
        count=int(counts.get("leads", 0)) - imported,
        imported=imported,
        known=int(counts.get("known_leads", 0)),
        machine=int(counts.get("machine_leads", 0)),
        unclaimed=int(unclaimed.counts.get("leads", 0)),
        hours=_drawn(hours, case.hours, bare.questions["hours"].period),
        causes=causes,
        outcome=await _outcome(house, bare, counts) if case.over else None,
    )
    return replace(told, opening=await _opening(house, told))


def _ask(told: Alert, name: str, names: frozenset[str] | None = None) -> Ask:
    """What the store counts for one of a card's questions."""
    asked = told.questions[name]
    counted = names or frozenset({asked.metric or "leads"})
    clock: Clock = "activity" if asked.metric == "takers" else "cohort"
    return Ask(counted, asked.period, clock, asked.by, asked.where)


async def _counted(house: House, told: Alert, ask: Ask) -> Cells:
    return await house.store.count(ask, house.playbook, now=told.case.incident.seen_at)


async def _cell(house: House, told: Alert, ask: Ask) -> Cell:
    return (await _counted(house, told, ask)).get(None, Cell())


async def _causes(house: House, told: Alert) -> tuple[Cause, ...]:
    """What explains the excess, by each dimension that does."""
    asked: Sequence[Dimension] = [by for by in (*EXPLAINS, "asset") if by in told.questions]
    found = await asyncio.gather(*(_cause(house, told, by) for by in asked))
    return tuple(one for one in found if one)


async def _cause(house: House, told: Alert, by: Dimension) -> Cause | None:
    ask = _ask(told, by)
    usual = replace(ask, period=usual_time(ask.period, house.playbook))
    now, before = await asyncio.gather(_counted(house, told, ask), _counted(house, told, usual))
    return cause(
        by,
        _sizes(now, ask),
        _sizes(before, ask),
        told.found.expected,
        missing=told.found.kind == "drought",
    )


def _sizes(cells: Cells, ask: Ask) -> dict[str | None, float]:
    (name,) = ask.names
    return {group: cell.counts.get(name, 0) for group, cell in cells.items()}


def _drawn(counted: Cells, expected: Sequence[float], period: Period) -> tuple[tuple[str, float, float], ...]:
    """The hours of a chart, in their order: their names, the leads that came, and those expected."""
    names = [part.words[11:13] for part in period.parts("hour")]
    return tuple(
        (name, counted.get(name, Cell()).counts.get("leads", 0), size)
        for name, size in zip(names, expected, strict=False)
    )


async def _outcome(house: House, told: Alert, counts: Mapping[str, float]) -> Outcome:
    cost, currency = await _cost(house, told.questions["cost"], told.case.incident.seen_at)
    return Outcome(int(counts.get("mqls", 0)), int(counts.get("hand_raisers", 0)), cost, currency)


async def _cost(house: House, question: Question, at: datetime) -> tuple[float | None, str | None]:
    """What a lead cost on the days of an incident, in which currency; None where spend is not known."""
    words = str(question).removeprefix("/kpi ")
    try:
        reply = await asking.gather(house.store, house.playbook, Asked("kpi", words, at))
    except QuestionError:  # of a source, nobody says what it cost
        return None, None
    costs = [reply.total.values["cpl"]] if isinstance(reply, Answer) else []
    return next(((one.value, one.currency) for one in costs), (None, None))


async def _opening(house: House, told: Alert) -> Opening | None:
    """What to say first to these leads, where most of them came for one piece of content."""
    assets = [one.parts[0] for one in told.causes if one.dimension == "asset"]
    title = next((one.name for one in assets if _is_the_cause(one, told.count)), None)
    if told.kind != "surge" or title is None:
        return None
    where = (*filters(told.found.segment), Filter("asset", title))
    ask = Ask(frozenset({"takers"}), told.questions["asset"].period, "activity", None, where)
    takers = await house.store.counted(ask, "takers", 1, playbook=house.playbook)
    taken = [item for one in takers for item in await _consumed(house, one.id) if item.title.value == title]
    tracks = house.playbook.talk_tracks
    openers = (Opener(None, (item,), pitch(tracks, None, item.topic, Stage.INQUIRY)) for item in taken)
    return next(map(Opening, openers), None)


def _is_the_cause(asset: Part, leads: int) -> bool:
    return asset.percent >= MOST and 100 * asset.count >= MOST * leads


async def _consumed(house: House, lead_id: int) -> tuple[Consumed, ...]:
    """The content that a lead took; nothing where they have asked to be forgotten meanwhile."""
    lead = await house.store.lead(lead_id, house.playbook)
    brief = look_up(lead_id, lead, house.playbook) if lead else None
    return brief.consumed if brief else ()
