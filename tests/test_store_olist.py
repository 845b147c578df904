"""The real Olist funnel in the store, counted by its own SQL, equals what pandas and DuckDB counted."""

from pathlib import Path
from statistics import median, quantiles
from zoneinfo import ZoneInfo

import pytest
from olist_truth import LEADS_BY_MONTH, WON_BY_MONTH, WON_OF_LEADS
from store_rig import NOW, PLAYBOOK, tell_all

from funnel.counts import Ask, Cells, Clock
from funnel.dimension import Dimension
from funnel.period_words import parse_period
from intake.csv import ENCODING, read_rows
from storage.store import Store

DATA = Path(__file__).parents[2] / "shared" / "data" / "olist"
FILES = ("olist_marketing_qualified_leads_dataset.csv", "olist_closed_deals_dataset.csv")
EVER = parse_period("2017-01-01..2018-12-31", NOW, ZoneInfo("UTC"))
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason=f"the Olist files are not at {DATA}")


@pytest.fixture
async def olist(store: Store) -> Store:
    """Both files, in steps short enough for a test."""
    for name in FILES:
        with (DATA / name).open(encoding=ENCODING, newline="") as lines:
            rows = [row for _, row in read_rows(lines, "olist", "olist", ZoneInfo("UTC"))]
        events = [event for row in rows if isinstance(row, tuple) for event in row]
        for start in range(0, len(events), 2000):
            await store.record(events[start : start + 2000])
    await tell_all(store, limit=1000)
    return store


async def test_the_store_counts_olist_as_its_truth_does(olist: Store) -> None:
    """One test for all, because bringing 8,000 leads in takes most of its time."""

    async def count(*names: str, by: Dimension | None = None, clock: Clock = "cohort") -> Cells:
        return await olist.count(Ask(frozenset(names), EVER, clock, by), PLAYBOOK, now=NOW)

    [all_of_it] = (await count("leads", "mqls", "customers", "deals_won", "time_to_customer")).values()
    assert all_of_it.counts == {"leads": 8000, "mqls": 8000, "customers": 842, "deals_won": 842}

    days = all_of_it.samples["time_to_customer"].ended
    assert round(median(days), 3) == 14.651
    assert round(quantiles(days, n=100, method="inclusive")[89], 1) == 162.6
    assert (round(min(days), 2), round(max(days), 1)) == (-1.18, 427.6)
    assert len(all_of_it.samples["time_to_customer"].going_on) == 8000 - 842

    by_origin = await count("mqls", "customers", by="source")
    assert {
        origin: (cell.counts["customers"], cell.counts["mqls"]) for origin, cell in by_origin.items()
    } == WON_OF_LEADS

    assert months(await count("mqls", by="month"), "mqls") == LEADS_BY_MONTH
    assert months(await count("customers", by="month", clock="activity"), "customers") == WON_BY_MONTH
    assert months(await count("deals_won", by="month"), "deals_won") == WON_BY_MONTH

    landings = await count("leads", by="landing")
    owners = await count("deals_won", by="owner")
    assert (len(landings), max(cell.counts["leads"] for cell in landings.values())) == (495, 912)
    assert (len(owners), max(cell.counts["deals_won"] for cell in owners.values())) == (22, 133)


def months(cells: Cells, name: str) -> dict[str | None, float]:
    return {month: cell.counts[name] for month, cell in cells.items() if cell.counts}
