"""The bridge of a pipeline: how what was open as a window began became what is open as it ends.

At the start, and created, and reopened, and changed in amount, less won, less lost, is at the end: in deals
and, to the last cent, in money. What slipped is no step of it but a part of its end.
"""

from collections.abc import Mapping
from typing import NamedTuple


class Step(NamedTuple):
    """One line of a bridge, as it is called, and the metrics that count it, in deals and in money.

    A change of amount is none of deals.
    """

    words: str
    deals: str | None
    money: str


STEPS = (
    Step("Open at the start", "deals_open_at_start", "pipeline_at_start"),
    Step("+ created", "deals_opened", "pipeline_created"),
    Step("+ reopened", "deals_reopened", "pipeline_reopened"),
    Step("± changed in amount", None, "pipeline_changed"),
    Step("− won", "closed_won", "pipeline_won"),  # noqa: RUF001 - a minus to read
    Step("− lost", "closed_lost", "pipeline_lost"),  # noqa: RUF001 - a minus to read
    Step("= open at the end", "open_deals", "pipeline"),
    Step("of these slipped", "deals_slipped", "pipeline_slipped"),
)

_OF_DEALS = tuple(step.deals for step in STEPS if step.deals)
_OF_MONEY = tuple(step.money for step in STEPS)
BRIDGED: Mapping[str, tuple[str, ...]] = {"pipeline_growth": _OF_MONEY, "deal_growth": _OF_DEALS}
"""The metrics under which the bridge is shown, and by which of its metrics a breakdown shows it."""


def beneath(metric: str) -> tuple[str, ...]:
    """The metrics of the bridge that is shown under a metric; none under most."""
    return (*_OF_DEALS, *_OF_MONEY) if metric in BRIDGED else ()
