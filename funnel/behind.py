"""Whose number it is: the leads that stand behind a metric."""

from funnel.counts import COUNTS, SPREADS
from funnel.metrics import Metric


def behind(metric: Metric) -> str | None:
    """The name, of `COUNTS` or `SPREADS`, whose leads stand behind a metric; of a share, those who did it.

    None where no lead does: money, visits, what the playbook says.
    """
    return next((name for name in metric.counts if _family(name) in {"leads", "exposures"}), None)


def _family(name: str) -> str:
    return COUNTS[name].family if name in COUNTS else SPREADS[name].family
