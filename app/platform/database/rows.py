"""One row of a model added or changed at once, past the unit of work, and known to the session as if it had done it.

A flush looks at every relation of a model to find the order of its statements. Where there is one row and one
statement, that is about five times the work of the statement.
"""

from collections.abc import Collection, Mapping, Sequence
from functools import cache, partial
from typing import Any, TypeVar
from weakref import ReferenceType, ref

from sqlalchemy import Insert, Table, Update, bindparam
from sqlalchemy.orm import Session, make_transient_to_detached
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.exc import StaleDataError

from app.platform.database.base import Base
from app.platform.database.inserting import insert_new, table_of, write_row
from app.platform.database.undoing import Undoable

Row = TypeVar("Row", bound=Base)

_Written = tuple[ReferenceType[Base], Collection[str] | None]
"""A row, and the columns that were written; all of it where it is new."""

_WRITTEN = "rows written past the unit of work"


def add_row(session: Session, row: Base) -> None:
    """Write a new row whose key is a number ``id``; a column that was not set is read when somebody asks for it."""
    session.flush()
    _known(session, row, write_row(session.connection(), type(row), _columns(row)))


def add_new_row(session: Session, row: Row) -> Row | None:
    """The same where no other row has one of its keys; nothing where one has."""
    number = add_new_values(session, type(row), _columns(row))
    if number is None:
        return None
    _known(session, row, number)
    return row


def add_new_values(session: Session, model: type[Base], values: Mapping[str, Any]) -> int | None:
    """The same for whoever needs no more of the row than its number: the session does not know it."""
    session.flush()
    connection = session.connection()
    number: int | None = connection.scalar(_insert_new(insert_new(connection, table_of(model))), values)
    return number


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
    saved = {**changes, "version": row.version + 1}
    for name, value in saved.items():
        set_committed_value(row, name, value)
    _keep_in_mind(session, row, saved.keys())


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


def _keep_in_mind(session: Session, row: Base, columns: Collection[str] | None = None) -> None:
    written: Undoable[_Written] | None = session.info.get(_WRITTEN)
    if written is None:
        written = session.info[_WRITTEN] = Undoable(session, [], partial(_read_again, session))
    written.items.append((ref(row), columns))


def _read_again(session: Session, undone: Sequence[_Written]) -> None:
    """A savepoint that is undone takes back what the session cannot know of, and nothing that was read before it."""
    for to_row, columns in undone:
        row = to_row()
        if row is not None and row in session:
            session.expire(row, columns)


@cache
def _update(table: Table, columns: tuple[str, ...]) -> Update:
    return (
        table.update()
        .where(table.c.id == bindparam("row_id"), table.c.version == bindparam("seen"))
        .values({**{name: bindparam(name) for name in columns}, "version": bindparam("next")})
    )
