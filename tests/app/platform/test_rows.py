"""Rows that are written past the unit of work are known to their session as if it had written them."""

from typing import Any

import pytest
from sqlalchemy import inspect, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.exc import StaleDataError

from app.events.models import Room, Site
from app.platform.database.rows import add_new_row, add_row, save_row


@pytest.fixture
def room(session: Session, cast: Any) -> Room:
    site_id = session.scalars(select(Site.id).where(Site.event_id == cast.event.id)).first()
    row = Room(event_id=cast.event.id, site_id=site_id, slug="annex", name="Annex", capacity=30, version=1)
    add_row(session, row)
    return row


def test_a_row_that_was_added_is_the_one_that_a_query_finds(session: Session, room: Room) -> None:
    assert inspect(room).persistent
    assert session.scalars(select(Room).where(Room.slug == "annex")).one() is room
    assert room.layouts == [], "what was not set is what the column has by itself"
    room.name = "Large annex"
    session.flush()
    session.expire(room)
    assert (room.name, room.version) == ("Large annex", 2)


def test_a_row_is_saved_once_for_each_time_it_was_read(session: Session, room: Room) -> None:
    save_row(session, room, name="Annex B", capacity=20)
    assert (room.name, room.capacity, room.version) == ("Annex B", 20, 2)
    assert room not in session.dirty
    session.expire(room)
    assert (room.name, room.capacity, room.version) == ("Annex B", 20, 2)
    session.connection().exec_driver_sql("UPDATE room SET version = 3 WHERE slug = 'annex'")
    with pytest.raises(StaleDataError):
        save_row(session, room, name="Annex C")


def test_a_savepoint_that_is_undone_takes_its_rows_back(session: Session, room: Room, cast: Any) -> None:
    inside = session.begin_nested()
    save_row(session, room, name="Annex B")
    other = Room(event_id=cast.event.id, site_id=room.site_id, slug="other", name="Other", capacity=5, version=1)
    add_row(session, other)
    inside.rollback()
    assert (room.name, room.version) == ("Annex", 1)
    assert session.scalars(select(Room).where(Room.slug == "other")).first() is None
    save_row(session, room, name="Annex C")
    assert room.version == 2


def test_a_savepoint_that_is_undone_leaves_what_was_known_before_it(session: Session, room: Room) -> None:
    """A booking tries one table after the other: what it read and saved before stays as it was."""
    site = session.get_one(Site, room.site_id)
    set_committed_value(room, "site", site)
    save_row(session, room, name="Annex B")
    inside = session.begin_nested()
    save_row(session, room, capacity=5)
    inside.rollback()
    assert (room.name, room.capacity, room.version) == ("Annex B", 30, 2)
    assert room.site is site, "a relation is never read by itself"


def test_of_two_rows_with_one_key_the_second_is_not_written(session: Session, room: Room) -> None:
    values = {"event_id": room.event_id, "site_id": room.site_id, "slug": "annex", "name": "Again", "capacity": 1}
    assert add_new_row(session, Room(**values, version=1)) is None
    free = add_new_row(session, Room(**{**values, "slug": "free"}, version=1))
    assert free is not None
    assert session.get_one(Room, free.id) is free
