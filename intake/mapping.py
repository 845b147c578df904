"""Which column of a table says what: written in YAML, or guessed from common names of columns."""

import difflib
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Self

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from intake.answer import NotUnderstood, Problem, problems_of, refuse

PERSON = ("email", "user_id", "anonymous_id", "name", "title", "company", "phone", "country")
ORIGIN = ("source", "medium", "campaign", "term", "content", "referrer", "referred_by", "landing_page")
_NO_COLUMNS = {"time_format", "form_name"}


class Mapping(BaseModel):
    """The names of the columns.

    A row is a form (`LeadCaptured`), unless the table is one of deals and maps no `form`. A `stage`, a
    `score` and a `deal` each make one more event. `id` tells rows apart when a file is imported again;
    without it a row is known by all that it says. `time_format` is strptime's; times without an offset are
    in the playbook's zone. Columns that are not mapped are kept in the event's `properties`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str | None = None
    time: str
    time_format: str | None = None
    email: str | None = None
    user_id: str | None = None
    anonymous_id: str | None = None
    name: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    title: str | None = None
    company: str | None = None
    phone: str | None = None
    country: str | None = None
    source: str | None = None
    medium: str | None = None
    campaign: str | None = None
    term: str | None = None
    content: str | None = None
    referrer: str | None = None
    referred_by: str | None = None
    landing_page: str | None = None
    form: str | None = None
    form_name: str = "CSV import"
    comment: str | None = None
    stage: str | None = None
    reason: str | None = None
    owner: str | None = None
    score: str | None = None
    grade: str | None = None
    deal: str | None = None
    deal_stage: str | None = None
    amount: str | None = None
    currency: str | None = None
    close_date: str | None = None

    @model_validator(mode="after")
    def _names_the_person(self) -> Self:
        if not (self.email or self.user_id or self.anonymous_id):
            raise ValueError("needs a column for email, user_id or anonymous_id")
        return self

    @property
    def columns(self) -> dict[str, str]:
        """The columns by what they say."""
        said: dict[str, Any] = self.model_dump(exclude=_NO_COLUMNS, exclude_none=True)
        return said

    @property
    def captures(self) -> bool:
        """Whether a row is a form that somebody sent."""
        return self.form is not None or self.deal is None


def parse_mapping(text: str, where: str) -> Mapping:
    """The mapping that a YAML document states.

    Raises:
        NotUnderstood: naming `where` and the place in the document.

    """
    try:
        document: Any = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise refuse(f"{where} is not YAML: {' '.join(str(error).split())}.") from None
    try:
        return Mapping.model_validate(document or {})
    except ValidationError as error:
        found = problems_of(error, {"": "The mapping"}).problems
        raise NotUnderstood(replace(one, message=f"{where}: {one.message}") for one in found) from None


def check(mapping: Mapping, headers: Iterable[str]) -> None:
    """That the table has every column of the mapping.

    Raises:
        NotUnderstood: it has not; names the nearest column there is.

    """
    known = list(headers)
    problems = [
        _absent(field, column, known) for field, column in mapping.columns.items() if column not in known
    ]
    if problems:
        raise NotUnderstood(problems)


def _absent(field: str, column: str, known: list[str]) -> Problem:
    nearest = difflib.get_close_matches(column, known, n=1)
    hint = f"Did you mean {nearest[0]}?" if nearest else f"It has {', '.join(known)}."
    return Problem(None, field, f"The file has no column {column} for {field}. {hint}", column)
