"""Times as outside programs write them: RFC 3339 and its ISO 8601 relatives."""

import re
from datetime import UTC, datetime, tzinfo
from typing import Annotated, Any

from pydantic import BeforeValidator

_SLASHES = re.compile(r"\d{1,2}/\d{1,2}/")
_DOTS = re.compile(r"^(\d\d)\.(\d\d)\.(\d{4})")


def moment(value: Any, zone: tzinfo | None = None) -> datetime:
    """The time that an ISO 8601 text states; a text without an offset is in `zone`.

    Raises:
        ValueError: it is not such a text, or says no offset and there is no `zone`.

    """
    if not isinstance(value, str):
        raise ValueError("must be a time such as 2026-11-21T09:30:00Z")  # noqa: TRY004 - Pydantic reads ValueError
    try:
        time = datetime.fromisoformat(value.strip().upper())
    except ValueError:
        raise ValueError("is not a time such as 2026-11-21T09:30:00Z") from None
    if time.tzinfo is None:
        if zone is None:
            raise ValueError("needs an offset, as in 2026-11-21T09:30:00Z or 2026-11-21T09:30:00+01:00")
        time = time.replace(tzinfo=zone)
    return time


def cell_moment(text: str, zone: tzinfo, pattern: str | None) -> datetime:
    """The time that a cell of a table states, in `zone` unless it says an offset; `pattern` is strptime's.

    A wall-clock time that a change of the clocks skipped is read with the offset before the change, one that
    came twice as the first of the two.

    Raises:
        ValueError: it is not such a time, or could be read in two ways.

    """
    if pattern:
        time = _by_pattern(text, pattern)
        return time if time.tzinfo else time.replace(tzinfo=zone)
    if _SLASHES.match(text):
        raise ValueError(
            "could be month/day or day/month: say which in the mapping, "
            "with time_format: '%m/%d/%Y' or '%d/%m/%Y'"
        )
    return moment(_DOTS.sub(r"\3-\2-\1", text), zone)


def _by_pattern(text: str, pattern: str) -> datetime:
    try:
        return datetime.strptime(text, pattern)  # noqa: DTZ007 - the caller knows the zone
    except ValueError:
        raise ValueError(f"does not fit the mapping's time_format {pattern}") from None


def _in_utc(value: Any) -> datetime:
    return moment(value, UTC)


Moment = Annotated[datetime, BeforeValidator(moment)]
LooseMoment = Annotated[datetime, BeforeValidator(_in_utc)]
