"""The stages of the funnel."""

from enum import StrEnum


class Stage(StrEnum):
    """Where a lead stands, in the order of the funnel; the last three leave it."""

    ANONYMOUS = "anonymous"
    INQUIRY = "inquiry"
    MQL = "mql"
    SAL = "sal"
    SQL = "sql"
    OPPORTUNITY = "opportunity"
    CUSTOMER = "customer"
    RECYCLED = "recycled"
    DISQUALIFIED = "disqualified"
    LOST = "lost"


FUNNEL: tuple[Stage, ...] = (
    Stage.INQUIRY,
    Stage.MQL,
    Stage.SAL,
    Stage.SQL,
    Stage.OPPORTUNITY,
    Stage.CUSTOMER,
)
EXITS: frozenset[Stage] = frozenset({Stage.RECYCLED, Stage.DISQUALIFIED, Stage.LOST})
