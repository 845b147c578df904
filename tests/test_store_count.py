"""Every number that a question may want, on both databases: truths by hand, and laws for all names."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest
from store_rig import NOW, captured, from_campaign, minutes, spent, take, tell_all

from funnel.counts import BY, COUNTS, SPREADS, Ask, Cell, Clock, Family, Filter, Sample
from funnel.dimension import DIMENSIONS, OF_TIME, Dimension
from funnel.errors import QuestionError
from funnel.events import DealMoved, Event, LeadCaptured, LeadEngaged, LeadStaged, Person
from funnel.metrics import OF_OPEN_DEALS
from funnel.period import Period
from funnel.period_words import parse_period
from funnel.playbook import Playbook
from funnel.scoring import score
from funnel.scoring_rules import FitRule, Scoring
from storage.numbers import NUMBERS
from storage.numbers import SPREADS as LENGTHS
from storage.store import Store

DAY = 24 * 60
ANA, BO, CY, DI = (f"{name}@acme.example" for name in ("ana", "bo", "cy", "di"))
RULES = Scoring(fit=(FitRule(rule="boss", field="title", like=("*head*",), points=40),))
MERIDIAN = Playbook(score=RULES, timezone="America/New_York")
ABOUT_ANA = {"title": "Head of widgets", "name": "Ana", "country": "DE"}
AD = {"source": "google", "medium": "cpc", "campaign": "spring"}
COOKIE: dict[str, Any] = {"person": {"anonymous_id": "a"}}
GUIDE = {"title": "Widget guide", "type": "guide"}
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Mobile/15E148"


def did(id: str, kind: str, at: float, who: str | None = ANA, **fields: Any) -> LeadEngaged:  # noqa: A002 - an event's id
    person = {"email": who, **fields.pop("person", {})}
    envelope = {"id": id, "source": "site", "time": minutes(at), "person": person}
    return LeadEngaged.model_validate({**envelope, "kind": kind, **fields})


def moved(id: str, stage: str, at: float, email: str = ANA, **fields: Any) -> LeadStaged:  # noqa: A002 - an event's id
    return LeadStaged(
        id=id, source="crm", time=minutes(at), person=Person(email=email), stage=stage, **fields
    )


def deal(id: str, stage: str, at: float, email: str = ANA, **fields: Any) -> DealMoved:  # noqa: A002 - an event's id
    event = {"id": f"{id} {stage}", "source": "crm", "time": minutes(at), "deal": id, "stage": stage}
    return DealMoved.model_validate({**event, "person": {"email": email}, **fields})


def viewed(id: str, at: float, url: str, who: str | None = ANA, **fields: Any) -> LeadEngaged:  # noqa: A002 - an event's id
    return did(id, "page_viewed", at, who, page={"url": url}, **fields)


def mailed(id: str, kind: str, at: float, email: str = ANA, **fields: Any) -> LeadEngaged:  # noqa: A002 - an event's id
    return did(id, f"email_{kind}", at, email, email={"subject": "News"}, **fields)


HISTORY: list[Event] = [
    # Ana came by an ad, read, asked for a call, was called in time and bought.
    viewed("a1", -20 * DAY, "https://w.example/ad", None, **COOKIE, origin=AD,
           user_agent=IPHONE),
    viewed("a2", -20 * DAY + 2, "https://w.example/guide", None, **COOKIE, asset=GUIDE),
    viewed("a3", -20 * DAY + 5, "https://w.example/", None, **COOKIE),
    captured("a4", ANA, at=-20 * DAY + 6, person=ABOUT_ANA | COOKIE["person"],
             origin=from_campaign("spring", "google")),
    did("a5", "call_made", -20 * DAY + 10, outcome="connected"),
    did("a6", "meeting_booked", -19 * DAY),
    did("a7", "meeting_held", -18 * DAY),
    moved("a8", "sql", -18 * DAY),
    deal("a", "open", -17 * DAY, amount=1000),
    deal("a", "won", -7 * DAY, amount=1200),
    # Bo took a guide, got mails, left them, and was disqualified after a call that reached nobody.
    captured("b1", BO, form="Guide form", at=-10 * DAY, asset=GUIDE, origin=from_campaign("autumn")),
    *(mailed(f"b{2 + number}", kind, -9 * DAY + 60 * number, BO) for number, kind in enumerate(
        ["sent", "opened", "opened", "clicked", "sent", "opened", "bounced", "unsubscribed", "marked_spam"])),
    did("bx", "call_made", -8 * DAY, BO, outcome="no_answer"),
    moved("by", "disqualified", -7 * DAY, BO, reason="student"),
    # Cy was qualified, recycled, and came back; nobody ever answered.
    captured("c1", CY, form="Guide form", at=-15 * DAY),
    moved("c2", "mql", -14 * DAY, CY),
    moved("c3", "recycled", -12 * DAY, CY, reason="timing"),
    moved("c4", "mql", -2 * DAY, CY),
    deal("c", "open", -DAY, CY, amount=500),
    # Di only visited, and a crawler in her name.
    viewed("d1", -3 * DAY, "https://w.example/a", DI, origin={"referrer": "https://www.google.de/"}),
    viewed("d2", -3 * DAY + 29, "https://w.example/b", DI),
    viewed("d3", -3 * DAY + 60, "https://w.example/c", DI),
    viewed("d4", -2 * DAY, "https://w.example/a", DI, user_agent="Googlebot/2.1", method="HEAD"),
    spent("s1", "spring", "2026-11-01", "100", impressions=1000, clicks=10, likes=1, comments=2, shares=3,
          mentions={"positive": 4, "neutral": 5, "negative": 6}),
    spent("s2", "rivals", "2026-11-01", kind="competitor", mentions={"positive": 7}),
]  # fmt: skip
COHORT = {
    "leads": 4, "mqls": 2, "sals": 2, "sqls": 2, "opportunities": 2, "customers": 1, "disqualified": 1,
    "recycled": 1, "returned": 1, "hand_raisers": 1, "demand_first": 1, "lead_first": 1, "good_fits": 1,
    "contacts": 2, "due_answers": 2, "answered_in_time": 1, "untouched": 2, "unclaimed": 1, "open_leads": 2,
    "captured_fields": 7, "asked_fields": 24, "content_customers": 1,
    "alerts": 1, "acted_alerts": 1,
}  # fmt: skip
ALWAYS = {
    "deals_opened": 2, "deals_won": 1, "revenue": 120_000, "opened_pipeline": 170_000,
    "deals_open_at_end": 1, "closed_won": 1, "pipeline_at_end": 50_000, "pipeline_created": 150_000,
    "pipeline_changed": 20_000, "pipeline_won": 120_000, "sourced_pipeline": 170_000,
    "influenced_pipeline": 170_000,
    "spend": 10_000, "impressions": 1000, "ad_clicks": 10, "likes": 1, "comments": 2, "shares": 3,
    "positive": 4, "neutral": 5, "negative": 6, "competitor_mentions": 7,
    "engagements": 17, "content_views": 1, "content_viewers": 1, "content_leads": 1, "downloads": 1,
    "takers": 1, "content_touches": 2, "gated_touches": 1, "emails": 2, "email_openers": 2,
    "email_clickers": 1, "email_bounces": 1, "unsubscribes": 1, "spam_reports": 1, "our_touches": 4,
    "wasted_touches": 3, "form_submissions": 3, "calls": 2, "calls_connected": 1,
    "meetings_booked": 1, "meetings_held": 1,
    "sessions": 3, "visitors": 2, "known_visitors": 2, "organic_sessions": 1, "page_views": 6,
}  # fmt: skip


def window(words: str = "last 30 days", playbook: Playbook = MERIDIAN) -> Period:
    return parse_period(words, NOW, playbook.zone)


def names_of(family: Family) -> frozenset[str]:
    return frozenset(name for name, one in (*COUNTS.items(), *SPREADS.items()) if one.family == family)


async def asked(
    store: Store, *names: str, clock: Clock = "cohort", by: Dimension | None = None, **terms: Any
) -> dict[str | None, Cell]:
    ask = Ask(frozenset(names), terms.pop("period", window()), clock, by, **terms)
    return dict(await store.count(ask, MERIDIAN, now=NOW))


@pytest.fixture
async def meridian(store: Store) -> Store:
    await store.record(HISTORY)
    while (await store.tell(MERIDIAN, NOW)).events:
        pass
    return store


def test_every_name_of_the_contract_is_known() -> None:
    assert NUMBERS.keys() == {name for name, one in COUNTS.items() if one.family != "rules"}
    assert LENGTHS.keys() == SPREADS.keys()


async def test_all_numbers_of_a_small_company(meridian: Store) -> None:
    [cell] = (await asked(meridian, *COUNTS)).values()

    assert dict(sorted(cell.counts.items())) == dict(sorted((COHORT | ALWAYS).items()))
    assert (cell.currency, cell.mixed) == ("USD", frozenset())


@pytest.mark.parametrize("by", DIMENSIONS)
@pytest.mark.parametrize("family", ["leads", "deals", "spend", "touches", "visits"])
async def test_the_groups_of_a_breakdown_sum_to_the_whole(
    meridian: Store, family: Family, by: Dimension
) -> None:
    """But for what counts different people, and the deals that are open as each window begins or ends."""
    apart = {"content_viewers", "content_leads", "takers", "visitors"}
    names = names_of(family) & COUNTS.keys() - apart - OF_OPEN_DEALS
    if by not in BY[family]:
        with pytest.raises(QuestionError, match=f"cannot be counted by {by}"):
            await asked(meridian, *names, by=by)
        return
    clocks: list[Clock] = ["cohort", "activity"]
    for clock in clocks:
        [whole] = (await asked(meridian, *names, clock=clock)).values()
        groups = await asked(meridian, *names, clock=clock, by=by)

        assert {name for name in names if any(cell.counts.get(name) for cell in groups.values())} == set(
            whole.counts
        )
        for name, total in whole.counts.items():
            assert sum(cell.counts.get(name, 0) for cell in groups.values()) == total
        if by not in OF_TIME:
            for value, cell in groups.items():
                [alone] = (await asked(meridian, *names, clock=clock, where=(Filter(by, value),))).values()
                assert alone == cell


@pytest.mark.parametrize("clock", ["cohort", "activity"])
async def test_the_rows_behind_a_number_are_as_many_as_it_says(meridian: Store, clock: Clock) -> None:
    for name, one in COUNTS.items():
        if one.family in {"spend", "rules"} or one.money or NUMBERS[name].total is not None:
            continue
        ask = Ask(frozenset({name}), window(), clock)
        [cell] = (await meridian.count(ask, MERIDIAN, now=NOW)).values()
        found = await meridian.counted(ask, name, now=NOW)

        assert len(found) == cell.counts.get(name, 0), name
        assert all(lead.at is not None for lead in found)


async def test_rows_say_who_and_when_and_are_bounded(meridian: Store) -> None:
    ask = Ask(frozenset({"customers"}), window())

    [ana] = await meridian.counted(ask, "customers")
    assert (ana.name, ana.email, ana.stage, ana.at) == ("Ana", ANA, "customer", minutes(-7 * DAY))
    assert [one.email for one in await meridian.counted(ask, "leads", limit=2)] == [ANA, CY]
    assert await meridian.counted(ask, "spend") == []


async def test_activity_counts_what_happened_in_the_window_whoever_did_it(meridian: Store) -> None:
    week = window("last 7 days")

    [happened] = (
        await asked(meridian, "leads", "mqls", "customers", "returned", clock="activity", period=week)
    ).values()
    [created] = (await asked(meridian, "leads", "mqls", "customers", "returned", period=week)).values()
    assert happened.counts == {"leads": 1, "returned": 1}
    assert created.counts == {"leads": 1}


async def test_leads_are_known_before_made_by_machines_or_imported(store: Store) -> None:
    scanner = {"method": "HEAD", "user_agent": "Googlebot/2.1"}
    await take(
        store,
        [
            viewed("1", -2 * DAY, "https://w.example/", None, **COOKIE),
            captured("2", ANA, person=COOKIE["person"]),
            viewed("3", 0, "https://w.example/", BO, **scanner),
            viewed("4", 0, "https://w.example/", CY, **scanner),
            captured("5", CY, at=1),
            captured("6", DI, at=2, quiet=True),
        ],
    )
    day = window("2026-11-20")

    assert await asked(store, "leads", "known_leads", "machine_leads", "imported_leads", period=day) == {
        None: Cell({"leads": 4, "known_leads": 1, "machine_leads": 1, "imported_leads": 1})
    }


async def test_money_of_several_currencies_is_not_added_up(store: Store) -> None:
    await take(
        store,
        [
            spent("1", "a", "2026-11-01", "1", currency="EUR"),
            spent("2", "a", "2026-11-02", "1"),
            spent("3", "b", "2026-11-02", "2"),
            deal("d", "won", 0, amount=3, currency="GBP"),
        ],
    )

    assert await asked(store, "spend", "revenue", "deals_won") == {
        None: Cell({"deals_won": 1}, mixed=frozenset({"EUR", "USD", "GBP"}))
    }
    assert await asked(store, "spend", by="campaign") == {
        "a": Cell(mixed=frozenset({"EUR", "USD"})),
        "b": Cell({"spend": 200}, currency="USD"),
    }


async def test_spend_and_leads_meet_by_channel_however_it_is_spelled(store: Store) -> None:
    ad = {"source": "google", "medium": "cpc"}
    await take(store, [spent("1", "a", "2026-11-01", "1", channel="paid search"),
                       spent("2", "a", "2026-11-01", "2", channel="Paid Search"),
                       captured("3", origin=ad)])  # fmt: skip

    assert await asked(store, "spend", "leads", by="channel") == {
        "Paid Search": Cell({"spend": 300, "leads": 1}, currency="USD")
    }


async def test_content_is_counted_by_its_topic_and_its_type(store: Store) -> None:
    paper = {"title": "Ten tips", "type": "white paper", "topic": "ROI"}
    await take(store, [did("1", "asset_downloaded", 0, asset=paper),
                       did("2", "asset_downloaded", 1, asset={**paper, "title": "Tips two"}),
                       did("3", "asset_downloaded", 2, asset=GUIDE)])  # fmt: skip

    assert await asked(store, "downloads", by="topic") == {
        "ROI": Cell({"downloads": 2}),
        None: Cell({"downloads": 1}),
    }
    assert await asked(store, "downloads", by="type", where=(Filter("topic", "roi"),)) == {
        "white paper": Cell({"downloads": 2})
    }


async def test_spreads_have_what_ended_and_what_goes_on(meridian: Store) -> None:
    [cell] = (await asked(meridian, *SPREADS)).values()
    found = {
        name: Sample(tuple(sorted(one.ended)), tuple(sorted(one.going_on)))
        for name, one in cell.samples.items()
    }

    assert found["response_time"] == Sample((4, 1440 * 2), (3 * DAY, 15 * DAY))
    assert found["time_to_mql"] == Sample((0, 1), (3, 3))
    assert found["time_in_mql"] == Sample((pytest.approx(2 - 6 / DAY), 2), ())
    assert found["time_to_customer"].ended == (pytest.approx(13 - 6 / DAY),)
    assert (found["sales_cycle"].ended, found["deal_size"].ended) == ((10,), (120_000,))
    assert (found["touches_before_mql"].ended, found["touches_before_deal"].ended) == ((1, 4), (1,))
    assert found["time_on_page"].ended == (180,)
    assert found["age_of_open_leads"] == Sample((3, 15))


async def test_the_score_is_the_one_that_the_score_command_explains(meridian: Store) -> None:
    [cell] = (await asked(meridian, "lead_score")).values()
    leads = [await meridian.lead(one.id, MERIDIAN) for one in await meridian.counted(
        Ask(frozenset({"leads"}), window()), "leads")]  # fmt: skip
    explained = [score(lead, MERIDIAN, NOW).engagement for lead in leads if lead]

    assert sorted(cell.samples["lead_score"].ended) == pytest.approx(sorted(one for one in explained if one))


async def test_windows_of_time_are_groups_even_when_nothing_happened(store: Store) -> None:
    await take(store, [captured("1", at=-DAY)])
    berlin = parse_period("2026-10-20..2026-11-20", NOW, ZoneInfo("Europe/Berlin"))

    by_day = await asked(store, "leads", by="day", period=berlin)
    assert (len(by_day), [day for day, cell in by_day.items() if cell.counts]) == (32, ["2026-11-19"])
    by_hour = await asked(store, "leads", by="hour", period=berlin)
    assert (len(by_hour), [hour for hour, cell in by_hour.items() if cell.counts]) == (24, ["10"])
    assert list(await asked(store, "leads", by="weekday", period=berlin))[3] == "Thursday"


async def test_hours_are_the_zones_before_and_after_the_clocks_change(store: Store) -> None:
    """Berlin left summer time on 25 October 2026: 9 h UTC was 11 o'clock before, and is 10 after."""
    await take(store, [captured("1", at=-30 * DAY), captured("2", BO, at=-20 * DAY)])
    berlin = parse_period("2026-10-01..2026-11-20", NOW, ZoneInfo("Europe/Berlin"))

    by_hour = await asked(store, "leads", by="hour", period=berlin)
    assert {hour: cell.counts["leads"] for hour, cell in by_hour.items() if cell.counts} == {"10": 1, "11": 1}


