"""What a question is answered with: values, each with the terms that it stands for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from funnel.attribution import Model
from funnel.counts import Clock
from funnel.metrics import Metric
from funnel.question import Question


@dataclass(frozen=True, slots=True)
class Value:
    """One number, None where there is no data to make it of; never 0 instead.

    A rate has its `numerator` and `denominator`, a median the size `of` its sample and the `p90`; `at_least`
    when so many have not ended yet that the median can only be bounded. `maturing` is the day on which four
    of five leads will have had the time that the stage takes; until then it is no basis for a comparison.
    Money is in minor units of `currency`. `missing` says what to send to get it.
    """

    value: float | None
    numerator: float | None = None
    denominator: float | None = None
    of: int | None = None
    mean: float | None = None
    p90: float | None = None
    at_least: bool = False
    maturing: date | None = None
    currency: str | None = None
    missing: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """The values of one group, by metric; `by` None is "not captured", or everybody in a total."""

    by: str | None
    values: Mapping[str, Value]
    previous: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Terms:
    """What the numbers mean: their window `[start, end)` and the one compared with, zone, clock and model."""

    start: datetime
    end: datetime
    zone: str
    clock: Clock
    as_of: datetime
    previous: tuple[datetime, datetime] | None = None
    model: Model | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one question: a column a metric, a line a group, and the total of all of them."""

    question: Question
    terms: Terms
    metrics: tuple[Metric, ...]
    total: Line
    lines: tuple[Line, ...] = ()
    notes: tuple[str, ...] = ()
