"""Where a lead stands and how it came there: moves by evidence, in order of occurrence.

Rules move a lead forward, or out of the funnel; only a word (an upstream system's or a person's) moves it
back, and only when it says why. History is kept: who left and came back has moves for both.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Literal, NamedTuple

from funnel.events import EventKey
from funnel.lead import StageEntry
from funnel.stage import EXITS, FUNNEL, Stage

UNSTATED = "not stated"
Verdict = Literal["moves", "stays", "counts for nothing"]


class Evidence(NamedTuple):
    """That a lead belongs into a stage: `word` when somebody said so, otherwise a rule found it."""

    entry: StageEntry
    word: bool = False


class Standing(NamedTuple):
    """`history` is every move; `entries` the first entry into each stage, with those that were skipped."""

    history: tuple[StageEntry, ...]
    entries: tuple[StageEntry, ...]


def stand(evidence: Iterable[Evidence]) -> Standing:
    """What `evidence`, in any order, comes to.

    Evidence of a stage that the lead has passed already is no move, and yet the better witness of when that
    stage was entered. What a rule finds of a disqualified lead counts for nothing.
    """
    history: list[StageEntry] = []
    first: dict[Stage, StageEntry] = {}
    overruled = False  # somebody brought the lead back: no rule turns it away again
    for one in sorted(evidence, key=_order):
        here = history[-1].stage if history else Stage.ANONYMOUS
        verdict = _verdict(here, one, overruled=overruled)
        if verdict == "moves":
            overruled |= here is Stage.DISQUALIFIED
            history.append(one.entry)
        if verdict != "counts for nothing":
            first.setdefault(one.entry.stage, one.entry)
    entries = sorted((*first.values(), *_implied(first)), key=_entry_order)
    return Standing(tuple(history), tuple(entries))


def stage_at(history: Sequence[StageEntry], time: datetime, receipt: EventKey | None = None) -> Stage:
    """The stage after every move until `time`, that moment included; of that moment's, up to `receipt`."""
    for move in reversed(history):
        if move.at < time or (move.at == time and (receipt is None or move.receipt <= receipt)):
            return move.stage
    return Stage.ANONYMOUS


def _verdict(
    here: Stage, one: Evidence, *, overruled: bool
) -> Literal["moves", "stays", "counts for nothing"]:
    there = one.entry.stage
    if not one.word and (here is Stage.DISQUALIFIED or (overruled and there is Stage.DISQUALIFIED)):
        return "counts for nothing"
    if there in EXITS:
        return "moves" if here is not there and (one.word or _may_leave(here, there)) else "stays"
    if here in EXITS:
        return "moves" if one.word or _rank(there) >= _rank(Stage.MQL) else "stays"
    back = one.word and bool(one.entry.reason)
    return "moves" if _rank(there) > _rank(here) or (back and there is not here) else "stays"


def _may_leave(here: Stage, there: Stage) -> bool:
    """Whether a rule may take a lead out of the funnel.

    It disqualifies nobody whom sales has accepted, and a customer who loses another deal stays one.
    """
    last = Stage.MQL if there is Stage.DISQUALIFIED else Stage.OPPORTUNITY
    return here in EXITS or _rank(here) <= _rank(last)


def _rank(stage: Stage) -> int:
    return FUNNEL.index(stage) if stage in FUNNEL else -1


def _order(one: Evidence) -> tuple[object, ...]:
    """In order of occurrence; of one event, being known comes first, and leaving before qualifying."""
    place = 0 if one.entry.stage is Stage.INQUIRY else 1 if one.entry.stage in EXITS else 2
    return one.entry.at, one.entry.receipt, place, _rank(one.entry.stage)


def _entry_order(entry: StageEntry) -> tuple[object, ...]:
    return entry.at, _rank(entry.stage) if entry.stage in FUNNEL else len(FUNNEL), entry.stage


def _implied(explicit: dict[Stage, StageEntry]) -> Iterator[StageEntry]:
    """An entry for each stage that was skipped on the way to a later one, at the time of that later one."""
    later: StageEntry | None = None
    for stage in reversed(FUNNEL):
        if stage in explicit:
            later = explicit[stage]
        elif later:
            yield replace(later, stage=stage, reason=None, implied=True)