async def test_all_days_of_all_times_are_those_in_which_anything_happened(store: Store) -> None:
    everything = window("all")
    assert await asked(store, "leads", by="day", period=everything) == {}

    await take(store, [captured("1", at=-3 * DAY), captured("2", BO)])
    assert list(await asked(store, "leads", by="day", period=everything)) == [
        "2026-11-17", "2026-11-18", "2026-11-19", "2026-11-20"
    ]  # fmt: skip


async def test_all_months_of_spend_are_those_in_which_any_was_spent(store: Store) -> None:
    await take(store, [spent("1", "a", "2026-08-31", "1"), spent("2", "a", "2026-10-01", "2")])

    by_month = await asked(store, "spend", by="month", period=window("all"))
    assert {month: cell.counts.get("spend", 0) for month, cell in by_month.items()} == {
        "2026-08": 100,
        "2026-09": 0,
        "2026-10": 200,
    }


async def test_an_empty_store_counts_nothing(store: Store) -> None:
    assert await asked(store, *COUNTS, *SPREADS) == {None: Cell()}
    assert await asked(store, *COUNTS, *SPREADS, by="campaign") == {}


async def test_campaigns_are_found_by_name(meridian: Store) -> None:
    assert await meridian.campaign_names() == ["autumn", "spring"]
    assert await meridian.campaign_names(limit=1) == ["autumn"]


