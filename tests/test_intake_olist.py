"""The real Olist funnel, imported and folded, equals what pandas and DuckDB counted (SOURCE.md beside it)."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import fmean, median, quantiles
from zoneinfo import ZoneInfo

import pytest
from olist_truth import LEADS_BY_MONTH, WON_BY_MONTH, WON_OF_LEADS

from funnel.events import DealMoved, Event, EventKey, LeadCaptured, LeadEvent, LeadStaged, Origin, Person
from funnel.journey import tell
from funnel.lead import Lead
from funnel.playbook import Playbook
from funnel.stage import Stage
from intake.answer import NotUnderstood, Problem
from intake.csv import ENCODING, read_rows

DATA = Path(__file__).parents[2] / "shared" / "data" / "olist"
LEADS = DATA / "olist_marketing_qualified_leads_dataset.csv"
DEALS = DATA / "olist_closed_deals_dataset.csv"
ZONE = ZoneInfo("UTC")
real_files = pytest.mark.skipif(not DATA.is_dir(), reason=f"the Olist files are not at {DATA}")


def read(lines: Iterable[str]) -> list[tuple[Event, ...] | Problem]:
    return [row for _, row in read_rows(lines, "olist", "olist", ZONE)]


@pytest.fixture(scope="module")
def journal() -> dict[EventKey, LeadEvent]:
    """Both files, the later one first, and the leads twice: a repeat counts nothing."""
    kept: dict[EventKey, LeadEvent] = {}
    for path in (DEALS, LEADS, LEADS):
        with path.open(encoding=ENCODING, newline="") as lines:
            for row in read(lines):
                assert isinstance(row, tuple)
                kept |= {event.key: event for event in row if not event.type.startswith("tipoff.campaign")}
    return kept


@pytest.fixture(scope="module")
def leads(journal: dict[EventKey, LeadEvent]) -> list[Lead]:
    by_person: defaultdict[str | None, list[LeadEvent]] = defaultdict(list)
    for event in journal.values():
        by_person[event.person.user_id].append(event)
    return [tell(events, Playbook()) for events in by_person.values()]


def entered(lead: Lead, stage: Stage) -> datetime | None:
    return next((entry.at for entry in lead.stages if entry.stage is stage), None)


def contacted(lead: Lead) -> datetime:
    return lead.touches[0].at


def days_to_close(leads: list[Lead]) -> list[float]:
    return sorted(
        (won - contacted(lead)) / timedelta(days=1)
        for lead in leads
        if (won := entered(lead, Stage.CUSTOMER))
    )


@real_files
def test_every_lead_and_every_win_is_there_once(
    journal: dict[EventKey, LeadEvent], leads: list[Lead]
) -> None:
    assert len(journal) == 8000 * 2 + 842
    assert len(leads) == 8000
    assert len(days_to_close(leads)) == 842
    assert all(event.quiet for event in journal.values())


@real_files
def test_wins_and_leads_by_origin(leads: list[Lead]) -> None:
    def count(wanted: Callable[[Lead], object]) -> Counter[str | None]:
        return Counter(lead.origin.source for lead in leads if lead.origin and wanted(lead))

    came, won = count(lambda _: True), count(lambda lead: entered(lead, Stage.CUSTOMER))

    assert {origin: (won[origin], came[origin]) for origin in came} == WON_OF_LEADS


@real_files
def test_leads_and_wins_by_month(leads: list[Lead]) -> None:
    def months(times: Iterable[datetime | None]) -> dict[str, int]:
        return dict(sorted(Counter(f"{time:%Y-%m}" for time in times if time).items()))

    came = list(map(contacted, leads))

    assert (min(came), max(came)) == (datetime(2017, 6, 14, tzinfo=UTC), datetime(2018, 5, 31, tzinfo=UTC))
    assert months(came) == LEADS_BY_MONTH
    assert months(entered(lead, Stage.CUSTOMER) for lead in leads) == WON_BY_MONTH


@real_files
def test_days_to_close(leads: list[Lead]) -> None:
    """One deal was won before its first contact: it counts in the median, but not as won within n days."""
    days = days_to_close(leads)
    percentiles = quantiles(days, n=100, method="inclusive")

    assert round(median(days), 3) == 14.651
    assert round(fmean(days), 2) == 49.10
    assert (round(percentiles[74], 2), round(percentiles[89], 1)) == (54.99, 162.6)
    assert (round(days[0], 2), round(days[-1], 1)) == (-1.18, 427.6)
    assert sum(day < 0 for day in days) == 1
    assert [sum(0 <= day <= within for day in days) / 8000 for within in (30, 90)] == [0.06825, 0.08625]


@real_files
def test_landing_pages_and_owners(leads: list[Lead]) -> None:
    pages = Counter(lead.origin.landing_page for lead in leads if lead.origin)
    owners = Counter(lead.owner.value for lead in leads if lead.owner)

    assert (len(pages), pages.most_common(1)[0][1]) == (495, 912)
    assert (len(owners), owners.most_common(1)[0][1]) == (22, 133)


def test_a_row_of_leads_is_a_form_and_a_qualified_lead() -> None:
    rows = read(
        [
            "mql_id,first_contact_date,landing_page_id,origin\n",
            "m1,2018-02-01,p1,social\n",
            "m2,2018-02-01,p1,\n",
        ]
    )
    shared = {
        "source": "olist",
        "time": datetime(2018, 2, 1, tzinfo=UTC),
        "quiet": True,
        "person": Person(user_id="olist:m1"),
    }

    assert rows[0] == (
        LeadCaptured(
            **shared,
            id="mql/m1/captured",
            form="Landing page p1",
            origin=Origin(source="social", landing_page="p1"),
        ),
        LeadStaged(**shared, id="mql/m1/staged", stage="mql"),
    )
    assert isinstance(rows[1], tuple)
    assert isinstance(rows[1][0], LeadCaptured)
    assert rows[1][0].origin == Origin(landing_page="p1")


def test_a_row_of_deals_is_a_won_deal_without_an_amount() -> None:
    rows = read(
        [
            "mql_id,seller_id,sdr_id,sr_id,won_date,business_segment,lead_type,declared_monthly_revenue\n",
            "m1,s1,d1,r1,2018-02-26 19:58:54,pet,,50000.0\n",
        ]
    )

    assert rows == [
        (
            DealMoved.model_validate(
                {
                    "source": "olist",
                    "time": datetime(2018, 2, 26, 19, 58, 54, tzinfo=UTC),
                    "quiet": True,
                    "person": Person(user_id="olist:m1"),
                    "id": "deal/m1/won",
                    "deal": "olist:m1",
                    "stage": "won",
                    "owner": "r1",
                    "seller_id": "s1",
                    "sdr_id": "d1",
                    "business_segment": "pet",
                    "declared_monthly_revenue": "50000.0",
                }
            ),
        )
    ]


def test_a_row_without_its_lead_or_date_is_a_problem() -> None:
    rows = read(["mql_id,first_contact_date,landing_page_id,origin\n", ",2018-02-01,p1,\n", "m1,,p1,\n"])

    assert [str(row) for row in rows] == [
        "1: mql_id is empty: a row must name its lead.",
        "2: first_contact_date is empty: a row must say when it happened.",
    ]


def test_another_file_is_refused() -> None:
    with pytest.raises(NotUnderstood, match="This is neither file of Olist's funnel"):
        read(["a,b\n"])
