"""T06: a process that books is killed with no warning; what it acknowledged is stored, and nothing is half there."""

import multiprocessing
import os
import random
import time
from typing import Any

from sqlalchemy import select, text

from app.meetings.models import Meeting
from app.platform.audit import AuditEntry
from app.platform.database.engine import Database
from app.platform.errors import Conflict

KILLS = 10


def _book_for_ever(url: str, hall: Any, seed: int, pipe: int) -> None:
    """Book, move and cancel; after each commit write one line with the log's last number."""
    own = type(hall)(Database(url), hall.event, hall.wishes, hall.slots, hall.tables, hall.now)
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


def test_a_killed_process_loses_nothing_that_it_acknowledged(
    hall: Any, half_written: Any, double_bookings: Any
) -> None:
    database = hall.database
    database.engine.dispose()
    database.read_engine.dispose()
    chance, acknowledged = random.Random(7), 0
    for kill in range(KILLS):
        with database.reading() as session:
            before = len(session.scalars(select(AuditEntry.id).where(AuditEntry.action == "meeting.held")).all())
        database.engine.dispose()
        database.read_engine.dispose()
        reader, writer = os.pipe()
        child = multiprocessing.get_context("fork").Process(
            target=_book_for_ever, args=(database.url, hall, kill, writer), daemon=True
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
        with database.reading() as session:
            stored = set(session.scalars(select(Meeting.id)))
            held = session.scalars(select(AuditEntry.id).where(AuditEntry.action == "meeting.held")).all()
            assert set(ids) <= stored, "an acknowledged booking is gone"
            assert len(held) - before >= len(ids), "an acknowledged change is not in the log"
            assert len(held) - before <= len(ids) + 1, "at most the last one was stored and not acknowledged"
            assert half_written(session, hall) == []
            assert double_bookings(session, hall) == []
            assert session.execute(text("PRAGMA integrity_check")).scalars().all() == ["ok"]
            assert session.execute(text("PRAGMA foreign_key_check")).all() == []
        acknowledged += len(ids)
    assert acknowledged >= KILLS
