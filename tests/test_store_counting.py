"""Counts against truths by hand."""

from store_rig import NOW, PLAYBOOK, captured, from_campaign, minutes, spent, take, viewed

from funnel.counts import Ask, Cell
from funnel.dimension import Dimension
from funnel.events import DealMoved, LeadStaged, Origin, Person
from funnel.period_words import parse_period
from storage.store import Store
from storage.totals import Totals

DAY = 24 * 60


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


STEPS = ("leads", "mqls", "sals", "sqls", "opportunities", "customers")


async def counted(store: Store, period: str, by: Dimension | None = None) -> dict[str | None, list[float]]:
    """How many leads created in a period reached each stage, by a dimension."""
    window = parse_period(period, NOW, PLAYBOOK.zone, PLAYBOOK.calendar)
    cells = await store.count(Ask(frozenset(STEPS), window, by=by), PLAYBOOK, now=NOW)
    return {group: [cell.counts.get(step, 0) for step in STEPS] for group, cell in cells.items()}


async def cost(store: Store, period: str) -> dict[str | None, Cell]:
    """What campaigns cost in a period, and the leads they brought."""
    window = parse_period(period, NOW, PLAYBOOK.zone, PLAYBOOK.calendar)
    return dict(
        await store.count(Ask(frozenset({"leads", "spend"}), window, by="campaign"), PLAYBOOK, now=NOW)
    )


async def test_leads_are_counted_in_the_period_of_their_creation(store: Store) -> None:
    await take(store, LEADS)

    assert await counted(store, "last 30 days") == {None: [3, 2, 1, 1, 0, 0]}
    assert await counted(store, "today") == {None: [1, 0, 0, 0, 0, 0]}
    assert await counted(store, "2026-10-11") == {None: [1, 1, 1, 1, 1, 1]}
    assert await counted(store, "2025") == {None: [0, 0, 0, 0, 0, 0]}


async def test_a_period_includes_its_start_and_not_its_end(store: Store) -> None:
    await take(store, [captured("1", at=-9 * 60), captured("2", "b@example.com", at=15 * 60)])

    assert await counted(store, "2026-11-20") == {None: [1, 1, 0, 0, 0, 0]}


async def test_not_captured_is_a_group_of_its_own_beside_the_word_unknown(store: Store) -> None:
    await take(store, LEADS)

    assert await counted(store, "last 90 days", "source") == {
        None: [1, 1, 1, 1, 1, 1],
        "unknown": [1, 1, 1, 1, 0, 0],
        "google": [2, 1, 0, 0, 0, 0],
    }
    assert (await counted(store, "last 90 days", "campaign")).keys() == {None, "spring", "autumn"}
    assert (await counted(store, "last 90 days", "medium")).keys() == {None}
    assert (await counted(store, "last 90 days", "motion")).keys() == {None, "demand-first"}


async def test_campaigns_count_leads_and_spend_of_one_period(store: Store) -> None:
    await take(store, LEADS + SPEND)

    cells = await cost(store, "last 30 days")
    assert {
        name: (cell.counts.get("leads", 0), cell.counts.get("spend")) for name, cell in cells.items()
    } == {
        "autumn": (1, None),
        "fair": (0, None),
        "spring": (2, 15725),
    }
    assert (cells["fair"].mixed, cells["spring"].currency) == (frozenset({"EUR", "USD"}), "USD")


async def test_the_latest_word_on_a_days_spend_wins_in_any_order_of_arrival(store: Store) -> None:
    day = "2026-11-20"
    await take(store, [spent("2", "spring", day, "20", at=2)])
    await take(store, [spent("1", "spring", day, "10", at=1), spent("3", "spring", day, "5", at=2)])
    await take(store, [spent("0", "spring", day, "1", source="other")])

    assert (await cost(store, "today"))["spring"].counts["spend"] == 600


async def test_names_longer_than_an_index_still_count_together(store: Store) -> None:
    long = "漢" * 5000
    await take(store, [captured("1", origin=Origin(campaign=long)), spent("2", long, "2026-11-20", "1")])

    (cell,) = (await cost(store, "today")).values()
    assert (cell.counts["leads"], cell.counts["spend"]) == (1, 100)


async def test_totals_for_the_metrics_page(store: Store) -> None:
    await take(store, LEADS)
    await store.record([captured("new", "new@example.com")])

    assert await store.counts() == Totals(events=9, untold=1, set_aside=0, leads=5, cards={"due": 1})


async def test_what_campaigns_were_booked_as_the_latest_first(store: Store) -> None:
    rivals = spent("s8", "rivals", "2026-11-03", kind="competitor")
    await take(store, [*SPEND, spent("s9", "spring", "2026-11-21", "1", kind="lead_gen"), rivals])

    assert await store.campaign_kinds() == {"spring": ("lead_gen", "paid search")}
