"""Where texts stand in the database: every column of every table that can hold one, looked through and cleaned."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import JSON, Column, LargeBinary, String, Table, cast, func, or_, select, type_coerce, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from app.platform.database.base import Base

APPEND_ONLY = frozenset({"audit_entry", "read_log"})
"""Their lines hold keys and digests, never a text of a person; they cannot be changed and are looked through alone."""


@dataclass(frozen=True)
class Looked:
    """How many columns were looked through, and how many rows of each hold one of the texts."""

    columns: int
    found: dict[str, int]


def traces_of(session: Session, texts: Collection[str]) -> Looked:
    """Look for texts in every column that can hold one, regardless of case."""
    found: dict[str, int] = {}
    looked = 0
    for table, column in _columns():
        looked += 1
        count = session.scalar(select(func.count()).select_from(table).where(_holds(column, texts)))
        if count:
            found[f"{table.name}.{column.name}"] = int(count)
    return Looked(looked, found)


def replace_texts(session: Session, texts: Collection[str], *, by: str) -> dict[str, int]:
    """Put another text in their place wherever they stand; how many rows of each column changed.

    Longer texts go first, so that a name goes whole before a part of it. A column whose values differ from row to row
    must not hold the text alone: two rows would become the same.
    """
    changed: dict[str, int] = {}
    for table, column in _columns():
        if table.name in APPEND_ONLY or isinstance(column.type, LargeBinary):
            continue
        for text in sorted(texts, key=len, reverse=True):
            there = _holds(column, [text], is_exact=True)
            count = session.scalar(select(func.count()).select_from(table).where(there))
            if not count:
                continue
            clean: ColumnElement[object] = func.replace(_text(column), text, by)
            if isinstance(column.type, JSON):
                clean = type_coerce(clean, String) if _is_sqlite(session) else cast(clean, JSON)
            session.execute(
                update(table).where(there).values({column.name: clean}).execution_options(synchronize_session=False)
            )
            changed[f"{table.name}.{column.name}"] = changed.get(f"{table.name}.{column.name}", 0) + int(count)
    return changed


def _columns() -> list[tuple[Table, Column[object]]]:
    return [
        (table, column)
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, String | JSON | LargeBinary)
    ]


def _text(column: Column[object]) -> ColumnElement[str]:
    return cast(column, String) if isinstance(column.type, JSON | LargeBinary) else type_coerce(column, String)


def _holds(column: Column[object], texts: Collection[str], *, is_exact: bool = False) -> ColumnElement[bool]:
    held = _text(column)
    if is_exact:
        return or_(*(held.contains(text, autoescape=True) for text in texts))
    return or_(*(held.icontains(text, autoescape=True) for text in texts))


def _is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"
