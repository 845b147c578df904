"""The named mapping `olist`: the two files of the Olist marketing funnel (8,000 leads and 842 won deals).

Both name a lead by its `mql_id`, so that they meet in the store, whichever is imported first.
"""

from collections.abc import Iterator, Sequence
from datetime import tzinfo

from funnel.events import DealMoved, LeadCaptured, LeadStaged
from intake.answer import refuse
from intake.table import Draft, Layout, Row, cell_time

LEADS = ("mql_id", "first_contact_date", "landing_page_id", "origin")
DEALS = ("mql_id", "seller_id", "sdr_id", "sr_id", "won_date")
_DEAL_COLUMNS = frozenset(DEALS)


def layout(headers: Sequence[str]) -> Layout:
    """The layout of whichever of the two files has these columns.

    Raises:
        NotUnderstood: neither has.

    """
    if set(LEADS) <= set(headers):
        return Layout(_lead, {"person": "mql_id", "person.user_id": "mql_id", "time": "first_contact_date"})
    if set(DEALS) <= set(headers):
        return Layout(_deal, {"person": "mql_id", "person.user_id": "mql_id", "time": "won_date"})
    raise refuse(
        f"This is neither file of Olist's funnel: one has the columns {', '.join(LEADS)}, "
        f"the other {', '.join(DEALS)} and more.",
        got=list(headers),
    )


def _lead(row: Row, zone: tzinfo) -> Iterator[Draft]:
    """First contact: a landing page's form, and Olist's word that this is a qualified lead."""
    time = cell_time(row, "first_contact_date", zone)
    landing = row["landing_page_id"]
    origin = {"source": row["origin"] or None, "landing_page": landing}
    shared = {"person": _person(row), "time": time}
    form = {"form": f"Landing page {landing}", "origin": origin}
    yield Draft(LeadCaptured, {**shared, "id": f"mql/{_id(row)}/captured", **form})
    yield Draft(LeadStaged, {**shared, "id": f"mql/{_id(row)}/staged", "stage": "mql"})


def _deal(row: Row, zone: tzinfo) -> Iterator[Draft]:
    """A won deal; `declared_monthly_revenue` is what the seller earns, not the deal's amount."""
    yield Draft(
        DealMoved,
        {
            "id": f"deal/{_id(row)}/won",
            "time": cell_time(row, "won_date", zone),
            "person": _person(row),
            "deal": f"olist:{_id(row)}",
            "stage": "won",
            "owner": row["sr_id"] or None,
            "seller_id": row["seller_id"],
            "sdr_id": row["sdr_id"],
            **{column: value for column, value in row.items() if value and column not in _DEAL_COLUMNS},
        },
    )


def _person(row: Row) -> dict[str, str]:
    return {"user_id": f"olist:{_id(row)}"}


def _id(row: Row) -> str:
    if not row["mql_id"]:
        raise refuse("mql_id is empty: a row must name its lead.", "mql_id")
    return row["mql_id"]
