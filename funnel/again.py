"""A second rush soon after a surge was over: its card goes on, instead of nobody being told.

What was told of a segment is not told again for hours (`funnel.surge`), since the same leads still speak for
it. So a second rush begins no incident; whether there is one, the leads of the last hour say.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from datetime import timedelta

from funnel.case import Case, Turn, leading
from funnel.incident import TOGETHER, Finding

LATELY = timedelta(hours=1)
"""A surge is over no sooner than so long after its last lead too many, so these are others."""
FEWEST, FAR = 4, 5
"""A rush has at least so many leads, and is so many standard deviations from what was expected."""


@dataclass(frozen=True, slots=True)
class Lately:
    """How many came in the last hour, how many were expected, and one standard deviation of that."""

    count: int
    expected: float
    spread: float

    @property
    def is_rush(self) -> bool:
        return self.count >= FEWEST and self.count - self.expected >= FAR * self.spread


def begun_again(
    cases: Collection[Case], findings: Iterable[Finding], lately: Callable[[Finding], Lately]
) -> list[Case]:
    """The surges that were over and have begun again, as they go on.

    Args:
        cases: those that go on and those that ended lately, the oldest first.
        findings: what is found now.
        lately: what came of a finding's segment in the last hour.

    """
    going_on = {segment for case in cases if not case.over for segment in case.segments}
    over = {leading(one.incident).segment: one for one in cases if one.over and one.incident.kind == "surge"}
    return [
        _resumed(over[found.segment], found)
        for found in findings
        if found.kind == "surge" and not found.new and found.segment in over.keys() - going_on
        if found.at - over[found.segment].incident.seen_at <= TOGETHER and lately(found).is_rush
    ]


def _resumed(case: Case, found: Finding) -> Case:
    incident = replace(case.incident, closed_at=None)
    return replace(case, incident=incident, history=(*case.history, Turn("again", found.at, found)))
