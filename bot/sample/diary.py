"""One person's events, written down one after another."""

from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import TypedDict, Unpack

from bot.sample.catalog import SITE
from funnel.events import (
    Asset,
    DealMoved,
    EngagementKind,
    LeadCaptured,
    LeadEngaged,
    LeadEvent,
    LeadScored,
    LeadStaged,
    Mail,
    Origin,
    Page,
    Person,
)

MODEL = "Marketing Hub"


class _About(TypedDict, total=False):
    label: str
    asset: Asset
    page: Page
    email: Mail
    origin: Origin | None
    outcome: str


class Diary:
    """Writes the events of one person; their ids are `<key>-01`, `<key>-02` and so on.

    Until the person gives an e-mail address they are only a visitor. `dice` are theirs alone: what these
    decide changes nothing for anybody else.
    """

    def __init__(self, key: str, person: Person, *, quiet: bool) -> None:
        self.person = person
        self.dice = Random(key)  # noqa: S311 - a demo's dice, no secret
        self.events: list[LeadEvent] = []
        self._last_id = 0
        self._key = key
        self._quiet = quiet
        self._known = Person(email=person.email, anonymous_id=person.anonymous_id)
        self._web = Person(anonymous_id=person.anonymous_id)

    def _id(self) -> str:
        self._last_id += 1
        return f"{self._key}-{self._last_id:02d}"

    def visit(self, at: datetime, page: Page, origin: Origin | None = None) -> None:
        self._engage(at, "page_viewed", page=page, origin=origin)

    def view(self, at: datetime, asset: Asset, origin: Origin | None = None) -> None:
        """They read an asset on its page."""
        page = Page(url=asset.url or SITE, title=asset.title)
        self._engage(at, "page_viewed", page=page, asset=asset, origin=origin)

    def read(self, at: datetime, asset: Asset, origin: Origin | None = None) -> None:
        """They took an asset without a form, or one behind a form that they have already filled in."""
        self._engage(at, "asset_downloaded", asset=asset, origin=origin)

    def capture(
        self,
        at: datetime,
        form: str,
        *,
        origin: Origin | None = None,
        asset: Asset | None = None,
        comment: str | None = None,
        person: Person | None = None,
    ) -> None:
        """They filled in a form, as `person` where that says less than is true."""
        self._web = self._known
        self.events.append(
            LeadCaptured(
                id=self._id(), source="website", time=at, quiet=self._quiet,
                person=person or self.person, form=form, comment=comment, asset=asset, origin=origin,
            )
        )  # fmt: skip

    def webinar(self, at: datetime, kind: EngagementKind, webinar: Asset) -> None:
        self._engage(at, kind, asset=webinar, source="webinars")

    def mail(self, at: datetime, kind: EngagementKind, subject: str, link: str | None = None) -> None:
        address = f"{SITE}{link}" if link else None
        self._engage(at, kind, email=Mail(subject=subject, link=address), source="marketing-hub")

    def sales(self, at: datetime, kind: EngagementKind, label: str) -> None:
        """Their reply to a rep, a meeting."""
        self._engage(at, kind, label=label, source="crm")

    def call(self, at: datetime, label: str, outcome: str) -> None:
        """A rep's call, and how it went."""
        self._engage(at, "call_made", label=label, outcome=outcome, source="crm")

    def score(self, at: datetime, score: float, grade: str) -> None:
        self.events.append(
            LeadScored(
                id=self._id(), source="marketing-hub", time=at, quiet=self._quiet,
                person=self._known, score=score, grade=grade, model=MODEL,
            )
        )  # fmt: skip

    def stage(self, at: datetime, stage: str, *, reason: str | None = None, owner: str | None = None) -> None:
        self.events.append(
            LeadStaged(
                id=self._id(), source="crm", time=at, quiet=self._quiet,
                person=self._known, stage=stage, reason=reason, owner=owner,
            )
        )  # fmt: skip

    def deal(self, at: datetime, stage: str, amount: int, currency: str, owner: str) -> None:
        closes = at if stage in {"won", "lost"} else at + timedelta(days=60)
        self.events.append(
            DealMoved(
                id=self._id(), source="crm", time=at, quiet=self._quiet,
                deal=f"deal-{self._key}", person=self._known, stage=stage, amount=Decimal(amount),
                currency=currency, close_date=closes.date(), owner=owner,
            )
        )  # fmt: skip

    def _engage(
        self, at: datetime, kind: EngagementKind, source: str = "website", **about: Unpack[_About]
    ) -> None:
        self.events.append(
            LeadEngaged(
                id=self._id(), source=source, time=at, quiet=self._quiet, person=self._web, kind=kind, **about
            )
        )  # fmt: skip
