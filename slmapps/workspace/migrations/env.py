"""Alembic's way in: it runs on the connection that the workspace hands over."""

from alembic import context

from slmapps.workspace.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
)
context.run_migrations()
