"""One row of a model added or changed at once, past the unit of work, and known to the session as if it had done it.

A flush looks at every relation of a model to find the order of its statements. Where there is one row and one
statement, that is about five times the work of the statement.
"""

from functools import cache
from typing import Any, TypeVar
from weakref import WeakSet

from sqlalchemy import Insert, Table, Update, bindparam, event
from sqlalchemy.orm import Session, make_transient_to_detached
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.exc import StaleDataError

from app.platform.database.base import Base
from app.platform.database.inserting import insert_new, table_of, write_row

Row = TypeVar("Row", bound=Base)

_WRITTEN = "rows written past the unit of work"


def add_row(session: Session, row: Base) -> None:
    """Write a new row whose key is a number ``id``; a column that was not set is read when somebody asks for it."""
    session.flush()
    _known(session, row, write_row(session, type(row), _columns(row)))


def add_new_row(session: Session, row: Row) -> Row | None:
    """The same where no other row has one of its keys; nothing where one has."""
    session.flush()
    number = session.connection().scalar(_insert_new(insert_new(session, table_of(type(row)))), _columns(row))
    if number is None:
        return None
    _known(session, row, number)
    return row


def save_row(session: Session, row: Any, **changes: Any) -> None:
    """Change columns of a versioned row that was read in this session.

    Raises:
        StaleDataError: somebody saved it since it was read.
    """
    session.flush()
    key: dict[str, Any] = {"row_id": row.id, "seen": row.version, "next": row.version + 1}
    done = session.connection().execute(_update(table_of(type(row)), tuple(changes)), {**changes, **key})
    if done.rowcount != 1:
        raise StaleDataError(f"a row of {type(row).__name__} was saved by somebody else")
    for name, value in {**changes, "version": row.version + 1}.items():
        set_committed_value(row, name, value)
    _keep_in_mind(session, row)


def _columns(row: Base) -> dict[str, Any]:
    return {name: value for name, value in vars(row).items() if name != "_sa_instance_state"}


def _known(session: Session, row: Base, number: int) -> None:
    set_committed_value(row, "id", number)
    make_transient_to_detached(row)
    session.add(row)
    _keep_in_mind(session, row)


@cache
def _insert_new(insert: Insert) -> Insert:
    return insert.returning(insert.table.c.id)


def _keep_in_mind(session: Session, row: Base) -> None:
    session.info.setdefault(_WRITTEN, WeakSet()).add(row)


@event.listens_for(Session, "after_soft_rollback")
def _undone(session: Session, _previous: Any) -> None:
    """A savepoint that is undone takes back what the session cannot know of."""
    for row in session.info.pop(_WRITTEN, ()):
        if row in session:
            session.expire(row)


@cache
def _update(table: Table, columns: tuple[str, ...]) -> Update:
    return (
        table.update()
        .where(table.c.id == bindparam("row_id"), table.c.version == bindparam("seen"))
        .values({**{name: bindparam(name) for name in columns}, "version": bindparam("next")})
    )
