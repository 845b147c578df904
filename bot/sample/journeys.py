"""How one lead of the sample's past came, warmed up, and was worked by sales."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from bot.sample.catalog import ASSETS, CONTACT, MAILS, PAGES, SITE, THANKS_MAIL, WEBINARS, Campaign
from bot.sample.comments import comment
from bot.sample.diary import Diary
from bot.sample.names import REPS
from bot.sample.people import Grade
from bot.sample.seasons import Calendar
from funnel.events import EngagementKind, Origin
from funnel.playbook import Playbook

_UNFIT = {
    "Student": "student or research",
    "Intern": "student or research",
    "Marketing Consultant": "vendor",
    "Account Executive": "vendor",
    "Recruiter": "job seeker or recruiter",
    "Freelance Writer": "no need",
}
_UNQUALIFIED = {
    "no need": 26,
    "no budget": 24,
    "unresponsive": 20,
    "wrong territory or size": 12,
    "no authority": 10,
    "competitor": 4,
    "existing customer": 4,
}
_RECYCLED = {"timing": 50, "no response": 38, "re-nurture": 12}
_LOST = {"price": 30, "no decision": 28, "competitor": 20, "timing": 14, "missing feature": 8}
_CALLS = {
    "Left a voicemail": "left_message",
    "Connected, 4 min": "connected",
    "No answer": "no_answer",
    "Connected, 11 min": "connected",
    "Gatekeeper, will call back": "no_answer",
}
ON_A_PAGE = ("guide", "infographic", "case study")  # what is read there, and not taken away
_HELD = 0.86  # of the meetings that were booked
_NOTHING: dict[EngagementKind, float] = {  # of mails, each share with those before it
    "email_bounced": 0.012,
    "email_unsubscribed": 0.018,
    "email_marked_spam": 0.0185,
}


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of a lead, decided at the start; `grade` is its fit."""

    grade: Grade
    asks: bool
    mql: bool
    sql: bool
    won: bool

    @classmethod
    def drawn(cls, campaign: Campaign, grade: Grade, dice: Random, *, mql: bool) -> "Fate":
        asks = mql and dice.random() < campaign.asks / campaign.mql
        sql = mql and dice.random() < campaign.sql
        return cls(grade, asks, mql, sql, sql and dice.random() < campaign.won)


