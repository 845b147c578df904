"""How many new leads came when: five-minute counts of the last day and a half, by source and campaign.

A lead counts when it occurred, so that one who is heard of late lands where it belongs. What comes all at
once is an import, whatever it says of itself: its minutes then count as if nothing had happened.
"""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from funnel.arrival import HEARD, Arrival
from funnel.incident import OVERALL

Floats: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.int_]
Flags: TypeAlias = npt.NDArray[np.bool_]

SECONDS = 300
"""Of one bucket: leads are counted by five minutes."""
KEPT = HEARD // timedelta(seconds=SECONDS)
"""Buckets that are kept: a day and a half, so that a day of 25 hours is whole, too."""
LATEST = timedelta(hours=24)
"""Who is heard of later than that is history, and no news."""
MOST = 1_000
"""Pairs of source and campaign that are counted apart; of more, the rest count for their source."""
LETTERS = 200
"""Of a source's or campaign's name, by which it is told from others."""

BATCH = 8
"""So many leads of one campaign in one bucket may be an import, if far fewer were expected."""
_FAR = 13.8
"""Chernoff: eight times the expected rate brings so many with a chance under e^-13.8, one in a million."""


@dataclass(frozen=True, slots=True, order=True)
class Leaf:
    """What is counted apart: the leads of one campaign from one source; either may be unknown, `""`."""

    source: str
    campaign: str

    @property
    def segments(self) -> tuple[str, ...]:
        """The segments that it is a part of, the largest first."""
        return (
            OVERALL,
            *((f"source:{self.source}",) if self.source else ()),
            *((f"campaign:{self.campaign}",) if self.campaign else ()),
        )


REST = Leaf("", "")
"""Leads of whom nothing is known, or of whose source there is no room to count apart."""


def bucket_of(moment: datetime) -> int:
    """The number, since 1970, of the five minutes that a moment is in."""
    return int(moment.timestamp()) // SECONDS


def moment_of(bucket: int) -> datetime:
    """When a bucket begins (UTC)."""
    return datetime.fromtimestamp(bucket * SECONDS, UTC)


class Inflow:
    """Counts by leaf and bucket, up to `end`, the first bucket that is not over yet.

    Attributes:
        since: each leaf, in the order of the rows of `counts`, with the bucket since when it counts apart.

    """

    def __init__(self) -> None:
        self.end = 0
        self._waiting: list[tuple[int, int, Leaf]] = []
        self._sorted = True
        self.go_on(0, {REST: 0})

    def go_on(self, end: int, since: Mapping[Leaf, int]) -> None:
        """Count from what was heard as up to `end` with these leaves counted apart."""
        self.since = dict(since)
        self._rows: Floats = np.zeros((len(self.since), KEPT))
        self._places = {leaf: place for place, leaf in enumerate(self.since)}
        self._admits = end
        self.advance(end)

    def hear(self, arrivals: Iterable[Arrival]) -> None:
        """Take note of leads, in any order; they count once the bucket of their reception is over."""
        self._waiting += [
            (bucket_of(one.received), bucket_of(min(one.occurred, one.received)), _leaf(one))
            for one in arrivals
            if not one.imported and one.received - one.occurred < LATEST
        ]
        self._sorted = False

    @property
    def leaves(self) -> list[Leaf]:
        """In the order of the rows of `counts`."""
        return list(self.since)

    @property
    def counts(self) -> Floats:
        """Leads by leaf and bucket; the last bucket is the one before `end`."""
        return self._rows[: len(self.since)]

    def first(self, otherwise: int) -> int:
        """The bucket in which the first lead that waits to be counted was received."""
        return min((received for received, _, _ in self._waiting), default=otherwise)

    def advance(self, end: int) -> None:
        """Move on to `end`, and count who was received by then."""
        steps = min(end - self.end, KEPT)
        self._rows[:, : KEPT - steps] = self._rows[:, steps:]
        self._rows[:, KEPT - steps :] = 0
        self.end = end
        self._in_order()
        heard = bisect_left(self._waiting, end, key=itemgetter(0))
        for received, bucket, leaf in self._waiting[:heard]:
            place = self._place(leaf, received)
            if bucket >= end - KEPT:
                self._rows[place, bucket - end] += 1
        del self._waiting[:heard]

    def _in_order(self) -> None:
        if not self._sorted:
            self._waiting.sort()
            self._sorted = True

    def forget(self, leaves: Collection[Leaf]) -> None:
        """Count these no longer apart, but with the rest of their source."""
        for leaf in leaves:
            rest = Leaf(leaf.source, "")
            if rest not in self.since:
                self._admit(rest, self.since[leaf])
            self._rows[self._places[rest]] += self._rows[self._places[leaf]]
        stay = [leaf for leaf in self.since if leaf not in leaves]
        self._rows = self._rows[[self._places[leaf] for leaf in stay]]
        self.since = {leaf: self.since[leaf] for leaf in stay}
        self._places = {leaf: place for place, leaf in enumerate(stay)}

    def _place(self, leaf: Leaf, received: int) -> int:
        """The row in which a lead of that leaf counts: its own if there is room, else that of its source."""
        for one in (leaf, Leaf(leaf.source, "")):
            if one not in self.since and received >= self._admits and len(self.since) < MOST:
                self._admit(one, received)
            if received >= self.since.get(one, received + 1):
                return self._places[one]
        return self._places[REST]

    def _admit(self, leaf: Leaf, since: int) -> None:
        self._places[leaf] = len(self.since)
        self.since[leaf] = since
        if len(self.since) > len(self._rows):
            self._rows = np.vstack((self._rows, np.zeros_like(self._rows)))


def are_batches(counts: Floats, expected: Floats) -> Flags:
    """Which counts are so far over what is expected, in one bucket, that they came in a batch."""
    bound = 8 * expected + 0.05
    many = np.maximum(counts, BATCH)
    far: Flags = many * np.log(many / bound) - many + bound > _FAR
    return far & (counts >= BATCH) & (counts > bound)


def _leaf(one: Arrival) -> Leaf:
    return Leaf((one.source or "")[:LETTERS], (one.campaign or "")[:LETTERS])
