"""The playbook's part on scores: what behaviour earns, who fits, and where the lines are."""

from datetime import timedelta
from functools import cached_property
from itertools import pairwise
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import AfterValidator, Field, model_validator

from funnel.events import ENGAGEMENT_KINDS, TouchKind
from funnel.glob import Globs
from funnel.part import Part

Grade = Literal["A", "B", "C", "D"]
Level = Literal[1, 2, 3, 4]
Condition = Literal["forms", "assets", "types", "topics", "pages", "links", "labels"]
CONDITIONS: tuple[Condition, ...] = get_args(Condition)
PROFILE_FIELDS = frozenset({"name", "email", "title", "company", "phone", "country", "mailbox"})
TRAITS = "traits."
TOUCH_KINDS: tuple[TouchKind, ...] = ("captured", *ENGAGEMENT_KINDS)


def _falling(lines: tuple[float, float, float]) -> tuple[float, float, float]:
    if any(lower > higher for higher, lower in pairwise(lines)):
        raise ValueError("must fall from the first to the last")
    return lines


def _field(name: str) -> str:
    if name not in PROFILE_FIELDS and not name.removeprefix(TRAITS) != name:
        raise ValueError(
            f"must be one of {', '.join(sorted(PROFILE_FIELDS))}, or {TRAITS} and a trait's name"
        )
    return name


Name = Annotated[str, Field(min_length=1, max_length=60)]
Number = Annotated[float, Field(ge=-10_000, le=10_000, allow_inf_nan=False)]
Days = Annotated[float, Field(gt=0, le=3650, allow_inf_nan=False)]
Lines = Annotated[tuple[Number, Number, Number], AfterValidator(_falling)]


class EngagementRule(Part):
    """What one kind of behaviour earns: a touch that meets every condition named here.

    `pages` looks at a page's address and title, `assets` at an asset's title, `links` at a mail's link,
    `labels` at what the source calls the event. At most `limit` times in any `per_days` days, or ever.
    """

    rule: Name
    points: Number
    kinds: tuple[TouchKind, ...] = ()
    forms: Globs = ()
    assets: Globs = ()
    types: Globs = ()
    topics: Globs = ()
    pages: Globs = ()
    links: Globs = ()
    labels: Globs = ()
    limit: Annotated[int, Field(ge=1)] | None = None
    per_days: Days | None = None
    group: Name | None = None

    @model_validator(mode="after")
    def _says_when(self) -> Self:
        if not (self.kinds or self.conditions):
            raise ValueError(f"needs at least one of kinds, {', '.join(CONDITIONS)}")
        if self.per_days and not self.limit:
            raise ValueError("says per_days, which needs a limit")
        return self

    @cached_property
    def conditions(self) -> tuple[tuple[Condition, Globs], ...]:
        """What the rule looks at beside the kind of touch, and what it wants to see there."""
        return tuple((name, globs) for name in CONDITIONS if (globs := getattr(self, name)))

    @cached_property
    def window(self) -> timedelta | None:
        """The time within which `limit` holds, None where it holds for ever."""
        return timedelta(days=self.per_days) if self.per_days else None


class FitRule(Part):
    """What a fact of the profile is worth: a `field`, the words that it is `like`, and the points.

    A field is one of the person's, `traits.<name>`, or `mailbox`, which is `free` or `company`.
    """

    rule: Name
    field: Annotated[str, AfterValidator(_field)]
    like: Annotated[Globs, Field(min_length=1)]
    points: Number


