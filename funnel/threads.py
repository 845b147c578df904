"""The playbook's part about the thread under a brief."""

from typing import Annotated

from pydantic import Field

from funnel.part import Part


class Threads(Part):
    """The replies under a brief: what begins a new one, and how much of it is shown."""

    gap_minutes: Annotated[int, Field(ge=1)] = Field(
        default=30, description="a pause of the lead that is longer than this begins a new reply"
    )
    rows: Annotated[int, Field(ge=1, le=12)] = Field(default=12, description="lines of one reply")
