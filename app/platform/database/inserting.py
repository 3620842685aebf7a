"""Rows that are written past the ORM: one statement, no savepoint, no look beforehand."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, cast

from sqlalchemy import Insert, Table
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from app.platform.database.base import Base


def insert_new(session: Session, model: type[Base] | Table) -> Insert:
    """An ``INSERT`` that leaves out rows whose key is taken; it waits for another transaction that takes one."""
    return _new(session.get_bind().dialect.name, model)


@cache
def _new(dialect: str, model: type[Base] | Table) -> Insert:
    insert = postgresql_insert if dialect == "postgresql" else sqlite_insert
    return insert(model).on_conflict_do_nothing()


@cache
def insert_of(model: type[Base]) -> Insert:
    """The ``INSERT`` of a model's table, put together once."""
    return table_of(model).insert()


def write_new(session: Session, model: type[Base], rows: Sequence[Mapping[str, Any]]) -> int:
    """Write rows in the order given, besides those that are there; returns how many were new."""
    if not rows:
        return 0
    # One row a set of values: a statement with many rows in it would be put together anew each time.
    new = insert_new(session, table_of(model))
    return session.connection().execute(new, list(rows), execution_options={"preserve_rowcount": True}).rowcount


def write_row(session: Session, model: type[Base], row: Mapping[str, Any]) -> int:
    """Write one row; returns the number that it got."""
    key: Any = session.connection().execute(insert_of(model), row).inserted_primary_key
    return int(key[0])


def table_of(model: type[Base]) -> Table:
    """The table of a model, for statements past the ORM."""
    return cast(Table, model.__table__)
