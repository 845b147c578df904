"""What the store believes about one person: frozen values that a fold of events makes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, NamedTuple

from funnel.events import Asset, EventKey, Mail, Origin, Page, TouchKind
from funnel.stage import Stage

By = Literal["they", "we"]
Trust = Literal["certain", "low", "confirmed"]
Motion = Literal["demand-first", "lead-first"]
Sign = Literal[
    "right after sending",
    "many links at once",
    "many recipients at once",
    "HEAD request",
    "hidden link",
    "listed user agent",
    "no visit followed",
]
ProfileField = Literal["name", "email", "title", "company", "phone", "country"]


@dataclass(frozen=True, slots=True)
class Said:
    """One fact about a person: its value, and the event that said it, or from which it is `inferred`."""

    value: str
    at: datetime
    receipt: EventKey
    inferred: bool = False


class Touch(NamedTuple):
    """One thing that they did, or that we did to them.

    `stated` is what a form said of the person: name, company and job title. `trust` is `low` for an open
    (scanners open mail too), `confirmed` for a click that a visit followed. `signs` tell that a machine did
    it and not they; `human` that a person said they did; `crowded` that mail of many recipients was looked at
    from the same address within the minute. `outcome` is how a call of ours went.
    """

    receipt: EventKey
    at: datetime
    kind: TouchKind
    by: By
    trust: Trust = "certain"
    quiet: bool = False
    form: str | None = None
    comment: str | None = None
    label: str | None = None
    asset: Asset | None = None
    page: Page | None = None
    email: Mail | None = None
    origin: Origin | None = None
    stated: tuple[tuple[ProfileField, str], ...] = ()
    user_agent: str | None = None
    method: str | None = None
    human: bool = False
    crowded: bool = False
    outcome: str | None = None
    signs: tuple[Sign, ...] = ()

    @property
    def machine(self) -> bool:
        """Whether it is set aside as a scanner's or a crawler's: on record, and counted for nothing."""
        return bool(self.signs)

    @property
    def title(self) -> str | None:
        """What it was about, by the name that it goes by: content, an e-mail's subject, a page, a form."""
        return (
            (self.asset and self.asset.title)
            or (self.email and self.email.subject)
            or (self.page and (self.page.title or self.page.url))
            or self.form
            or self.label
            or None
        )

    @property
    def detail(self) -> str | None:
        """The form through which content was taken."""
        return self.form if self.asset and self.form else None


@dataclass(frozen=True, slots=True)
class StageEntry:
    """That a lead entered a stage; `implied` when a later stage proves that it must have.

    `reason` is the code for which it left the funnel, or what moved it. There always is one for who left.
    """

    stage: Stage
    at: datetime
    receipt: EventKey
    reason: str | None = None
    implied: bool = False


@dataclass(frozen=True, slots=True)
class Scored:
    """A score that an upstream system reported, and whether it rose into the playbook's band with it."""

    value: float
    at: datetime
    receipt: EventKey
    grade: str | None = None
    model: str | None = None
    crossed: bool = False
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Crossing:
    """A touch with which our own engagement score rose into the playbook's band, and its `value` then.

    `qualifies` is whether the lead fitted well enough at that time to be an MQL by it.
    """

    value: float
    at: datetime
    receipt: EventKey
    quiet: bool = False
    qualifies: bool = False


MoveKind = Literal["created", "reopened", "changed", "rescheduled", "won", "lost"]


@dataclass(frozen=True, slots=True)
class DealMove:
    """What a deal did to the pipeline, and how it stood from then (`at`) `until` its next move.

    `added` is what the open pipeline gained with it, or lost where it is negative; `amount` is what the deal
    is worth since. Both are in minor units of `currency`, and 0 where nobody named an amount. `close_date` is
    the day by which it was expected to close, as far as anybody had said. Any end but the won one is `lost`.
    """

    kind: MoveKind
    at: datetime
    receipt: EventKey
    open: bool
    added: int
    amount: int
    currency: str | None
    close_date: date | None = None
    until: datetime | None = None


class Exposure(NamedTuple):
    """The variant of an experiment that they were shown first; `crossed_over` if later another one, too."""

    experiment: str
    variant: str
    at: datetime
    receipt: EventKey
    crossed_over: bool = False


@dataclass(frozen=True, slots=True)
class Deal:
    """A deal as its last event left it; `amount` is in minor units of `currency`.

    `closed_at` is when it came to the end at which it is, won or out; None while it is open. `close_date` is
    when it is expected to. `moves` tell how it came here: what was added with them is its amount while it is
    open, and nothing once it is closed.
    """

    id: str
    stage: Stage
    opened_at: datetime
    moved_at: datetime
    receipt: EventKey
    amount: int | None = None
    currency: str | None = None
    owner: str | None = None
    closed_at: datetime | None = None
    close_date: date | None = None
    moves: tuple[DealMove, ...] = ()

    @property
    def open(self) -> bool:
        """Whether it is in the open pipeline: neither won nor out."""
        return self.closed_at is None


@dataclass(frozen=True, slots=True)
class Lead:
    """One person, told from all their events in order of occurrence.

    `origin` is the first touch's that names one; `origins` of touches stay with the touches. `stages` has the
    first entry into each stage, `history` every move from stage to stage. `said` is everything that was ever
    said of a field or a trait (`title`, `traits.industry`), oldest first, each change once; `profile` has the
    newest word of each field. `exposures` has one for each experiment. `ahead` are touches that
    claim to lie in the future; they count for nothing.
    """

    profile: Mapping[ProfileField, Said] = field(default_factory=dict)
    said: Mapping[str, tuple[Said, ...]] = field(default_factory=dict)
    touches: tuple[Touch, ...] = ()
    stages: tuple[StageEntry, ...] = ()
    history: tuple[StageEntry, ...] = ()
    scores: tuple[Scored, ...] = ()
    crossings: tuple[Crossing, ...] = ()
    deals: tuple[Deal, ...] = ()
    origin: Origin | None = None
    owner: Said | None = None
    motion: Motion | None = None
    exposures: tuple[Exposure, ...] = ()
    forgotten: bool = False
    ahead: tuple[Touch, ...] = ()

    @property
    def stage(self) -> Stage:
        """Where the lead stands after its last move."""
        return self.history[-1].stage if self.history else Stage.ANONYMOUS

    @property
    def created_at(self) -> datetime | None:
        """When the person became known, None while anonymous."""
        return next((entry.at for entry in self.stages if entry.stage is Stage.INQUIRY), None)

    def fact(self, name: ProfileField) -> str | None:
        """The value of one profile field, None when nobody said it."""
        said = self.profile.get(name)
        return said.value if said else None


@dataclass(frozen=True, slots=True)
class LeadSummary:
    """One line about a lead that a search found; `id` is the store's."""

    id: int
    name: str | None
    email: str | None
    company: str | None
    stage: Stage
    last_touch_at: datetime | None
