"""T06: a process that books is killed with no warning; what it acknowledged is stored, and nothing is half there.

On SQLite the file was open in the process; on PostgreSQL the server still ends what the process had begun.
"""

import asyncio
import multiprocessing
import os
import random
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select, text

from app.meetings.models import Meeting
from app.platform.audit import AuditEntry
from app.platform.database.engine import Database
from app.platform.database.turns import Turns
from app.platform.database.writes import Writes
from app.platform.errors import Conflict

NOBODY_ELSE = text(
    "SELECT count(*) = 0 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
)

both = pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])


AT_ONCE = 6


class _Shared:
    """A database whose use cases share their commits, as short changes of requests do."""

    def __init__(self, database: Database) -> None:
        self._writes = Writes(database, Turns(readers=2, writers=1))
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()

    def retry(self, use_case: Callable[[Any], Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(self._writes.do(use_case), self._loop).result()


def _book_many_for_ever(url: str, hall: Any, seed: int, pipe: int) -> None:
    """The same by some at once, in commits that they share."""
    shared = _Shared(Database(url))
    own = type(hall)(shared, hall.event, hall.wishes, hall.slots, hall.tables, hall.now)
    for number in range(AT_ONCE):
        threading.Thread(target=_book, args=(own, seed * AT_ONCE + number, pipe), daemon=True).start()
    threading.Event().wait()


def _book_for_ever(url: str, hall: Any, seed: int, pipe: int) -> None:
    """Book, move and cancel; after each commit write one line with the log's last number."""
    _book(type(hall)(Database(url), hall.event, hall.wishes, hall.slots, hall.tables, hall.now), seed, pipe)


def _book(own: Any, seed: int, pipe: int) -> None:
    chance = random.Random(seed)
    while True:
        wish = chance.choice(own.wishes)
        try:
            if chance.random() < 0.3:
                own.free(wish)
                continue
            meeting_id = own.book(wish, chance.choice(own.slots), chance.choice(own.tables))
        except Conflict:
            continue
        os.write(pipe, f"{meeting_id}\n".encode())


@both
@pytest.mark.parametrize("kills", [5, pytest.param(30, marks=[pytest.mark.long, pytest.mark.timeout(900)])])
@pytest.mark.parametrize(("book", "unsaid"), [(_book_for_ever, 1), (_book_many_for_ever, AT_ONCE)], ids=["one", "many"])
def test_a_killed_process_loses_nothing_that_it_acknowledged(
    hall: Any, half_written: Any, double_bookings: Any, book: Any, unsaid: int, kills: int, kind: str
) -> None:
    """T06: one after the other, and many at once who share a commit on SQLite.

    Args:
        unsaid: changes at most that are stored and not acknowledged.
    """
    database = hall.database
    chance, acknowledged = random.Random(7), 0
    for kill in range(kills):
        with database.reading() as session:
            before = len(session.scalars(select(AuditEntry.id).where(AuditEntry.action == "meeting.held")).all())
        _let_go(database)
        reader, writer = os.pipe()
        child = multiprocessing.get_context("fork").Process(
            target=book, args=(database.url, hall, kill, writer), daemon=True
        )
        child.start()
        os.close(writer)
        said = os.read(reader, 65536)
        time.sleep(chance.uniform(0.0, 0.25))
        child.kill()
        child.join()
        while more := os.read(reader, 65536):
            said += more
        os.close(reader)
        ids = [int(line) for line in said.decode().splitlines()]
        _wait_until_alone(database)
        with database.reading() as session:
            stored = set(session.scalars(select(Meeting.id)))
            held = session.scalars(select(AuditEntry.id).where(AuditEntry.action == "meeting.held")).all()
            assert set(ids) <= stored, "an acknowledged booking is gone"
            assert len(held) - before >= len(ids), "an acknowledged change is not in the log"
            assert len(held) - before <= len(ids) + unsaid, (
                "more than what was under way is stored and not acknowledged"
            )
            assert half_written(session, hall) == []
            assert double_bookings(session, hall) == []
            if database.is_sqlite:
                assert session.execute(text("PRAGMA integrity_check")).scalars().all() == ["ok"]
                assert session.execute(text("PRAGMA foreign_key_check")).all() == []
        acknowledged += len(ids)
    assert acknowledged >= kills


def _let_go(database: Database) -> None:
    """No connection may be open in two processes."""
    database.engine.dispose()
    database.read_engine.dispose()


def _wait_until_alone(database: Database) -> None:
    """PostgreSQL notices a moment later that its client has gone, and ends the transaction: committed or not."""
    if database.is_sqlite:
        return
    for _ in range(100):
        with database.reading() as session:
            if session.scalar(NOBODY_ELSE):
                return
        time.sleep(0.05)
    pytest.fail("the killed process still has a connection")
