"""The touches before conversions, for attribution to share credit among."""

import pytest
from store_rig import NOW, PLAYBOOK, captured, from_campaign, minutes, take
from test_store_count import deal, did, moved, viewed

from funnel.attribution import Conversion, Touchpoint
from funnel.counts import Ask, Filter
from funnel.errors import QuestionError
from funnel.events import EventKey
from funnel.period_words import parse_period
from storage.crediting import Credit
from storage.store import Store

DAY = 24 * 60
ANA, BO, CY = (f"{name}@x.io" for name in ("ana", "bo", "cy"))
CUSTOMERS = Ask(frozenset({"customers"}), parse_period("last 90 days", NOW, PLAYBOOK.zone))
AD = {"source": "google", "medium": "cpc", "campaign": "ads"}
HISTORY = [
    viewed("1", -200 * DAY, "https://w.example/", ANA, origin={"campaign": "ancient", "source": "x"}),
    captured("2", ANA, at=-40 * DAY, form="Guide", origin=from_campaign("guides", "google")),
    viewed("3", -30 * DAY, "https://w.example/", ANA, origin=AD),
    viewed("4", -30 * DAY + 1, "https://w.example/next", ANA),
    did("5", "email_sent", -20 * DAY, ANA, origin=AD),
    did("6", "email_opened", -19 * DAY, ANA, origin=AD),
    did("7", "call_made", -10 * DAY, ANA),
    deal("d", "open", -9 * DAY, ANA, amount=10),
    deal("d", "won", -5 * DAY, ANA, amount=12),
    viewed("8", -DAY, "https://w.example/", ANA, origin=AD),
    captured("9", BO, at=-30 * DAY, form="Guide", origin=from_campaign("guides")),
    viewed("10", -20 * DAY, "https://w.example/", BO, origin=AD),
    captured("11", CY, at=-30 * DAY, form="Guide"),
    moved("12", "mql", -29 * DAY, CY),
]


def touched(id: str, at: float, key: str | None) -> Touchpoint:  # noqa: A002 - an event's id
    return Touchpoint(minutes(at), EventKey("site", id), key)


GUIDES, ADS, CALL = (
    touched("2", -40 * DAY, "guides"),
    touched("3", -30 * DAY, "ads"),
    touched("7", -10 * DAY, "sales"),
)


async def test_a_conversion_has_the_marketing_touches_of_ninety_days_before(store: Store) -> None:
    await take(store, HISTORY)
    created = Ask(frozenset({"customers"}), parse_period("all", NOW, PLAYBOOK.zone))

    found = await store.conversions(created, Credit("customers", "campaign"))
    assert found.conversions == (
        Conversion(minutes(-5 * DAY), (GUIDES, ADS), 1, minutes(-200 * DAY), minutes(-9 * DAY)),
    )
    assert (found.nulls, found.currencies) == ({("guides", "ads"): 1, (): 1}, frozenset())


async def test_a_deal_is_credited_with_its_amount_for_the_touches_before_it_closed(store: Store) -> None:
    await take(store, [*HISTORY, deal("e", "won", -4 * DAY, ANA, amount=5)])
    won = Ask(frozenset({"revenue"}), CUSTOMERS.period, "activity")

    found = await store.conversions(won, Credit("revenue", "campaign"))
    assert found.conversions == (
        Conversion(minutes(-5 * DAY), (GUIDES, ADS), 1200, minutes(-200 * DAY), minutes(-9 * DAY)),
        Conversion(minutes(-4 * DAY), (GUIDES, ADS), 500, minutes(-200 * DAY), minutes(-4 * DAY)),
    )
    assert (found.nulls, found.currencies) == ({("guides", "ads"): 1, (): 1}, {"USD"})


async def test_who_did_not_convert_is_not_looked_at_where_nobody_asks(store: Store) -> None:
    await take(store, HISTORY)

    found = await store.conversions(CUSTOMERS, Credit("mqls", "campaign", nulls=False))
    assert (len(found.conversions), found.nulls) == (1, {})


async def test_a_deal_of_others_who_were_not_asked_for_is_not_credited(store: Store) -> None:
    await take(store, HISTORY)
    of_ads = Ask(frozenset({"revenue"}), CUSTOMERS.period, where=(Filter("campaign", "ads"),))

    assert (await store.conversions(of_ads, Credit("revenue", "campaign"))).conversions == ()


async def test_what_a_count_sums_up_is_what_a_conversion_is_worth(store: Store) -> None:
    await take(store, HISTORY)

    found = await store.conversions(CUSTOMERS, Credit("asked_fields", "campaign"))
    assert [one.value for one in found.conversions] == [6, 6]


async def test_sales_touches_are_credited_when_asked_for(store: Store) -> None:
    await take(store, HISTORY)
    activity = Ask(frozenset({"customers"}), CUSTOMERS.period, "activity")

    [won] = (await store.conversions(activity, Credit("customers", "campaign", touches="all"))).conversions
    assert won.touches == (GUIDES, ADS, CALL)
    [won] = (await store.conversions(activity, Credit("customers", "channel"))).conversions
    assert [touch.key for touch in won.touches] == ["Organic Search", "Paid Search"]


async def test_only_the_leads_that_were_asked_for_convert(store: Store) -> None:
    await take(store, HISTORY)

    found = await store.conversions(CUSTOMERS, Credit("customers", "campaign"))
    assert (found.conversions, found.nulls) == ((), {("guides", "ads"): 1, (): 1})
    no_ads = Ask(frozenset(), CUSTOMERS.period, where=(Filter("campaign", "guides"),))
    assert (await store.conversions(no_ads, Credit("mqls", "campaign"))).nulls == {("guides", "ads"): 1}
    assert len((await store.conversions(CUSTOMERS, Credit("mqls", "campaign"))).conversions) == 1


async def test_the_currencies_of_amounts_are_told(store: Store) -> None:
    await take(store, [captured("1"), deal("a", "won", 1, "ana@example.com", amount=1, currency="EUR"),
                       deal("b", "won", 1, "ana@example.com", amount=2, currency="USD"),
                       deal("c", "won", 1, "ana@example.com", currency="GBP")])  # fmt: skip

    found = await store.conversions(CUSTOMERS, Credit("revenue", "campaign"))
    assert (sorted(one.value for one in found.conversions), found.currencies) == (
        [0, 100, 200],
        {"EUR", "USD"},
    )


async def test_what_no_lead_does_cannot_be_credited(store: Store) -> None:
    with pytest.raises(QuestionError, match="Credit is shared for leads and deals, by source, medium"):
        await store.conversions(CUSTOMERS, Credit("spend", "campaign"))
    with pytest.raises(QuestionError, match="Credit is shared"):
        await store.conversions(CUSTOMERS, Credit("mqls", "country"))
