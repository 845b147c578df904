"""Groups by what a model of attribution credits them with, in place of whom they touched first."""

from collections.abc import Mapping
from dataclasses import replace

from funnel.attribution import Credit
from funnel.counts import Cell, Cells

SHARED = ("leads", "mqls", "sals", "sqls", "opportunities", "customers")
"""The counts whose credit a model shares; all else, such as deals and spend, goes by the first touch."""
NOTE = "Leads of each stage are shared by the model; deals, their amounts and spend are not."
PRECISION = 6  # digits behind the point; what is less is rounding


def credited(cells: Cells, credits_of: Mapping[str, Mapping[str | None, Credit]]) -> Cells:
    """The cells with the counts that `credits_of` names as credited; together they are as many as before."""
    groups = dict.fromkeys((*cells, *(key for credit in credits_of.values() for key in credit)))
    return {group: _credited(cells.get(group, Cell()), group, credits_of) for group in groups}


def _credited(cell: Cell, group: str | None, credits_of: Mapping[str, Mapping[str | None, Credit]]) -> Cell:
    shares = {name: credit.get(group, Credit(0, 0)).conversions for name, credit in credits_of.items()}
    return replace(
        cell, counts={**cell.counts, **{name: round(share, PRECISION) for name, share in shares.items()}}
    )
