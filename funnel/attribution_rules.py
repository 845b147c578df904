"""The playbook's part on attribution: how far back a touch counts, and how fast it fades."""

from typing import Annotated

from pydantic import Field

from funnel.part import Part

Days = Annotated[float, Field(gt=0, le=3650, allow_inf_nan=False)]


class Attribution(Part):
    """Which touches before a conversion share its credit, whatever the model."""

    lookback_days: Days = Field(default=90, description="touches longer ago than this are not credited")
    half_life_days: Days = Field(
        default=7, description="with the model `decay`, a touch so long before has half the weight"
    )
