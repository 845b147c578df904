"""When things happen at a company: working hours, weekdays, seasons, webinars every fourth Thursday."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from random import Random
from zoneinfo import ZoneInfo

from bot.sample.catalog import WEBINAR_EVERY, WEBINAR_HOUR, Campaign

YEAR = 365
_WEEKDAYS = (1.0, 1.16, 1.12, 1.02, 0.78, 0.13, 0.12)
_MONTHS = (1.0, 1.04, 1.14, 1.06, 1.02, 0.92, 0.74, 0.78, 1.14, 1.2, 1.06, 0.64)
_HOURS = {7: 4, 8: 9, 9: 14, 10: 15, 11: 12, 12: 7, 13: 11, 14: 13, 15: 11, 16: 8, 17: 4, 19: 2, 20: 3, 21: 2}
_GROWTH = 0.45
_SATURDAY = 5
_OPENS, _CLOSES = time(8, 30), time(17, 45)
_A_THURSDAY = date(2024, 1, 4)


@dataclass(frozen=True, slots=True)
class Calendar:
    """The year that ends `now`, in the company's zone."""

    now: datetime
    zone: ZoneInfo

    @property
    def days(self) -> list[date]:
        """Every day of the year, oldest first, today included."""
        today = self.now.astimezone(self.zone).date()
        return [today - timedelta(days=back) for back in range(YEAR, -1, -1)]

    def moment(self, day: date, hour: int, minute: int = 0, second: int = 0) -> datetime:
        return datetime.combine(day, time(hour, minute, second), self.zone).astimezone(UTC)

    def office(self, dice: Random, at: datetime) -> datetime:
        """A likely time for a buyer on the day of `at`; on the Friday before a weekend mostly."""
        day = at.astimezone(self.zone).date()
        if day.weekday() >= _SATURDAY and dice.choice((True, True, True, False)):
            day -= timedelta(days=day.weekday() - 4)
        return self.hour_of(dice, day)

    def hour_of(self, dice: Random, day: date) -> datetime:
        hour = dice.choices(list(_HOURS), list(_HOURS.values()))[0]
        return self.moment(day, hour, dice.randrange(60), dice.randrange(60))

    def campaign_hour(self, dice: Random, at: datetime) -> datetime:
        """When our e-mails go out: Tuesday to Thursday, ten o'clock and a little."""
        day = at.astimezone(self.zone).date()
        while day.weekday() not in {1, 2, 3}:
            day += timedelta(days=1)
        return self.moment(day, 10, dice.randrange(3), dice.randrange(60))

    def working(self, at: datetime) -> datetime:
        """The first moment from `at` on when a rep is at work."""
        local = at.astimezone(self.zone)
        late = local.time() > _CLOSES
        if local.weekday() < _SATURDAY and not late and local.time() >= _OPENS:
            return at
        day = local.date() + timedelta(days=1 if late else 0)
        while day.weekday() >= _SATURDAY:
            day += timedelta(days=1)
        minutes = 7 + local.minute
        return self.moment(day, 8, 30) + timedelta(minutes=minutes, seconds=local.second)

    def webinar_number(self, at: datetime) -> int:
        """The number of the next webinar after `at`."""
        tomorrow_from = timedelta(hours=24 - WEBINAR_HOUR)
        days = ((at + tomorrow_from).astimezone(self.zone).date() - _A_THURSDAY).days
        return -(-days // WEBINAR_EVERY)

    def webinar_after(self, at: datetime) -> datetime:
        day = _A_THURSDAY + timedelta(days=WEBINAR_EVERY * self.webinar_number(at))
        return self.moment(day, WEBINAR_HOUR)

    def lead_days(self, campaign: Campaign, dice: Random, count: int) -> Sequence[date]:
        """The days on which `count` leads of a campaign come: seasons, weekdays, growth, weeks of luck."""
        days, events = self.days, self.event_days(campaign)
        luck = [dice.lognormvariate(0, 0.22) for _ in range(YEAR // 7 + 2)]
        weights = [
            season(day) * (1 + _GROWTH * place / YEAR) * luck[place // 7] * self._pull(campaign, day, events)
            for place, day in enumerate(days)
        ]
        return dice.choices(days, cum_weights=list(accumulate(weights)), k=count)

    def event_days(self, campaign: Campaign) -> list[date]:
        """The Tuesdays on which a campaign's events began."""
        days = [self.days[YEAR - back] for back in campaign.days_ago]
        return [day - timedelta(days=day.weekday() - 1) for day in days]

    def _pull(self, campaign: Campaign, day: date, events: Sequence[date]) -> float:
        """How strongly a campaign draws leads on a day: its events fade out, a webinar fills up."""
        if events:
            return sum(max(0.0, 1 - (day - event).days / campaign.lasts) for event in events if day >= event)
        if campaign.channel == "webinar":
            until = -(day - _A_THURSDAY).days % WEBINAR_EVERY
            return 0.25 if until > WEBINAR_EVERY // 2 else 1.0 + 1.2 * (until in {1, 2, 7})
        return 1.0


def season(day: date) -> float:
    return _WEEKDAYS[day.weekday()] * _MONTHS[day.month - 1]
