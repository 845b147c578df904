"""The playbook's part on machines: which hits are a scanner's and not a person's."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from funnel.glob import Globs
from funnel.part import Part


class Machines(Part):
    """The signs that tell a scanner's open, click or visit, and how many of them it takes.

    More than seven signs are never seen at once: `signs_needed: 8` sets nothing aside.
    """

    signs_needed: Annotated[int, Field(ge=1)] = 2
    after_sending_seconds: Annotated[float, Field(ge=0, allow_inf_nan=False)] = Field(
        default=10, description="an open or click this soon after the mail was sent is a sign"
    )
    links: Annotated[int, Field(ge=2)] = Field(
        default=3, description="so many different links of one mail within `links_seconds` are a sign"
    )
    links_seconds: Annotated[float, Field(ge=0, le=86400, allow_inf_nan=False)] = 10
    visit_minutes: Annotated[float, Field(gt=0, le=10080, allow_inf_nan=False)] = Field(
        default=30,
        description="a click is confirmed by a visit within this; none is a sign beside another one",
    )
    recipients: Annotated[int, Field(ge=2, le=1000)] = Field(
        default=5,
        description="mail of so many leads, opened or clicked from one IP address within "
        "`recipients_seconds`, is a sign",
    )
    recipients_seconds: Annotated[int, Field(ge=1, le=600)] = 60
    agents: Globs = Field(
        default=("*barracuda*", "*mimecast*", "*proofpoint*", "*forcepoint*", "*ironport*", "*safelinks*"),
        description="user agents of scanners, besides those of the crawler-user-agents list",
    )
    trap_links: Globs = Field(
        default=(), description="links and pages that no person can see, in your mails and on your site"
    )

    @property
    def visit_within(self) -> timedelta:
        return timedelta(minutes=self.visit_minutes)
