"""Where texts stand in the database: every column of every table that can hold one, looked through and cleaned.

A text counts where it stands as whole words: "Zhang Wei" is not in "Zhang Weiming". Columns that name others (``kept``)
are passed over: whoever bears the same name keeps it.
"""

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import JSON, Column, LargeBinary, String, Table, cast, or_, select, type_coerce, update
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


def traces_of(session: Session, texts: Collection[str], *, kept: Collection[str] = ()) -> Looked:
    """Look for texts as whole words, regardless of case, in every column but those ``kept`` (``table.column``)."""
    holds = _finder(texts)
    found: dict[str, int] = {}
    looked = 0
    for table, column in _columns(kept):
        looked += 1
        count = sum(holds(value) for _key, value in _rows(session, table, column, texts))
        if count:
            found[f"{table.name}.{column.name}"] = count
    return Looked(looked, found)


def replace_texts(session: Session, texts: Collection[str], *, by: str, kept: Collection[str] = ()) -> dict[str, int]:
    """Put another text in their place wherever they stand as whole words; how many rows of each column changed."""
    if not texts:
        return {}
    pattern = _pattern(texts)
    changed: dict[str, int] = {}
    for table, column in _columns(kept):
        if table.name in APPEND_ONLY or isinstance(column.type, LargeBinary):
            continue
        for key, value in _rows(session, table, column, texts):
            clean = _replaced(value, pattern, by)
            if clean == value:
                continue
            same = [one == part for one, part in zip(table.primary_key.columns, key, strict=True)]
            session.execute(
                update(table).where(*same).values({column.name: clean}).execution_options(synchronize_session=False)
            )
            changed[f"{table.name}.{column.name}"] = changed.get(f"{table.name}.{column.name}", 0) + 1
    return changed


def _columns(kept: Collection[str]) -> Iterator[tuple[Table, Column[Any]]]:
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, String | JSON | LargeBinary) and f"{table.name}.{column.name}" not in kept:
                yield table, column


def _rows(
    session: Session, table: Table, column: Column[Any], texts: Collection[str]
) -> list[tuple[tuple[Any, ...], Any]]:
    """The key and the value of the rows that may hold one of the texts."""
    if not texts:
        return []
    held: ColumnElement[str] = (
        cast(column, String) if isinstance(column.type, JSON | LargeBinary) else type_coerce(column, String)
    )
    may_hold = or_(*(held.icontains(text, autoescape=True) for text in texts))
    rows = session.execute(select(*table.primary_key.columns, column.label("value_looked_at")).where(may_hold))
    return [(tuple(row[:-1]), row[-1]) for row in rows]


def _pattern(texts: Collection[str]) -> re.Pattern[str]:
    """The texts as whole words, the longest first, so that a name goes whole before a part of it."""
    longest_first = "|".join(re.escape(text) for text in sorted(texts, key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:{longest_first})(?!\w)", flags=re.IGNORECASE)


def _finder(texts: Collection[str]) -> Callable[[Any], bool]:
    if not texts:
        return lambda _value: False
    pattern = _pattern(texts)
    return lambda value: pattern.search(_flat(value)) is not None


def _flat(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="replace")
    if isinstance(value, dict):
        return "\n".join(f"{key}\n{_flat(one)}" for key, one in value.items())
    if isinstance(value, list | tuple):
        return "\n".join(_flat(one) for one in value)
    return str(value)


def _replaced(value: Any, pattern: re.Pattern[str], by: str) -> Any:
    if isinstance(value, str):
        return pattern.sub(by, value)
    if isinstance(value, dict):
        return {key: _replaced(one, pattern, by) for key, one in value.items()}
    if isinstance(value, list):
        return [_replaced(one, pattern, by) for one in value]
    return value
