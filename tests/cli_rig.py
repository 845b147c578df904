"""A folder with a store, and a terminal in it."""

import json
import os
import sqlite3
import sys
from collections.abc import Mapping
from contextlib import chdir, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import sqlalchemy as sa
from typer.testing import CliRunner

from bot.cli import cli
from storage import tables

HOUSE = Path(__file__).parents[1]
COMMAND = [sys.executable, "-m", "bot"]


class Said(NamedTuple):
    """The exit code, and what was said on standard output and standard error."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Desk:
    folder: Path
    variables: Mapping[str, str] = field(default_factory=dict)

    @property
    def database(self) -> Path:
        return self.folder / "tipoff.db"

    @property
    def environment(self) -> dict[str, str]:
        """What a process of its own would see."""
        return {"PATH": os.environ["PATH"], "PYTHONPATH": str(HOUSE), "COLUMNS": "100", **self.variables}

    def tipoff(self, *arguments: str | Path) -> Said:
        """`tipoff <arguments>`, in this process: a tenth of the time."""
        ours = {name: None for name in os.environ if name.startswith(("TIPOFF_", "SLACK_", "DATABASE_"))}
        with chdir(self.folder):
            done = CliRunner().invoke(cli, [*map(str, arguments)], env={**ours, **self.environment})
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        return Said(done.exit_code, done.stdout, done.stderr)

    def answer(self, *words: str) -> dict[tuple[str | None, str], float]:
        """The value of each metric by its group, as another program reads it."""
        said = self.tipoff("funnel", *words, "--json")
        assert said.code == 0
        return {(row["by"], row["metric"]): row["value"] for row in json.loads(said.out)["rows"]}

    def count(self, table: sa.Table) -> int:
        with closing(sqlite3.connect(self.database)) as connection:
            (found,) = connection.execute(f"SELECT count(*) FROM {table.name}").fetchone()  # noqa: S608 - our own name
        return int(found)

    def everything(self) -> dict[str, list[str]]:
        """Every row of every table, but for when it was received."""
        with closing(sqlite3.connect(self.database)) as connection:
            return {
                table.name: sorted(
                    repr(row)
                    for row in connection.execute(
                        f"SELECT {', '.join(one.name for one in table.c if one.name != 'received_at')} "  # noqa: S608 - our own names
                        f"FROM {table.name}"
                    )
                )
                for table in tables.metadata.sorted_tables
            }

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path
