"""The free-form part of a payload, taken field by field so that nothing is lost on the way."""

import math
from typing import Any

from pydantic import TypeAdapter, ValidationError

from funnel.events import Email

_EMAIL: TypeAdapter[str] = TypeAdapter(Email)


class Fields:
    """The fields of one object; what nobody took is `rest`."""

    __slots__ = ("_fields", "_inner")

    def __init__(self, fields: dict[str, Any]) -> None:
        self._fields = fields.copy()
        self._inner: dict[str, Fields] = {}

    def __bool__(self) -> bool:
        """Whether there is anything to take."""
        return bool(self._fields)

    def text(self, *names: str) -> str | None:
        """The first of these fields that says something, as text; numbers are read as text too."""
        fields = self._fields
        for name in names:
            if (value := fields.get(name)) is not None and (said := as_text(value)):
                del fields[name]
                return said
        return None

    def peek(self, name: str) -> str | None:
        """What `text` would take, left where it is."""
        return as_text(self._fields.get(name)) or None

    def email(self) -> str | None:
        """The field `email` if it holds an address; anything else stays where it is."""
        if "email" in self._fields and (address := as_email(self._fields["email"])):
            del self._fields["email"]
            return address
        return None

    def flag(self, name: str) -> bool | None:
        """The field's value if it is true or false."""
        if isinstance(self._fields.get(name), bool):
            return bool(self._fields.pop(name))
        return None

    def inner(self, name: str) -> "Fields":
        """The fields of the object in that field, none if it is no object; what they leave stays here."""
        if isinstance(value := self._fields.get(name), dict):
            del self._fields[name]
            self._inner[name] = Fields(value)
        return self._inner.get(name, NOTHING)

    def take_rest(self) -> dict[str, Any]:
        """All that is left; from now on nothing is."""
        rest = self.rest
        self._fields, self._inner = {}, {}
        return rest

    @property
    def rest(self) -> dict[str, Any]:
        if not self._inner:
            return self._fields
        left = {name: rest for name, inner in self._inner.items() if (rest := inner.rest)}
        return {**left, **self._fields}


NOTHING = Fields({})


def as_text(value: Any) -> str | None:
    """A text or a number as trimmed text; None for anything else."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float) and math.isfinite(value):
        return f"{value:.15g}"
    return None


def as_email(value: Any) -> str | None:
    """The address that a text is; None for anything else."""
    if not isinstance(value, str) or "@" not in value:
        return None
    try:
        return _EMAIL.validate_python(value, strict=True)
    except ValidationError:
        return None
