"""Visits to the site: what analytics calls sessions.

A visit is a person's page views with no pause of 30 minutes between two of them (the default of GA4 and of
Universal Analytics). A page view that names another source, medium or campaign begins a new one: Universal
Analytics did that and GA4 does not; we do, because a click on an ad would otherwise be credited to whatever
the person was reading before. A visit may go on past midnight, as in GA4. What machines looked at makes
visits of its own, which nobody counts.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from funnel.channels import DIRECT, ChannelRules, Words, channel, path_of, words_of
from funnel.events import Origin
from funnel.lead import Touch

PAUSE = timedelta(minutes=30)
SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Visit:
    """The page views of one visit, oldest first, and where the first of them came from."""

    pages: tuple[Touch, ...]
    channel: str
    origin: Origin | None

    @property
    def at(self) -> datetime:
        return self.pages[0].at

    @property
    def ended_at(self) -> datetime:
        """When the last page was opened; how long it was looked at, nobody knows."""
        return self.pages[-1].at

    @property
    def landing(self) -> str | None:
        """The path of its first page."""
        page = self.pages[0].page
        return path_of(page.url) if page else None

    @property
    def reading(self) -> tuple[float, ...]:
        """The seconds on each page of content, until the next page of the visit; the last is not known."""
        return tuple(
            (after.at - page.at) / SECOND for page, after in pairwise(self.pages) if page.asset is not None
        )

    @property
    def machine(self) -> bool:
        return self.pages[0].machine


def visits(touches: Iterable[Touch], rules: ChannelRules = ()) -> Iterator[Visit]:
    """The visits that one person's touches, oldest first, make: people's, then machines'."""
    views = [touch for touch in touches if touch.kind == "page_viewed"]
    for machine in (False, True):
        for pages in _parted([view for view in views if view.machine is machine]):
            first = pages[0]
            yield Visit(
                tuple(pages), channel(words_of(first.origin, first.page), rules) or DIRECT, first.origin
            )


def _parted(views: Iterable[Touch]) -> Iterator[list[Touch]]:
    pages: list[Touch] = []
    campaign: Words | None = None
    for view in views:
        named = words_of(view.origin)._replace(referrer="")
        another = any(named) and campaign is not None and named != campaign
        if pages and (another or view.at - pages[-1].at >= PAUSE):
            yield pages
            pages = []
        if not pages or any(named):
            campaign = named
        pages.append(view)
    if pages:
        yield pages
