"""Counts under an attribution model: conversions shared among the touches that led to them."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from funnel.attribution import Credit
from funnel.counts import Ask, Cell, Cells
from funnel.dimension import CREDITED
from funnel.markov import Key
from funnel.question import Question

SHARED = ("leads", "mqls", "sals", "sqls", "opportunities", "customers")
"""Counts of moments that touches can have led to; revenue is shared as customers are."""
REVENUE = "revenue"


def credited_asks(asks: Iterable[Ask], question: Question) -> dict[tuple[Ask, str], Ask]:
    """What has to be shared: for each ask by something credited and each of its names, whose conversions.

    Empty where the question names no model, or asks by nothing that marketing is credited by.
    """
    if question.model is None:
        return {}
    return {
        (ask, name): _conversions(ask, name)
        for ask in asks
        if ask.by in CREDITED
        for name in (*SHARED, REVENUE)
        if name in ask.names
    }


def _conversions(ask: Ask, name: str) -> Ask:
    """The leads whose conversions are counted: revenue is that of customers, when they were won."""
    if name == REVENUE:
        return replace(ask, names=frozenset({"customers"}), by=None, clock="activity")
    return replace(ask, names=frozenset({name}), by=None)


def with_credit(
    cells: Cells, name: str, credited: Mapping[Key, Credit], currency: str | None = None
) -> Cells:
    """The same cells with one count as it is credited; a group that nobody credits has none of it."""
    return {
        by: _with(cells.get(by, Cell()), name, credited.get(by), currency)
        for by in dict.fromkeys((*cells, *credited))
    }


def _with(cell: Cell, name: str, credit: Credit | None, currency: str | None) -> Cell:
    others = {one: count for one, count in cell.counts.items() if one != name}
    if credit is None:
        return replace(cell, counts=others)
    if name != REVENUE:
        return replace(cell, counts=others | {name: credit.conversions})
    if currency is None or cell.currency not in {None, currency}:
        return replace(cell, counts=others)
    return replace(cell, counts=others | {name: credit.value}, currency=currency)
