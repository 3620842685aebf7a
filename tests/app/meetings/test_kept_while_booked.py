"""What is kept while meetings are booked reads no table that a booking changes."""

import re
from typing import Any

from sqlalchemy import event as listening

from app.agenda.absences import answers_of
from app.agenda.board.released import read_release
from app.agenda.planner.ground import read_ground as read_agenda_ground
from app.claims.enums import BOOKED, HoldingKind
from app.delegations.lists import people_listed
from app.delegations.models import Delegate
from app.meetings.ground import read_ground
from app.meetings.house import read_house
from app.meetings.misfits import read_with_times
from app.meetings.pool import pool_of
from app.office.standing import read_standing
from app.printing.queries import own_itinerary_of

CHANGED = {*BOOKED, "wish_person", "substitution", "holding", "claim", "outbox_mail"}


def tables_read(database: Any, read: Any) -> set[str]:
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, given: Any, *_rest: Any) -> None:
        # Of the ledger what meetings hold, and the ways to them, may be left out.
        values = given.values() if isinstance(given, dict) else given
        if not ("holding.kind NOT IN" in statement and HoldingKind.MEETING.value in values):
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


def test_the_people_themselves(database: Any, cast: Any) -> None:
    def read(session: Any) -> None:
        pool_of(session, cast.event).people.by_id(session, cast.heads)

    assert tables_read(database, read) & CHANGED == set()


def test_the_ground_of_meetings(database: Any, cast: Any) -> None:
    assert tables_read(database, lambda session: read_ground(session, cast.event.id, "")) & CHANGED == set()


def test_the_seats_of_somebody(database: Any, cast: Any) -> None:
    assert tables_read(database, lambda session: answers_of(session, cast.heads[0])) & CHANGED == set()


def test_a_day_but_for_its_meetings(database: Any, cast: Any) -> None:
    """The first reading asks for all of it, the second for the meetings alone."""

    def read(session: Any) -> None:
        ground = read_ground(session, cast.event.id, "a state")
        own_itinerary_of(session, cast.event, session.get_one(Delegate, cast.heads[0]), ground=ground)

    whole, booked = tables_read(database, read), tables_read(database, read)
    assert whole & CHANGED == booked & CHANGED == {"meeting", "meeting_wish", "wish_person"}
    assert {"released_session", "visit", "partnership"} <= whole - booked


def test_what_the_home_keeps(database: Any, cast: Any) -> None:
    assert tables_read(database, lambda session: read_standing(session, cast.event)) & CHANGED == set()


def test_the_list_of_people_and_its_rows(database: Any, cast: Any) -> None:
    assert (
        tables_read(database, lambda session: people_listed(session, cast.event.id, filters={}, sort="rank")) & CHANGED
        == set()
    )


def test_who_is_not_there_all_the_time(database: Any, cast: Any) -> None:
    assert tables_read(database, lambda session: read_with_times(session, cast.event.id)) & CHANGED == set()


def test_the_ground_of_the_agenda_and_its_release(database: Any, cast: Any) -> None:
    assert tables_read(database, lambda session: read_agenda_ground(session, cast.event.id)) & CHANGED == set()
    assert tables_read(database, lambda session: read_release(session, cast.event.id)) & CHANGED == set()


def test_the_house(database: Any, cast: Any) -> None:
    assert tables_read(database, lambda session: read_house(session, cast.event.id)) & CHANGED == set()
