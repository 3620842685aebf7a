"""A small hall that many want at once, and the questions that no booking may answer wrongly."""

import multiprocessing
import random
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm.exc import StaleDataError

from app.claims.enums import HoldingKind
from app.claims.models import Claim, Holding
from app.events.models import MeetingSlot, MeetingTable
from app.events.time_grid import TimeGrid
from app.meetings.enums import MeetingState
from app.meetings.models import Meeting
from app.meetings.queries import meetings_of, wish_in_event
from app.meetings.service import cancel, hold_meeting
from app.platform import audit
from app.platform.actor import Actor
from app.platform.database.engine import Database
from app.platform.errors import Conflict
from tests.app.conftest import accepted, actor, bridge, cast, nine, now, placed
from tests.reliability.together import together

__all__ = ["accepted", "actor", "bridge", "cast", "nine", "now", "placed"]
"""Fixtures of the tests of the application, asked for here by their names."""


@dataclass(frozen=True)
class Hall:
    """Slots, tables and accepted wishes of one event: few enough that collisions are certain."""

    database: Database
    event: Any
    wishes: tuple[int, ...]
    slots: tuple[int, ...]
    tables: tuple[int, ...]
    now: datetime

    def book(self, wish_id: int, slot_id: int, table_id: int) -> int:
        """One use case as a request would run it; returns the meeting's ID."""

        def use_case(session: Any) -> int:
            meeting = hold_meeting(
                session,
                event=self.event,
                wish=wish_in_event(session, self.event.id, wish_id),
                slot=session.get_one(MeetingSlot, slot_id),
                table=session.get_one(MeetingTable, table_id),
                actor=Actor.system("race"),
                now=self.now,
            )
            return meeting.id

        return self.database.retry(use_case)

    def free(self, wish_id: int) -> None:
        def use_case(session: Any) -> None:
            held = next((one for one in meetings_of(session, self.event.id) if one.wish_id == wish_id), None)
            if held is not None:
                cancel(
                    session,
                    event=self.event,
                    meeting=held,
                    version=held.version,
                    reason="race",
                    actor=Actor.system("race"),
                    now=self.now,
                )

        self.database.retry(use_case)


@dataclass
class Tally:
    """What the threads of a race met."""

    done: int = 0
    refused: int = 0
    errors: list[BaseException] = field(default_factory=list)


@pytest.fixture
def hall(database: Database, cast: Any, accepted: Callable[..., Any], now: datetime) -> Hall:
    """Three tables, six slots, and a wish of each pair of delegates of different delegations."""
    with database.writing() as session:
        pairs = [
            (one, other)
            for one in cast.heads
            for other in cast.staff
            if cast.heads.index(one) != cast.staff.index(other)
        ]
        wishes = tuple(accepted(session, one, other).id for one, other in pairs)
        slots = tuple(session.scalars(select(MeetingSlot.id).order_by(MeetingSlot.id)))
        tables = tuple(session.scalars(select(MeetingTable.id).order_by(MeetingTable.id)))
    return Hall(database, cast.event, wishes, slots, tables, now)


def contend(hall: Hall, *, attempts: int, seed: int, threads: int) -> Tally:
    """Threads that start together; each books, moves and cancels at random."""
    tally, lock = Tally(), threading.Lock()

    def work(number: int) -> None:
        chance = random.Random(seed * 1000 + number)
        for _ in range(attempts):
            try:
                if chance.random() < 0.25:
                    hall.free(chance.choice(hall.wishes))
                else:
                    hall.book(chance.choice(hall.wishes), chance.choice(hall.slots), chance.choice(hall.tables))
            except (Conflict, StaleDataError):
                with lock:
                    tally.refused += 1
            except BaseException as error:
                with lock:
                    tally.errors.append(error)
                return
            else:
                with lock:
                    tally.done += 1

    together(threads, work)
    return tally


@pytest.fixture
def race(hall: Hall) -> Callable[..., Tally]:
    """``race(attempts=…)``: eight threads of this process."""

    def run(*, attempts: int, seed: int, threads: int = 8) -> Tally:
        return contend(hall, attempts=attempts, seed=seed, threads=threads)

    return run


