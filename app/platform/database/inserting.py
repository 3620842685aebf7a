"""Rows that are written past the ORM: one statement, no savepoint, no look beforehand.

PostgreSQL takes many rows as one list for each column: so it is one statement with one text, whatever their number,
where a statement a row is twenty times the work and one with all values in it is put together anew each time.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, cast

from sqlalchemy import ColumnElement, Connection, Enum, Insert, Select, String, Table, Text, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.sql.dml import ReturningInsert
from sqlalchemy.types import TypeEngine

from app.platform.database.base import Base


def insert_new(connection: Connection, model: type[Base] | Table) -> Insert:
    """An ``INSERT`` that leaves out rows whose key is taken; it waits for another transaction that takes one."""
    return _new(connection.dialect.name, model)


@cache
def _new(dialect: str, model: type[Base] | Table) -> Insert:
    insert = postgresql_insert if dialect == "postgresql" else sqlite_insert
    return insert(model).on_conflict_do_nothing()


@cache
def insert_of(model: type[Base]) -> Insert:
    """The ``INSERT`` of a model's table, put together once."""
    return table_of(model).insert()


def write_new(connection: Connection, model: type[Base], rows: Sequence[Mapping[str, Any]]) -> int:
    """Write rows in the order given, besides those that are there; returns how many were new."""
    if not rows:
        return 0
    counted = {"preserve_rowcount": True}
    if connection.dialect.name == "postgresql":
        listing = _new_listed(table_of(model), tuple(rows[0]))
        return connection.execute(listing, listed(rows), execution_options=counted).rowcount
    # One row a set of values: a statement with many rows in it would be put together anew each time.
    new = insert_new(connection, table_of(model))
    return connection.execute(new, list(rows), execution_options=counted).rowcount


def write_many(connection: Connection, model: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows in the order given."""
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        connection.execute(_listed(table_of(model), tuple(rows[0])), listed(rows))
        return
    connection.execute(insert_of(model), list(rows))


def write_row(connection: Connection, model: type[Base], row: Mapping[str, Any]) -> int:
    """Write one row; returns the number that it got."""
    key: Any = connection.execute(insert_of(model), row).inserted_primary_key
    return int(key[0])


def write_rows(connection: Connection, model: type[Base], rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Write some rows in one statement; returns their numbers, which rise in the order given."""
    if not rows:
        return []
    if len(rows) == 1:
        return [write_row(connection, model, rows[0])]
    if connection.dialect.name == "postgresql":
        return sorted(connection.scalars(_listed_and_numbered(table_of(model), tuple(rows[0])), listed(rows)))
    return [*connection.scalars(_numbered(table_of(model)), [*rows])]


@cache
def _numbered(table: Table) -> ReturningInsert[Any]:
    return table.insert().returning(table.c.id, sort_by_parameter_order=True)


def listed(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """The values of each column of some rows, for ``rows_listed``."""
    return {name: [row[name] for row in rows] for name in rows[0]}


def rows_listed(table: Table, columns: Sequence[str], *beside: ColumnElement[Any]) -> Select[Any]:
    """PostgreSQL: rows in their order, from a list for each column of a table, with columns of one other row."""
    lists = [bindparam(name, type_=ARRAY(_of_list(table.c[name].type))) for name in columns]
    rows = func.unnest(*lists).table_valued(*columns, with_ordinality="place", joins_implicitly=True).render_derived()
    return select(*(rows.c[name] for name in columns), *beside).order_by(rows.c.place)


def _of_list(kind: TypeEngine[Any]) -> TypeEngine[Any]:
    """The type in a list is a cast, which would cut off what is too long for its column, and say nothing."""
    return Text() if isinstance(kind, String) and not isinstance(kind, Enum) else kind


@cache
def _listed(table: Table, columns: tuple[str, ...]) -> Insert:
    return table.insert().from_select([*columns], rows_listed(table, columns), include_defaults=False)


@cache
def _listed_and_numbered(table: Table, columns: tuple[str, ...]) -> ReturningInsert[Any]:
    return _listed(table, columns).returning(table.c.id)


@cache
def _new_listed(table: Table, columns: tuple[str, ...]) -> Insert:
    chosen = rows_listed(table, columns)
    return postgresql_insert(table).from_select([*columns], chosen, include_defaults=False).on_conflict_do_nothing()


def table_of(model: type[Base]) -> Table:
    """The table of a model, for statements past the ORM."""
    return cast(Table, model.__table__)
