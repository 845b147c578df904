"""The rules of a company, as data: `playbook.yaml` parsed into one frozen model.

Everything has a default, so that an empty playbook works. `Playbook.model_json_schema()` is the schema
that `tipoff playbook schema` prints.
"""

from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo

import yaml
from pydantic import Field, ValidationError, model_validator

from funnel.alerts import Alerts
from funnel.attribution_rules import Attribution
from funnel.calendar import Calendar
from funnel.campaign_rules import Campaigns
from funnel.channels import ChannelRules
from funnel.errors import PlaybookError
from funnel.events import EngagementKind
from funnel.finance import Finance, Targets
from funnel.glob import Globs, fits, folded
from funnel.identity import Identity
from funnel.machine_rules import Machines
from funnel.masks import Masks, People
from funnel.part import Part, Zone
from funnel.qualification import Qualification
from funnel.schedule import Digests
from funnel.scoring_rules import Scoring
from funnel.stage import Stage
from funnel.talk import TRACKS, Tracks
from funnel.teams import Teams
from funnel.threads import Threads


class Channels(Part):
    """Which Slack channel hears what, by name (`#leads`) or id (`C0123456789`)."""

    briefs: str = "#leads"


class HandRaise(Part):
    """The forms that ask for a conversation; `*` stands for any letters, case does not matter."""

    forms: Globs = (
        "*contact*",
        "*demo*",
        "*quote*",
        "*pricing request*",
        "*talk to*",
        "*call me*",
        "*get in touch*",
    )

    def matches(self, form: str) -> bool:
        """Whether `form`, in any spelling of spaces, hyphens and case, is one of them."""
        return fits(form, self.forms)


class Sla(Part):
    """Minutes within which a brief wants its first human touch."""

    hand_raise: Annotated[int, Field(ge=1)] = 15
    qualified: Annotated[int, Field(ge=1)] = 240


class Briefs(Part):
    """Who is briefed again, and who is not."""

    customers: bool = Field(default=False, description="whether customers are briefed like leads")
    again_after_days: Annotated[int, Field(ge=0)] = 14
    returns_after_days: Annotated[int, Field(ge=1)] = 60
    returns_of: tuple[Stage, ...] = (
        Stage.MQL,
        Stage.SAL,
        Stage.SQL,
        Stage.OPPORTUNITY,
        Stage.RECYCLED,
        Stage.LOST,
    )


class Alias(Part):
    """What an event of an outside name means: a form (`form: Contact sales`) or an engagement kind."""

    form: str | None = None
    kind: EngagementKind | None = None

    @model_validator(mode="after")
    def _means_one_thing(self) -> Self:
        if (self.form is None) == (self.kind is None):
            raise ValueError("needs either form or kind")
        return self


class Playbook(Part):
    """How one company counts, routes and speaks."""

    company: str = "our company"
    timezone: Zone = "UTC"
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "USD"
    calendar: Calendar = Calendar()
    channels: Channels = Channels()
    channel_groups: ChannelRules = Field(
        default=(), description="what came through which channel, where Google Analytics' rules say otherwise"
    )
    hand_raise: HandRaise = HandRaise()
    score: Scoring = Scoring()
    machines: Machines = Machines()
    sla: Sla = Sla()
    briefs: Briefs = Briefs()
    qualification: Qualification = Qualification()
    threads: Threads = Threads()
    aliases: dict[str, Alias] = Field(default_factory=dict)
    stages: dict[str, Stage] = Field(default_factory=dict)
    deal_stages: dict[str, Stage] = Field(default_factory=dict)
    talk_tracks: Tracks = TRACKS
    identity: Identity = Identity()
    crm_url: str | None = Field(
        default=None, pattern=r"^https?://", description="where a lead opens in the CRM; {email} is filled in"
    )
    brief_burst: Annotated[int, Field(ge=1)] = Field(
        default=60, description="new briefs that may wait in one channel before they become one digest"
    )
    masks: Masks = Field(default_factory=dict, description="what each channel may show of a lead")
    people: People = People()
    teams: Teams = Field(default_factory=dict, description="who is in which team, as owners stand on leads")
    digests: Digests = Field(default_factory=dict, description="questions that are asked by themselves")
    alerts: Alerts = Field(
        default=Alerts(), description="surges and droughts of leads: who is told, and how often"
    )
    attribution: Attribution = Attribution()
    campaigns: Campaigns = Campaigns()
    finance: Finance = Finance()
    targets: Targets = Field(default_factory=dict, description="what each metric should come to, by its name")

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    def stage(self, word: str) -> Stage | None:
        """The stage that an upstream `word` means, or None when nobody said."""
        return _look_up(self.stages, word, _STAGE_WORDS)

    def deal_stage(self, word: str) -> Stage:
        """The stage that a deal's `word` means; a deal in any other stage is an opportunity."""
        return _look_up(self.deal_stages, word, _DEAL_WORDS) or Stage.OPPORTUNITY

    def alias(self, event_name: str) -> Alias | None:
        """What an event of that outside name means, or None when nobody said."""
        return self.aliases.get(event_name) or _ALIASES.get(folded(event_name))


