"""What the playbook's `alerts` watch beside the inflow of leads: thresholds on metrics, and other counts."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from funnel.part import Part

Channel = Annotated[str, Field(pattern=r"^(#\S+|[CG][A-Z0-9]{2,})$")]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]
Direction = Literal["surge", "drought", "both"]
MOST = 20  # of each: what a channel can hear of, and one look an hour can count
LONGEST_NAME = 40


class Threshold(Part):
    """A line that a metric should not cross, told once when it does and again after it was back.

    `when` is a question of `/kpi` with `>` or `<` and a number, another metric, or `target`. `leave` is where
    it counts as back, in the unit of the metric; without one, a tenth inside the line.
    """

    when: Annotated[str, Field(min_length=1, max_length=500)]
    name: Name | None = None
    leave: Annotated[float, Field(allow_inf_nan=False)] | None = None
    to: Channel | None = Field(default=None, description="the channel; the one of all alerts without one")

    @property
    def called(self) -> str:
        """Its name, or one made of what it says."""
        if self.name:
            return self.name
        words = self.when.casefold().replace(">", " over ").replace("<", " under ")
        return re.sub(r"[^a-z0-9]+", "-", words).strip("-")[:LONGEST_NAME].strip("-") or "threshold"


class WatchedCount(Part):
    """Another count that is watched as leads are, by the hours of its week.

    `count` is a metric, `where` of whom, as in a question: `source=google and country=DE`.
    """

    name: Name
    count: Annotated[str, Field(min_length=1, max_length=100)]
    where: Annotated[str, Field(min_length=1, max_length=300)] | None = None
    direction: Direction = "surge"

    @property
    def asks(self) -> str:
        """The question that it is the answer to, without a period."""
        return f"{self.count} where {self.where}" if self.where else self.count


def _differently_called(thresholds: tuple[Threshold, ...]) -> tuple[Threshold, ...]:
    _once([one.called for one in thresholds])
    return thresholds


def _differently_named(counts: tuple[WatchedCount, ...]) -> tuple[WatchedCount, ...]:
    _once([one.name for one in counts])
    return counts


def _once(names: Sequence[str]) -> None:
    if twice := [name for name, times in Counter(names).items() if times > 1]:
        raise ValueError(f"two are called “{twice[0]}”; give each a `name` of its own")


Thresholds = Annotated[tuple[Threshold, ...], Field(max_length=MOST), AfterValidator(_differently_called)]
WatchedCounts = Annotated[
    tuple[WatchedCount, ...], Field(max_length=MOST), AfterValidator(_differently_named)
]