RULES = (
    EngagementRule(rule="unsubscribed", labels=("*unsubscribe*", "*marked as spam*"), points=-40),
    EngagementRule(rule="left our mails", kinds=("email_unsubscribed", "email_marked_spam"), points=-40),
    EngagementRule(rule="meeting booked", kinds=("meeting_booked",), points=40, limit=1, per_days=30),
    EngagementRule(rule="trial", kinds=("trial_started",), points=40, limit=1, per_days=30),
    EngagementRule(
        rule="demo form",
        kinds=("captured",),
        forms=("*demo*", "*contact*", "*quote*", "*pricing request*", "*talk to*", "*call me*"),
        points=40,
        limit=1,
        per_days=30,
    ),
    EngagementRule(rule="reply", kinds=("reply_received",), points=20, limit=2, per_days=30),
    EngagementRule(rule="webinar attended", kinds=("webinar_attended",), points=20, group="content"),
    EngagementRule(rule="webinar registered", kinds=("webinar_registered",), points=10, group="content"),
    EngagementRule(
        rule="white paper",
        kinds=("captured", "asset_downloaded"),
        types=("white*paper*", "e*book*", "*report*", "*guide*", "*case*study*"),
        points=15,
        limit=3,
        per_days=30,
        group="content",
    ),
    EngagementRule(
        rule="download",
        kinds=("captured", "asset_downloaded"),
        assets=("*",),
        points=8,
        limit=3,
        per_days=30,
        group="content",
    ),
    EngagementRule(rule="other form", kinds=("captured",), points=5, limit=2, per_days=30),
    EngagementRule(
        rule="pricing page",
        kinds=("page_viewed",),
        pages=("*pricing*", "*/plans*"),
        points=10,
        limit=2,
        per_days=7,
        group="site",
    ),
    EngagementRule(rule="page", kinds=("page_viewed",), points=1, limit=10, per_days=30, group="site"),
    EngagementRule(rule="product used", kinds=("product_used",), points=3, limit=5, per_days=30),
    EngagementRule(
        rule="e-mail click", kinds=("email_clicked",), points=5, limit=3, per_days=30, group="mail"
    ),
    EngagementRule(rule="ad click", kinds=("ad_clicked",), points=2, limit=3, per_days=30, group="site"),
)
"""What holds where a playbook names no rules; the first that a touch meets is the one that counts."""


CAPS = {"content": 45.0, "site": 25.0, "mail": 10.0}


def _usual_caps(scoring: dict[str, Any]) -> dict[str, float]:
    groups = {rule.group for rule in scoring.get("rules", ())}
    return {group: cap for group, cap in CAPS.items() if group in groups}


class Scoring(Part):
    """Two axes that are never blended: engagement from behaviour, fit from the profile.

    A lead enters at `enter` and leaves below `leave`, by an upstream score and by ours alike. A touch earns
    the points of the first of `rules` that it meets, and they halve every `half_life_days`; a group of rules
    is worth its cap at most. `levels` are the least engagement for level 1, 2 and 3, `grades` the least
    points of fit for A, B and C.
    """

    enter: Number = 60
    leave: Number = 50
    cooldown_days: Annotated[float, Field(ge=0, le=3650, allow_inf_nan=False)] = Field(
        default=14, description="a score that rises again sooner than this after it last did is not told"
    )
    half_life_days: Days = 30
    levels: Lines = (60, 40, 20)
    rules: tuple[EngagementRule, ...] = RULES
    caps: dict[str, Number] = Field(default_factory=_usual_caps)
    fit: tuple[FitRule, ...] = ()
    grades: Lines = (40, 20, 0)
    mql_fit: Grade = Field(
        default="B", description="the least fit of an MQL by score; without rules of fit everybody fits"
    )

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        if self.leave > self.enter:
            raise ValueError(f"leave ({self.leave:g}) must not be above enter ({self.enter:g})")
        names = [*(one.rule for one in self.rules), *(one.rule for one in self.fit)]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise ValueError(f"two rules are called “{twice}”")
        groups = {one.group for one in self.rules}
        if unknown := next((group for group in self.caps if group not in groups), None):
            raise ValueError(f"caps names the group “{unknown}”, which no rule has")
        return self

    @cached_property
    def rules_of(self) -> dict[TouchKind, tuple[EngagementRule, ...]]:
        """The rules that a kind of touch can meet, in their order."""
        return {
            kind: tuple(rule for rule in self.rules if not rule.kinds or kind in rule.kinds)
            for kind in TOUCH_KINDS
        }

    def level(self, engagement: float) -> Level:
        """1 for the strongest engagement, 4 for the weakest."""
        first, second, third = self.levels
        if engagement >= first:
            return 1
        if engagement >= second:
            return 2
        return 3 if engagement >= third else 4

    def grade(self, points: float) -> Grade:
        """A for the best fit, D for the worst."""
        best, good, fair = self.grades
        if points >= best:
            return "A"
        if points >= good:
            return "B"
        return "C" if points >= fair else "D"

    def qualifies(self, fit: Grade) -> bool:
        """Whether a lead of that fit may become an MQL by score; without rules of fit everybody may."""
        return not self.fit or fit <= self.mql_fit
