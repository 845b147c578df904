"""The sample company's present: an endless trickle of what happens next."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random
from typing import NamedTuple

from bot.sample.catalog import (
    ASSETS,
    CAMPAIGNS,
    CONTACT,
    MAILS,
    PAGES,
    ROI_FORMULA,
    WEBINARS,
    WORD_OF_MOUTH,
    Campaign,
)
from bot.sample.comments import comment, rich_comment
from bot.sample.diary import Diary
from bot.sample.journeys import origin_of
from bot.sample.names import REPS
from bot.sample.people import Crowd, grade, visitor
from funnel.events import Event, LeadEvent, Person
from funnel.playbook import Playbook

Happens = Callable[[datetime], tuple[Event, ...]]
_ALL_YEAR = tuple(campaign for campaign in CAMPAIGNS if not campaign.days_ago)
_GATED = tuple(campaign for campaign in _ALL_YEAR if campaign.offers)
_THEN = datetime(2000, 1, 1, tzinfo=UTC)
_REMEMBERED = 40
_SHORTEST = 3.0  # seconds of a beat
_RUSH, _RUSH_MINUTES = 26, 45  # so many people in so many minutes, which no import would spread
_LEFT_ALONE = 3  # no mail on the heels of a mail, and no claim before whoever watches the demo could


class Beat(NamedTuple):
    """Wait so many seconds, then let `happens(at)` say what happened by `at`."""

    wait: float
    happens: Happens


def trickle(playbook: Playbook, seed: int = 7) -> Iterator[Beat]:
    """What happens next, without end: something every few seconds, a lead worth a brief every 20 to 40.

    The ids carry the moment at which a beat happens, so that a second run tells new events.
    """
    dice = Random(seed)  # noqa: S311 - a demo's dice, no secret
    town = _Town(playbook, dice)
    quiet_for = dice.uniform(4, 8)
    while True:
        wait = round(dice.uniform(_SHORTEST, 2 * _SHORTEST), 1)
        quiet_for -= wait
        if quiet_for <= 0:
            quiet_for = dice.uniform(20, 34)
            events = town.something_worth_a_brief()
        else:
            events = town.something_small()
        yield Beat(wait, partial(_at, events))


def rush(now: datetime, seed: int = 7) -> tuple[Event, ...]:
    """Somebody well read links to our white paper: who took it in the 45 minutes before `now`."""
    dice = Random(seed)  # noqa: S311 - a demo's dice, no secret
    crowd = Crowd(dice)
    campaign = next(one for one in CAMPAIGNS if one.name == "seo-widget-roi-hub")
    events: list[Event] = []
    for number in range(_RUSH):
        person = crowd.person(grade(dice, good=dice.random() < campaign.mql, junk=campaign.junk))
        diary = Diary(f"rush-{number:02d}", person, quiet=False)
        at = now - timedelta(minutes=_RUSH_MINUTES * dice.random())
        origin = origin_of(campaign).model_copy(update={"landing_page": ROI_FORMULA.url})
        diary.visit(at - timedelta(seconds=dice.randint(40, 100)), ROI_FORMULA, origin)
        diary.capture(at, campaign.form, origin=origin, asset=ASSETS["roi-tips"])
        events += diary.events
    return tuple(events)


def _at(events: tuple[LeadEvent, ...], now: datetime) -> tuple[Event, ...]:
    shift = now.astimezone(UTC) - _THEN
    stamp = f"{now.astimezone(UTC):%y%m%d%H%M%S}"
    return tuple(
        event.model_copy(update={"time": event.time + shift, "id": f"{event.id}-{stamp}"}) for event in events
    )


class _Town:
    """Everybody of whom we have heard since the trickle began; times are relative to `_THEN`.

    Somebody new may have looked around for minutes before, but what somebody known does takes less than a
    beat: it must not seem to have happened before what they did last.
    """

    def __init__(self, playbook: Playbook, dice: Random) -> None:
        self._playbook = playbook
        self._dice = dice
        self._crowd = Crowd(dice)
        self._warm: list[Diary] = []
        self._mailed: list[tuple[Diary, tuple[str, str]]] = []
        self._briefed: list[Diary] = []
        self._met = 0

    def something_small(self) -> tuple[LeadEvent, ...]:
        scenes: dict[Callable[[], Diary], int] = {
            self._a_visitor: 30,
            self._a_download: 20,
            self._a_registration: 11,
            self._a_mail: 18 if len(self._warm) > _LEFT_ALONE else 0,
            self._a_return: 18 if len(self._mailed) > _LEFT_ALONE else 0,
            self._a_claim: 7 if len(self._briefed) > _LEFT_ALONE else 0,
        }
        (scene,) = self._dice.choices(list(scenes), list(scenes.values()))
        return self._written(scene)

    def something_worth_a_brief(self) -> tuple[LeadEvent, ...]:
        if not self._warm:
            return self._written(self._a_contact)
        return self._written(self._dice.choice((self._a_contact, self._a_rise)))

    def _written(self, scene: Callable[[], Diary]) -> tuple[LeadEvent, ...]:
        diary = scene()
        events = tuple(diary.events)
        diary.events.clear()
        return events

    def _ago(self, seconds: float) -> datetime:
        return _THEN - timedelta(seconds=seconds)

    def _somebody(self, *, good: bool, junk: float = 0.05) -> Diary:
        self._met += 1
        person = self._crowd.person(grade(self._dice, good=good, junk=junk))
        return Diary(f"live-{self._met:05d}", person, quiet=False)

    def _arrives(self, diary: Diary, campaign: Campaign, ago: float) -> None:
        diary.visit(self._ago(ago), self._dice.choice(PAGES), origin_of(campaign))
        for _ in range(self._dice.choice((0, 1, 2))):
            ago *= 0.7
            diary.visit(self._ago(ago), self._dice.choice(PAGES))

    def _a_visitor(self) -> Diary:
        self._met += 1
        diary = Diary(f"live-{self._met:05d}", Person(anonymous_id=visitor(self._dice)), quiet=False)
        self._arrives(diary, self._dice.choice(_ALL_YEAR), 90)
        return diary

    def _a_download(self) -> Diary:
        campaign = self._dice.choice(_GATED)
        diary = self._somebody(good=False, junk=campaign.junk)
        self._arrives(diary, campaign, 200)
        asset = ASSETS[self._dice.choice(campaign.offers)]
        diary.capture(_THEN, campaign.form, origin=origin_of(campaign), asset=asset)
        self._remember(diary)
        return diary

    def _a_registration(self) -> Diary:
        diary = self._somebody(good=False)
        origin = next(origin_of(campaign) for campaign in CAMPAIGNS if campaign.channel == "webinar")
        diary.capture(self._ago(4), "Webinar registration", origin=origin)
        diary.webinar(_THEN, "webinar_registered", self._dice.choice(WEBINARS))
        self._remember(diary)
        return diary

    def _a_mail(self) -> Diary:
        diary = self._warm.pop(0)
        self._remember(diary)
        mail = self._dice.choice(MAILS)
        diary.mail(_THEN, "email_sent", mail[0])
        self._mailed = [*self._mailed, (diary, mail)][-_REMEMBERED:]
        return diary

    def _a_return(self) -> Diary:
        """Somebody opens what we sent a while ago, and most click and come back."""
        diary, (subject, link) = self._mailed.pop(0)
        if self._dice.choice((True, False, False)):
            diary.mail(_THEN, "email_opened", subject)
            return diary
        diary.mail(self._ago(2.6), "email_opened", subject)
        diary.mail(self._ago(0.9), "email_clicked", subject, link)
        diary.visit(_THEN, self._dice.choice(PAGES))
        return diary

    def _a_claim(self) -> Diary:
        diary = self._briefed.pop(0)
        diary.stage(_THEN, "sal", owner=self._dice.choice(REPS))
        return diary

    def _a_rise(self) -> Diary:
        """Somebody who has been reading comes back, and the score rises into the band."""
        diary = self._warm.pop(self._dice.randrange(len(self._warm)))
        diary.visit(self._ago(2.8), self._dice.choice(PAGES))
        diary.read(self._ago(1), self._dice.choice(list(ASSETS.values())))
        score = int(self._playbook.score.enter) + self._dice.randint(1, 26)
        diary.score(_THEN, score, self._dice.choice("AABBC"))
        self._brief(diary)
        return diary

    def _a_contact(self) -> Diary:
        """Somebody asks to talk: some say everything, some little, some not even their name."""
        diary = self._somebody(good=True)
        campaign = self._dice.choice((*_ALL_YEAR, WORD_OF_MOUTH))
        self._arrives(diary, campaign, 420)
        diary.visit(self._ago(80), CONTACT)
        write = self._dice.choice((rich_comment, comment))
        form = self._dice.choice(("Contact sales", "Contact sales", "Request a quote", "Call me back"))
        shy = self._dice.choice((True, False, False, False, False))
        person = Person(email=diary.person.email, anonymous_id=diary.person.anonymous_id) if shy else None
        diary.capture(_THEN, form, origin=origin_of(campaign), comment=write(self._dice), person=person)
        self._brief(diary)
        return diary

    def _remember(self, diary: Diary) -> None:
        self._warm = [*self._warm, diary][-_REMEMBERED:]

    def _brief(self, diary: Diary) -> None:
        self._briefed = [*self._briefed, diary][-_REMEMBERED:]
