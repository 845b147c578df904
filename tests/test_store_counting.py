"""Counts against truths by hand."""

from store_rig import NOW, ask, captured, from_campaign, minutes, spent, take, viewed

from funnel.events import DealMoved, LeadStaged, Origin, Person
from funnel.metrics import CampaignCounts, StageCounts
from funnel.playbook import Playbook
from funnel.stage import FUNNEL, Stage
from storage.store import Store
from storage.totals import Totals

DAY = 24 * 60
INQUIRY, MQL, SAL, SQL, OPPORTUNITY, CUSTOMER = FUNNEL


def moved(id: str, email: str, stage: str, at: float) -> LeadStaged:  # noqa: A002 - an event's id
    return LeadStaged(id=id, source="crm", time=minutes(at), person=Person(email=email), stage=stage)


LEADS = [
    captured("1", "ana@example.com", form="White paper", origin=from_campaign("spring", "google")),
    captured("2", "bo@example.com", at=-DAY, form="White paper", origin=from_campaign("spring", "unknown")),
    captured("3", "cy@example.com", at=-2 * DAY, origin=from_campaign("autumn", "google")),
    captured("4", "di@example.com", at=-40 * DAY, form="White paper"),
    moved("5", "bo@example.com", "sql", -10),
    moved("6", "bo@example.com", "disqualified", -5),
    DealMoved(id="7", source="crm", time=NOW, deal="d", person=Person(email="di@example.com"), stage="won"),
    viewed("8", anonymous_id="nobody yet"),
]
SPEND = [
    spent("s1", "spring", "2026-11-20", "100.25", kind="paid search", channel="google"),
    spent("s2", "spring", "2026-11-20", "50", kind="paid search", channel="bing"),
    spent("s3", "spring", "2026-10-22", "7"),
    spent("s4", "spring", "2026-10-21", "1000"),
    spent("s5", "fair", "2026-11-01", "300", currency="EUR"),
    spent("s6", "fair", "2026-11-02", "20", currency="USD"),
    spent("s7", "newsletter", "2026-11-02", impressions=900),
]


async def counted(store: Store, text: str) -> dict[str | None, dict[Stage, int]]:
    counts = await store.stage_counts(ask("funnel", text))
    assert len({one.by for one in counts}) == len(counts)
    return {one.by: dict(one.reached) for one in counts}


async def test_leads_are_counted_in_the_period_of_their_creation(store: Store) -> None:
    await take(store, LEADS)

    assert await store.stage_counts(ask("funnel", "last 30 days")) == [
        StageCounts(None, {INQUIRY: 3, MQL: 2, SAL: 1, SQL: 1, Stage.DISQUALIFIED: 1})
    ]
    assert await counted(store, "today") == {None: {INQUIRY: 1}}
    assert await counted(store, "2026-10-11") == {None: dict.fromkeys(FUNNEL, 1)}
    assert await counted(store, "2025") == {}


async def test_a_period_includes_its_start_and_not_its_end(store: Store) -> None:
    await take(store, [captured("1", at=-9 * 60), captured("2", "b@example.com", at=15 * 60)])

    assert await counted(store, "2026-11-20") == {None: {INQUIRY: 1, MQL: 1}}


async def test_not_captured_is_a_group_of_its_own_beside_the_word_unknown(store: Store) -> None:
    await take(store, LEADS)

    assert await counted(store, "last 90 days by source") == {
        None: dict.fromkeys(FUNNEL, 1),
        "unknown": {INQUIRY: 1, MQL: 1, SAL: 1, SQL: 1, Stage.DISQUALIFIED: 1},
        "google": {INQUIRY: 2, MQL: 1},
    }
    assert (await counted(store, "last 90 days by campaign")).keys() == {None, "spring", "autumn"}
    assert (await counted(store, "last 90 days by medium")).keys() == {None}
    assert (await counted(store, "last 90 days by motion")).keys() == {None, "demand-first"}


async def test_months_are_those_of_the_questions_zone_and_empty_ones_show(store: Store) -> None:
    playbook = Playbook(timezone="Asia/Kathmandu")
    late = captured("1", at=(11 * DAY) - 9 * 60 - 30)  # 2026-11-30 23:30 UTC is 1 December there
    await take(store, [late, captured("2", "b@example.com", at=-31 * DAY)])

    counts = await store.stage_counts(ask("funnel", "2026-10-01..2026-12-31 by month", playbook))
    assert [(one.by, one.reached.get(INQUIRY, 0)) for one in counts] == [
        ("2026-10", 1),
        ("2026-11", 0),
        ("2026-12", 1),
    ]


async def test_all_months_are_those_from_the_first_lead_to_the_last(store: Store) -> None:
    assert await counted(store, "all by month") == {}

    await take(store, LEADS)

    assert {
        month: reached.get(INQUIRY, 0) for month, reached in (await counted(store, "all by month")).items()
    } == {
        "2026-10": 1,
        "2026-11": 3,
    }


async def test_campaigns_count_leads_and_spend_of_one_period(store: Store) -> None:
    await take(store, LEADS + SPEND)

    counts = await store.campaign_counts(ask("campaigns", "last 30 days"))
    assert sorted(counts, key=lambda one: one.campaign or "") == [
        CampaignCounts("autumn", None, {INQUIRY: 1, MQL: 1}, {}),
        CampaignCounts("fair", None, {}, {"EUR": 30000, "USD": 2000}),
        CampaignCounts("newsletter", None, {}, {}),
        CampaignCounts(
            "spring",
            "paid search",
            {INQUIRY: 2, MQL: 1, SAL: 1, SQL: 1, Stage.DISQUALIFIED: 1},
            {"USD": 15725},
        ),
    ]


async def test_leads_of_no_campaign_are_a_row(store: Store) -> None:
    await take(store, [captured("1", form="White paper")])

    assert await store.campaign_counts(ask("campaigns", "today")) == [
        CampaignCounts(None, None, {INQUIRY: 1}, {})
    ]


async def test_the_latest_word_on_a_days_spend_wins_in_any_order_of_arrival(store: Store) -> None:
    day = "2026-11-20"
    await take(store, [spent("2", "spring", day, "20", at=2)])
    await take(store, [spent("1", "spring", day, "10", at=1), spent("3", "spring", day, "5", at=2)])
    await take(store, [spent("0", "spring", day, "1", source="other")])

    [counts] = await store.campaign_counts(ask("campaigns", "today"))
    assert counts.spend == {"USD": 600}


async def test_names_longer_than_an_index_still_count_together(store: Store) -> None:
    long = "漢" * 5000
    await take(store, [captured("1", origin=Origin(campaign=long)), spent("2", long, "2026-11-20", "1")])

    [counts] = await store.campaign_counts(ask("campaigns", "today"))
    assert (counts.reached[INQUIRY], counts.spend) == (1, {"USD": 100})


async def test_totals_for_the_metrics_page(store: Store) -> None:
    await take(store, LEADS)
    await store.record([captured("new", "new@example.com")])

    assert await store.counts() == Totals(events=9, untold=1, set_aside=0, leads=5, cards={"due": 1})
