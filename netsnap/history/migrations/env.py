"""Run by Alembic: migrate over the connection that the history opened."""

from alembic import context

from netsnap.history import schema

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=schema.metadata,
    version_table=schema.VERSION_TABLE,
)
context.run_migrations()
