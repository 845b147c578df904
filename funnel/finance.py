"""What no event says: the playbook's `finance` and `targets`, and the counts that they bring.

The playbook speaks in major units and months; counts are in minor units, for the window asked for.
"""

from calendar import monthrange
from datetime import date
from fractions import Fraction
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from funnel.errors import QuestionError
from funnel.metrics import Metric, find
from funnel.part import Part
from funnel.period import Period

Share = Annotated[float, Field(gt=0, le=1)]
Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Aim = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class Finance(Part):
    """What the books say, in `currency`; what is left out makes the metrics that need it say so.

    The last three are of an average deal: together with the revenue it brings they tell what a lead may cost.
    """

    gross_margin: Share | None = None
    monthly_churn: Share | None = Field(default=None, description="share of customers lost a month")
    monthly_revenue_per_account: Amount | None = None
    monthly_sales_cost: Amount | None = Field(
        default=None, description="salaries and tools of sales and marketing, beside what campaigns cost"
    )
    cost_of_goods: Amount | None = None
    overhead: Amount | None = None
    target_profit: Amount | None = None


class Target(Part):
    """What to reach in a day, week, month, quarter or year; money in major units, a share as 0.25."""

    day: Aim | None = None
    week: Aim | None = None
    month: Aim | None = None
    quarter: Aim | None = None
    year: Aim | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_dump(exclude_none=True):
            raise ValueError("needs one of day, week, month, quarter and year")
        return self

    def due(self, window: Period) -> float:
        """What is due in a window, by its share of days in the month, quarter or whatever is stated.

        Of several, the longest that the window holds is meant, else the shortest.
        """
        shares = [
            (aim, share)
            for aim, share in zip(
                (self.day, self.week, self.month, self.quarter, self.year), _shares(window), strict=True
            )
            if aim is not None
        ]
        aim, share = next((one for one in reversed(shares) if one[1] >= 1), shares[0])
        return float(Fraction(aim) * share)

    @property
    def rate(self) -> float:
        """What is aimed for where a part of it makes no sense, as of a share or a median."""
        return next(
            aim for aim in (self.day, self.week, self.month, self.quarter, self.year) if aim is not None
        )


def _known(targets: dict[str, Target]) -> dict[str, Target]:
    """The targets by their metrics' proper names."""
    try:
        return {find(text).name: target for text, target in targets.items()}
    except QuestionError as error:
        raise ValueError(str(error)) from None


Targets = Annotated[dict[str, Target], AfterValidator(_known)]
"""A target for each metric, by any of its names."""


def rule_counts(finance: Finance, targets: Targets, window: Period) -> dict[str, float]:
    """The counts of the family `rules` for a window, in minor units; what is not stated is absent."""
    revenue = targets.get("revenue")
    stated = {
        "margin": finance.gross_margin,
        "monthly_churn": finance.monthly_churn,
        "arpa": _minor(finance.monthly_revenue_per_account),
        "sales_cost": _minor(finance.monthly_sales_cost, months_in(window)),
        "unit_cost": _minor(finance.cost_of_goods),
        "unit_overhead": _minor(finance.overhead),
        "unit_profit": _minor(finance.target_profit),
        "revenue_target": _minor(revenue.due(window)) if revenue else None,
        "days": days_in(window),
    }
    return {name: value for name, value in stated.items() if value is not None}


def target_of(targets: Targets, metric: Metric, window: Period) -> float | None:
    """What `metric` should come to in a window, in minor units if it is money; None without a target.

    Counts and sums are due by the day; a share or a median is the same whatever the window.
    """
    target = targets.get(metric.name)
    if target is None:
        return None
    aim = target.due(window) if metric.adds_up else target.rate
    return _minor(aim) if metric.unit == "money" else aim


def months_in(window: Period) -> Fraction:
    """How many months long a window is; a day is its share of its own month, so a whole month is 1."""
    return sum(
        (Fraction(days_in(part), _month_length(part.first_day)) for part in window.parts("month")), Fraction()
    )


def days_in(window: Period) -> int:
    """How many days of the window's zone it touches."""
    return (window.last_day - window.first_day).days + 1


def _shares(window: Period) -> tuple[Fraction, ...]:
    """A window's length in days, weeks, months, quarters and years."""
    days, months = days_in(window), months_in(window)
    return Fraction(days), Fraction(days, 7), months, months / 3, months / 12


def _month_length(day: date) -> int:
    return monthrange(day.year, day.month)[1]


def _minor(major: float | None, times: Fraction = Fraction(1)) -> float | None:
    return None if major is None else float(round(Fraction(major) * 100 * times))