def _contend_apart(hall: Hall, attempts: int, seed: int, threads: int, said: Any) -> None:
    database = Database(hall.database.url)
    tally = contend(replace(hall, database=database), attempts=attempts, seed=seed, threads=threads)
    said.send((tally.done, tally.refused, [repr(one) for one in tally.errors]))
    database.close()


@pytest.fixture
def race_of_processes(hall: Hall) -> Callable[..., Tally]:
    """``race_of_processes(attempts=…)``: eight threads in each of two processes, with connections of their own."""

    def run(*, attempts: int, seed: int, threads: int = 8, processes: int = 2) -> Tally:
        # No connection may be open in two processes.
        hall.database.engine.dispose()
        hall.database.read_engine.dispose()
        apart, tally, running = multiprocessing.get_context("fork"), Tally(), []
        for number in range(processes):
            ours, theirs = apart.Pipe()
            arguments = (hall, attempts, seed * processes + number, threads, theirs)
            child = apart.Process(target=_contend_apart, args=arguments, daemon=True)
            child.start()
            theirs.close()
            running.append((child, ours))
        for child, ours in running:
            done, refused, errors = ours.recv()
            child.join()
            tally.done, tally.refused = tally.done + done, tally.refused + refused
            tally.errors += [RuntimeError(one) for one in errors]
        return tally

    return run


@pytest.fixture
def double_bookings() -> Callable[[Any, Hall], list[str]]:
    """Tables and people with two meetings in one slot, read from the meetings, not from the ledger."""

    def find(session: Any, hall: Hall) -> list[str]:
        held = meetings_of(session, hall.event.id)
        tables = Counter((one.table_id, one.slot_id) for one in held)
        people = Counter((person.delegate_id, one.slot_id) for one in held for person in one.wish.people)
        found = [f"table {table} in slot {slot}" for (table, slot), times in tables.items() if times > 1]
        return found + [f"person {person} in slot {slot}" for (person, slot), times in people.items() if times > 1]

    return find


@pytest.fixture
def half_written() -> Callable[[Any, Hall], list[str]]:
    """Whatever does not fit together between meetings, holdings, claims and the log."""

    def find(session: Any, hall: Hall) -> list[str]:
        grid, wrong = TimeGrid.of(hall.event), []
        claims: dict[int, set[tuple[str, str, int]]] = {}
        for claim in session.scalars(select(Claim)):
            claims.setdefault(claim.holding_id, set()).add((claim.kind.value, claim.resource, claim.tick))
        holdings = {one.id for one in session.scalars(select(Holding)) if one.kind is HoldingKind.MEETING}
        for held in meetings_of(session, hall.event.id):
            ticks = grid.ticks(held.slot.starts_at, held.slot.ends_at)
            wanted = {("table", str(held.table_id), tick) for tick in ticks}
            wanted |= {("person", str(one.delegate_id), tick) for one in held.wish.people for tick in ticks}
            if held.holding_id not in holdings or claims.get(held.holding_id) != wanted:
                wrong.append(f"meeting {held.id} does not hold what it needs")
            holdings.discard(held.holding_id)
        wrong += [f"holding {one} has no meeting" for one in sorted(holdings)]
        for one in session.scalars(select(Meeting).where(Meeting.state == MeetingState.CANCELLED)):
            if one.holding_id is not None:
                wrong.append(f"cancelled meeting {one.id} still holds")
        logged = session.execute(
            text("SELECT entity_id, action FROM audit_entry WHERE entity = 'meeting' ORDER BY id")
        ).all()
        last = {int(entity): action for entity, action in logged}
        for one in session.scalars(select(Meeting)):
            if last.get(one.id) != f"meeting.{one.state.value}":
                wrong.append(f"the log says {last.get(one.id)} of meeting {one.id}, the row {one.state.value}")
        if audit.verify(session) is not None:
            wrong.append("the chain of the log is broken")
        return wrong

    return find


@pytest.fixture
def drop_key() -> Callable[[Database], None]:
    """Take the primary key from the ledger, so that nothing but it can be what kept two apart."""

    def drop(database: Database) -> None:
        with database.writing() as session:
            if database.is_sqlite:
                session.execute(text("CREATE TABLE bare AS SELECT * FROM claim"))
                session.execute(text("DROP TABLE claim"))
                session.execute(text("ALTER TABLE bare RENAME TO claim"))
            else:
                session.execute(text("ALTER TABLE claim DROP CONSTRAINT pk_claim"))

    return drop
