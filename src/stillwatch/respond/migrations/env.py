"""What Alembic runs: migrations on the connection that the store holds, in its transaction."""

from alembic import context

from stillwatch.respond.schema import Base

context.configure(
    connection=context.config.attributes["connection"], target_metadata=Base.metadata, transaction_per_migration=False,
    render_as_batch=True, compare_type=True,
)
context.run_migrations()
