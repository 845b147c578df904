"""Which segments there are, what each is made of, and how its campaigns stand: new, counted, paused."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from funnel.surge_inflow import REST, Flags, Floats, Ints, Leaf

_FADES = 0.5 ** (1 / 7)
_IDLE_NIGHTS, _IDLE_EXPECTED = 3, 12.0
"""A campaign is paused after so many days (more than a weekend) without a lead, of so many expected."""


@dataclass(slots=True)
class Standing:
    """How a leaf stands.

    Attributes:
        born: the bucket since when it is there, or is there again.
        leads: a week, fading.
        idle: days without a lead, up to yesterday.
        missed: leads that were expected on those days.
        paused: whether it is taken to bring no more.
        counted: whether its leads are among those of the larger segments that it is a part of.

    """

    born: int
    leads: float = 0.0
    idle: int = 0
    missed: float = 0.0
    paused: bool = False
    counted: bool = False

    def lived(self, today: float, expected: float) -> None:
        """Another day has passed."""
        self.leads = self.leads * _FADES + today
        self.idle = 0 if today else self.idle + 1
        self.missed = 0.0 if today else self.missed + expected

    @property
    def has_stopped(self) -> bool:
        return not self.paused and self.idle >= _IDLE_NIGHTS and self.missed >= _IDLE_EXPECTED


class Tree:
    """Segments by row, and the leaves that they are made of.

    Attributes:
        rows: the row of each segment.
        born: since which bucket each segment is there, or is there again.
        standing: how each leaf stands.

    """

    def __init__(self) -> None:
        self.rows: dict[str, int] = {}
        self.born: dict[str, int] = {}
        self.standing: dict[Leaf, Standing] = {}
        self.arrange(())

    def meet(self, leaf: Leaf, since: int, *, counted: bool) -> list[int]:
        """A new leaf; for each segment that nobody knew, the row of the larger one (-1 for none)."""
        self.standing[leaf] = Standing(since, counted=counted)
        parent, parents = -1, []
        for segment in leaf.segments:
            if segment not in self.rows:
                self.rows[segment] = len(self.rows)
                self.born[segment] = since
                parents.append(parent)
            parent = self.rows[segment]
        return parents

    def forget(self, leaves: Collection[Leaf]) -> list[int]:
        """Forget leaves, and segments without any; the rows that stay."""
        self.standing = {leaf: one for leaf, one in self.standing.items() if leaf not in leaves}
        alive = {segment for leaf in self.standing for segment in leaf.segments}
        stay = {segment: row for segment, row in self.rows.items() if segment in alive}
        self.rows = {segment: place for place, segment in enumerate(stay)}
        self.born = {segment: self.born[segment] for segment in stay}
        return [*stay.values()]

    def arrange(self, leaves: Sequence[Leaf]) -> None:
        """See how everything stands, for leaves in the order in which they are counted.

        Then `members` says which leaves (columns) count for which segments (rows), `own` and `share` of
        which segment each leaf is how large a part, `larger` what each segment is a part of, `paused` which
        rows hold nothing but paused campaigns, and `same` which hold the same leads as a larger one.
        """
        self.names = list(self.rows)
        self.members: Floats = np.zeros((len(self.rows), len(leaves)))
        for place, leaf in enumerate(leaves):
            for segment in leaf.segments:
                if self.standing[leaf].counted or segment == leaf.segments[-1]:
                    self.members[self.rows[segment], place] = 1
        self.own: Ints = np.array([self.rows[leaf.segments[-1]] for leaf in leaves], int)
        self.share: Floats = self._shares([self.standing[leaf].leads for leaf in leaves])
        self.larger = self._larger()
        self.born_at: Ints = np.array([*self.born.values()], int)
        self.paused: Flags = self._hold(lambda one: one.paused) & ~self._hold(lambda one: not one.paused)
        self.same: Flags = self._same()

    def kin(self, segment: str) -> Flags:
        """Which rows are that segment, a part of it, or what it is a part of."""
        kin = {segment, *self.larger.get(segment, ())}
        return np.array([one in kin or segment in self.larger[one] for one in self.names], bool)

    def saved(self, since: Mapping[Leaf, int]) -> dict[str, Any]:
        """All of it as JSON can hold it, with the bucket since when each leaf is counted apart."""
        return {
            "segments": [*self.born.items()],
            "leaves": [
                [leaf.source, leaf.campaign, since[leaf], asdict(one)] for leaf, one in self.standing.items()
            ],
        }

    def go_on(self, saved: Mapping[str, Any]) -> dict[Leaf, int]:
        """Be as what was saved; since when each leaf is counted apart."""
        self.born = dict(saved["segments"])
        self.rows = {segment: row for row, segment in enumerate(self.born)}
        leaves = [(Leaf(source, campaign), since, one) for source, campaign, since, one in saved["leaves"]]
        self.standing = {leaf: Standing(**one) for leaf, _, one in leaves}
        return {leaf: since for leaf, since, _ in leaves}

    def _shares(self, leads: Sequence[float]) -> Floats:
        """Of each leaf, its part of the leads of the smallest segment that it is a part of."""
        weights: Floats = np.array(leads, float)
        whole = np.bincount(self.own, weights, len(self.rows))[self.own] if len(leads) else weights
        return np.divide(weights, whole, out=np.ones_like(weights), where=whole > 0)

    def _larger(self) -> dict[str, tuple[str, ...]]:
        """The segments that each is a part of; a campaign may be a part of several sources."""
        larger: dict[str, set[str]] = {segment: set() for segment in self.rows}
        for leaf in self.standing:
            for place, segment in enumerate(leaf.segments):
                larger[segment].update(leaf.segments[:place])
        return {segment: tuple(sorted(found)) for segment, found in larger.items()}

    def _hold(self, fits: Callable[[Standing], bool]) -> Flags:
        """Which rows hold a leaf that stands so."""
        held = np.zeros(len(self.rows), bool)
        for leaf, one in self.standing.items():
            if leaf != REST and fits(one):
                held[[self.rows[segment] for segment in leaf.segments]] = True
        return held

    def _same(self) -> Flags:
        leaves: dict[str, set[Leaf]] = {segment: set() for segment in self.rows}
        for leaf, one in self.standing.items():
            for segment in leaf.segments:
                if leaf != REST or one.leads:
                    leaves[segment].add(leaf)
        return np.array(
            [any(leaves[one] == leaves[larger] for larger in self.larger[one]) for one in self.rows], bool
        )
