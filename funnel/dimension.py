"""What numbers can be broken down by."""

from typing import Literal, get_args

Dimension = Literal[
    "source",
    "medium",
    "campaign",
    "channel",
    "content",
    "form",
    "landing",
    "motion",
    "owner",
    "country",
    "industry",
    "size",
    "fit",
    "band",
    "device",
    "reason",
    "asset",
    "kind",
    "hour",
    "weekday",
    "day",
    "week",
    "month",
    "quarter",
]
DIMENSIONS: tuple[Dimension, ...] = get_args(Dimension)
OF_TIME: tuple[Dimension, ...] = ("hour", "weekday", "day", "week", "month", "quarter")
OF_LEAD: tuple[Dimension, ...] = (
    "source",
    "medium",
    "campaign",
    "channel",
    "content",
    "form",
    "landing",
    "motion",
    "owner",
    "country",
    "industry",
    "size",
    "fit",
    "band",
    "device",
    "reason",
)
CREDITED: tuple[Dimension, ...] = ("source", "medium", "campaign", "channel", "content")
"""Those by which marketing is credited: touches have them too, and a model may share a lead among several."""
