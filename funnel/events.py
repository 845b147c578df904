"""The kinds of event: the one shape that every outside payload is parsed into.

The data of an event is DESIGN's wire format (UTM words in `origin`, one person with at least one id).
Fields that nobody named are kept, so that a timeline can show them.
"""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from operator import attrgetter
from typing import Annotated, Any, Literal, NamedTuple, Self, get_args

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    model_validator,
)
from pydantic_core import PydanticSerializationError

SKEW = timedelta(minutes=5)  # by which a sender's clock may be fast
FIRST_YEAR, LAST_YEAR = 1970, 2199  # what every zone, database and Slack can show


def as_utc(time: datetime) -> datetime:
    """The same moment in UTC; a ValueError for a year that no zone, database and Slack can show."""
    if not FIRST_YEAR <= time.year <= LAST_YEAR:
        raise ValueError(f"is not between the years {FIRST_YEAR} and {LAST_YEAR}")
    return time.astimezone(UTC)


def _as_email(text: str) -> str:
    words = text.split()
    local, _, domain = "".join(words).rpartition("@")
    if not local or not domain or len(words) > 1:
        raise ValueError("is not an e-mail address such as ana@example.com")
    return words[0].lower()


def _as_day(value: object) -> object:
    """The day that a text or a time names, as CRMs write it; an empty text names none."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.strip().upper()) if value.strip() else None
        except ValueError:
            raise ValueError("is not a day such as 2026-03-31") from None
    day = value.date() if isinstance(value, datetime) else value
    if isinstance(day, date) and not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(f"is not between the years {FIRST_YEAR} and {LAST_YEAR}")
    if day is not None and not isinstance(day, date):
        raise ValueError("is not a day such as 2026-03-31")
    return day


Utc = Annotated[AwareDatetime, AfterValidator(as_utc)]
Day = Annotated[date | None, BeforeValidator(_as_day)]
Email = Annotated[str, StringConstraints(max_length=320), AfterValidator(_as_email)]
Key = Annotated[str, StringConstraints(min_length=1, max_length=300)]
Amount = Annotated[Decimal, Field(ge=0, le=10**12, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0, le=2**53)]
Words = Annotated[str, StringConstraints(strip_whitespace=True)]
Label = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]

EngagementKind = Literal[
    "page_viewed",
    "asset_downloaded",
    "email_sent",
    "email_opened",
    "email_clicked",
    "email_bounced",
    "email_unsubscribed",
    "email_marked_spam",
    "form_started",
    "webinar_registered",
    "webinar_attended",
    "ad_clicked",
    "meeting_booked",
    "meeting_held",
    "call_made",
    "reply_received",
    "trial_started",
    "product_used",
    "other",
]
ENGAGEMENT_KINDS: tuple[EngagementKind, ...] = get_args(EngagementKind)
TouchKind = Literal["captured"] | EngagementKind


class Record(BaseModel):
    """A frozen value from outside that keeps what it does not know."""

    model_config = ConfigDict(frozen=True, extra="allow", ser_json_inf_nan="strings")


class Person(Record):
    """Who did it, by at least one of `email`, `anonymous_id`, `user_id`."""

    email: Email | None = None
    anonymous_id: Key | None = None
    user_id: Key | None = None
    name: Words | None = None
    title: Words | None = None
    company: Words | None = None
    phone: Words | None = None
    country: Words | None = None
    traits: dict[str, Any] = Field(default_factory=dict)  # a default would be copied deeply for each person

    @model_validator(mode="after")
    def _has_an_id(self) -> Self:
        if not (self.email or self.anonymous_id or self.user_id):
            raise ValueError("needs at least one of email, anonymous_id, user_id")
        return self


class Asset(Record):
    title: Words
    id: str | None = None
    type: Words | None = None
    topic: Words | None = None
    gated: bool | None = None
    url: str | None = None


class Origin(Record):
    """Where a touch came from, in UTM words."""

    source: Words | None = None
    medium: Words | None = None
    campaign: Words | None = None
    term: Words | None = None
    content: Words | None = None
    referrer: Words | None = None
    referred_by: Words | None = None
    landing_page: Words | None = None


class Page(Record):
    url: str
    title: Words | None = None


class Mail(Record):
    subject: Words | None = None
    link: str | None = None


class EventKey(NamedTuple):
    """What makes two events the same event: a receipt."""

    source: str
    id: str

    def __str__(self) -> str:
        return f"{self.source}/{self.id}"


class _Event(Record):
    """An event's envelope: where it is from, when it happened (UTC), and whether it is history.

    `quiet` events are told like any other but never announced; imports set it. `ahead` events were dated in
    the future when they came; they are kept and shown, and count for nothing.
    """

    id: Key
    source: Key
    time: Utc
    quiet: bool = False
    ahead: bool = False

    @property
    def key(self) -> EventKey:
        return EventKey(self.source, self.id)


class LeadCaptured(_Event):
    """A person gave their details on a form, perhaps for an asset."""

    type: Literal["tipoff.lead.captured"] = "tipoff.lead.captured"
    person: Person
    form: Words
    comment: str | None = None
    asset: Asset | None = None
    origin: Origin | None = None


class LeadIdentified(_Event):
    """Ids that belong to one person, and what is known of them; `previous_id` is an id they had before."""

    type: Literal["tipoff.lead.identified"] = "tipoff.lead.identified"
    person: Person
    previous_id: Key | None = None


class LeadEngaged(_Event):
    """A person did something, or we did something to them (`email_sent`, `call_made`).

    `label` is what the source calls it, said where no better title is known.
    """

    type: Literal["tipoff.lead.engaged"] = "tipoff.lead.engaged"
    person: Person
    kind: EngagementKind
    label: Words | None = None
    asset: Asset | None = None
    page: Page | None = None
    email: Mail | None = None
    origin: Origin | None = None
    user_agent: str | None = None
    ip: str | None = None

    def beside(self, name: str) -> object:
        """A field that nobody named, said by the event itself or among what Segment calls properties."""
        extra = self.model_extra or {}
        properties = extra.get("properties")
        return extra.get(name, properties.get(name) if isinstance(properties, dict) else None)


class ExperimentViewed(_Event):
    """A person was shown a variant of an experiment; whether it was a person, the rest helps to tell."""

    type: Literal["tipoff.experiment.viewed"] = "tipoff.experiment.viewed"
    person: Person
    experiment: Label
    variant: Label
    user_agent: str | None = None
    method: str | None = None
    human: bool = False


class LeadScored(_Event):
    """An upstream system's score; `grade` is its word for fit."""

    type: Literal["tipoff.lead.scored"] = "tipoff.lead.scored"
    person: Person
    score: Annotated[float, Field(allow_inf_nan=False)]
    grade: Words | None = None
    model: Words | None = None


