"""What is normal: how many leads an hour of the week brings to each segment, learned night by night.

Every segment leans on the one that it is a part of as long as it has few leads of its own (Gamma-Poisson
shrinkage): a campaign's week has the shape of its source's, a source's that of the whole workspace.
"""

from collections.abc import Sequence

import numpy as np

from funnel.surge_inflow import Flags, Floats

HOURS = 168
"""Of a week; the first is Monday's first, in the company's zone."""
SPANS = (1, 3, 6, 24)
"""Hours over which it is learned how much more than chance the counts scatter."""

_CLASS = np.array([hour % 24 + 24 * (hour >= 5 * 24) for hour in range(HOURS)])
"""The hour of the day of each hour of the week, workdays (0 to 23) apart from weekends (24 to 47)."""
_WEEKLY = 0.94
"""What a week's leads still weigh a week later."""
_CLASS_PRIOR, _CELL_PRIOR = 1.0, 150.0
"""Leads' worth of trust that a segment's day is like the larger one's, and a weekday like the others: the
same hour of each differs by a twelfth or so."""
_NEAR, _TWICE = 1.5, 1.5
"""But a newsletter comes every Tuesday at ten: what an hour brought twice (in so many weeks, as they fade) is
believed, to so many standard errors."""
_SMOOTH = (0.25, 0.5, 0.25)
"""How an hour of the day leans on those before and after it."""
_LEVEL_PRIOR, _LEVEL_DAILY, _LEVEL_RANGE = 80.0, 0.5 ** (1 / 5), (0.25, 4.0)
"""How fast the level follows: half of what it knows is from the last five days."""
_NOISE_PRIOR = np.array([0.04, 0.03, 0.025, 0.015])
_NOISE_WEIGHT, _NOISE_DAILY = 600.0, 0.98
_ALONE, _LASTS = 0.5, 0.007
"""Long spans are few: that share of what is taken for their noise is what their hours would bring if each
scattered alone, beside the relative variance of what lasts."""
_FAR, _FAR_SHARE = 1.0, 0.51
"""Noise is learned as if nothing were farther off than so many standard deviations, as surges that nobody was
told of are no noise; of what chance alone brings, that share of the squares is left."""
_WORTH = 2.0
"""Hours with fewer leads expected say little of noise."""
_LEAST = 0.02
"""Of what the hours of other days have, the least that is expected of one: nothing is never."""
MISFIT = 0.004
"""The relative variance that is left however much was learned."""

LEARNED = np.dtype(
    [
        ("leads", "f8", HOURS),
        ("weeks", "f8", HOURS),
        ("level", "f8", 2),
        ("noise", "f8", (len(SPANS), 2)),
    ]
)
"""What is known of one segment: leads and weeks by hour of the week, both fading; the recent leads and how
many were expected; by span, the scatter in excess of chance and what it is relative to."""


class Baseline:
    """What was learned of each segment, a row each; `parents` are the rows of the larger ones (or -1)."""

    def __init__(self) -> None:
        self.learned = np.zeros(0, LEARNED)
        self.parents = np.zeros(0, int)

    def add(self, parent: int) -> None:
        """Begin to learn of one more segment, a part of that in row `parent`."""
        self.learned = np.append(self.learned, np.zeros(1, LEARNED))
        self.parents = np.append(self.parents, parent)

    def keep(self, rows: Sequence[int]) -> None:
        """Keep only these rows."""
        moved = {row: place for place, row in enumerate(rows)}
        self.learned = self.learned[list(rows)]
        self.parents = np.array([moved.get(int(self.parents[row]), -1) for row in rows], int)

    def rates(self) -> tuple[Floats, Floats]:
        """Leads expected in each hour of the week at an ordinary level, and its relative variance, by row."""
        rates: Floats = np.full((len(self.learned), HOURS), 1e-6)
        doubts: Floats = np.ones((len(self.learned), HOURS))
        noise = self.noise()
        for rows in _by_depth(self.parents):
            leads, weeks = self.learned["leads"][rows], self.learned["weeks"][rows]
            shapes = np.where(self.parents[rows, None] >= 0, rates[self.parents[rows]], 1.0)
            rates[rows], doubts[rows] = _shrunk(leads, weeks, shapes, noise[rows, :1])
        return rates, doubts

    def levels(self) -> Floats:
        """How the last days compare with the weeks before, by row."""
        leads, expected = self.learned["level"].T
        levels: Floats = np.clip((_LEVEL_PRIOR + leads) / (_LEVEL_PRIOR + expected), *_LEVEL_RANGE)
        return levels

    def level_error(self) -> Floats:
        """The relative variance of the level, by row."""
        error: Floats = 1 / (_LEVEL_PRIOR + self.learned["level"][:, 1])
        return error

    def noise(self) -> Floats:
        """The relative variance of counts beyond chance, by row and span."""
        excess, base = self.learned["noise"].transpose(2, 0, 1)
        noise: Floats = (excess + _NOISE_PRIOR * _NOISE_WEIGHT) / (base + _NOISE_WEIGHT)
        hours = np.array(SPANS)
        alone: Floats = noise[:, :1] / hours + _LASTS * (1 - 1 / hours)
        return np.clip(_ALONE * alone + (1 - _ALONE) * noise, 0.002, 1.0)

    def learn(self, cells: Sequence[int], counts: Floats, there: Flags, usual: Flags, grown: Flags) -> None:
        """Learn one day.

        Args:
            cells: its hours of the week.
            counts: leads in them, by row.
            there: whether the segment was there yet, by row and hour; before, it had no usual hours.
            usual: whether they were not part of something that was told, by row and hour.
            grown: which rows know enough to tell what is out of the ordinary; the rest takes all as it is.

        """
        rates, doubts = self.rates()
        base = rates[:, cells]
        expected = base * self.levels()[:, None]
        scatter = self.noise()[:, :1]
        most = expected + 3.5 * np.sqrt(expected + scatter * expected**2) + 3
        tame = np.where(usual, np.minimum(counts, most), expected)
        seen = np.where(grown[:, None], tame, counts)
        self._learn_noise(seen, expected, expected**2 * doubts[:, cells], usual & grown[:, None])
        for hour, cell in enumerate(cells):
            rows = there[:, hour]
            for what, more in (("leads", seen[rows, hour]), ("weeks", 1)):
                self.learned[what][rows, cell] = _WEEKLY * self.learned[what][rows, cell] + more
        level = np.stack((seen.sum(1), base.sum(1)), axis=1)
        self.learned["level"] = np.where(grown[:, None], _LEVEL_DAILY * self.learned["level"] + level, 0)

    def move(self, row: int, rate: Floats) -> None:
        """Expect that much more (or less) by hour of the week, as a part of the segment comes or goes."""
        learned = self.learned[row]
        learned["leads"] = np.maximum(learned["leads"] + rate * learned["weeks"], 0)

    def _learn_noise(self, seen: Floats, expected: Floats, doubt: Floats, usual: Flags) -> None:
        """Learn how far counts were off, beyond chance and beyond what was in doubt (`doubt`, a variance)."""
        noise, level = self.noise(), self.level_error()[:, None] + MISFIT
        for place, span in enumerate(SPANS):
            n, mean, unsure, odd = (_by_span(part, span) for part in (seen, expected, doubt, ~usual))
            sure = mean + unsure + level * mean**2
            most = _FAR**2 * (sure + noise[:, place, None] * mean**2)
            excess = np.minimum((n - mean) ** 2, most) / _FAR_SHARE - sure
            fine = (odd == 0) & (mean >= _WORTH)
            self.learned["noise"][:, place] *= _NOISE_DAILY
            self.learned["noise"][:, place, 0] += np.where(fine, excess, 0).sum(1)
            self.learned["noise"][:, place, 1] += np.where(fine, mean**2, 0).sum(1)


