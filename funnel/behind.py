"""Whose number it is: the leads that stand behind a metric."""

from itertools import chain

from funnel.counts import COUNTS, SPREADS
from funnel.metrics import Metric


def behind(metric: Metric) -> str | None:
    """The name, of `COUNTS` or `SPREADS`, whose leads stand behind a metric; of a share, those who did it.

    Behind deals and their amounts stand the leads whose deals they are, unless leads are counted, too. None
    where no lead does: spend, visits, what the playbook says.
    """
    people = (name for name in metric.counts if _family(name) in {"leads", "exposures"})
    deals = (name for name in metric.counts if name in COUNTS and COUNTS[name].family == "deals")
    return next(chain(people, deals), None)


def _family(name: str) -> str:
    return COUNTS[name].family if name in COUNTS else SPREADS[name].family
