"""What numbers can be broken down by."""

from collections.abc import Mapping
from typing import Literal, get_args

Tile = Literal["day", "week", "month", "quarter"]
OfTime = Literal["hour", "weekday", Tile]
OfLead = Literal[
    "source",
    "medium",
    "campaign",
    "channel",
    "content",
    "form",
    "landing",
    "motion",
    "owner",
    "team",
    "country",
    "industry",
    "size",
    "fit",
    "band",
    "device",
    "reason",
]
Dimension = Literal[OfLead, "asset", "type", "topic", "kind", "experiment", "variant", OfTime]
TILES: tuple[Tile, ...] = get_args(Tile)
"""Those that cut a window into parts; hours of the day and weekdays come round again."""
OF_TIME: tuple[Dimension, ...] = get_args(OfTime)
OF_LEAD: tuple[Dimension, ...] = get_args(OfLead)
DIMENSIONS: tuple[Dimension, ...] = get_args(Dimension)
CREDITED: tuple[Dimension, ...] = ("source", "medium", "campaign", "channel", "content")
"""Those by which marketing is credited: touches have them too, and a model may share a lead among several."""

ALIASES: Mapping[str, Dimension] = {
    "sales channel": "channel",
    "channel group": "channel",
    "lead source": "source",
    "utm source": "source",
    "utm medium": "medium",
    "utm campaign": "campaign",
    "utm content": "content",
    "ad": "content",
    "landing page": "landing",
    "rep": "owner",
    "sales rep": "owner",
    "salesperson": "owner",
    "sales team": "team",
    "territory": "country",
    "company size": "size",
    "employees": "size",
    "segment": "size",
    "grade": "fit",
    "score band": "band",
    "score": "band",
    "disqualification reason": "reason",
    "content piece": "asset",
    "content type": "type",
    "asset type": "type",
    "content topic": "topic",
    "variation": "variant",
    "day of week": "weekday",
    "day of the week": "weekday",
    "hour of day": "hour",
}
"""What people call them; capitals, hyphens, underscores and a plural make no difference."""


def dimension_named(words: str) -> Dimension | None:
    """The dimension that `words` mean: `Landing pages`, `utm_source`, `rep`."""
    folded = " ".join(words.casefold().replace("_", " ").replace("-", " ").split())
    for name in (folded, folded.removesuffix("s"), folded.removesuffix("ies") + "y"):
        if name in NAMES:
            return NAMES[name]
    return None


NAMES: Mapping[str, Dimension] = {**{name: name for name in DIMENSIONS}, **ALIASES}
"""Every dimension by every name that it goes by."""
