"""Alembic's environment: one connection, batch mode for SQLite, every model of the application."""

from alembic import context
from sqlalchemy import text

from app.models import metadata
from app.platform.database.engine import Database
from app.platform.settings import Settings


def _include(name: str | None, kind: str, _parents: object) -> bool:
    return not (kind == "table" and (name or "").startswith("procrastinate_"))


def _migrate() -> None:
    url = context.config.attributes.get("url") or Settings().database_url
    database = Database(url)
    with database.engine.connect() as connection:
        if not database.is_sqlite:
            # Two servers that start at once migrate one after the other.
            connection.execute(text("SELECT pg_advisory_xact_lock(72758)"))
        context.configure(
            connection=connection,
            target_metadata=metadata,
            render_as_batch=database.is_sqlite,
            include_name=_include,
            compare_type=True,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
    database.close()


_migrate()
