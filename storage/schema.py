"""The version of the tables: bringing a database up to it, and refusing one that is not."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import SQLAlchemyError

from storage.database import Database, open_database
from storage.errors import StoreError

LOCK = 7_237_463_301  # any number, the same in every replica that migrates


def config(connection: sa.Connection | None = None) -> Config:
    """Alembic's settings; there is no alembic.ini."""
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    made.set_main_option("path_separator", "os")
    made.attributes["connection"] = connection
    return made


async def migrate(url: str) -> None:
    """Bring the tables at a database URL up to this version.

    Raises:
        StoreError: the URL names no store, or nothing answers there.

    """
    database = open_database(url)
    try:
        await upgrade(database)
    finally:
        await database.close()


async def upgrade(database: Database) -> None:
    """Bring the tables up to this version; replicas that start together take turns."""
    try:
        await database.write(_upgrade)
    except (OSError, SQLAlchemyError) as error:
        raise _unreachable(database, error) from error


def _upgrade(c: sa.Connection) -> None:
    if c.dialect.name == "postgresql":
        c.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))
    command.upgrade(config(c), "head")


async def check(database: Database) -> None:
    """Refuse a database whose tables are not of this version."""
    try:
        stands = await database.read(lambda c: MigrationContext.configure(c).get_current_revision())
    except (OSError, SQLAlchemyError) as error:
        raise _unreachable(database, error) from error
    if stands != ScriptDirectory.from_config(config()).get_current_head():
        state = "holds the tables of another version" if stands else "holds no tables yet"
        raise StoreError(f"The store {database.name} {state}. Run `tipoff migrate`, then start again.")


def _unreachable(database: Database, error: Exception) -> StoreError:
    why = " ".join(str(getattr(error, "orig", None) or error).split())
    return StoreError(f"The store {database.name} cannot be opened: {why}")
