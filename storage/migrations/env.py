"""How Alembic runs the revisions: on the connection that `storage.schema` hands over, in its transaction."""

from typing import Any, Literal

from alembic import context

from storage.columns import PlainText, UtcTime
from storage.tables import metadata

PLAIN = {PlainText: "sa.Text()", UtcTime: "sa.DateTime(timezone=True)"}


def render_item(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Write our column types as what they are in the database, so that revisions import nothing of ours."""
    return PLAIN.get(type(item), False) if kind == "type" else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    render_item=render_item,
)
with context.begin_transaction():
    context.run_migrations()
