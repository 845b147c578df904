"""The sample company's past: twelve months of leads, visitors and spend, made by seeded dice."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random

from bot.sample.catalog import ASSETS, CAMPAIGNS, PAGES, WORD_OF_MOUTH, Campaign
from bot.sample.diary import Diary
from bot.sample.journeys import Fate, Journey, origin_of
from bot.sample.people import Crowd, grade, visitor
from bot.sample.seasons import YEAR, Calendar, season
from funnel.events import (
    CampaignSpent,
    Event,
    ExperimentViewed,
    LeadEngaged,
    LeadEvent,
    Mentions,
    Person,
    in_order,
)
from funnel.playbook import Playbook

MARIA = Person(
    email="maria.chen@northgate-foundry.example",
    anonymous_id="a11ce0f00d42",
    name="Maria Chen",
    title="Director of Operations",
    company="Northgate Foundry",
    country="United States",
    traits={"industry": "metals", "employees": "501-1000"},
)
_VISITORS = 560
_STRANGERS = 1_400
_GOES_ON = 0.4
_RIVAL = "Rival Widgets"
_HEADLINES = ("Control", "Save a shift a week")
_TESTED_DAYS_AGO = (150, 30)
_CLICKS = {
    "paid search": 0.041,
    "display": 0.0025,
    "paid social": 0.0062,
    "organic social": 0.011,
    "video": 0.014,
}


def history(playbook: Playbook, now: datetime, seed: int = 7) -> Iterator[Event]:
    """The twelve months before `now`, in order of occurrence, all quiet.

    The same seed and the same `now` make the same past.
    """
    dice = Random(seed)  # noqa: S311 - a demo's dice, no secret
    calendar = Calendar(now.astimezone(UTC), playbook.zone)
    events: list[Event] = [*_leads(playbook, calendar, dice), *_visitors(calendar, dice)]
    for campaign in CAMPAIGNS:
        events += _spend(campaign, calendar, playbook.currency, dice)
    events += [*_strangers(calendar), *_rival(calendar)]
    events += _experiment(sorted(events, key=in_order), calendar.now)
    begin = calendar.now - timedelta(days=YEAR)
    yield from sorted((event for event in events if begin < event.time <= calendar.now), key=in_order)


def _leads(playbook: Playbook, calendar: Calendar, dice: Random) -> Iterator[LeadEvent]:
    crowd = Crowd(dice)
    number = 0
    for campaign in (*CAMPAIGNS, WORD_OF_MOUTH):
        count = round(campaign.leads * dice.uniform(0.95, 1.05))
        for day in calendar.lead_days(campaign, dice, count):
            number += 1
            good = dice.random() < campaign.mql
            fit = grade(dice, good=good, junk=campaign.junk)
            diary = Diary(f"lead-{number:04d}", crowd.person(fit), quiet=True)
            fate = Fate.drawn(campaign, fit, dice, mql=good)
            Journey(diary, campaign, fate, playbook, calendar, dice).tell(calendar.hour_of(dice, day))
            yield from diary.events
    yield from _maria(playbook, calendar, dice)


def _maria(playbook: Playbook, calendar: Calendar, dice: Random) -> Iterable[LeadEvent]:
    """The customer whom Joe will name: the friend who speaks highly of us."""
    diary = Diary("lead-0000", MARIA, quiet=True)
    fate = Fate("A", asks=True, mql=True, sql=True, won=True)
    at = calendar.working(calendar.now - timedelta(days=290))
    Journey(diary, WORD_OF_MOUTH, fate, playbook, calendar, dice).tell(at)
    return diary.events


def _visitors(calendar: Calendar, dice: Random) -> Iterator[LeadEvent]:
    """People who came, read and never said who they are."""
    drawing = [campaign for campaign in CAMPAIGNS if campaign.reads and not campaign.days_ago]
    number = 0
    for campaign in drawing:
        for day in calendar.lead_days(campaign, dice, _VISITORS // len(drawing)):
            number += 1
            diary = Diary(f"visitor-{number:04d}", Person(anonymous_id=visitor(dice)), quiet=True)
            at = calendar.hour_of(dice, day)
            diary.visit(at, dice.choice(PAGES), origin_of(campaign))
            for _ in range(dice.choice((0, 0, 1, 2))):
                at += timedelta(seconds=dice.randint(15, 240))
                diary.visit(at, dice.choice(PAGES))
            if dice.choice((True, False, False)):
                at += timedelta(seconds=dice.randint(20, 200))
                diary.read(at, ASSETS[dice.choice(campaign.reads)])
            yield from diary.events


def _strangers(calendar: Calendar) -> Iterator[LeadEvent]:
    """People who looked at an article, and perhaps at a page after it."""
    dice = Random("strangers")  # noqa: S311 - a demo's dice, no secret
    drawing = [campaign for campaign in CAMPAIGNS if campaign.reads and not campaign.days_ago]
    number = 0
    for campaign in drawing:
        for day in calendar.lead_days(campaign, dice, _STRANGERS // len(drawing)):
            number += 1
            diary = Diary(f"stranger-{number:04d}", Person(anonymous_id=visitor(dice)), quiet=True)
            at = calendar.hour_of(dice, day)
            diary.view(at, ASSETS[dice.choice(campaign.reads)], origin_of(campaign))
            if dice.random() < _GOES_ON:
                diary.visit(at + timedelta(seconds=dice.randint(15, 240)), dice.choice(PAGES))
            yield from diary.events


def _experiment(events: Iterable[Event], now: datetime) -> Iterator[ExperimentViewed]:
    """Which headline visitors were shown on the first page that they opened while two were tried."""
    begin, end = (now - timedelta(days=days) for days in _TESTED_DAYS_AGO)
    seen: set[str] = set()
    for event in events:
        shown = event.person.anonymous_id if isinstance(event, LeadEngaged) and event.page else None
        if shown and shown not in seen and begin < event.time <= end:
            seen.add(shown)
            dice = Random(f"headline {shown}")  # noqa: S311 - a demo's dice, no secret
            yield ExperimentViewed(
                id=f"headline-{shown}",
                source=event.source,
                time=event.time + timedelta(seconds=1),
                quiet=True,
                person=Person(anonymous_id=shown),
                experiment="Hero headline",
                variant=dice.choice(_HEADLINES),
            )


def _spend(campaign: Campaign, calendar: Calendar, currency: str, dice: Random) -> Iterator[CampaignSpent]:
    for day, planned in _bills(campaign, calendar):
        amount = planned * dice.uniform(0.86, 1.14)
        impressions = int(amount * campaign.reach * dice.uniform(0.8, 1.25))
        clicks = int(impressions * _CLICKS.get(campaign.channel, 0.008) * dice.uniform(0.75, 1.3))
        heard = (
            int(dice.expovariate(1 / 5))
            if campaign.social or campaign.channel in {"podcast", "analyst"}
            else 0
        )
        yield CampaignSpent(
            id=f"{campaign.name}-{day.isoformat()}",
            source="marketing-ledger",
            time=calendar.moment(day, 23, 30),
            quiet=True,
            campaign=campaign.name or "",
            day=day,
            amount=Decimal(round(amount * 100)) / 100,
            currency=currency,
            kind=campaign.kind,
            channel=campaign.channel,
            impressions=impressions or None,
            clicks=clicks or None,
            sessions=int(amount * dice.uniform(0.7, 1.1)) if campaign.medium == "organic" else clicks or None,
            likes=int(impressions * dice.uniform(0.002, 0.006)) if campaign.social else None,
            comments=dice.randint(0, 6) if campaign.social else None,
            shares=dice.randint(0, 9) if campaign.social else None,
            mentions=Mentions(positive=heard * 2 // 3, neutral=heard - heard * 2 // 3) if heard else None,
        )


def _rival(calendar: Calendar) -> Iterator[CampaignSpent]:
    """How often a competitor is mentioned, as the agency reports every Monday."""
    dice = Random(_RIVAL)  # noqa: S311 - a demo's dice, no secret
    for day in (day for day in calendar.days if day.weekday() == 0):
        heard = dice.randint(40, 90)
        yield CampaignSpent(
            id=f"{_RIVAL}-{day.isoformat()}",
            source="agency",
            time=calendar.moment(day, 23, 30),
            quiet=True,
            campaign=_RIVAL,
            day=day,
            kind="competitor",
            mentions=Mentions(positive=heard // 3, neutral=heard // 2, negative=heard // 6),
        )


def _bills(campaign: Campaign, calendar: Calendar) -> Iterator[tuple[date, float]]:
    """The days on which a campaign is paid for, and how much was planned."""
    if campaign.pay == "event":
        for event in calendar.event_days(campaign):
            share = campaign.cost / len(campaign.days_ago)
            yield event - timedelta(days=35), share * 0.4
            yield event, share * 0.6
        return
    for day in calendar.days:
        if campaign.pay == "day":
            yield day, campaign.cost / YEAR * season(day) * 1.4
        elif day.weekday() == 0:
            yield day, campaign.cost / 52
