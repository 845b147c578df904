"""People, not machines: which hits were made by mail scanners and crawlers.

A hit is an open, a click or a visit; a form or a download is always a person's. One sign proves nothing: a
hit is set aside when it shows as many as the playbook asks for, two unless it says otherwise. Nothing is
thrown away: the marks are derived by the fold, so that other rules, or a visit that comes later, take them
back; and an event that says `human: true` is never marked.

One sign takes several leads: many recipients at one address in one minute. `funnel.crowds` says how it comes
to a touch.
"""

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from crawleruseragents import is_crawler

from funnel.glob import Globs, fits, folded
from funnel.lead import Sign, Touch
from funnel.machine_rules import Machines

HITS = frozenset({"email_opened", "email_clicked", "page_viewed", "ad_clicked"})
LOOKED_AT = HITS | {"email_sent"}
LONGEST_AGENT = 400  # characters that are looked at


def marked(touches: Sequence[Touch], rules: Machines) -> tuple[Touch, ...]:
    """The same touches, oldest first, with `signs` on each that a machine made and on no other.

    A click that a person's visit followed is marked too: as confirmed.
    """
    told = list(touches)
    hits = [(place, touch) for place, touch in enumerate(touches) if touch.kind in LOOKED_AT]
    early = frozenset(_right_after_sending(hits, rules))
    bursts = frozenset(_many_links(hits, rules))
    visit: datetime | None = None
    within = rules.visit_within
    for place, touch in reversed(hits):
        click = touch.kind == "email_clicked"
        followed = click and visit is not None and visit - touch.at <= within
        signs: tuple[Sign, ...] = ()
        if touch.kind in HITS and not touch.human:
            found = _by_itself(touch, rules)
            if place in bursts:
                found.append("many links at once")
            if place in early:
                found.append("right after sending")
            if touch.crowded:
                found.append("many recipients at once")
            lonely = click and not followed
            if found or lonely or rules.signs_needed == 1:
                signs = _enough(touch, found, rules, lonely=lonely)
        if touch.kind == "page_viewed" and not signs:
            visit = touch.at
        trust = touch.trust if not click else "confirmed" if followed and not signs else "certain"
        if signs != touch.signs or trust != touch.trust:
            told[place] = touch._replace(signs=signs, trust=trust)
    return tuple(told)


def set_aside(kinds: Sequence[str]) -> str:
    """How many hits of those kinds were set aside: `3 scanner clicks set aside`; nothing of none."""
    what = "click" if {*kinds} == {"email_clicked"} else "hit"
    return f"{len(kinds)} scanner {what}{'s' * (len(kinds) != 1)} set aside" if kinds else ""


def _by_itself(touch: Touch, rules: Machines) -> list[Sign]:
    found: list[Sign] = []
    if touch.method == "HEAD":
        found.append("HEAD request")
    if rules.trap_links and any(fits(address, rules.trap_links) for address in _addresses(touch)):
        found.append("hidden link")
    return found


def _addresses(touch: Touch) -> Iterator[str | None]:
    if touch.email:
        yield touch.email.link
    if touch.page:
        yield touch.page.url


def _enough(touch: Touch, found: list[Sign], rules: Machines, *, lonely: bool) -> tuple[Sign, ...]:
    """All signs of a hit, or none where they are too few; that a click is `lonely` counts beside another."""
    if touch.user_agent and _is_listed(touch.user_agent[:LONGEST_AGENT], rules.agents):
        found.append("listed user agent")
    if lonely and found:
        found.append("no visit followed")
    return tuple(found) if len(found) >= rules.signs_needed else ()


@lru_cache(16_384)
def _is_listed(user_agent: str, own: Globs) -> bool:
    return fits(user_agent, own) or is_crawler(user_agent)


def _right_after_sending(hits: Iterable[tuple[int, Touch]], rules: Machines) -> Iterator[int]:
    """The places of the opens and clicks that came within seconds of our sending the same mail."""
    soon = timedelta(seconds=rules.after_sending_seconds)
    sent: dict[str, datetime] = {}
    for place, touch in hits:
        if touch.kind == "email_sent":
            sent[_mail(touch)] = touch.at
        elif touch.kind in {"email_opened", "email_clicked"}:
            before = sent.get(_mail(touch))
            if before and touch.at - before <= soon:
                yield place


def _many_links(hits: Iterable[tuple[int, Touch]], rules: Machines) -> Iterator[int]:
    """The places of the clicks that belong to a burst: many links of one mail within seconds."""
    bursts: dict[str, _Burst] = {}
    for place, touch in hits:
        if touch.kind == "email_clicked" and touch.email and touch.email.link:
            burst = bursts.setdefault(_mail(touch), _Burst(timedelta(seconds=rules.links_seconds)))
            burst.add(_Click(place, touch.at, touch.email.link))
            if len(burst.links) >= rules.links:
                yield from burst.places()


class _Click(NamedTuple):
    place: int
    at: datetime
    link: str


class _Burst:
    """The clicks on one mail within the window that ends with the last of them."""

    def __init__(self, window: timedelta) -> None:
        self.links: Counter[str] = Counter()
        self._window = window
        self._clicks: deque[_Click] = deque()
        self._unnamed: deque[int] = deque()

    def add(self, click: _Click) -> None:
        while self._clicks and click.at - self._clicks[0].at > self._window:
            gone = self._clicks.popleft()
            self.links[gone.link] -= 1
            if not self.links[gone.link]:
                del self.links[gone.link]
            if self._unnamed and self._unnamed[0] == gone.place:
                self._unnamed.popleft()
        self._clicks.append(click)
        self._unnamed.append(click.place)
        self.links[click.link] += 1

    def places(self) -> Iterator[int]:
        """The places of the clicks in the window, each named once however long the burst goes on."""
        while self._unnamed:
            yield self._unnamed.popleft()


def _mail(touch: Touch) -> str:
    """What makes two hits hits of the same mail: its subject."""
    return folded(touch.email.subject or "") if touch.email else ""
