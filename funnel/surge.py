"""What is unusual in the inflow of leads: heard, learned, tested, decided, every five minutes.

    hear     leads are counted by source, campaign and five minutes        surge_inflow
    learn    at four each night, yesterday joins what is normal            surge_baseline
    test     how much the last hours speak for a surge or a drought        surge_evidence
    decide   what is told, once, until it is over                          here

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
from funnel.arrival import Arrival
from funnel.calendar import instant, midnight, wall
from funnel.incident import Finding, Kind
from funnel.surge_baseline import LEARNED, Baseline
from funnel.surge_evidence import (
    DROUGHT_WINDOWS,
    DROUGHTS,
    SURGE_WINDOWS,
    SURGES,
    chance,
    evidence,
    together,
)
from funnel.surge_forecast import BACK, DAY, LENGTH, NOTHING, foresee
from funnel.surge_inflow import (
    BATCH,
    KEPT,
    MOST,
    REST,
    SECONDS,
    Flags,
    Floats,
    Inflow,
    Ints,
    Leaf,
    are_batches,
    bucket_of,
    moment_of,
)

__all__ = ["HEARD", "Arrival", "Expectation", "State", "Watch"]

State = Literal["learning", "active", "paused"]

KINDS: tuple[Kind, Kind] = ("surge", "drought")
WHOLE = "whole"
"""The entry of what is saved that is no segment's."""
HEARD = SECONDS * KEPT * timedelta(seconds=1)
"""Arrivals received so long before the last tick are what `restored` needs to hear again."""
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
_SMALL = 1.5
"""A segment with fewer leads an hour pays a price: half a power of ten for a tenth of the leads."""
_FEWEST, _EXCESS, _TIMES = 4, 3.0, 1.3
"""A surge has at least so many leads, so many more than expected, and so many times as many."""
_DRY_EXPECTED, _DRY_TIMES = 4.0, 0.7
"""A drought is where at least so many leads were expected, and at most that share of them came."""
_IMPORT = 20
"""Leads that came all at once are told as an import from so many on."""
_FADES = 0.5 ** (1 / 7)
_GONE_NIGHTS, _TINY = 56, 3.0
"""A campaign is forgotten after so many days without a lead, or, where room is short, with fewer a week."""
_LAST = 6
"""What began must be so in the last quarter of its window, and of half an hour at least."""
_BY_CHANCE = 0.03
"""A surge must be rarer than that without its busiest five minutes, as one batch is none."""
_LOOKS, _GROWTH = 36.0, 0.55
"""Chances a week of a false message of one segment, and by which power of their number they grow, as most of many
are too small to be mistaken for anything; measured on quiet histories of 1, 20 and 200 segments."""
_IDLE_NIGHTS, _IDLE_EXPECTED = 2, 12.0
"""A campaign is paused after so many days without a lead in which so many were expected."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """How many leads to expect, and one standard deviation of that."""

    mean: float
    spread: float


@dataclass(slots=True)
class _Standing:
    """Of one leaf: since when it is there, its leads a week (fading), days without any, and how it counts.

    Attributes:
        counted: whether its leads are among those of the segments that it is a part of.

    """

    born: int
    leads: float = 0.0
    idle: int = 0
    paused: bool = False
    counted: bool = False


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
        self._baseline = Baseline()
        self._rows: dict[str, int] = {}
        self._born: dict[str, int] = {}
        self._standing: dict[Leaf, _Standing] = {}
        self._spells: list[_Spell] = []
        self._began = self._night = 0
        self._forecast = NOTHING
        self._members: Floats = np.zeros((0, 0))
        self._larger: dict[str, tuple[str, ...]] = {}
        self._names: list[str] = []

    def hear(self, arrivals: Iterable[Arrival]) -> None:
        """Take note of new leads, in any order, each once; imports and what is older than a day stay out."""
        self._inflow.hear(arrivals)

    def tick(self, now: datetime) -> list[Finding]:
        """What is unusual as of `now`: learn the nights that passed since the last call, then test.

        A finding is `new` the first time; while it stays so, it comes again with every call.
        """
        end = bucket_of(now)
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
        if self._meet_new() or self._forecast is NOTHING:
            self._foresee()

    def _meet_new(self) -> bool:
        """Watch the segments of every leaf that was not there before; whether there was any."""
        new = [(leaf, since) for leaf, since in self._inflow.since.items() if leaf not in self._standing]
        for leaf, since in new:
            self._meet(leaf, max(since, self._began))
        return bool(new)

    def _meet(self, leaf: Leaf, since: int) -> None:
        """A new leaf: watch the segments that it is a part of."""
        founder = since < self._began + _YOUNG
        self._standing[leaf] = _Standing(since, counted=founder)
        parent = -1
        for segment in leaf.segments:
            if segment not in self._rows:
                self._rows[segment] = len(self._rows)
                self._born[segment] = since
                self._baseline.add(parent)
            parent = self._rows[segment]

    def _foresee(self) -> None:
        """Look ahead from what is known now; the same whenever it is asked between two nights."""
        start = self._night - BACK
        self._forecast = foresee(self._baseline, start, self._zone, self._holidays)
        leaves = self._inflow.leaves
        self._members = np.zeros((len(self._rows), len(leaves)))
        for place, leaf in enumerate(leaves):
            own = leaf.segments[-1]
            for segment in leaf.segments:
                if self._standing[leaf].counted or segment == own:
                    self._members[self._rows[segment], place] = 1
        self._new = np.array([self._night - self._standing[leaf].born < _YOUNG for leaf in leaves], float)
        self._own_rows = np.array([self._rows[leaf.segments[-1]] for leaf in leaves])
        leads = np.array([self._standing[leaf].leads for leaf in leaves])
        whole = np.bincount(self._own_rows, leads, len(self._rows))[self._own_rows]
        self._shares = np.divide(leads, whole, out=np.ones_like(leads), where=whole > 0)
        self._names = list(self._rows)
        self._larger = self._larger_segments()
        self._paused = self._holds(lambda one: one.paused) & ~self._holds(lambda one: not one.paused)
        self._an_hour = self._baseline.rates()[0].mean(1) * self._baseline.levels()
        self._born_at = np.array([*self._born.values()])
        self._same = self._doubles()

    def _larger_segments(self) -> dict[str, tuple[str, ...]]:
        """The segments that each is a part of; a campaign may be a part of several sources."""
        larger: dict[str, set[str]] = {segment: set() for segment in self._rows}
        for leaf in self._standing:
            for place, segment in enumerate(leaf.segments):
                larger[segment].update(leaf.segments[:place])
        return {segment: tuple(sorted(found)) for segment, found in larger.items()}

    def _holds(self, fits: Callable[[_Standing], bool]) -> Flags:
        """Which rows hold a leaf of that standing."""
        held = np.zeros(len(self._rows), bool)
        for leaf, one in self._standing.items():
            if leaf != REST and fits(one):
                held[[self._rows[segment] for segment in leaf.segments]] = True
        return held

    def _doubles(self) -> Flags:
        """Which rows hold the same leads as a larger one."""
        leaves: dict[str, set[Leaf]] = {segment: set() for segment in self._rows}
        for leaf, one in self._standing.items():
            for segment in leaf.segments:
                if leaf != REST or one.leads:
                    leaves[segment].add(leaf)
        return np.array(
            [
                any(leaves[segment] == leaves[larger] for larger in self._larger[segment])
                for segment in self._rows
            ]
        )

    # learn

    def _learn(self, night: int) -> None:
        """Learn yesterday: what is normal, which campaigns grew up, paused or came back, which to forget."""
        day = wall(moment_of(night), self._zone).date() - timedelta(days=1)
        first, last = (bucket_of(midnight(one, self._zone)) for one in (day, day + timedelta(days=1)))
        counts, _ = self._usual_counts()
        counts = counts[:, first - night : last - night]
        if first >= self._began and not self._holidays(day):
            starts = np.arange(0, last - first, _HOUR)
            hours = [wall(moment_of(first + int(at)), self._zone) for at in starts]
            cells = [one.weekday() * 24 + one.hour for one in hours]
            by_hour = np.add.reduceat(self._members @ counts, starts, axis=1)
            grown = night - self._born_at >= _FOUNDING
            self._baseline.learn(cells, by_hour, self._were_usual(first, starts), grown)
            self._stand(counts.sum(1), night)
        self._spells = [one for one in self._spells if not one.over or one.seen > night - _WEEK - 2 * DAY]
        self._forget(night)

    def _were_usual(self, first: int, starts: Ints) -> Flags:
        """Which hours of which rows were not part of something that was told.

        What was told in the same hours a week ago, too, may come every week; it begins to be normal.
        """
        usual = np.ones((len(self._rows), len(starts)), bool)
        hours = first + starts
        for spell in self._spells:
            row = self._rows.get(spell.segment)
            if row is not None and spell.kind != "import":
                told = (hours + _HOUR > spell.since) & (hours < spell.seen)
                for other in self._spells:
                    if (other.kind, other.segment) == (spell.kind, spell.segment):
                        told &= (hours + _HOUR - _WEEK <= other.since) | (hours - _WEEK >= other.seen)
                usual[row] &= ~told
        return usual

    def _stand(self, leads: Floats, night: int) -> None:
        """Let campaigns grow up, pause and come back; their segments then expect more or less."""
        rates, _ = self._baseline.rates()
        for place, (leaf, today) in enumerate(zip(self._inflow.leaves, leads.tolist(), strict=True)):
            one = self._standing[leaf]
            one.leads = one.leads * _FADES + today
            one.idle = 0 if today else one.idle + 1
            rate = rates[self._rows[leaf.segments[-1]]] * self._shares[place]
            if one.paused and today:
                one.paused, one.born = False, night - DAY
                self._born[leaf.segments[-1]] = one.born
            elif not one.paused and one.idle >= _IDLE_NIGHTS and one.idle * rate.sum() / 7 >= _IDLE_EXPECTED:
                one.paused = True
                self._count(leaf, rate, counted=False)
            elif not one.paused and not one.counted and night - one.born >= _YOUNG:
                self._count(leaf, rate, counted=True)

    def _count(self, leaf: Leaf, rate: Floats, *, counted: bool) -> None:
        """Count a leaf's leads among those of the segments that it is a part of, or no longer."""
        one = self._standing[leaf]
        if one.counted != counted:
            one.counted = counted
            for segment in leaf.segments[:-1]:
                self._baseline.move(self._rows[segment], rate if counted else -rate)

    def _forget(self, night: int) -> None:
        """Count no longer apart what has been silent for two months or, where room is short, what is tiny."""
        crowded = len(self._inflow.since) > 0.9 * MOST
        gone = {
            leaf
            for leaf, one in self._standing.items()
            if leaf.campaign
            and (one.idle > _GONE_NIGHTS or (crowded and one.leads < _TINY and one.born < night - DAY))
        }
        if not gone:
            return
        self._inflow.forget(gone)
        for leaf in gone:
            del self._standing[leaf]
        self._meet_new()
        stay = {segment for leaf in self._standing for segment in leaf.segments}
        rows = [row for segment, row in self._rows.items() if segment in stay]
        self._baseline.keep(rows)
        self._rows = {segment: row for row, segment in enumerate(one for one in self._rows if one in stay)}
        self._born = {segment: self._born[segment] for segment in self._rows}

    def _usual_counts(self) -> tuple[Floats, Flags]:
        """Counts by leaf and bucket with batches taken out, and where those are."""
        counts, end, forecast = self._inflow.counts.copy(), self._inflow.end, self._forecast
        batch = np.zeros(counts.shape, bool)
        places, columns = np.nonzero(counts >= BATCH)
        if not len(places):
            return counts, batch
        at = np.maximum(end - KEPT + columns - forecast.start, 0)
        rows = self._own_rows[places]
        expected = (forecast.most[rows, at + 1] - forecast.most[rows, at]) * self._shares[places]
        expected = np.maximum(expected, self._new[places])
        batch[places, columns] = are_batches(counts[places, columns], expected)
        for place, column, usual in zip(places, columns, expected, strict=True):
            if batch[place, column]:
                around = slice(max(column - 1, 0), column + 3)
                counts[place, around] = np.minimum(counts[place, around], usual)
        return counts, batch

    # test and decide

    def _decide(self, end: int) -> list[Finding]:
        """Tell what begins, go on with what is still so, end what is over."""
        counts, batch = self._usual_counts()
        back = np.zeros((len(counts), DAY + 1))
        np.cumsum(counts[:, : KEPT - DAY - 1 : -1], axis=1, out=back[:, 1:])
        young = (end - self._born_at < _LEARNS) | (end - self._began < _FOUNDING)
        speaks = ~(young | self._paused | self._same)
        findings = [*self._imports(batch, end)]
        for spell in self._spells:
            spell.over |= spell.kind == "import" and end - spell.told >= _REST
        for kind in KINDS:
            findings += self._look(kind, back, speaks, end)
        return findings

    def _look(self, kind: Kind, back: Floats, speaks: Flags, end: int) -> Iterator[Finding]:
        surge = kind == "surge"
        windows = SURGE_WINDOWS if surge else DROUGHT_WINDOWS
        threshold = self._threshold(int(speaks.sum()))
        under_way = {spell.segment: spell for spell in self._spells if spell.kind == kind and not spell.over}
        rows, says = self._says(kind, back, speaks, end)
        scores = together(says) - self._price(rows, kind)
        for place in np.flatnonzero(scores >= threshold - _LESS).tolist():
            row, window = int(rows[place]), int(windows[says[place].argmax()])
            spell = under_way.pop(self._names[row], None)
            if spell:
                spell.seen = end
            elif scores[place] >= threshold and self._is_news(kind, row, window, back, end):
                spell = _Spell(kind, self._names[row], end - window, end, end)
                self._spells.append(spell)
            if spell:
                yield self._finding(spell, row, back, float(scores[place]), end)
        for spell in under_way.values():
            spell.over = end - spell.told >= _REST

    def _price(self, rows: Ints, kind: Kind) -> Floats:
        """Powers of ten more that a surge of a small segment must show, by row: few would act on it."""
        if kind == "drought":
            return np.zeros(len(rows))
        price: Floats = np.log10(np.maximum(_SMALL / self._an_hour[rows], 1)) / 2
        return price

    def _says(self, kind: Kind, back: Floats, speaks: Flags, end: int) -> tuple[Ints, Floats]:
        """The rows that may have something to tell, and by window how much each says."""
        surge = kind == "surge"
        windows = SURGE_WINDOWS if surge else DROUGHT_WINDOWS
        rows = np.flatnonzero(speaks)
        counts = self._members[rows] @ back[:, windows]
        expected, scatter = self._forecast.windows(end, windows, rows, dry=not surge)
        if surge:
            fits = (counts >= _FEWEST) & (counts >= _TIMES * expected) & (counts - expected >= _EXCESS)
        else:
            fits = (expected >= _DRY_EXPECTED) & (counts <= _DRY_TIMES * expected)
        fits &= (counts - expected) ** 2 >= 4 * (expected + scatter * expected**2)
        some = fits.any(1)
        says = evidence(counts[some], expected[some], scatter[some], SURGES if surge else DROUGHTS)
        return rows[some], np.where(fits[some], says, -np.inf)

    def _is_news(self, kind: Kind, row: int, window: int, back: Floats, end: int) -> bool:
        """Whether what a window says is not over already and, of a surge, would be said without one batch."""
        counts = np.diff(self._members[row] @ back[:, : window + 1])
        last = min(max(window // 4, _LAST), window)
        lately, usually = counts[:last].sum(), self._usual(row, last, end)[0]
        if kind == "drought":
            return bool(lately < usually)
        mean, scatter = self._usual(row, window, end)
        rest = round(counts.sum() - counts.max())
        return bool(lately > usually) and chance(rest, mean, scatter, more=True) < _BY_CHANCE

    def _usual(self, row: int, window: int, end: int) -> tuple[float, float]:
        """Leads expected in a window up to `end`, and their relative variance."""
        mean, scatter = self._forecast.windows(end, np.array([window]), np.array([row]), dry=False)
        return float(mean[0, 0]), float(scatter[0, 0])

    def _finding(self, spell: _Spell, row: int, back: Floats, score: float, end: int) -> Finding:
        window = min(end - spell.since, DAY)
        count = float(self._members[row] @ back[:, window])
        mean, scatter = self._usual(row, window, end)
        odds = 1 / max(chance(round(count), mean, scatter, more=spell.kind == "surge"), 1e-15)
        return Finding(
            kind=spell.kind,
            segment=spell.segment,
            at=moment_of(end),
            since=moment_of(end - window),
            count=round(count),
            expected=mean,
            spread=sqrt(mean + scatter * mean**2),
            odds=odds,
            score=score,
            within=self._larger[spell.segment],
            new=spell.told == end,
        )

    def _imports(self, batch: Flags, end: int) -> Iterator[Finding]:
        """Leads that came all at once, told when no more came for ten minutes."""
        leaves = self._inflow.leaves
        for place in np.flatnonzero(batch[:, -_HOUR:].any(1)).tolist():
            columns = np.flatnonzero(batch[place, -_HOUR:]) - _HOUR
            segment = leaves[place].segments[-1]
            since, until = end + int(columns[0]) - 1, end + int(columns[-1]) + 3
            count = float(self._inflow.counts[place, since - end : (until - end) or None].sum())
            heard = any(one.kind == "import" and one.segment == segment for one in self._spells)
            if until <= end and count >= _IMPORT and not heard:
                self._spells.append(_Spell("import", segment, since, end, end))
                expected = self._expected(segment, since, until)
                yield Finding(
                    kind="import",
                    segment=segment,
                    at=moment_of(end),
                    since=moment_of(since),
                    count=round(count),
                    expected=expected.mean,
                    spread=expected.spread,
                    odds=1e6,
                    score=6.0,
                    within=self._larger[segment],
                )

    def _threshold(self, segments: int) -> float:
        """Powers of ten that the evidence must reach, so that chance keeps to the budget."""
        looks = _LOOKS * max(segments, 1) ** _GROWTH
        return log10(looks / self._alerts.false_messages_a_week)

    # asked

    def segments(self) -> Sequence[str]:
        """What is watched: `overall`, sources and campaigns, in the order in which they were first seen."""
        return [segment for segment, same in zip(self._rows, self._same, strict=True) if not same]

    def state(self, segment: str) -> State:
        """Whether it is still learned, is watched, or is paused; what was never seen is learned."""
        row = self._rows.get(segment)
        if row is not None and self._paused[row]:
            return "paused"
        end = self._inflow.end
        learns = end - self._began < _FOUNDING or end - self._born.get(segment, end) < _LEARNS
        return "learning" if learns else "active"

    def speaks_at(self, segment: str) -> datetime | None:
        """From when on anything is told of it; None where it was never seen."""
        born = self._born.get(segment)
        return None if born is None else moment_of(max(born + _LEARNS, self._began + _FOUNDING))

    def expected(self, segment: str, since: datetime, until: datetime) -> Expectation:
        """How many leads a segment should bring in [since, until): whole buckets, yesterday to tomorrow."""
        return self._expected(segment, bucket_of(since), bucket_of(until))

    def _expected(self, segment: str, since: int, until: int) -> Expectation:
        row, forecast = self._rows.get(segment), self._forecast
        if row is None:
            return Expectation(0.0, 0.0)
        first, last = (min(max(at, forecast.start), forecast.start + LENGTH) for at in (since, until))
        if last <= first:
            return Expectation(0.0, 0.0)
        mean, scatter = self._usual(row, last - first, last)
        return Expectation(mean, sqrt(mean + scatter * mean**2))

    # keep

    def saved(self) -> dict[str, bytes]:
        """All that `restored` needs: an entry for each segment, changed at night, and one of the whole."""
        whole = {
            "end": self._inflow.end,
            "began": self._began,
            "night": self._night,
            "segments": [*self._born.items()],
            "parents": self._baseline.parents.tolist(),
            "leaves": [
                [leaf.source, leaf.campaign, since, asdict(self._standing[leaf])]
                for leaf, since in self._inflow.since.items()
                if leaf in self._standing
            ],
            "spells": [asdict(one) for one in self._spells],
        }
        rows = zip(self._rows, self._baseline.learned, strict=True)
        return {
            WHOLE: json.dumps(whole, separators=(",", ":")).encode(),
            **{segment: learned.tobytes() for segment, learned in rows},
        }

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
        self._born = dict(whole["segments"])
        self._rows = {segment: row for row, segment in enumerate(self._born)}
        self._baseline.parents = np.array(whole["parents"], int)
        rows = [np.frombuffer(saved[segment], LEARNED) for segment in self._rows]
        self._baseline.learned = np.concatenate([np.zeros(0, LEARNED), *rows])
        leaves = [(Leaf(source, campaign), since, one) for source, campaign, since, one in whole["leaves"]]
        self._standing = {leaf: _Standing(**one) for leaf, _, one in leaves}
        self._spells = [_Spell(**one) for one in whole["spells"]]
        self._inflow.go_on(whole["end"], {leaf: since for leaf, since, _ in leaves})
        self._foresee()

    # nights

    def _night_after(self, bucket: int) -> int:
        """The next time at which yesterday is learned."""
        day = wall(moment_of(bucket), self._zone).date()
        nights = (self._night_of(day + timedelta(days=more)) for more in range(3))
        return next(night for night in nights if night > bucket)

    def _night_of(self, day: date) -> int:
        return bucket_of(instant(datetime.combine(day, _NIGHT), self._zone))
