"""What the command line prints: plain text on standard output, failures as sentences on standard error."""

import asyncio
import logging
import sys
from collections.abc import Coroutine
from typing import Any, TypeVar

import typer
from rich.console import Console
from rich.logging import RichHandler
from sqlalchemy.exc import SQLAlchemyError

from funnel.errors import QuestionError, TipoffError

T = TypeVar("T")

out = Console(highlight=False, soft_wrap=True, markup=False)
err = Console(stderr=True, highlight=False, soft_wrap=True, markup=False)


MENDABLE = (TipoffError, SQLAlchemyError, OSError)


def run(work: Coroutine[Any, Any, T]) -> T:
    """Do the work of one command; a failure that a person can mend is a sentence and an exit code."""
    try:
        return asyncio.run(work)
    except Exception as error:
        failure = _first(error)
        if not isinstance(failure, MENDABLE):
            raise
    err.print(str(getattr(failure, "orig", None) or failure))  # what the database said, without the statement
    raise typer.Exit(2 if isinstance(failure, QuestionError) else 1)


def _first(error: Exception) -> Exception:
    """The failure itself, where tasks that ran together wrapped it in a group."""
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    return error


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
