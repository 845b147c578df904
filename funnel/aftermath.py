"""What became of the leads of an incident: counted as any question counts them, by the cohort clock."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from funnel.case import Case
from funnel.counts import Ask, Cell, Cells, Filter
from funnel.dimension import Dimension
from funnel.period import Period

COUNTED = frozenset({"leads", "contacts", "mqls", "sqls", "customers", "due_answers", "answered_in_time"})
_DIMENSIONS: Mapping[str, Dimension] = {"source": "source", "campaign": "campaign"}


@dataclass(frozen=True, slots=True)
class Aftermath:
    """The leads of an incident, and how many of them came how far by the time of asking.

    Attributes:
        leads: created while it went on, in the segment that said most.
        contacts: those whom one of us has called or written to.
        mqls: those that became MQL.
        sqls: those that became SQL.
        customers: those that became customers.
        owed: those owed an answer whose time is up, or who were answered.
        answered: of those, answered within the SLA.

    """

    leads: int
    contacts: int
    mqls: int
    sqls: int
    customers: int
    owed: int
    answered: int


def aftermath_ask(case: Case, zone: str) -> Ask | None:
    """What has to be counted; None for a threshold and another count, which have no leads of their own."""
    level, _, name = case.whole.segment.partition(":")
    if level not in {"overall", *_DIMENSIONS}:
        return None
    where = (Filter(_DIMENSIONS[level], name),) if name else ()
    return Ask(COUNTED, window_of(case, zone), where=where)


def window_of(case: Case, zone: str) -> Period:
    """The time of an incident."""
    since = case.whole.since
    return Period(since, max(case.whole.at, since + timedelta(microseconds=1)), "the incident", zone)


def aftermath(cells: Cells) -> Aftermath:
    """What was counted for `aftermath_ask`."""
    found = cells.get(None, Cell()).counts

    def count(name: str) -> int:
        return int(found.get(name, 0))

    return Aftermath(
        count("leads"),
        count("contacts"),
        count("mqls"),
        count("sqls"),
        count("customers"),
        count("due_answers"),
        count("answered_in_time"),
    )
