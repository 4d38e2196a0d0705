"""Runs the migrations on the connection that `langnghe.store.engine` hands over."""

from alembic import context

from langnghe.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
context.run_migrations()
