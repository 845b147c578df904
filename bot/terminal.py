"""What the command line prints: plain text on standard output, failures as sentences on standard error."""

import asyncio
import logging
import sys
from collections.abc import Coroutine
from typing import Any, NoReturn, TypeVar

import typer
from rich.console import Console
from rich.logging import RichHandler
from sqlalchemy.exc import SQLAlchemyError

from funnel.errors import QuestionError, TipoffError

T = TypeVar("T")

out = Console(highlight=False, soft_wrap=True, markup=False)
err = Console(stderr=True, highlight=False, soft_wrap=True, markup=False)


def run(work: Coroutine[Any, Any, T]) -> T:
    """Do the work of one command; a failure that a person can mend is a sentence and an exit code."""
    try:
        return asyncio.run(work)
    except* TipoffError as group:
        _fail(group)
    except* (SQLAlchemyError, OSError) as group:
        _fail(group)


def _fail(group: BaseExceptionGroup[Any]) -> NoReturn:
    first: BaseException = group
    while isinstance(first, BaseExceptionGroup):
        first = first.exceptions[0]
    err.print(str(getattr(first, "orig", None) or first))  # what the database said, without the statement
    raise typer.Exit(2 if isinstance(first, QuestionError) else 1)


def log_to_stderr(*, verbose: bool, quiet: bool = False) -> None:
    """Log lines for whoever runs the process: readable at a terminal, plain elsewhere."""
    handler: logging.Handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    if sys.stderr.isatty():
        handler = RichHandler(console=err, show_path=False)
    level = logging.WARNING if quiet else logging.DEBUG if verbose else logging.INFO
    logging.basicConfig(level=level, handlers=[handler])
    for chatty in ("slack_sdk", "sqlalchemy", "uvicorn", "alembic"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
