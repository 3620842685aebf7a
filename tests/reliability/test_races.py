"""T01, T02, T44 and T45: many at once, and the ledger's key is what keeps them apart."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from app.agenda.models import DraftPlacement
from app.agenda.service import place
from app.meetings.models import MeetingWish
from app.meetings.service import wish_meeting
from app.platform.actor import Actor
from app.platform.database.engine import Database
from app.platform.errors import Conflict, Refused
from app.platform.idempotency import SpentForm, spend
from tests.reliability.together import together

both = pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])


@both
def test_nobody_and_nothing_is_booked_twice(
    hall: Any, race: Any, double_bookings: Any, half_written: Any, kind: str
) -> None:
    done = refused = 0
    for seed in range(4):
        tally = race(attempts=12, seed=seed)
        assert tally.errors == [], "only refusals that a person can read may come out of a race"
        done, refused = done + tally.done, refused + tally.refused
        with hall.database.reading() as session:
            assert double_bookings(session, hall) == []
            assert half_written(session, hall) == []
    assert done > 50, "the race must book"
    assert refused > 50, "the race must collide"


@both
def test_without_the_key_of_the_ledger_the_same_race_books_twice(
    hall: Any, race: Any, double_bookings: Any, drop_key: Any, kind: str
) -> None:
    drop_key(hall.database)
    for seed in range(10):
        race(attempts=12, seed=seed)
        with hall.database.reading() as session:
            if double_bookings(session, hall):
                return
    pytest.fail("without the key nothing was booked twice: the race proves nothing")


@pytest.mark.long
@pytest.mark.timeout(7200)
@both
def test_twenty_thousand_contended_attempts(
    hall: Any, race: Any, race_of_processes: Any, double_bookings: Any, half_written: Any, kind: str
) -> None:
    """T01 at length: nothing double, nothing half, and nothing but refusals that a person can read.

    Two processes on PostgreSQL; an SQLite file is served by one.
    """
    if kind == "postgres":
        tally = race_of_processes(attempts=1250, seed=11)
    else:
        tally = race(attempts=1250, seed=11, threads=16)
    assert tally.errors == []
    assert tally.done + tally.refused == 20_000
    assert min(tally.done, tally.refused) > 2_000, "the race must book, and it must collide"
    with hall.database.reading() as session:
        assert double_bookings(session, hall) == []
        assert half_written(session, hall) == []


@pytest.mark.long
@pytest.mark.timeout(1800)
@both
def test_without_the_key_the_processes_book_twice_within_five_thousand_attempts(
    hall: Any, race: Any, race_of_processes: Any, double_bookings: Any, drop_key: Any, kind: str
) -> None:
    """T02 at length: the control of the test above."""
    drop_key(hall.database)
    for seed in range(10):
        if kind == "postgres":
            race_of_processes(attempts=31, seed=seed)
        else:
            race(attempts=31, seed=seed, threads=16)
        with hall.database.reading() as session:
            if double_bookings(session, hall):
                return
    pytest.fail("without the key nothing was booked twice: the race proves nothing")


@both
def test_one_wish_is_held_once_however_many_give_it_a_slot(hall: Any, half_written: Any, kind: str) -> None:
    places = [(slot, table) for slot in hall.slots for table in hall.tables][:8]
    said = together(8, lambda number: hall.book(hall.wishes[0], *places[number]))
    strange = [one for one in said if isinstance(one, Exception) and not isinstance(one, Conflict)]
    assert strange == [], "each either moves the meeting or is told of the conflict"
    assert len({one for one in said if isinstance(one, int)}) == 1
    with hall.database.reading() as session:
        assert half_written(session, hall) == []


@both
def test_fifty_times_the_same_form_has_one_effect(
    database: Database, cast: Any, actor: Actor, now: datetime, kind: str
) -> None:
    form = {"with": str(cast.heads[1]), "topic": "Waste"}

    def send(number: int) -> None:
        with database.writing() as session:
            spend(session, sender="delegate 1", key="one key", form=form, now=now)
            wish_meeting(
                session,
                event=cast.event,
                from_id=cast.heads[0],
                to_id=cast.heads[1],
                topic="Waste",
                message=None,
                actor=actor,
                now=now,
            )

    said = together(50, send)
    assert sum(one is None for one in said) == 1
    assert all(one is None or isinstance(one, Conflict) for one in said), [one for one in said if one is not None]
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(MeetingWish)) == 1
        assert session.scalar(select(func.count()).select_from(SpentForm)) == 1


def test_the_same_key_with_other_words_is_refused_and_another_sender_is_not(session: Any, now: datetime) -> None:
    spend(session, sender="delegate 1", key="one key", form={"topic": "Waste"}, now=now)
    with pytest.raises(Refused):
        spend(session, sender="delegate 1", key="one key", form={"topic": "Buses"}, now=now)
    spend(session, sender="delegate 2", key="one key", form={"topic": "Waste"}, now=now)


@both
def test_of_two_editors_of_one_placement_one_saves(
    database: Database, placed: Any, cast: Any, actor: Actor, now: datetime, nine: datetime, kind: str
) -> None:
    with database.writing() as session:
        item = placed(session, "Workshop", (), 0)
        seen = session.scalars(select(DraftPlacement)).one()
    version, room_id, saved = seen.version, seen.room_id, 0
    for turn in range(1, 51):
        starts = [nine + timedelta(minutes=60 * (turn % 5) + 5 * number) for number in range(8)]

        def move(number: int, starts: list[datetime] = starts, version: int = version) -> datetime:
            with database.writing() as session:
                place(
                    session,
                    event=cast.event,
                    session_id=item.id,
                    room_id=room_id,
                    starts_at=starts[number],
                    version=version,
                    actor=actor,
                    now=now,
                )
            return starts[number]

        said = together(8, move)
        won = [one for one in said if isinstance(one, datetime)]
        assert len(won) == 1, said
        with database.reading() as session:
            stands = session.scalars(select(DraftPlacement)).one()
            assert stands.starts_at == won[0]
            version, saved = stands.version, saved + 1
    assert saved == 50, "of 400 who edited"
