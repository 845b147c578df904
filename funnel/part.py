"""What every part of a playbook is: frozen, and strict about what it knows."""

from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("is not an IANA time zone such as Europe/Berlin or America/New_York") from None
    return name


Zone = Annotated[str, AfterValidator(_zone)]


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
