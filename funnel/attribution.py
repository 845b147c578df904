"""How a conversion is shared among the touches before it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple, get_args

from funnel.events import EventKey

Model = Literal["first", "last", "linear", "u", "w", "full", "decay", "markov"]
MODELS: tuple[Model, ...] = get_args(Model)
Key = str | None


class Touchpoint(NamedTuple):
    """A touch that may be credited, by its `key` (campaign, source, ...); None was not captured."""

    at: datetime
    receipt: EventKey
    key: Key


@dataclass(frozen=True, slots=True)
class Conversion:
    """That a lead converted, with all of its touches in any order.

    `value` is in any one unit. The lead became known at `created_at`, its deal was opened at
    `opportunity_at`; of a time that is None or after the conversion, nothing is known.
    """

    at: datetime
    touches: tuple[Touchpoint, ...]
    value: float = 0
    created_at: datetime | None = None
    opportunity_at: datetime | None = None