_STAGE_WORDS: dict[str, Stage] = {
    **{stage.value: stage for stage in Stage},
    "subscriber": Stage.INQUIRY,
    "lead": Stage.INQUIRY,
    "marketingqualifiedlead": Stage.MQL,
    "marketing qualified lead": Stage.MQL,
    "accepted": Stage.SAL,
    "salesqualifiedlead": Stage.SQL,
    "sales qualified lead": Stage.SQL,
    "qualified": Stage.SQL,
    "generate lead": Stage.INQUIRY,
    "qualify lead": Stage.MQL,
    "working lead": Stage.SAL,
    "close convert lead": Stage.CUSTOMER,
    "disqualify lead": Stage.DISQUALIFIED,
    "close unconvert lead": Stage.LOST,
    "won": Stage.CUSTOMER,
}
_DEAL_WORDS: dict[str, Stage] = {
    "open": Stage.OPPORTUNITY,
    "won": Stage.CUSTOMER,
    "closed won": Stage.CUSTOMER,
    "closedwon": Stage.CUSTOMER,
    "lost": Stage.LOST,
    "closed lost": Stage.LOST,
    "closedlost": Stage.LOST,
}
_ALIASES: dict[str, Alias] = {
    "generate lead": Alias(form="Lead form"),
    "form submit": Alias(form="Form"),
    "form submitted": Alias(form="Form"),
    "contact form submitted": Alias(form="Contact form"),
    "signed up": Alias(form="Sign-up"),
    "user registered": Alias(form="Sign-up"),
    "account created": Alias(form="Sign-up"),
    "file download": Alias(kind="asset_downloaded"),
    "asset downloaded": Alias(kind="asset_downloaded"),
    "white paper downloaded": Alias(kind="asset_downloaded"),
    "email delivered": Alias(kind="email_sent"),
    "email sent": Alias(kind="email_sent"),
    "email opened": Alias(kind="email_opened"),
    "email link clicked": Alias(kind="email_clicked"),
    "email bounced": Alias(kind="email_bounced"),
    "unsubscribed": Alias(kind="email_unsubscribed"),
    "email unsubscribed": Alias(kind="email_unsubscribed"),
    "email marked as spam": Alias(kind="email_marked_spam"),
    "webinar registered": Alias(kind="webinar_registered"),
    "webinar attended": Alias(kind="webinar_attended"),
    "form started": Alias(kind="form_started"),
    "ad clicked": Alias(kind="ad_clicked"),
    "meeting booked": Alias(kind="meeting_booked"),
    "meeting held": Alias(kind="meeting_held"),
    "trial started": Alias(kind="trial_started"),
}


def _look_up(own: dict[str, Stage], word: str, known: dict[str, Stage]) -> Stage | None:
    plain = folded(word).strip()
    mine = {folded(name): stage for name, stage in own.items()}
    return mine.get(plain) or known.get(plain)


def parse_playbook(text: str, where: str) -> Playbook:
    """The playbook that a YAML document states.

    Raises:
        PlaybookError: naming `where`, the place in the document, the value and what is allowed.

    """
    try:
        document: Any = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise PlaybookError(f"{where} is not YAML: {' '.join(str(error).split())}") from None
    try:
        return Playbook.model_validate({} if document is None else document)
    except ValidationError as error:
        raise PlaybookError("\n".join(_sentences(where, error))) from None


def _sentences(where: str, error: ValidationError) -> list[str]:
    return [
        f"{where}: {'.'.join(map(str, one['loc'])) or 'the document'}: "
        f"{one['msg'].removeprefix('Value error, ')}, got {_short(one['input'])}"
        for one in error.errors(include_url=False)
    ]


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."  # noqa: PLR2004 - one line of a terminal