def _by_span(hours: Floats | Flags, span: int) -> Floats:
    """By row, the sums over so many hours each."""
    whole = hours.shape[1] // span * span
    sums: Floats = hours[:, :whole].reshape(len(hours), -1, span).sum(2, float)
    return sums


def _shrunk(leads: Floats, weeks: Floats, shapes: Floats, noise: Floats) -> tuple[Floats, Floats]:
    """Rates by hour of the week with their relative variance: own leads, and what other days say of the hour.

    Leads that scatter by `noise` say less than as many that do not.
    """
    daily, unsure = _daily(leads, weeks, shapes)
    expected = weeks * daily + 1e-9
    worth = expected / (1 + noise * daily)
    trust = worth / (_CELL_PRIOR + worth)
    times = leads / expected
    most = np.maximum(times, 1)
    near = _NEAR * np.sqrt(most / expected + noise * most**2 / np.maximum(weeks, 1))
    shrunk = 1 + trust * (times - 1)
    believed = np.where(weeks >= _TWICE, np.clip(shrunk, times - near, times + near), shrunk)
    return daily * np.maximum(believed, _LEAST), (1 - trust) ** 2 * unsure + 1 / (_CELL_PRIOR + worth)


def _daily(leads: Floats, weeks: Floats, shapes: Floats) -> tuple[Floats, Floats]:
    """The same if all workdays were alike, and the two days of a weekend: own leads, and the larger one's."""
    total = (leads.sum(1) + 1) / ((weeks * shapes).sum(1) + 2 * shapes.mean(1))
    scaled = shapes * total[:, None]
    own = _smoothed(_classed(leads))
    like = _smoothed(_classed(weeks * scaled)) + 1e-9
    times = (_CLASS_PRIOR + own) / (_CLASS_PRIOR + like)
    doubt = 1 / (_CLASS_PRIOR + own / sum(one**2 for one in _SMOOTH) / 2)
    return scaled * times[:, _CLASS], doubt[:, _CLASS]


def _smoothed(classes: Floats) -> Floats:
    """Each hour of the day leaning on its neighbours, workdays and weekends apart."""
    days = classes.reshape(len(classes), 2, 24)
    before, same, after = (np.roll(days, shift, axis=2) for shift in (1, 0, -1))
    smooth: Floats = _SMOOTH[0] * before + _SMOOTH[1] * same + _SMOOTH[2] * after
    return smooth.reshape(len(classes), 48)


def _classed(hours: Floats) -> Floats:
    """Sums over the hours of the week of each class."""
    sums: Floats = np.zeros((len(hours), 48))
    np.add.at(sums.T, _CLASS, hours.T)
    return sums


def _by_depth(parents: np.ndarray) -> list[np.ndarray]:
    """The rows, those without a larger segment first, then those whose larger segment came before."""
    depth = np.zeros(len(parents), int)
    for _ in range(2):
        depth = np.where(parents >= 0, depth[parents] + 1, 0)
    return [np.flatnonzero(depth == level) for level in range(3)]