class LeadStaged(_Event):
    """An upstream system's or a person's word on the stage; `owner` is who has taken the lead."""

    type: Literal["tipoff.lead.staged"] = "tipoff.lead.staged"
    person: Person
    stage: Words
    reason: Words | None = None
    owner: Words | None = None


class DealMoved(_Event):
    """A deal entered a stage: `open`, `won`, `lost`, or a name that the playbook maps.

    `amount` is in major units of `currency` (120.50 dollars), `reason` is why it was lost. `close_date` is
    the day by which it is expected to close, in the workspace's zone; without it, that stays as it was.
    """

    type: Literal["tipoff.deal.moved"] = "tipoff.deal.moved"
    deal: Key
    person: Person
    stage: Words
    reason: Words | None = None
    amount: Amount | None = None
    currency: Words | None = None
    close_date: Day = None
    owner: Words | None = None


class Mentions(Record):
    positive: Count = 0
    neutral: Count = 0
    negative: Count = 0


class CampaignSpent(_Event):
    """What a campaign cost (major units of `currency`) and reached on one day (the workspace's zone)."""

    type: Literal["tipoff.campaign.spent"] = "tipoff.campaign.spent"
    campaign: Words
    day: date
    amount: Amount | None = None
    currency: Words | None = None
    kind: Words | None = None
    channel: Words | None = None
    impressions: Count | None = None
    clicks: Count | None = None
    sessions: Count | None = None
    likes: Count | None = None
    comments: Count | None = None
    shares: Count | None = None
    mentions: Mentions | None = None


class LeadForgotten(_Event):
    """The person asked to be forgotten: nothing of them is said from now on."""

    type: Literal["tipoff.lead.forgotten"] = "tipoff.lead.forgotten"
    person: Person


class LeadMerged(_Event):
    """A CRM's or a person's word that two are one: `person` and `other`."""

    type: Literal["tipoff.lead.merged"] = "tipoff.lead.merged"
    person: Person
    other: Person
    reason: Words | None = None


class LeadSplit(_Event):
    """A CRM's or a person's word that `person` is somebody else than those they were taken for."""

    type: Literal["tipoff.lead.split"] = "tipoff.lead.split"
    person: Person
    reason: Words | None = None


LeadEvent = (
    LeadCaptured
    | LeadIdentified
    | LeadEngaged
    | ExperimentViewed
    | LeadScored
    | LeadStaged
    | DealMoved
    | LeadForgotten
    | LeadMerged
    | LeadSplit
)
Event = LeadEvent | CampaignSpent
EVENT: TypeAdapter[Event] = TypeAdapter(Annotated[Event, Field(discriminator="type")])
EVENT_TYPES: tuple[str, ...] = tuple(kind.model_fields["type"].default for kind in get_args(Event))


class Written(NamedTuple):
    """An event as the journal keeps it: what it is found by, and `body`, the JSON that `EVENT` reads back."""

    source: str
    id: str
    type: str
    time: datetime
    quiet: bool
    body: str


def written(event: Event) -> Written:
    """The event, ready to be kept."""
    return Written(event.source, event.id, event.type, event.time, event.quiet, _as_json(event))


def _as_json(event: Event) -> str:
    try:
        return event.model_dump_json(exclude_none=True)
    except PydanticSerializationError:  # half a character, in a field that nobody named
        data = EVENT.dump_python(event, exclude_none=True)
        return json.dumps(data, default=str, ensure_ascii=False).encode(errors="replace").decode()


in_order: Callable[[Event], tuple[datetime, str, str]] = attrgetter("time", "source", "id")
"""The order of occurrence; ties fall by the event's key, so that every fold agrees."""


def dated(event: Event, received: datetime) -> Event:
    """The event, marked as `ahead` where its time lies more than `SKEW` after it was received."""
    return event.model_copy(update={"ahead": True}) if event.time > received + SKEW else event
