"""What Alembic runs for each upgrade: it takes the connection that it was given."""

from __future__ import annotations

from alembic import context

from condyle.archive.tables import Table

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Table.metadata,
    # SQLite changes a table by making it anew.
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
