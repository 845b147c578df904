"""Alerts beside the inflow of leads: thresholds on metrics, looked at every hour, and other counts.

A look at the inflow takes these along (`bot.watching`), so that they share its lease, its quiet hours and its
transaction.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from bot import alerts
from bot.asking import Asked, gather
from bot.house import House
from briefs import catalog
from briefs.message import Message
from funnel.again import LATELY, Lately, begun_again
from funnel.alert import Alert, window
from funnel.alert_rules import Threshold, WatchedCount
from funnel.alert_status import JUDGED
from funnel.answer import Answer
from funnel.arrival import HEARD, LEARNS_FROM, Arrival
from funnel.case import Case, Turn
from funnel.counts import Ask, Clock
from funnel.errors import NotFoundError, PlaybookError, QuestionError
from funnel.growing import grown
from funnel.incident import OVERALL, Incident, merged
from funnel.period import Period
from funnel.playbook import Playbook
from funnel.precision import alert_of, demotions
from funnel.question import Question
from funnel.silence import muted
from funnel.thresholds import Rule, judged, readings, understood
from funnel.watched_counts import Heard, heard, share, told
from storage.store import Store
from storage.watching import Look, Seen

if TYPE_CHECKING:
    from funnel.surge import Watch

log = logging.getLogger(__name__)

HOUR = timedelta(hours=1)
A_DAY = timedelta(days=1)
Moments = Sequence[tuple[datetime, bool]]


def check(playbook: Playbook, now: datetime, where: str) -> None:
    """Return if every threshold can be looked at, and every count that is watched can be heard.

    Raises:
        PlaybookError: naming `where`, the one that cannot, and what would work.

    """
    for threshold in playbook.alerts.thresholds:
        place = f"{where}: alerts.thresholds.{threshold.called}: “{threshold.when[:80]}”"
        _understood(place, partial(understood, threshold, now, playbook))
    for watched in playbook.alerts.watch:
        place = f"{where}: alerts.watch.{watched.name}: “{watched.asks[:80]}”"
        _understood(place, partial(heard, watched, now, playbook))


def _understood(place: str, read: Callable[[], object]) -> None:
    try:
        read()
    except QuestionError as error:
        raise PlaybookError(f"{place}: {error}") from None


@dataclass(frozen=True, slots=True)
class Beside:
    """What a look found beside the inflow of leads.

    Attributes:
        cases: those that go on, as they are now, and those that are new.
        learned: what the watch of each other count has learned.
        states: whether each of them learns, is active or paused.

    """

    cases: tuple[Case, ...]
    learned: Mapping[str, bytes]
    states: Mapping[str, str]


async def look(house: House, begun: Look, at: datetime) -> Beside:
    """What is so at `at` of the playbook's thresholds and other counts."""
    counts = [await _count(house, begun, one, at) for one in house.playbook.alerts.watch]
    of_counts = (*(case for one in counts for case in one.cases), *_unwatched(house.playbook, begun, at))
    return Beside(
        (*await _thresholds(house, begun, at), *of_counts),
        {name: found for one in counts for name, found in one.learned.items()},
        {name: state for one in counts for name, state in one.states.items()},
    )


# Thresholds


async def _thresholds(house: House, begun: Look, at: datetime) -> list[Case]:
    """The cases of all thresholds; they are looked at once an hour, and stay as they were between."""
    going_on = {
        one.incident.key: one for one in begun.cases if one.incident.kind == "threshold" and not one.over
    }
    if begun.looked_at is not None and _hour(begun.looked_at) == _hour(at):
        return list(going_on.values())
    changed: dict[str, Case] = {}
    for threshold in house.playbook.alerts.thresholds:
        incidents = await _looked_at(house, threshold, [one.incident for one in going_on.values()], at)
        channel = threshold.to or house.playbook.alerts.to or ""
        changed |= {one.key: grown(going_on.get(one.key), one, channel) for one in incidents}
    gone = {
        key: grown(case, replace(case.incident, closed_at=at), case.channel)
        for key, case in going_on.items()
        if not any(_is_of(one, case) for one in house.playbook.alerts.thresholds)
    }
    return list((going_on | changed | gone).values())


