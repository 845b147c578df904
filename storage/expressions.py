"""The few expressions that the two databases spell differently."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from storage.columns import Moment


class elapsed(FunctionElement[float]):  # noqa: N801 - reads as a function of SQL
    """The seconds from one `Moment` to another."""

    type = sa.Float(53)
    inherit_cache = True


class unix(FunctionElement[int]):  # noqa: N801 - reads as a function of SQL
    """The whole seconds of a `Moment` since 1970."""

    type = sa.BigInteger()
    inherit_cache = True


class earliest(FunctionElement[Any]):  # noqa: N801 - reads as a function of SQL
    """The earliest of some times, none of which is null."""

    type = Moment()
    inherit_cache = True


@compiles(elapsed, "sqlite")
def _elapsed_sqlite(element: elapsed, compiler: SQLCompiler, **kwargs: Any) -> str:
    start, end = _said(element, compiler, kwargs)
    return f"(({end} - {start}) / 1000000.0)"


@compiles(elapsed, "postgresql")
def _elapsed_postgresql(element: elapsed, compiler: SQLCompiler, **kwargs: Any) -> str:
    start, end = _said(element, compiler, kwargs)
    return f"CAST(EXTRACT(EPOCH FROM {end}) - EXTRACT(EPOCH FROM {start}) AS DOUBLE PRECISION)"


@compiles(unix, "sqlite")
def _unix_sqlite(element: unix, compiler: SQLCompiler, **kwargs: Any) -> str:
    [moment] = _said(element, compiler, kwargs)
    return f"({moment} / 1000000)"


@compiles(unix, "postgresql")
def _unix_postgresql(element: unix, compiler: SQLCompiler, **kwargs: Any) -> str:
    [moment] = _said(element, compiler, kwargs)
    return f"CAST(FLOOR(EXTRACT(EPOCH FROM {moment})) AS BIGINT)"


@compiles(earliest, "sqlite")
def _earliest_sqlite(element: earliest, compiler: SQLCompiler, **kwargs: Any) -> str:
    return f"MIN({', '.join(_said(element, compiler, kwargs))})"


@compiles(earliest, "postgresql")
def _earliest_postgresql(element: earliest, compiler: SQLCompiler, **kwargs: Any) -> str:
    return f"LEAST({', '.join(_said(element, compiler, kwargs))})"


def _said(element: FunctionElement[Any], compiler: SQLCompiler, kwargs: Any) -> list[str]:
    return [compiler.process(clause, **kwargs) for clause in element.clauses]
