"""Experiments: which variant of which a person was shown first.

Who was shown two variants of one experiment belongs to the first, and is said to have crossed over: to count
them twice, or under whichever converted them, would favour the variant that was shown last.
"""

from collections.abc import Iterable

from funnel.events import ExperimentViewed, LeadEvent
from funnel.lead import Exposure, Touch
from funnel.machine_rules import Machines
from funnel.machines import marked


def exposures(told: Iterable[LeadEvent], rules: Machines) -> tuple[Exposure, ...]:
    """The experiments that one person was in, from their events in order of occurrence.

    Case makes no difference to a name. What a machine was shown is set aside by the rules of page views.
    """
    views = [event for event in told if type(event) is ExperimentViewed]
    seen: dict[str, Exposure] = {}
    for view, hit in zip(views, marked([_hit(view) for view in views], rules), strict=True):
        if hit.machine:
            continue
        shown = Exposure(view.experiment, view.variant, view.time, view.key)
        experiment = view.experiment.casefold()
        first = seen.setdefault(experiment, shown)
        if first.variant.casefold() != view.variant.casefold():
            seen[experiment] = first._replace(crossed_over=True)
    return tuple(seen.values())


def _hit(view: ExperimentViewed) -> Touch:
    return Touch(
        view.key,
        view.time,
        "page_viewed",
        "they",
        user_agent=view.user_agent,
        method=view.method and view.method.upper(),
        human=view.human,
    )
