"""The sample company: a past that a RevOps lead believes, two leads of an article, and a lively present."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.sample import history, joe, jon, trickle
from funnel.brief import Brief, build
from funnel.events import EVENT, CampaignSpent, Event, LeadCaptured, LeadEvent, LeadStaged, in_order
from funnel.journey import tell
from funnel.lead import Lead
from funnel.playbook import Playbook, parse_playbook
from funnel.stage import FUNNEL, Stage

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
PLAYBOOK_FILE = Path(__file__).parent.parent / "playbook.yaml"


@pytest.fixture(scope="module")
def playbook() -> Playbook:
    return parse_playbook(PLAYBOOK_FILE.read_text("utf-8"), "playbook.yaml")


@pytest.fixture(scope="module")
def past(playbook: Playbook) -> tuple[Event, ...]:
    return tuple(history(playbook, NOW))


@pytest.fixture(scope="module")
def leads(past: tuple[Event, ...], playbook: Playbook) -> tuple[Lead, ...]:
    return told(past, playbook)


def told(events: Iterable[Event], playbook: Playbook) -> tuple[Lead, ...]:
    """Every known lead of the events; a visitor and the e-mail address given later are one person."""
    about_people = [event for event in events if not isinstance(event, CampaignSpent)]
    emails = {event.person.anonymous_id: event.person.email for event in about_people if event.person.email}
    each: defaultdict[str | None, list[LeadEvent]] = defaultdict(list)
    for event in about_people:
        each[event.person.email or emails.get(event.person.anonymous_id)].append(event)
    return tuple(tell(theirs, playbook) for email, theirs in each.items() if email)


def reached(leads: Iterable[Lead]) -> Counter[Stage]:
    return Counter(entry.stage for lead in leads for entry in lead.stages)


def first_reached(lead: Lead) -> dict[Stage, datetime]:
    return {entry.stage: entry.at for entry in lead.stages}


def campaign_of(lead: Lead) -> str | None:
    return lead.origin.campaign if lead.origin else None


def brief_of(events: Iterable[LeadEvent], playbook: Playbook) -> Brief:
    brief = build(1, tell(events, playbook), playbook)
    assert brief
    return brief


def test_the_example_playbook_is_that_of_the_sample_company(playbook: Playbook) -> None:
    assert (playbook.company, playbook.timezone) == ("Meridian Widgets", "America/New_York")
    assert (playbook.currency, playbook.channels.briefs) == ("USD", "#leads")


def test_the_same_seed_and_now_make_the_same_past(past: tuple[Event, ...], playbook: Playbook) -> None:
    assert tuple(history(playbook, NOW)) == past
    assert tuple(history(playbook, NOW.astimezone(ZoneInfo("Asia/Tokyo")))) == past


def test_another_seed_makes_another_past(past: tuple[Event, ...], playbook: Playbook) -> None:
    assert tuple(history(playbook, NOW, seed=8)) != past


def test_the_past_is_quiet_in_order_and_of_the_last_twelve_months(past: tuple[Event, ...]) -> None:
    assert all(event.quiet for event in past)
    assert list(past) == sorted(past, key=in_order)
    assert NOW - timedelta(days=365) < past[0].time < NOW - timedelta(days=360)
    assert NOW - timedelta(days=2) < past[-1].time <= NOW


def test_no_two_events_of_the_demo_are_the_same_event(past: tuple[Event, ...], playbook: Playbook) -> None:
    beats = islice(trickle(playbook), 400)
    live = [event for beat in beats for event in beat.happens(NOW)]
    keys = [event.key for event in (*past, *joe(NOW), *jon(NOW), *live)]
    assert len(set(keys)) == len(keys)


def test_every_event_survives_the_wire(past: tuple[Event, ...]) -> None:
    for event in (*past, *joe(NOW), *jon(NOW)):
        assert EVENT.validate_json(EVENT.dump_json(event)) == event


def test_a_year_has_thousands_of_events(past: tuple[Event, ...]) -> None:
    assert 12_000 <= len(past) <= 18_500


@pytest.mark.parametrize(
    "now", [NOW, datetime(2027, 1, 1, 2, tzinfo=UTC), datetime(2027, 3, 14, 7, tzinfo=UTC)], ids=str
)
def test_the_funnel_is_one_of_this_trade(now: datetime, playbook: Playbook) -> None:
    leads = told(history(playbook, now), playbook)
    count = reached(leads)
    assert 1_200 <= len(leads) <= 1_500
    assert 0.25 <= count[Stage.MQL] / count[Stage.INQUIRY] <= 0.35
    assert 0.30 <= count[Stage.SQL] / count[Stage.MQL] <= 0.45
    assert 0.17 <= count[Stage.CUSTOMER] / count[Stage.SQL] <= 0.32


def test_nobody_reaches_a_stage_before_the_one_that_leads_to_it(leads: tuple[Lead, ...]) -> None:
    for lead in leads:
        at = first_reached(lead)
        times = [at[stage] for stage in FUNNEL if stage in at]
        assert times == sorted(times)


def test_nobody_leaves_the_funnel_before_coming(past: tuple[Event, ...], leads: tuple[Lead, ...]) -> None:
    exits = {Stage.RECYCLED, Stage.DISQUALIFIED, Stage.LOST}
    for lead in leads:
        at = first_reached(lead)
        assert all(at[Stage.INQUIRY] <= at[stage] for stage in exits & at.keys())
    reasons = [event.reason for event in past if isinstance(event, LeadStaged) and event.stage in exits]
    assert len(reasons) > 200
    assert all(reasons)


def test_fourteen_campaigns_of_both_kinds_bring_leads_and_cost_money(
    past: tuple[Event, ...], leads: tuple[Lead, ...]
) -> None:
    spent = [event for event in past if isinstance(event, CampaignSpent) and event.kind != "competitor"]
    kinds = {event.campaign: event.kind for event in spent}
    assert Counter(kinds.values()) == {"demand_gen": 7, "lead_gen": 7}
    assert all(event.amount and event.amount > 0 and event.currency == "USD" for event in spent)
    assert set(kinds) <= {campaign_of(lead) for lead in leads}


def test_syndication_brings_many_leads_of_little_worth_and_the_podcast_the_reverse(
    leads: tuple[Lead, ...],
) -> None:
    by_campaign = defaultdict(list)
    for lead in leads:
        by_campaign[campaign_of(lead)].append(lead)
    many, few = by_campaign["syndication-techpages"], by_campaign["podcast-shop-floor-hours"]
    assert len(many) > 3 * len(few)
    assert reached(many)[Stage.CUSTOMER] < reached(few)[Stage.CUSTOMER]
    assert reached(many)[Stage.MQL] / len(many) < 0.2
    assert reached(few)[Stage.MQL] / len(few) > 0.4


def test_people_fill_in_forms_on_weekdays_mostly(past: tuple[Event, ...], playbook: Playbook) -> None:
    days = Counter(
        event.time.astimezone(playbook.zone).weekday() for event in past if isinstance(event, LeadCaptured)
    )
    assert days[5] + days[6] < days.total() / 10


def test_all_addresses_are_of_domains_that_nobody_owns(leads: tuple[Lead, ...]) -> None:
    assert all((lead.fact("email") or "").endswith(".example") for lead in leads)


def test_joe_names_his_friend_what_he_wants_and_when(playbook: Playbook) -> None:
    brief = brief_of(joe(NOW), playbook)
    assert brief.occasion.kind == "hand_raise"
    assert brief.reading.referred_by == "Maria Chen at Northgate Foundry"
    assert brief.reading.wants == "a widget retrofit for two bottling lines"
    assert (brief.reading.when, brief.urgency) == ("within three weeks", "urgent")
    assert (brief.motion, brief.occasion.kind, brief.consumed) == ("demand-first", "hand_raise", ())
    assert brief.company is not None
    assert (brief.company.value, brief.company.inferred) == ("clearbrook-bottling.example", True)
    assert brief.title is None


def test_joes_friend_is_a_customer(leads: tuple[Lead, ...]) -> None:
    (maria,) = [lead for lead in leads if lead.fact("name") == "Maria Chen" and lead.fact("company")]
    assert (maria.fact("company"), maria.stage) == ("Northgate Foundry", Stage.CUSTOMER)


def test_jon_has_seven_interactions_of_which_one_is_ours(playbook: Playbook) -> None:
    brief = brief_of(jon(NOW), playbook)
    assert brief.occasion.kind == "score"
    assert (brief.actions, brief.sends) == (6, 1)
    assert [row.kind for row in brief.timeline] == [
        "page_viewed",
        "captured",
        "email_sent",
        "email_opened",
        "email_clicked",
        "page_viewed",
        "asset_downloaded",
    ]
    assert [row.trust for row in brief.timeline][3:5] == ["low", "confirmed"]


def test_jon_read_the_two_pieces_newest_first(playbook: Playbook) -> None:
    brief = brief_of(jon(NOW), playbook)
    assert [(one.title.value, one.type) for one in brief.consumed] == [
        ("Lifecycle of a Widget", "infographic"),
        ("10 Tips for Improving your Widget ROI", "white paper"),
    ]
    assert brief.title
    assert brief.title.value == "Plant Operations Manager"
    assert brief.fit
    assert (brief.fit.grade, brief.fit.reasons, brief.motion) == (
        "A",
        ("runs a plant", "decides"),
        "lead-first",
    )


def test_joe_and_jon_are_live_and_of_now() -> None:
    for events in (joe(NOW), jon(NOW)):
        assert not any(event.quiet for event in events)
        assert list(events) == sorted(events, key=in_order)
        assert events[-1].time == NOW


def test_the_trickle_is_the_same_each_time_and_its_ids_are_of_the_moment(playbook: Playbook) -> None:
    one, other = (
        [(beat.wait, beat.happens(NOW)) for beat in islice(trickle(playbook), 150)] for _ in range(2)
    )
    assert one == other
    later = [beat.happens(NOW + timedelta(days=1)) for beat in islice(trickle(playbook), 150)]
    assert not {event.key for _, events in one for event in events} & {
        event.key for events in later for event in events
    }


def test_a_lead_worth_a_brief_trickles_in_every_twenty_to_forty_seconds(playbook: Playbook) -> None:
    clock, seen, briefed_at = NOW, list[Event](), list[datetime]()
    for beat in islice(trickle(playbook), 150):
        clock += timedelta(seconds=beat.wait)
        events = beat.happens(clock)
        assert events
        assert all(clock - timedelta(minutes=10) < event.time <= clock for event in events)
        before, seen = len(briefs(seen, playbook)), [*seen, *events]
        if len(briefs(seen, playbook)) > before:
            briefed_at.append(clock)
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(briefed_at)]
    assert len(gaps) > 10
    assert min(gaps) >= 20
    assert (
        sorted(gaps)[len(gaps) * 9 // 10] <= 41
    )  # now and then it is a student who asks, and nobody is told
    assert max(gaps) <= 82


@pytest.mark.parametrize("seed", range(8))
def test_the_first_lead_worth_a_brief_comes_soon(seed: int, playbook: Playbook) -> None:
    clock, seen = 0.0, list[Event]()
    for beat in trickle(playbook, seed):
        clock += beat.wait
        seen += beat.happens(NOW + timedelta(seconds=clock))
        if briefs(seen, playbook):
            break
    assert 3 < clock < 15


def test_nobody_in_the_trickle_acts_before_what_they_did_last(playbook: Playbook) -> None:
    clock, last_seen = NOW, dict[str | None, datetime]()
    for beat in islice(trickle(playbook), 400):
        clock += timedelta(seconds=beat.wait)
        for event in beat.happens(clock):
            assert not isinstance(event, CampaignSpent)
            who = event.person.anonymous_id
            assert last_seen.get(who, event.time) <= event.time
            last_seen[who] = event.time


def briefs(events: Iterable[Event], playbook: Playbook) -> list[Brief]:
    return [brief for lead in told(events, playbook) if (brief := build(1, lead, playbook))]


def test_the_trickle_has_comments_of_every_quality(playbook: Playbook) -> None:
    events = [event for beat in islice(trickle(playbook), 1_500) for event in beat.happens(NOW)]
    found = briefs(events, playbook)
    asked = [brief for brief in found if brief.occasion.kind == "hand_raise"]
    assert any(brief.reading.complete for brief in asked)
    assert any(brief.comment and not brief.reading.wants for brief in asked)
    assert any(brief.comment is None for brief in asked)
    assert any(brief.name is None for brief in asked)
    assert any(brief.occasion.kind == "score" for brief in found)
    assert any(brief.owner for brief in found)