async def _looked_at(
    house: House, threshold: Threshold, going_on: Sequence[Incident], at: datetime
) -> list[Incident]:
    """The incidents of one threshold that are new or changed; one that cannot be counted stays as it is."""
    try:
        rule = understood(threshold, at, house.playbook)
        return await crossed(house.store, house.playbook, rule, going_on, at)
    except (QuestionError, NotFoundError) as error:
        log.warning("the threshold %s could not be looked at: %s", threshold.called, error)
        return []


async def crossed(
    store: Store, playbook: Playbook, rule: Rule, going_on: Sequence[Incident], at: datetime
) -> list[Incident]:
    """The incidents of one threshold that are new or changed at that moment.

    Raises:
        QuestionError: it cannot be counted.
        NotFoundError: it is about a campaign that nobody knows.

    """
    found = await _answer(store, playbook, rule.question, at)
    beside = await _answer(store, playbook, rule.beside, at) if rule.beside else None
    return judged(rule, readings(rule, found, beside, playbook, at), going_on, at)


async def _answer(store: Store, playbook: Playbook, question: Question, at: datetime) -> Answer:
    words = str(question).removeprefix("/kpi ")
    found = await gather(store, playbook, Asked("kpi", words, at))
    if not isinstance(found, Answer):
        raise QuestionError(f"“{words[:60]}” is answered with no number.")
    return found


def _is_of(threshold: Threshold, case: Case) -> bool:
    return case.incident.findings[0].segment.split(":")[1] == threshold.called


def _hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)


# Other counts


async def _count(house: House, begun: Look, watched: WatchedCount, at: datetime) -> Beside:
    """What the watch of one count finds, and the incidents that it has."""
    one = heard(watched, at, house.playbook)
    learned = _own(one, begun.learned)
    since = begun.looked_at - HEARD if learned and begun.looked_at else at - LEARNS_FROM
    moments = await moments_of(house.store, house.playbook, one, since, at)
    mine = [case for case in begun.known.values() if case.incident.findings[0].segment == one.segment]
    return await asyncio.to_thread(_watched, house.playbook, one, learned, moments, mine, at)


async def moments_of(
    store: Store, playbook: Playbook, one: Heard, since: datetime, until: datetime
) -> list[tuple[datetime, bool]]:
    """When what is heard happened in [since, until), and whether quietly."""
    period = Period(since, until, "the look", playbook.timezone)
    return await store.moments(Ask(frozenset({one.count}), period, where=one.where), one.count)


def _unwatched(playbook: Playbook, begun: Look, at: datetime) -> list[Case]:
    """The incidents of counts that the playbook watches no more: they are over."""
    names = {f"count:{one.name}" for one in playbook.alerts.watch}
    return [
        grown(case, replace(case.incident, closed_at=at), case.channel)
        for case in begun.cases
        if not case.over and case.found.segment.startswith("count:") and case.found.segment not in names
    ]


def _watched(
    playbook: Playbook,
    one: Heard,
    learned: Mapping[str, bytes],
    moments: Moments,
    mine: Sequence[Case],
    at: datetime,
) -> Beside:
    watch = _watch(playbook, learned, arrivals_of(moments, at))
    findings = told(one, watch.tick(at))
    again = begun_again(
        mine, findings, lambda found: lately(watch, OVERALL, found.at, (moment for moment, _ in moments))
    )
    known = {case.incident.key: case for case in (*mine, *again)}
    found = merged([case.incident for case in known.values() if not case.over], findings, at)
    return Beside(
        tuple(grown(known.get(incident.key), incident, playbook.alerts.to or "") for incident in found),
        {_key(one, segment): saved for segment, saved in watch.saved().items()},
        {one.segment: watch.state(OVERALL)},
    )


