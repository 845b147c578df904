"""Deals: each as its events left it, and what it did to the open pipeline on the way.

The pipeline is what is open. A deal is created once, and then it is won or lost, perhaps reopened, and won or
lost again; while it is open, its amount and the day by which it is expected to close may change.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from funnel.events import DealMoved, LeadEvent
from funnel.lead import Deal, DealMove, MoveKind
from funnel.playbook import Playbook
from funnel.stage import EXITS, Stage


def deals(events: Iterable[LeadEvent], playbook: Playbook) -> tuple[Deal, ...]:
    """The deals that these events tell of, which come in order of occurrence."""
    told: dict[str, Deal] = {}
    moves: defaultdict[str, list[DealMove]] = defaultdict(list)
    for event in events:
        if isinstance(event, DealMoved):
            before = told.get(event.deal)
            told[event.deal] = _moved(before, event, playbook)
            moves[event.deal] += _moves(before, told[event.deal])
    return tuple(replace(deal, moves=_each_until_the_next(moves[deal.id])) for deal in told.values())


def minor_units(amount: Decimal) -> int:
    """Hundredths of a currency's unit, half a cent rounded to even."""
    return int((amount * 100).to_integral_value())


def _moved(before: Deal | None, event: DealMoved, playbook: Playbook) -> Deal:
    return Deal(
        event.deal,
        playbook.deal_stage(event.stage),
        before.opened_at if before else event.time,
        event.time,
        event.key,
        minor_units(event.amount) if event.amount is not None else before.amount if before else None,
        event.currency or (before.currency if before else playbook.currency),
        event.owner or (before.owner if before else None),
        _closed_at(event, before, playbook),
        event.close_date or (before.close_date if before else None),
    )


def _closed_at(event: DealMoved, before: Deal | None, playbook: Playbook) -> datetime | None:
    """When the deal came to the end at which it is; None while it is open."""
    stage = playbook.deal_stage(event.stage)
    if stage is not Stage.CUSTOMER and stage not in EXITS:
        return None
    return before.closed_at if before and before.stage is stage else event.time


def _each_until_the_next(moves: Sequence[DealMove]) -> tuple[DealMove, ...]:
    ends = [*(move.at for move in moves[1:]), None]
    return tuple(replace(move, until=end) for move, end in zip(moves, ends, strict=True))


def _moves(before: Deal | None, now: Deal) -> Iterator[DealMove]:
    """What one event of a deal did to the pipeline; one that is closed as it is created was open for no time.

    A deal that is closed with another amount than it had is changed first, so that it leaves with that.
    """
    if before is None:
        yield _move("created", now, now.amount)
    elif before.open:
        yield from _changes(before, now)
    elif now.open:
        yield _move("reopened", now, now.amount)
    if not now.open and (before is None or before.open):
        yield _move("won" if now.stage is Stage.CUSTOMER else "lost", now, -(now.amount or 0), open=False)


def _changes(before: Deal, now: Deal) -> Iterator[DealMove]:
    """What changed of an open deal; in another currency it is worth nothing in the old one any more."""
    if before.currency != now.currency:
        yield _move("changed", replace(now, amount=0, currency=before.currency), -(before.amount or 0))
        yield _move("changed", now, now.amount)
    elif added := (now.amount or 0) - (before.amount or 0):
        yield _move("changed", now, added)
    elif before.close_date != now.close_date:
        yield _move("rescheduled", now, 0)


def _move(kind: MoveKind, now: Deal, added: int | None, *, open: bool = True) -> DealMove:  # noqa: A002 - the field's name
    return DealMove(
        kind, now.moved_at, now.receipt, open, added or 0, now.amount or 0, now.currency, now.close_date
    )
