"""What marketers are told of by itself: the `alerts` of the playbook."""

from datetime import time
from typing import Annotated

from pydantic import AfterValidator, Field

from funnel.alert_rules import Channel, Thresholds, WatchedCounts
from funnel.part import Part


def _country(name: str) -> str:
    from holidays import list_supported_countries  # noqa: PLC0415 - large, and not for every start

    country, _, part = name.partition("-")
    known = list_supported_countries(include_aliases=False)
    if country not in known or (part and part not in known[country]):
        raise ValueError(
            "is not a country (US, DE) or a part of one (DE-BY) whose holidays are known; leave it out"
        )
    return name


class QuietHours(Part):
    """When a card is held back, in the company's zone; equal times mean that no hour is quiet."""

    since: time = time(20)
    until: time = time(7)
    weekends: bool = True


class Alerts(Part):
    """Surges and droughts of leads: who hears of them, and how many false messages they accept."""

    to: Channel | None = Field(default=None, description="the channel; nobody is alerted without one")
    false_messages_a_week: Annotated[float, Field(gt=0, le=20)] = 0.5
    country: Annotated[str, AfterValidator(_country)] | None = Field(
        default=None, description="whose holidays are no droughts: US, DE, or a part of one, DE-BY"
    )
    quiet: QuietHours = QuietHours()
    urgent: bool = Field(default=False, description="whether a surge is told in quiet hours, too")
    thresholds: Thresholds = Field(default=(), description="lines that a metric should not cross")
    watch: WatchedCounts = Field(default=(), description="other counts that are watched as leads are")
