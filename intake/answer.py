"""What a door answers: the events that it understood, and what was wrong with the rest.

TipoffError
├── NotUnderstood      the body as a whole cannot be read (400)
├── TooLarge           the body is over the limit, packed or unpacked (413)
└── NotAuthentic       the sender did not prove who they are (401)
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, NamedTuple

from pydantic import ValidationError

from funnel.errors import TipoffError
from funnel.events import Event, Written, dated, written

SHOWN = 80
MOST = 1000
_SAID = {
    "missing": "is required",
    "literal_error": "must be {expected}",
    "string_type": "must be text",
    "string_too_short": "must not be empty",
    "string_too_long": "must not be longer than {max_length} characters",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
    "dict_type": "must be an object",
    "extra_forbidden": "is not known here",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that was wrong: `message` is a whole sentence that says what, where, and what would work.

    `index` is the place in a batch, or the row of a file; None where there is only one event.
    """

    index: int | None
    path: str
    message: str
    got: str | None = None

    def __str__(self) -> str:
        return self.message if self.index is None else f"{self.index}: {self.message}"


@dataclass(frozen=True, slots=True)
class Parsed:
    """The events that were understood, in the order sent, and the problems of those that were not."""

    events: tuple[Event, ...] = ()
    problems: tuple[Problem, ...] = ()


class Batch(NamedTuple):
    """What was understood, ready to be kept, and the problems of the rest."""

    events: tuple[Written, ...]
    problems: tuple[Problem, ...]


def ready(parsed: Parsed, received: datetime) -> Batch:
    """What was parsed, as it is kept; events that are dated after they were `received` are marked."""
    return Batch(tuple(written(dated(event, received)) for event in parsed.events), parsed.problems)


class NotUnderstood(TipoffError):  # noqa: N818 - named for the answer that the sender gets
    """The body cannot be read at all; `problems` says why and where."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(" ".join(map(str, self.problems)))


class TooLarge(TipoffError):  # noqa: N818 - named for the answer that the sender gets
    """The body is longer than `limit` bytes; says the limit and what to do."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        super().__init__(f"The body is over {limit:,} bytes. Send it in several smaller requests.")


class NotAuthentic(TipoffError):  # noqa: N818 - named for the answer that the sender gets
    """The sender's key or signature is wrong or absent; says what to send."""


def refuse(message: str, path: str = "", got: object = None) -> NotUnderstood:
    """The refusal of a whole body for one reason."""
    return NotUnderstood([Problem(None, path, message, None if got is None else shown(got))])


def gather(items: Iterable[Parsed], *, batch: bool) -> Parsed:
    """One answer for all items of a body; the problems of a batch say which item they are of.

    A body of nothing but problems is not answered with a hundred times its size: `MOST` are said.
    """
    answers = list(items)
    problems = [
        replace(problem, index=index if batch else None)
        for index, answer in enumerate(answers)
        for problem in answer.problems
    ]
    more = len(problems) - MOST
    rest = [Problem(None, "", f"{more:,} more problems were found.")] if more > 0 else []
    return Parsed(tuple(event for answer in answers for event in answer.events), (*problems[:MOST], *rest))


def problems_of(error: ValidationError, names: Mapping[str, str], inside: str = "") -> Parsed:
    """What a model refused, in the sender's own `names`; fields that have none lie `inside` another."""
    return Parsed(problems=tuple(_problem(dict(one), names, inside) for one in error.errors()))


def _problem(one: dict[str, Any], names: Mapping[str, str], inside: str) -> Problem:
    place = ".".join(map(str, one["loc"]))
    path = names.get(place) or (f"{inside}.{place}" if inside and place else place or inside)
    got = None if one["type"] == "missing" else shown(one["input"])
    return Problem(None, path, f"{path} {_said(one)}.", got)


def _said(one: dict[str, Any]) -> str:
    context = one.get("ctx", {})
    if one["type"] == "value_error":
        return str(context["error"])
    template = _SAID.get(one["type"])
    return template.format(**context) if template else str(one["msg"]).replace("Input should", "must")


def shown(value: object) -> str:
    """What was sent, as one short line."""
    text = value.isoformat() if isinstance(value, date) else repr(value)
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
