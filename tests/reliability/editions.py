"""A second edition beside the first one, every row and word of which can be told from those of the first; and who sees them."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Column, Integer, String, Table, text
from sqlalchemy import event as events
from sqlalchemy.orm import Session

from app.demo.load import load_fixture
from app.models import metadata
from app.platform.database.engine import Database
from tests.reliability.world import NOW, World

FAR = 700_000_000_000
"""Numbers of the other edition's rows are below minus this: no number of a page, a person or a row is."""
MARK = "‡other‡"
"""Stands behind every word of the other edition."""
LEFT_ALONE = frozenset({"event", "audit_entry", "audit_value", "audit_name", "read_log"})
"""What names the edition itself, and the log, which nobody changes: of these the column ``event_id`` tells."""

SCOPED = frozenset(name for name, table in metadata.tables.items() if "event_id" in table.c)
OF_PEOPLE = frozenset({"role_grant", "sign_in_session", "outbox_mail", "audit_entry"})
"""Of one account in several editions, or asked for by the queues of all: here the rows tell, not the questions."""


def _of_an_edition() -> frozenset[str]:
    """The tables that say which edition a row is of, and all that hang on those."""
    found = set(SCOPED)
    while more := {
        name
        for name, table in metadata.tables.items()
        if name not in found and any(key.column.table.name in found for key in table.foreign_keys)
    }:
        found |= more
    return frozenset(found) - OF_PEOPLE


OF_AN_EDITION = _of_an_edition()
_KEY = r"\b\w*(?:_id|id|key|digest|slug|code|token|number|email\w*)\b"
NARROWED = re.compile(rf"{_KEY}[\w\".) ]* (=|IN|IS|<|>)|(=|<|>) [\w\".]*{_KEY}", re.IGNORECASE)
"""A condition on a key: that the rows it lets through are of this edition alone is seen by the rows."""


def with_another_edition(world: World) -> None:
    """Load a generated edition beside the one that is there, and mark all that is its own."""
    with world.database.writing() as session:
        before = {name: _highest(session, table) for name, table in metadata.tables.items()}
        load_fixture(session, name="F-SMALL", seed=1, now=NOW)
    with world.database.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        connection.exec_driver_sql("PRAGMA ignore_check_constraints=ON")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        for name, table in metadata.tables.items():
            if name not in LEFT_ALONE:
                _mark(connection, table, before)
        connection.exec_driver_sql("COMMIT")
        connection.invalidate()  # the next one checks its keys again


def _highest(session: Session, table: Table) -> int:
    key = _number_of(table)
    return 0 if key is None else session.scalar(text(f"SELECT max({key.name}) FROM {table.name}")) or 0


def _number_of(table: Table) -> Column[Any] | None:
    keys = list(table.primary_key.columns)
    return keys[0] if len(keys) == 1 and isinstance(keys[0].type, Integer) else None


def _mark(connection: Any, table: Table, before: dict[str, int]) -> None:
    key = _number_of(table)
    words = [one.name for one in table.c if isinstance(one.type, String) and getattr(one.type, "enums", None) is None]
    if words and key is not None:
        changed = ", ".join(f'"{one}" = "{one}" || \'{MARK}\'' for one in words)
        connection.exec_driver_sql(f"UPDATE {table.name} SET {changed} WHERE {key.name} > {before[table.name]}")
    for column in table.c:
        to = next((one.column.table.name for one in column.foreign_keys), table.name if column is key else None)
        if to is not None and to not in LEFT_ALONE:
            connection.exec_driver_sql(
                f'UPDATE {table.name} SET "{column.name}" = -{FAR} - "{column.name}" WHERE "{column.name}" > {before[to]}'
            )


class Spy:
    """What is read of other editions: each row that comes out of the database, and questions for all rows of a table."""

    def __init__(self, database: Database, event_id: int) -> None:
        self.database, self.event_id = database, event_id
        self.rows, self.questions = set[str](), set[str]()
        self.read = 0

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Look at every row, whoever asked for it: a whole object, some columns, or a text."""
        engines = {self.database.engine, self.database.read_engine}
        for engine in engines:
            events.listen(engine, "before_cursor_execute", self._asked)
        try:
            yield
        finally:
            for engine in engines:
                events.remove(engine, "before_cursor_execute", self._asked)

    def _asked(self, _connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        cursor.row_factory = self._looker(statement)
        tables = set(re.findall(r"(?:FROM|JOIN) (\w+)", statement)) & OF_AN_EDITION
        _head, _where, condition = statement.partition("WHERE")
        if tables and not NARROWED.search(condition):
            self.questions.add(f"{sorted(tables)}: {statement[:300]}")

    def _looker(self, statement: str) -> Callable[[Any, tuple[Any, ...]], tuple[Any, ...]]:
        def look(cursor: Any, row: tuple[Any, ...]) -> tuple[Any, ...]:
            self.read += 1
            # Names of columns as the statement gives them, with the table before or behind.
            scopes = [
                value
                for (name, *_more), value in zip(cursor.description, row, strict=True)
                if name == "event_id" or name.endswith("_event_id")
            ]
            if (
                any(isinstance(value, int) and value < -FAR for value in row)
                or any(isinstance(value, str) and MARK in value for value in row)
                or any(value not in {None, self.event_id} for value in scopes)
            ):
                self.rows.add(f"{str(row)[:200]} by {statement[:400]}")
            return row

        return look
