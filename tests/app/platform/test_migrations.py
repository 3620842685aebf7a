"""Migrations: the tables are those of the models, every step goes both ways, and no row is lost on the way."""

from typing import Any

import pytest
from alembic import command
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.util import CommandError
from sqlalchemy import Column, Integer, inspect, text
from sqlalchemy.exc import IntegrityError

from app.models import metadata
from app.platform.database.engine import Database
from app.platform.database.migrating import DanglingRows, config_for, is_current, migrate, migrating

pytestmark = pytest.mark.usefixtures("either")


def test_the_tables_are_those_of_the_models(database_url: str) -> None:
    command.check(config_for(database_url))


def test_a_model_without_its_migration_is_found(database_url: str) -> None:
    table = metadata.tables["spent_form"]
    table.append_column(Column("forgotten", Integer))
    try:
        with pytest.raises(CommandError, match="forgotten"):
            command.check(config_for(database_url))
    finally:
        table._columns.remove(table.c.forgotten)
    command.check(config_for(database_url))


def test_every_step_goes_down_and_up_again(database_url: str, database: Database) -> None:
    """T53."""
    config = config_for(database_url)
    assert is_current(database)
    command.downgrade(config, "base")
    assert set(inspect(database.engine).get_table_names()) <= {"alembic_version"}
    assert not is_current(database)
    migrate(database_url)
    assert is_current(database)
    command.check(config)


def test_migrating_twice_changes_nothing(database_url: str, database: Database) -> None:
    migrate(database_url)
    assert is_current(database)


def test_the_last_step_keeps_rows(database_url: str, database: Database, event: Any) -> None:
    counts = _counts(database)
    assert sum(counts.values()) > 10
    command.downgrade(config_for(database_url), "-1")
    migrate(database_url)
    assert _counts(database) == counts


def test_a_table_made_anew_keeps_what_points_at_it(database: Database, event: Any) -> None:
    counts = _counts(database)
    with migrating(database) as connection:
        operations = Operations(MigrationContext.configure(connection))
        with operations.batch_alter_table("event", recreate="always" if database.is_sqlite else "never") as batch:
            batch.add_column(Column("colour", Integer))
    assert _counts(database) == counts
    with database.writing() as session:
        if database.is_sqlite:
            assert session.scalar(text("PRAGMA foreign_keys")) == 1


def test_without_that_care_the_same_change_deletes_or_fails(database: Database, event: Any) -> None:
    """The control: with foreign keys on, dropping the old table deletes what points at it, or cannot."""
    if not database.is_sqlite:
        pytest.skip("SQLite only: PostgreSQL changes tables in place")
    with pytest.raises(IntegrityError, match="FOREIGN KEY"), database.engine.begin() as connection:
        operations = Operations(MigrationContext.configure(connection))
        with operations.batch_alter_table("event", recreate="always") as batch:
            batch.add_column(Column("colour", Integer))


def test_a_step_that_leaves_dangling_rows_is_undone(database: Database, event: Any) -> None:
    if not database.is_sqlite:
        pytest.skip("SQLite only: PostgreSQL refuses the statement itself")
    counts = _counts(database)
    with pytest.raises(DanglingRows, match="event_day"), migrating(database) as connection:
        connection.execute(text("DELETE FROM event"))
    assert _counts(database) == counts


def test_a_step_that_breaks_off_leaves_nothing(database: Database) -> None:
    """T53."""
    with pytest.raises(RuntimeError), migrating(database) as connection:
        connection.execute(text("CREATE TABLE half (id INTEGER)"))
        raise RuntimeError
    assert "half" not in inspect(database.engine).get_table_names()


def _counts(database: Database) -> dict[str, int]:
    with database.reading() as session:
        return {name: session.scalar(text(f"SELECT count(*) FROM {name}")) or 0 for name in metadata.tables}
