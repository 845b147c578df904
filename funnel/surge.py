"""What is unusual in the inflow of leads: heard, learned, looked at and decided, every five minutes.

    hear      leads are counted by source, campaign and five minutes       surge_inflow
    learn     at four each night, yesterday joins what is normal           surge_baseline, surge_tree
              and shows how much chance alone says here                    surge_luck
    foresee   what each segment should bring until tomorrow                surge_forecast
    look      how much the last hours speak for a surge or a drought       surge_look, surge_evidence
    decide    what is told, once, until it is over                         here

Everything is a function of what was heard and of the moments at which it was asked; there is no clock.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from math import log10, sqrt
from typing import Any, Literal, Self
from zoneinfo import ZoneInfo

import numpy as np

from funnel.alerts import Alerts
from funnel.arrival import HEARD, Arrival
from funnel.calendar import instant, midnight, wall
from funnel.incident import Finding, Kind
from funnel.surge_baseline import LEARNED, Baseline
from funnel.surge_forecast import BACK, DAY, LENGTH, NOTHING, foresee
from funnel.surge_inflow import (
    BATCH,
    KEPT,
    MOST,
    Flags,
    Floats,
    Inflow,
    Ints,
    are_batches,
    bucket_of,
    moment_of,
)
from funnel.surge_look import Look, Wrong
from funnel.surge_luck import MODEST, Luck
from funnel.surge_tree import Tree

__all__ = ["HEARD", "Arrival", "Expectation", "State", "Watch"]

State = Literal["learning", "active", "paused"]

WHOLE = "whole"
"""The entry of what is saved that is no segment's."""
FORMAT = 2
"""Of what is saved: whoever changes what it holds adds one, and every store is learned from anew."""
_HOUR = 12
_WEEK = 7 * DAY
_NIGHT = time(4)
"""When yesterday is learned; by then its late leads are there."""
_LEARNS = 7 * DAY
"""A new campaign learns for a week before it speaks."""
_FOUNDING = 14 * DAY
"""A new workspace learns for two weeks; nothing larger lends it the shape of a week."""
_YOUNG = 7 * DAY
"""A new campaign counts for its source only after a week; before, it would be a surge there."""
_REST = 6 * _HOUR
"""How long what was told is not told again."""
_LESS = 2.0
"""What was told goes on while the evidence is at most so many powers of ten under what it took to tell it."""
_IMPORT = 20
"""Leads that came all at once are told as an import from so many on."""
_GONE_NIGHTS, _TINY = 56, 3.0
"""A campaign is forgotten after so many days without a lead, or, where room is short, with fewer a week."""
_LOOKS, _GROWTH = 33.0, 0.665
"""Chances a week of a false message of one segment, and the power of their number by which they grow: many of
many are too small to be mistaken for anything. Measured on quiet histories of 1, 20 and 200 segments."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """How many leads to expect, and one standard deviation of that."""

    mean: float
    spread: float


@dataclass(slots=True)
class _Spell:
    """What was told of a segment: since when it was so, when it was told and last still so (buckets)."""

    kind: Kind
    segment: str
    since: int
    told: int
    seen: int
    over: bool = False


class Watch:
    """What is known of the inflow of one workspace's leads: baselines by segment and yesterday's counts."""

    def __init__(self, alerts: Alerts, zone: ZoneInfo, holidays: Callable[[date], bool]) -> None:
        self._alerts, self._zone, self._holidays = alerts, zone, holidays
        self._inflow = Inflow()
        self._tree = Tree()
        self._baseline = Baseline()
        self._forecast = NOTHING
        self._luck = Luck()
        self._spells: list[_Spell] = []
        self._began = self._night = 0

    def hear(self, arrivals: Iterable[Arrival]) -> None:
        """Take note of new leads, in any order, each once; imports and what is older than a day stay out."""
        self._inflow.hear(arrivals)

    def tick(self, now: datetime) -> list[Finding]:
        """What is unusual as of `now`: learn the nights that passed since the last call, then look.

        A finding is `new` the first time; while it stays so, it comes again with every call.
        """
        end = max(bucket_of(now), self._inflow.end)
        if not self._began:
            self._began = min(self._inflow.first(end), end)
            self._night = self._night_after(self._began)
        while self._night <= end:
            self._advance(self._night)
            self._learn(self._night)
            self._night = self._night_after(self._night)
            self._foresee()
        self._advance(end)
        return self._decide(end)

    # hear

    def _advance(self, end: int) -> None:
        self._inflow.advance(end)
        if self._meet() or self._forecast is NOTHING:
            self._foresee()

    def _meet(self) -> bool:
        """Watch the segments of every leaf that was not there before; whether there was any."""
        new = [leaf for leaf in self._inflow.since if leaf not in self._tree.standing]
        for leaf in new:
            since = max(self._inflow.since[leaf], self._began)
            founder = since < self._began + _YOUNG
            for parent in self._tree.meet(leaf, since, counted=founder):
                self._baseline.add(parent)
        return bool(new)

    # learn

    def _learn(self, night: int) -> None:
        """Learn yesterday: what is normal, which campaigns grew up, paused or came back, which to forget."""
        day = wall(moment_of(night), self._zone).date() - timedelta(days=1)
        first, last = (bucket_of(midnight(one, self._zone)) for one in (day, day + timedelta(days=1)))
        if first >= self._began and not self._holidays(day):
            counts, _ = self._usual_counts()
            self._weigh_luck(counts, night)
            counts = counts[:, first - night : last - night]
            starts = np.arange(0, last - first, _HOUR)
            hours = [wall(moment_of(first + int(at)), self._zone) for at in starts]
            cells = [one.weekday() * 24 + one.hour for one in hours]
            by_hour = np.add.reduceat(self._tree.members @ counts, starts, axis=1)
            there = self._tree.born_at[:, None] < first + starts + _HOUR
            grown = night - self._tree.born_at >= _FOUNDING
            self._baseline.learn(cells, by_hour, there, self._were_usual(first, starts), grown)
            self._stand(counts.sum(1), cells, night)
        self._spells = [one for one in self._spells if not one.over or one.seen > night - _WEEK - 2 * DAY]
        self._forget(night)

    def _weigh_luck(self, counts: Floats, night: int) -> None:
        """Look again at each hour of the last day: how often did chance speak where nothing was told?"""
        untold, loud, hours = self._untold(night), set[int](), 0.0
        for ago in range(0, DAY, _HOUR):
            look = self._look(counts[:, : KEPT - ago], night - ago)
            loud.update(said.row for said in look.says("surge", untold, MODEST))
            hours += look.chances(untold)
        self._luck.add(len(loud), hours)

    def _untold(self, night: int) -> Ints:
        """Rows that may speak, but for what was told in the last day, its parts and what it is a part of."""
        told = np.zeros(len(self._tree.names), bool)
        for spell in self._spells:
            if spell.seen > night - DAY:
                told |= self._tree.kin(spell.segment)
        speak = self._speaking(night)
        return speak[~told[speak]]

    def _were_usual(self, first: int, starts: Ints) -> Flags:
        """Which hours of which rows were not part of something that was told.

        What was told in the same hours a week ago, too, may come every week; it begins to be normal.
        """
        usual = np.ones((len(self._tree.rows), len(starts)), bool)
        hours = first + starts
        for spell in self._spells:
            row = self._tree.rows.get(spell.segment)
            if row is not None and spell.kind != "import":
                told = (hours + _HOUR > spell.since) & (hours < spell.seen)
                for other in self._spells:
                    if (other.kind, other.segment) == (spell.kind, spell.segment):
                        told &= (hours + _HOUR - _WEEK <= other.since) | (hours - _WEEK >= other.seen)
                usual[row] &= ~told
        return usual

    def _stand(self, leads: Floats, cells: Sequence[int], night: int) -> None:
        """Let campaigns grow up, pause and come back; the larger segments then expect more or less."""
        rates, _ = self._baseline.rates()
        rates = rates[self._tree.own] * self._tree.share[:, None]
        for leaf, today, rate in zip(self._inflow.since, leads.tolist(), rates, strict=True):
            one, counted = self._tree.standing[leaf], self._tree.standing[leaf].counted
            one.lived(today, float(rate[cells].sum()))
            if one.paused and today:
                one.paused, one.born = False, night - DAY
                self._tree.born[leaf.segments[-1]] = one.born
            elif one.has_stopped:
                one.paused, one.counted = True, False
            elif not one.paused and night - one.born >= _YOUNG:
                one.counted = True
            if one.counted != counted:
                for segment in leaf.segments[:-1]:
                    self._baseline.move(self._tree.rows[segment], rate if one.counted else -rate)

    def _forget(self, night: int) -> None:
        """Count no longer apart what has been silent for two months or, where room is short, what is tiny."""
        crowded = len(self._inflow.since) > 0.9 * MOST
        gone = {
            leaf
            for leaf, one in self._tree.standing.items()
            if leaf.campaign
            and (one.idle > _GONE_NIGHTS or (crowded and one.leads < _TINY and one.born < night - DAY))
        }
        if gone:
            self._inflow.forget(gone)
            self._meet()
            self._baseline.keep(self._tree.forget(gone))

    def _usual_counts(self) -> tuple[Floats, Flags]:
        """Counts by leaf and bucket with batches taken out, and where those are."""
        counts, forecast, tree = self._inflow.counts.copy(), self._forecast, self._tree
        batch = np.zeros(counts.shape, bool)
        places, columns = np.nonzero(counts >= BATCH)
        at = np.maximum(self._inflow.end - KEPT + columns - forecast.start, 0)
        rows = tree.own[places]
        expected = (forecast.most[rows, at + 1] - forecast.most[rows, at]) * tree.share[places]
        expected = np.maximum(expected, self._is_new[places])
        batch[places, columns] = are_batches(counts[places, columns], expected)
        for place, column, usual in zip(places, columns, expected, strict=True):
            if batch[place, column]:
                around = slice(max(column - 1, 0), column + 3)
                counts[place, around] = np.minimum(counts[place, around], usual)
        return counts, batch

    # foresee

    def _foresee(self) -> None:
        """Look ahead from what is known now; the same whenever it is asked between two nights."""
        self._tree.arrange(self._inflow.leaves)
        self._forecast = foresee(self._baseline, self._night - BACK, self._zone, self._holidays)
        self._an_hour = self._baseline.rates()[0].mean(1) * self._baseline.levels()
        born = [self._tree.standing[leaf].born for leaf in self._inflow.since]
        self._is_new: Floats = (self._night - np.array(born, int) < _YOUNG).astype(float)

    # look and decide

    def _decide(self, end: int) -> list[Finding]:
        """Tell what begins, go on with what is still so, end what is over."""
        counts, batch = self._usual_counts()
        look, speak = self._look(counts, end), self._speaking(end)
        return [
            *self._imports(batch, end),
            *self._unusual("surge", look, speak, end),
            *self._unusual("drought", look, speak, end),
        ]

    def _look(self, counts: Floats, end: int) -> Look:
        return Look(counts, end, self._forecast, self._tree, self._an_hour)

    def _speaking(self, end: int) -> Ints:
        """The rows of which anything may be told: none that learns, is paused, or is as a larger one."""
        young = (end - self._tree.born_at < _LEARNS) | (end - self._began < _FOUNDING)
        return np.flatnonzero(~(young | self._tree.paused | self._tree.same))

    def _unusual(self, what: Wrong, look: Look, speak: Ints, end: int) -> Iterator[Finding]:
        threshold = self.threshold(look.weight(speak))
        going_on = {spell.segment: spell for spell in self._spells if spell.kind == what and not spell.over}
        for said in look.says(what, speak, threshold - _LESS, self._since_told(what, speak, end)):
            segment = self._tree.names[said.row]
            spell = going_on.pop(segment, None)
            if spell:
                spell.seen = end
            elif said.score >= threshold and look.is_news(what, said):
                spell = _Spell(what, segment, end - said.window, end, end)
                self._spells.append(spell)
            if spell:
                window = min(end - spell.since, DAY)
                found = look.found(what, said.row, window)
                yield Finding(
                    kind=what,
                    segment=segment,
                    at=moment_of(end),
                    since=moment_of(end - window),
                    count=found.count,
                    expected=found.expected,
                    spread=found.spread,
                    odds=found.odds,
                    score=said.score,
                    within=self._tree.larger[segment],
                    new=spell.told == end,
                )
        for spell in going_on.values():
            spell.over = end - spell.told >= _REST

    def _since_told(self, what: Wrong, rows: Ints, end: int) -> Ints:
        """By row, the buckets since what was told of it, its parts or what it is a part of was last so.

        What is over is no reason to be told anything again, of the same leads.
        """
        since = np.full(len(self._tree.names), KEPT)
        for spell in self._spells:
            if spell.kind == what and spell.over and end - spell.seen < KEPT:
                kin = self._tree.kin(spell.segment)
                since[kin] = np.minimum(since[kin], end - spell.seen)
        return since[rows]

    def _imports(self, batch: Flags, end: int) -> Iterator[Finding]:
        """Leads that came all at once, told when no more came for ten minutes."""
        for spell in self._spells:
            spell.over |= spell.kind == "import" and end - spell.told >= _REST
        told = {spell.segment for spell in self._spells if spell.kind == "import" and not spell.over}
        for place in np.flatnonzero(batch[:, -_HOUR:].any(1)).tolist():
            columns = np.flatnonzero(batch[place, -_HOUR:]) - _HOUR
            segment = self._inflow.leaves[place].segments[-1]
            since, until = end + int(columns[0]) - 1, end + int(columns[-1]) + 3
            count = float(self._inflow.counts[place, since - end : (until - end) or None].sum())
            if until <= end and count >= _IMPORT and segment not in told:
                self._spells.append(_Spell("import", segment, since, end, end))
                yield self._import(segment, since, until, round(count))

    def _import(self, segment: str, since: int, until: int, count: int) -> Finding:
        usual = self._expected(segment, since, until)
        return Finding(
            kind="import",
            segment=segment,
            at=moment_of(self._inflow.end),
            since=moment_of(since),
            count=count,
            expected=usual.mean,
            spread=usual.spread,
            odds=1e6,
            score=6.0,
            within=self._tree.larger[segment],
        )

    def threshold(self, segments: float) -> float:
        """Powers of ten that the evidence must reach to be told, so that chance keeps to the budget.

        It is shared by so many segments (see `Look.weight`), and by how loud chance was in the last weeks.
        """
        looks = _LOOKS * max(segments, 1) ** _GROWTH
        return log10(looks * self._luck.times / self._alerts.false_messages_a_week)

    # asked

    def segments(self) -> Sequence[str]:
        """What is watched: `overall`, sources and campaigns; not what is the same as a larger segment."""
        return [segment for segment, row in self._tree.rows.items() if not self._tree.same[row]]

    def state(self, segment: str) -> State:
        """Whether it is still learned, is watched, or is paused; what was never seen is learned."""
        row = self._tree.rows.get(segment)
        if row is None:
            return "learning"
        if self._tree.paused[row]:
            return "paused"
        end = self._inflow.end
        learns = end - self._began < _FOUNDING or end - self._tree.born[segment] < _LEARNS
        return "learning" if learns else "active"

    def speaks_at(self, segment: str) -> datetime | None:
        """From when on anything is told of it; None where it was never seen."""
        born = self._tree.born.get(segment)
        return None if born is None else moment_of(max(born + _LEARNS, self._began + _FOUNDING))

    def expected(self, segment: str, since: datetime, until: datetime) -> Expectation:
        """How many leads a segment should bring in [since, until): whole buckets, yesterday to tomorrow."""
        return self._expected(segment, bucket_of(since), bucket_of(until))

    def _expected(self, segment: str, since: int, until: int) -> Expectation:
        row, start = self._tree.rows.get(segment), self._forecast.start
        first, last = (min(max(at, start), start + LENGTH) for at in (since, until))
        if row is None or last <= first:
            return Expectation(0.0, 0.0)
        mean, scatter = self._forecast.usual(row, last - first, last)
        return Expectation(mean, sqrt(mean + scatter * mean**2))

    # keep

    def saved(self) -> dict[str, bytes]:
        """All that `restored` needs: an entry for each segment, changed at night, and one of the whole."""
        whole = {
            "format": FORMAT,
            "end": self._inflow.end,
            "began": self._began,
            "night": self._night,
            "luck": asdict(self._luck),
            "parents": self._baseline.parents.tolist(),
            "spells": [asdict(one) for one in self._spells],
            **self._tree.saved(self._inflow.since),
        }
        rows = zip(self._tree.rows, self._baseline.learned, strict=True)
        return {
            WHOLE: json.dumps(whole, separators=(",", ":")).encode(),
            **{segment: learned.tobytes() for segment, learned in rows},
        }

    @staticmethod
    def knows(saved: Mapping[str, bytes]) -> bool:
        """Whether `restored` can read what was saved; another version of Tipoff may keep it otherwise."""
        try:
            whole = json.loads(saved[WHOLE])
        except (KeyError, ValueError):
            return False
        return isinstance(whole, dict) and whole.get("format") == FORMAT

    @classmethod
    def restored(
        cls,
        alerts: Alerts,
        zone: ZoneInfo,
        holidays: Callable[[date], bool],
        saved: Mapping[str, bytes],
        arrivals: Iterable[Arrival],
    ) -> Self:
        """The watch that was saved; it goes on exactly as that one would.

        Args:
            alerts: the playbook's.
            zone: the company's.
            holidays: whether a day is one.
            saved: what `saved` gave; nothing, and the watch begins with the first of the arrivals.
            arrivals: those received since `HEARD` before the last tick, or more of them.

        """
        watch = cls(alerts, zone, holidays)
        watch.hear(arrivals)
        whole = json.loads(saved.get(WHOLE, "{}"))
        if whole.get("began"):
            watch._go_on(whole, saved)
        return watch

    def _go_on(self, whole: dict[str, Any], saved: Mapping[str, bytes]) -> None:
        """Be as the watch was of which `whole` was saved, but for the counts of leads that were heard."""
        self._began, self._night = whole["began"], whole["night"]
        self._inflow.go_on(whole["end"], self._tree.go_on(whole))
        self._baseline.parents = np.array(whole["parents"], int)
        rows = [np.frombuffer(saved[segment], LEARNED) for segment in self._tree.rows]
        self._baseline.learned = np.concatenate([np.zeros(0, LEARNED), *rows])
        self._luck = Luck(**whole["luck"])
        self._spells = [_Spell(**one) for one in whole["spells"]]
        self._foresee()

    # nights

    def _night_after(self, bucket: int) -> int:
        """The next time at which yesterday is learned."""
        day = wall(moment_of(bucket), self._zone).date()
        nights = (self._night_of(day + timedelta(days=more)) for more in range(3))
        return next(night for night in nights if night > bucket)

    def _night_of(self, day: date) -> int:
        return bucket_of(instant(datetime.combine(day, _NIGHT), self._zone))
