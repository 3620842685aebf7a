"""Rows that are written past the ORM: one statement, no savepoint, no look beforehand."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, cast

from sqlalchemy import Connection, Insert, Table
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.sql.dml import ReturningInsert

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
    # One row a set of values: a statement with many rows in it would be put together anew each time.
    new = insert_new(connection, table_of(model))
    return connection.execute(new, list(rows), execution_options={"preserve_rowcount": True}).rowcount


def write_row(connection: Connection, model: type[Base], row: Mapping[str, Any]) -> int:
    """Write one row; returns the number that it got."""
    key: Any = connection.execute(insert_of(model), row).inserted_primary_key
    return int(key[0])


def write_rows(connection: Connection, model: type[Base], rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Write some rows in one statement; returns their numbers, which rise in the order given."""
    if len(rows) == 1:
        return [write_row(connection, model, rows[0])]
    return [*connection.scalars(_numbered(table_of(model)), [*rows])] if rows else []


@cache
def _numbered(table: Table) -> ReturningInsert[Any]:
    return table.insert().returning(table.c.id, sort_by_parameter_order=True)


def table_of(model: type[Base]) -> Table:
    """The table of a model, for statements past the ORM."""
    return cast(Table, model.__table__)
