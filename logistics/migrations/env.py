"""Runs the migrations on the engine of the app that calls them; logging stays as the app set it up."""

from typing import Literal

from alembic import context
from flask import current_app

from logistics.db import UtcDateTime

target_db = current_app.extensions["migrate"].db


def plain_type(kind: str, item: object, _context: object) -> str | Literal[False]:
    """Write a moment as the plain column type, so that a migration does not depend on today's code."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def run_migrations_online() -> None:
    with target_db.engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=target_db.metadata,
            compare_type=True,
            render_as_batch=True,
            render_item=plain_type,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


if context.is_offline_mode():
    raise SystemExit("migrations need a database: set DATABASE_URL and run without --sql")
run_migrations_online()
