"""A transaction that several pieces of work share: how each takes part, and whether it still goes on."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from app.platform.database.faults import LineLost, Undone
from app.platform.database.pieces import Piece

Mode = Literal["create_savepoint", "rollback_only"]
MAY_BE_UNDONE: Mode = "create_savepoint"
AS_A_WHOLE: Mode = "rollback_only"
"""How a piece takes part in its transaction: an exception undoes the piece, or is left to whoever began it."""


@contextmanager
def within(connection: Connection, mode: Mode) -> Iterator[Session]:
    """A session in a transaction that others share; leaving in good order keeps what it wrote."""
    with Session(connection, join_transaction_mode=mode, expire_on_commit=False) as session:
        yield session
        session.commit()


def check_goes_on(connection: Connection, piece: Piece) -> None:
    """On a full disk SQLite undoes the whole transaction: the next piece would be stored line by line.

    Raises:
        LineLost: nothing of the transaction is left, for PostgreSQL has gone.
        Undone: nothing of it is left, or nothing more can be done in it.
    """
    if connection.invalidated:
        raise LineLost(str(piece.fault)) from piece.fault
    raw: Any = connection.connection.dbapi_connection
    if connection.dialect.name == "sqlite":
        is_undone = not raw.in_transaction
    else:
        is_undone = raw.info.transaction_status.name in {"INERROR", "UNKNOWN"}
    if is_undone:
        raise Undone from piece.fault


def wait_for_others(connection: Connection, milliseconds: int) -> None:
    """How long a statement of this transaction waits for another process that holds what it needs."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {milliseconds}")
