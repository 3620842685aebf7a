"""Alembic's environment: one connection, one transaction, batch mode for SQLite, every model of the application."""

from alembic import context

from app.models import metadata
from app.platform.database.engine import Database
from app.platform.database.migrating import migrating
from app.platform.settings import Settings


def _include(name: str | None, kind: str, _parents: object) -> bool:
    return not (kind == "table" and (name or "").startswith("procrastinate_"))


def _migrate() -> None:
    database = Database(context.config.attributes.get("url") or Settings().database_url)
    try:
        with migrating(database) as connection:
            context.configure(
                connection=connection,
                target_metadata=metadata,
                render_as_batch=database.is_sqlite,
                include_name=_include,
                compare_type=True,
            )
            with context.begin_transaction():
                context.run_migrations()
    finally:
        database.close()


_migrate()
