"""Bringing a database to the newest schema."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from app.platform.database.engine import Database

ROOT = Path(__file__).parent.parent.parent.parent


class DanglingRows(RuntimeError):
    """A migration would leave rows that point at nothing; it was rolled back."""


def config_for(url: str) -> Config:
    """Alembic's configuration for one database."""
    config = Config(toml_file=ROOT / "pyproject.toml")
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.attributes["url"] = url
    return config


def migrate(url: str, *, to: str = "head") -> None:
    """Upgrade to a revision, unless told otherwise the newest; nothing happens when it is there already."""
    command.upgrade(config_for(url), to)


def knows(revision: str) -> bool:
    """Whether a revision is one of this program's."""
    return any(script.revision == revision for script in ScriptDirectory.from_config(config_for("")).walk_revisions())


def is_current(database: Database) -> bool:
    """Whether the tables are those of this version of the program."""
    with database.read_engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == _newest()


@cache
def _newest() -> str | None:
    """The newest revision of this program, whose files do not change while it runs."""
    return ScriptDirectory.from_config(config_for("")).get_current_head()


@contextmanager
def migrating(database: Database) -> Iterator[Connection]:
    """A connection whose one transaction holds all revisions: they stay together or none does.

    SQLite changes a table by making it anew and dropping the old one, and a drop deletes what points at it: foreign
    keys are off meanwhile and proved afterwards. On PostgreSQL a lock lets one migration run at a time.

    Raises:
        DanglingRows: on SQLite, with the tables concerned.
    """
    with database.engine.connect() as connection:
        if database.is_sqlite:
            driver = connection.connection.driver_connection
            assert driver is not None
            driver.execute("PRAGMA foreign_keys=OFF")
            try:
                yield connection
                dangling = {row[0] for row in connection.execute(text("PRAGMA foreign_key_check"))}
                if dangling:
                    raise DanglingRows(f"Rows of {', '.join(sorted(dangling))} point at rows that are gone.")
                connection.commit()
            finally:
                connection.rollback()
                driver.execute("PRAGMA foreign_keys=ON")
            return
        connection.execute(text("SELECT pg_advisory_xact_lock(72758)"))
        yield connection
        connection.commit()