async def test_hostile_values_are_values(store: Store) -> None:
    name = "'; DROP TABLE lead; -- %s <!channel>"
    await take(store, [captured("1", origin=from_campaign(name))])

    where = (Filter("campaign", name.upper()),)
    assert await asked(store, "leads", by="campaign", where=where) == {name: Cell({"leads": 1})}


async def test_a_period_of_too_many_days_is_a_sentence(store: Store) -> None:
    ancient = {"time": "1990-01-01T00:00:00Z", "person": {"email": BO}, "form": "Guide"}
    await store.record([LeadCaptured.model_validate({"id": "1", "source": "site", **ancient}), captured("2")])
    await tell_all(store)

    with pytest.raises(QuestionError, match="That is more than 3,700 days"):
        await asked(store, "leads", by="day", period=window("all"))
    by_month = await asked(store, "leads", by="month", period=window("all"))
    assert (len(by_month), list(by_month)[-1]) == (37 * 12, "2026-11")


async def test_rows_behind_a_sum_are_those_that_it_sums(meridian: Store) -> None:
    ask = Ask(frozenset({"page_views"}), window())

    assert len(await meridian.counted(ask, "page_views")) == 3  # visits
    assert len(await meridian.counted(ask, "revenue")) == 1


async def test_a_landing_page_that_a_form_names_is_the_leads(store: Store) -> None:
    origin = {"source": "x", "landing_page": "https://w.example/offer?utm_source=x"}
    await take(store, [captured("1", origin=origin)])

    assert await asked(store, "leads", by="landing") == {"/offer": Cell({"leads": 1})}
