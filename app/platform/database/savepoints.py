"""Savepoints as the words that the database reads: SQLAlchemy would compile each anew, for three times the work.

PostgreSQL is told of the end of one together with the beginning of the next, or never, for a commit ends them all.
"""

from typing import Any

import psycopg
from psycopg.pq import ExecStatus
from sqlalchemy import Connection, Engine

_ENDED = "a savepoint that has ended"


def say_savepoints_plainly(engine: Engine) -> None:
    """The names are SQLAlchemy's own: nothing that anybody typed stands in them."""
    dialect: Any = engine.dialect
    if dialect.name == "postgresql":
        dialect.do_begin = _begin
        dialect.do_savepoint = _begin_next
        dialect.do_rollback_to_savepoint = _undo
        dialect.do_release_savepoint = _end_later
        return
    dialect.do_savepoint = lambda connection, name: _tell(connection, f"SAVEPOINT {name}")
    dialect.do_rollback_to_savepoint = lambda connection, name: _tell(connection, f"ROLLBACK TO SAVEPOINT {name}")
    dialect.do_release_savepoint = lambda connection, name: _tell(connection, f"RELEASE SAVEPOINT {name}")


def _tell(connection: Connection, words: str) -> None:
    """SQLite, past SQLAlchemy, which would put together a result for each."""
    raw: Any = connection.connection.dbapi_connection
    try:
        raw.execute(words)
    except raw.Error:
        connection.exec_driver_sql(words)  # it raises the same, as SQLAlchemy's


def _begin(line: Any) -> None:
    """The driver itself begins a transaction, with its first statement; what is kept of a line outlives one."""
    line.info.pop(_ENDED, None)


def _begin_next(connection: Connection, name: str) -> None:
    ended = connection.info.pop(_ENDED, None)
    _say(connection, f"RELEASE SAVEPOINT {ended}; SAVEPOINT {name}" if ended else f"SAVEPOINT {name}")


def _undo(connection: Connection, name: str) -> None:
    connection.info.pop(_ENDED, None)  # it began later, and is gone with this one
    _say(connection, f"ROLLBACK TO SAVEPOINT {name}")


def _end_later(connection: Connection, name: str) -> None:
    connection.info[_ENDED] = name


def _say(connection: Connection, words: str) -> None:
    """Past the cursor of the driver, which asks again whether it has to prepare what it is told, and how to read it."""
    raw: Any = connection.connection.dbapi_connection
    try:
        is_done = raw.pgconn.exec_(words.encode()).status == ExecStatus.COMMAND_OK
    except psycopg.Error:
        is_done = False
    if not is_done:
        # No transaction has begun, or it or the line has broken: the driver does the first, and raises the others.
        connection.exec_driver_sql(words)