def lately(watch: "Watch", segment: str, at: datetime, times: Iterable[datetime]) -> Lately:
    """How much of what happened at those times did in the hour before `at`, beside what was expected."""
    since = at - LATELY
    usual = watch.expected(segment, since, at)
    return Lately(sum(since <= time < at for time in times), usual.mean, usual.spread)


def _watch(playbook: Playbook, learned: Mapping[str, bytes], arrivals: Iterator[Arrival]) -> "Watch":
    from bot.replay import holiday_of  # noqa: PLC0415 - as below
    from funnel.surge import Watch  # noqa: PLC0415 - brings numpy, which only those need who watch

    rules = share(playbook.alerts)
    return Watch.restored(rules, playbook.zone, holiday_of(rules.country), learned, arrivals)


def arrivals_of(moments: Moments, at: datetime) -> Iterator[Arrival]:
    """What happened, as a watch counts it; only an import of today is one."""
    for moment, quiet in moments:
        yield Arrival(moment, moment, None, None, imported=quiet and at - moment < A_DAY)


def _key(one: Heard, segment: str) -> str:
    """Under which name what is learned of a count is kept beside what is learned of leads."""
    return one.segment if segment == OVERALL else f"{one.segment}|{segment}"


def _own(one: Heard, learned: Mapping[str, bytes]) -> dict[str, bytes]:
    """What was learned of one count, as its watch saved it."""
    parts = {name.partition("|") for name in learned}
    return {
        part or OVERALL: learned[f"{segment}{bar}{part}"]
        for segment, bar, part in parts
        if segment == one.segment
    }


# What their cards say


async def message(house: House, case: Case) -> Message:
    """The card of an incident that is not of leads; it stays, whatever the playbook watches now."""
    now, rules = house.now(), house.playbook
    silence = muted(case, now, await house.store.watching.mutes(now))
    alert = Alert(case, rules.zone, case.found, muted=silence)
    if case.incident.kind == "threshold":
        threshold = next((one for one in rules.alerts.thresholds if _is_of(one, case)), None)
        by = understood(threshold, now, rules).question.by if threshold else None
        return catalog.crossed(alert, threshold, by or "row")
    return _of_count(alert, _heard_of(case, house), rules)


def reply(house: House, case: Case, turn: Turn) -> Message:
    """What stands under that card of one of its changes."""
    if turn.found.crossing:
        return catalog.threshold_turn(turn, turn.found.crossing, house.playbook.zone)
    one = _heard_of(case, house)
    return catalog.incident_turn(turn, house.playbook.zone, one.metric if one else None)


def _heard_of(case: Case, house: House) -> Heard | None:
    """The count that an incident is of; None where the playbook watches it no more."""
    named = (one for one in house.playbook.alerts.watch if f"count:{one.name}" == case.found.segment)
    watched = next(named, None)
    return heard(watched, house.now(), house.playbook) if watched else None


def _of_count(alert: Alert, one: Heard | None, playbook: Playbook) -> Message:
    if one is None:
        return catalog.count_incident(alert)
    period = window(alert.found.since, alert.found.at, playbook)
    clock: Clock | None = "activity" if one.metric.clock == "cohort" else None
    question = Question("kpi", period, metric=one.metric.name, where=one.where, clock=clock)
    return catalog.count_incident(alert, one.metric, question)


# Demotion


async def without_demoted(house: House, seen: Seen, at: datetime) -> Seen:
    """What a look found, where alerts that nobody acts on have no card: the digest has a line of them."""
    fresh = [case for case in seen.cases if case.told_at == at]
    if not fresh:
        return seen
    cases = (await house.store.watching.cases(at - JUDGED, at))[-alerts.MOST_JUDGED :]
    demoted = demotions(await alerts.told(house.store, house.playbook, cases, at), at)
    silent = {case.incident.key for case in fresh if alert_of(case.incident) in demoted}
    return replace(
        seen,
        cases=[
            replace(case, told_at=None, shown_at=None, hushed=True) if case.incident.key in silent else case
            for case in seen.cases
        ],
        tell={key for key in seen.tell if key not in silent},
    )
