"""Alembic's entry: it is always handed a connection that holds the write lock."""

from alembic import context

from data.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    # The caller's transaction is the only one: on both engines a migration is kept whole or not at all.
    transactional_ddl=False,
)
context.run_migrations()
