"""Groups by what a model of attribution credits them with, in place of whom they touched first.

Leads, deals and the amounts of deals are shared. What is neither (spend, visits, touches) belongs to the
campaign where it happened; a median is of whole leads, which nobody can share.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import floor, fsum

from funnel.attribution import Credit
from funnel.counts import COUNTS, SPREADS, Cell, Cells
from funnel.markov import Key, alphabetical

NOTE = (
    "Leads, deals and their amounts are shared by the model; spend stays where it was spent. "
    "Each stage is shared by the touches before it, so that a rate of two stages can be over 100 %."
)
PRECISION = 6  # digits behind the point; what is less is rounding
_SHARED = frozenset({"leads", "deals"})


@dataclass(frozen=True, slots=True)
class Shares:
    """What a model credits each group with of one count; amounts are in `currencies`."""

    credit: Mapping[Key, Credit]
    currencies: frozenset[str] = frozenset()


def is_shared(name: str) -> bool:
    """Whether a model shares this name of `COUNTS`."""
    return name in COUNTS and COUNTS[name].family in _SHARED


def is_whole(name: str) -> bool:
    """Whether this name of `SPREADS` is of whole leads or deals, which no model can share."""
    return name in SPREADS and SPREADS[name].family in _SHARED


def credited(cells: Cells, shares: Mapping[str, Shares]) -> Cells:
    """The cells with the counts that `shares` names as credited; together they are as many as before."""
    worth = {name: _worth(name, one.credit) for name, one in shares.items()}
    groups = dict.fromkeys((*cells, *(key for one in worth.values() for key in one)))
    return {
        group: _credited(
            cells.get(group, Cell()), {name: one.get(group, 0) for name, one in worth.items()}, shares
        )
        for group in groups
    }


def _worth(name: str, credit: Mapping[Key, Credit]) -> Mapping[Key, float]:
    values = {key: one.value for key, one in credit.items()}
    if COUNTS[name].money:
        return apportioned(values)
    return {key: round(value, PRECISION) for key, value in values.items()}


def apportioned(shares: Mapping[Key, float]) -> dict[Key, int]:
    """The shares of an amount in whole minor units; what rounding leaves goes to the largest remainders."""
    whole = {key: floor(share) for key, share in shares.items()}
    left = round(fsum(shares.values())) - sum(whole.values())
    nearest = sorted(shares, key=lambda key: (whole[key] - shares[key], alphabetical(key)))
    return {key: whole[key] + (key in nearest[:left]) for key in shares}


def _credited(cell: Cell, worth: Mapping[str, float], shares: Mapping[str, Shares]) -> Cell:
    counts = {**cell.counts, **worth}
    currencies = cell.mixed.union(
        filter(None, [cell.currency]), *(shares[name].currencies for name, value in worth.items() if value)
    )
    if len(currencies) <= 1:
        return Cell(counts, cell.samples, next(iter(currencies), None))
    plain = {name: value for name, value in counts.items() if not COUNTS[name].money}
    return Cell(plain, cell.samples, mixed=currencies)