@dataclass(frozen=True, slots=True)
class Journey:
    """One lead on the way: who writes it down, by which campaign it comes, and what will become of it."""

    diary: Diary
    campaign: Campaign
    fate: Fate
    playbook: Playbook
    calendar: Calendar
    dice: Random

    def tell(self, captured_at: datetime) -> None:
        """Write the whole journey, of which the form is filled in at `captured_at`."""
        origin = origin_of(self.campaign)
        self._before(captured_at, origin)
        if self.fate.asks:
            self.diary.visit(captured_at - timedelta(minutes=self.dice.randint(1, 6)), CONTACT)
            self.diary.capture(captured_at, "Contact sales", origin=origin, comment=comment(self.dice))
            self._worked_by_sales(captured_at)
            return
        self._captured(captured_at, origin)
        warmed_up_at = self._nurtured(captured_at)
        if self.fate.mql:
            self._worked_by_sales(self._qualified(warmed_up_at))
        elif self.fate.grade == "D" and self._chance(0.6):
            self._stage(warmed_up_at, 2, "disqualified", reason=_UNFIT[self.diary.person.title or ""])

    def _chance(self, share: float) -> bool:
        return self.dice.random() < share

    def _days(self, low: float, high: float) -> timedelta:
        return timedelta(days=self.dice.uniform(low, high))

    def _before(self, captured_at: datetime, origin: Origin) -> None:
        """What they looked at before we knew them: pages, and content without a form."""
        count = min(int(self.dice.expovariate(1 / (self.campaign.visits + 0.01)) + 0.5), 9)
        times = sorted(self.calendar.office(self.dice, captured_at - self._days(1, 40)) for _ in range(count))
        for place, at in enumerate(times):
            first = None if place else origin
            if self.campaign.reads and self._chance(0.45):
                asset = ASSETS[self.dice.choice(self.campaign.reads)]
                seen = self.diary.view if asset.type in ON_A_PAGE else self.diary.read
                seen(at, asset, first)
            else:
                self.diary.visit(at, self.dice.choice(PAGES), first)

    def _captured(self, at: datetime, origin: Origin) -> None:
        if self.campaign.channel == "webinar":
            webinar = WEBINARS[self.calendar.webinar_number(at) % len(WEBINARS)]
            self.diary.capture(at, self.campaign.form, origin=origin)
            self.diary.webinar(at + timedelta(seconds=4), "webinar_registered", webinar)
            if self._chance(0.62 if self.fate.mql else 0.36):
                self.diary.webinar(
                    self.calendar.webinar_after(at) + self._days(0, 0.004), "webinar_attended", webinar
                )
            return
        asset = ASSETS[self.dice.choice(self.campaign.offers)] if self.campaign.offers else None
        self.diary.capture(at, self.campaign.form, origin=origin, asset=asset)
        if asset:
            subject, _ = THANKS_MAIL
            self.diary.mail(at + timedelta(seconds=40), "email_sent", subject)
            if self._chance(0.5):
                self.diary.mail(at + self._days(0.001, 0.4), "email_opened", subject)

    def _nurtured(self, at: datetime) -> datetime:
        """Our e-mails, and what they did with them; when the last of it happened."""
        keen = self.fate.mql
        if self._chance(0.7):
            self.diary.score(at + timedelta(minutes=3), self._cool_score(), self.fate.grade)
        last = at
        for subject, link in self.dice.sample(
            MAILS, k=self.dice.choice((2, 3, 3, 4) if keen else (1, 2, 3, 4))
        ):
            at = self.calendar.campaign_hour(self.dice, at + self._days(3, 11))
            self.diary.mail(at, "email_sent", subject)
            if kind := self._came_to_nothing():
                self.diary.mail(at + timedelta(minutes=3), kind, subject)
            if not self._chance(0.66 if keen else 0.36):
                continue
            opened = at + timedelta(minutes=self.dice.expovariate(1 / 190))
            self.diary.mail(opened, "email_opened", subject)
            last = opened
            if not self._chance(0.55 if keen else 0.16):
                continue
            clicked = opened + timedelta(seconds=self.dice.randint(8, 90))
            self.diary.mail(clicked, "email_clicked", subject, link)
            last = clicked
            if self._chance(0.86):
                last = self._came_back(clicked)
        if not keen and self._chance(0.25):
            self.diary.score(last + timedelta(minutes=5), self._cool_score(), self.fate.grade)
        return last

    def _came_to_nothing(self) -> EngagementKind | None:
        """What may happen to a mail in place of being read."""
        fate = self.diary.dice.random()
        return next((kind for kind, share in _NOTHING.items() if fate < share), None)

    def _came_back(self, clicked: datetime) -> datetime:
        at = clicked + timedelta(seconds=self.dice.randint(3, 40))
        self.diary.visit(at, self.dice.choice(PAGES))
        for _ in range(self.dice.choice((0, 0, 1, 2))):
            at += timedelta(seconds=self.dice.randint(30, 260))
            self.diary.visit(at, self.dice.choice(PAGES))
        if self._chance(0.4):
            at += timedelta(seconds=self.dice.randint(20, 300))
            self.diary.read(at, self.dice.choice(list(ASSETS.values())))
        return at

    def _cool_score(self) -> int:
        return self.dice.randint(8, max(9, int(self.playbook.score.enter) - 4))

    def _qualified(self, at: datetime) -> datetime:
        """The moment a nurtured lead becomes an MQL: by score mostly, by asking, or by a rep's word."""
        if self.campaign.channel == "trade show" and self._chance(0.4):
            return self._stage(at, 3, "mql", reason="asked for prices at the booth")
        if self._chance(0.24):
            at = self.calendar.working(at + self._days(0.5, 9))
            self.diary.visit(at - timedelta(minutes=4), CONTACT)
            form = self.dice.choice(("Request a quote", "Contact sales", "Talk to a widget expert"))
            self.diary.capture(at, form, comment=comment(self.dice))
            return at
        at += timedelta(minutes=self.dice.randint(4, 9))
        self.diary.score(at, int(self.playbook.score.enter) + self.dice.randint(1, 28), self.fate.grade)
        return at

    def _stage(
        self, after: datetime, days: float, stage: str, *, reason: str | None = None, owner: str | None = None
    ) -> datetime:
        at = self.calendar.working(after + self._days(0, days))
        self.diary.stage(at, stage, reason=reason, owner=owner)
        return at

    def _worked_by_sales(self, qualified_at: datetime) -> None:
        owner = self.dice.choice(REPS)
        if not self.fate.sql and self._chance(0.22):
            if self._chance(0.4):
                self._stage(qualified_at + self._days(20, 40), 3, "recycled", reason="no response")
            return
        hours = self.dice.lognormvariate(0.2 if self.fate.asks else 1.4, 1.1)
        at = self.calendar.working(qualified_at + timedelta(hours=min(hours, 120)))
        self.diary.stage(at, "sal", owner=owner)
        for _ in range(self.dice.choice((1, 1, 2, 3))):
            at = self.calendar.working(at + timedelta(minutes=self.dice.randint(2, 90)))
            label = self.dice.choice(list(_CALLS))
            self.diary.call(at, label, _CALLS[label])
            at = self.calendar.working(at + self._days(0.8, 2))
        if self.fate.sql:
            self._won_over(at, owner)
            return
        if self._chance(0.3):
            self.diary.sales(at, "reply_received", "Replied to the rep's e-mail")
        (end,) = self.dice.choices(("disqualified", "recycled", "still working"), (48, 38, 14))
        if end == "disqualified":
            self._stage(at + self._days(2, 18), 2, end, reason=_drawn(self.dice, _UNQUALIFIED))
        elif end == "recycled":
            self._stage(at + self._days(8, 35), 3, end, reason=_drawn(self.dice, _RECYCLED))

    def _won_over(self, at: datetime, owner: str) -> None:
        """From the meeting to the end of the deal, if it has come to one."""
        self.diary.sales(at, "meeting_booked", "Discovery call, 30 min")
        at = self._stage(at + self._days(1, 9), 1, "sql", owner=owner)
        if self.diary.dice.random() < _HELD:
            self.diary.sales(at - timedelta(minutes=20), "meeting_held", "Discovery call, 30 min")
        if not self.fate.won and self._chance(0.12):
            self._stage(at + self._days(10, 30), 3, "recycled", reason="timing")
            return
        amount = int(min(max(self.dice.lognormvariate(10.25, 0.6), 6_000), 240_000) // 250 * 250)
        currency = self.playbook.currency
        at = self.calendar.working(at + self._days(1, 8))
        self.diary.deal(at, "open", amount, currency, owner)
        cycle = timedelta(days=self.dice.lognormvariate(3.45, 0.45))
        if self._chance(0.7):
            amount = int(amount * self.dice.choice((0.85, 0.9, 1, 1, 1.1, 1.2)) // 250 * 250)
            self.diary.deal(self.calendar.working(at + cycle / 3), "proposal sent", amount, currency, owner)
        closed = self.calendar.working(at + cycle)
        if self.fate.won:
            self.diary.deal(closed, "won", amount, currency, owner)
        elif self._chance(0.92):
            self.diary.stage(closed, "lost", reason=_drawn(self.dice, _LOST))
            self.diary.deal(closed + timedelta(minutes=1), "lost", amount, currency, owner)


def origin_of(campaign: Campaign) -> Origin:
    landing = f"/resources/{campaign.offers[0]}" if campaign.offers else "/"
    return Origin(
        source=campaign.source, medium=campaign.medium, campaign=campaign.name, landing_page=SITE + landing
    )


def _drawn(dice: Random, weighted: dict[str, int]) -> str:
    return dice.choices(list(weighted), list(weighted.values()))[0]
