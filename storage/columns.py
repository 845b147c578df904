"""What a column holds, the same on both databases."""

from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.types import TypeDecorator, TypeEngine

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

LONGEST_NAME = 200  # characters: a PostgreSQL index entry must stay below 2,704 bytes
LONGEST_CHANNEL = 100
LONGEST_OUTCOME = 40
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class UtcTime(TypeDecorator[datetime]):
    """An aware time in UTC with microseconds; both databases compare and sort it as a time."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"the time {value} names no zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Moment(UtcTime):
    """A time in a table that is counted: to SQLite a number of microseconds, a third of its text."""

    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(sa.BigInteger() if dialect.name == "sqlite" else self.impl_instance)

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> Any:
        time = super().process_bind_param(value, dialect)
        return (time - EPOCH) // MICROSECOND if time and dialect.name == "sqlite" else time

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> datetime | None:
        known = EPOCH + value * MICROSECOND if isinstance(value, int) else value
        return super().process_result_value(known, dialect)


class PlainText(TypeDecorator[str]):
    """Text that both databases can hold: without NUL characters and unpaired surrogates."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's signature
        return plain(value)


def plain(text: str | None, longest: int | None = None) -> str | None:
    """`text` as a column keeps it, cut to `longest` characters."""
    if text is None:
        return None
    if "\0" in text or not text.isascii():
        text = text.replace("\0", "").encode(errors="replace").decode()
    return text[:longest]
