"""When the thresholds of the playbook are looked at in the past, so that each look can be paid for."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import takewhile
from math import ceil
from zoneinfo import ZoneInfo

from funnel.calendar import midnight, wall
from funnel.question import Question

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LAST = timedelta(seconds=1)
"""Before midnight: of a day's last moment, all of the day is known and nothing of the next."""
MOST_LOOKS = 600
"""At all thresholds together: each asks the store once or twice."""


def step(question: Question, length: timedelta, thresholds: int) -> timedelta:
    """How often one of so many thresholds is looked at within that time.

    Once a day, or once an hour where it asks for hours; where that is too much, every so many days or hours.
    """
    often = HOUR if question.period.unit == "hour" else DAY
    return often * max(1, ceil(length / often * thresholds / MOST_LOOKS))


def looks(every: timedelta, since: datetime, until: datetime, zone: ZoneInfo) -> list[datetime]:
    """The moments from `since` on: full hours, or the ends of days, and at last `until`."""
    ends = _hours(every, until) if every < DAY or every % DAY else _days(every, until, zone)
    return sorted({until, *takewhile(lambda end: end >= since, ends)})


def _hours(every: timedelta, until: datetime) -> Iterator[datetime]:
    end = until.replace(minute=0, second=0, microsecond=0)
    while True:
        yield end
        end -= every


def _days(every: timedelta, until: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    day = wall(until, zone).date()
    while True:
        yield midnight(day, zone) - LAST
        day -= every
