"""Savepoints of both databases, whose ends PostgreSQL is told of late; and rows that it takes as lists."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from app.platform.audit import AuditName
from app.platform.database.inserting import write_many, write_new

both = pytest.mark.parametrize("kind", [None, pytest.param("pg", marks=pytest.mark.postgres)])


def _note(session: Any, *keys: str) -> None:
    write_many(session.connection(), AuditName, [{"key": key, "name": key} for key in keys])


def _noted(session: Any) -> set[str]:
    return set(session.scalars(select(AuditName.key)))


@both
def test_what_ended_well_goes_with_the_one_around_it(database: Any, kind: Any) -> None:
    with database.writing() as session:
        _note(session, "before")
        outer = session.begin_nested()
        with session.begin_nested():
            _note(session, "first")
        with session.begin_nested():
            _note(session, "second")
        inner = session.begin_nested()
        _note(session, "third")
        inner.rollback()
        assert _noted(session) == {"before", "first", "second"}
        outer.rollback()
        assert _noted(session) == {"before"}
        with session.begin_nested():
            _note(session, "after")
    with database.reading() as session:
        assert _noted(session) == {"before", "after"}


@both
def test_each_transaction_begins_without_those_of_the_one_before(database: Any, kind: Any) -> None:
    """On one line to the database, however the last one ended."""
    for number in range(3):
        with database.writing() as session, session.begin_nested():
            _note(session, f"stays {number}")
        with pytest.raises(ZeroDivisionError), database.writing() as session:
            with session.begin_nested():
                _note(session, "goes")
            raise ZeroDivisionError
        with database.engine.connect() as connection:
            with connection.begin_nested():
                pass
            connection.rollback()
    with database.reading() as session:
        assert _noted(session) == {f"stays {number}" for number in range(3)}


@both
def test_a_statement_that_fails_in_a_savepoint_leaves_the_rest(database: Any, kind: Any) -> None:
    with database.writing() as session:
        _note(session, "before")
        with pytest.raises(DBAPIError), session.begin_nested():
            _note(session, "inside")
            session.connection().exec_driver_sql("SELECT nothing FROM nowhere")
        _note(session, "after")
    with database.reading() as session:
        assert _noted(session) == {"before", "after"}


@pytest.mark.postgres
def test_a_savepoint_of_a_broken_transaction_is_refused_in_sqlalchemys_words(database: Any) -> None:
    with database.engine.connect() as connection:
        with pytest.raises(DBAPIError):
            connection.exec_driver_sql("SELECT nothing FROM nowhere")
        with pytest.raises(DBAPIError, match="current transaction is aborted"):
            connection.begin_nested()


@both
def test_rows_of_a_list_keep_their_order_and_leave_out_what_is_there(database: Any, kind: Any) -> None:
    with database.writing() as session:
        rows = [{"key": key, "name": name} for key, name in (("a", "x"), ("b", 'y,"{}'), ("a", "z"))]
        assert write_new(session.connection(), AuditName, rows) == 2
        assert {row.key: row.name for row in session.scalars(select(AuditName))} == {"a": "x", "b": 'y,"{}'}


@pytest.mark.postgres
def test_what_is_too_long_is_refused_and_not_cut_off(database: Any) -> None:
    with pytest.raises(DBAPIError, match="too long"), database.writing() as session:
        write_new(session.connection(), AuditName, [{"key": "k", "name": "n" * 201}])
