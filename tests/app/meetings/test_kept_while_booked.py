"""What is kept while meetings are booked reads no table that a booking changes."""

import re
from typing import Any

from sqlalchemy import event as listening

from app.meetings.enums import BOOKED
from app.meetings.pool import pool_of

CHANGED = {*BOOKED, "wish_person", "substitution", "holding", "claim", "outbox_mail"}


def tables_read(database: Any, read: Any) -> set[str]:
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        asked.append(statement)

    with database.reading() as session:
        listening.listen(database.read_engine, "before_cursor_execute", note)
        try:
            read(session)
        finally:
            listening.remove(database.read_engine, "before_cursor_execute", note)
    tables = {table for one in asked for table in re.findall(r"(?:FROM|JOIN) (\w+)", one)}
    assert tables, asked
    return tables


def test_the_people_to_meet(database: Any, cast: Any) -> None:
    assert tables_read(database, lambda session: pool_of(session, cast.event)) & CHANGED == set()
