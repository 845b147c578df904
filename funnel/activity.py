"""What a briefed lead did since the brief was posted: the replies of its thread."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from funnel.events import EventKey, TouchKind
from funnel.lead import Lead, Touch, Trust
from funnel.playbook import Playbook
from funnel.triggers import episodes


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that they did, `times` times; `at` is the last time, in the playbook's zone."""

    at: datetime
    kind: TouchKind
    title: str | None
    detail: str | None
    trust: Trust
    times: int
    receipts: tuple[EventKey, ...]


@dataclass(frozen=True, slots=True)
class Burst:
    """What they did without a long pause, each thing once; `comment` is the newest thing that they wrote."""

    lines: tuple[Line, ...]
    comment: str | None = None

    @property
    def actions(self) -> int:
        return sum(line.times for line in self.lines)


def activity(lead: Lead, since: datetime, playbook: Playbook, *, episode: int = 1) -> tuple[Burst, ...]:
    """The bursts of what the lead did after `since`, oldest first, up to the next episode.

    Only what they did themselves counts and what was live: not our own sends and calls, not imported
    history, no machine's hits. What has a message of its own (an episode) is not told again.
    """
    told = episodes(lead, playbook)
    until = told[episode].at if len(told) > episode else None
    own = {occasion.receipt for occasion in told}
    touches = (
        touch
        for touch in lead.touches
        if touch.at > since
        and (until is None or touch.at < until)
        and touch.by == "they"
        and not touch.quiet
        and not touch.machine
        and touch.receipt not in own
    )
    gap = timedelta(minutes=playbook.threads.gap_minutes)
    return tuple(_burst(together, playbook) for together in _together(touches, gap))


def _together(touches: Iterable[Touch], gap: timedelta) -> Iterator[list[Touch]]:
    """The touches, cut wherever a pause was longer than `gap`."""
    together: list[Touch] = []
    for touch in touches:
        if together and touch.at - together[-1].at > gap:
            yield together
            together = []
        together.append(touch)
    if together:
        yield together


def _burst(touches: list[Touch], playbook: Playbook) -> Burst:
    alike: dict[tuple[object, ...], list[Touch]] = {}
    for touch in touches:
        alike.setdefault((touch.kind, touch.title, touch.detail, touch.trust), []).append(touch)
    comments = [touch.comment for touch in touches if touch.comment and touch.comment.strip()]
    return Burst(
        tuple(_line(repeats, playbook) for repeats in alike.values()), comments[-1] if comments else None
    )


def _line(repeats: list[Touch], playbook: Playbook) -> Line:
    last = repeats[-1]
    return Line(
        last.at.astimezone(playbook.zone),
        last.kind,
        last.title,
        last.detail,
        last.trust,
        len(repeats),
        tuple(touch.receipt for touch in repeats),
    )
