"""PUB-2: the released agenda as one list by time, laid on rooms and hours by classes; filters stand in the address."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.agenda.public_days import Wanted, public_days
from app.agenda.queries import newest_release
from app.agenda.service import release
from app.agenda.shown import shown_sessions
from app.events.models import Challenge, Event


@pytest.fixture
def released(client: Any, cast: Any, placed: Any, actor: Any, now: Any) -> Any:
    """Three sessions on one morning: two rooms at nine, room A again at half past ten with a challenge."""
    with client.app.state.database.writing() as session:
        waste = Challenge(event_id=cast.event.id, code="waste", names={"en": "Waste"}, position=1)
        session.add(waste)
        session.flush()
        placed(session, "Early in A", (cast.people[0],), 0)
        placed(session, "Early in B", (cast.people[1],), 0, room="room-b")
        placed(session, "Late in A", (cast.people[2],), 90).challenge_id = waste.id
        release(session, event=session.get_one(Event, cast.event.id), name="One", note=None, actor=actor, now=now)
    return client


def _items(page: str) -> dict[str, str]:
    """The classes of each session on the page, by its title, in the order of the page."""
    found = re.findall(r'<li class="day-item\s+([^"]*)".*?<h3><a[^>]*>([^<]*)</a>', page, flags=re.DOTALL)
    return {title: classes for classes, title in found}


def test_each_session_stands_once_by_time_and_in_the_column_of_its_room(released: Any, cast: Any) -> None:
    page = released.get(f"/e/{cast.event.slug}/agenda").text
    assert _items(page) == {
        "Early in A": "workshop c2 w1 r2 s12",
        "Early in B": "workshop c3 w1 r2 s12",
        "Late in A": "workshop c2 w1 r20 s12",
    }
    heads = re.findall(r'<li class="room (c\d+)" aria-hidden="true"><strong>([^<]*)', page)
    assert heads == [("c2", "Room A"), ("c3", "Room B")]
    assert re.findall(r'class="hour c1 w3 (r\d+) s1" aria-hidden="true"><span>(\d\d:\d\d)', page) == [
        ("r2", "09:00"),
        ("r14", "10:00"),
        ("r26", "11:00"),
    ]


def test_the_filters_of_the_address_leave_what_they_say(released: Any, cast: Any) -> None:
    agenda = f"/e/{cast.event.slug}/agenda"
    assert list(_items(released.get(f"{agenda}?challenge=waste").text)) == ["Late in A"]
    assert list(_items(released.get(f"{agenda}?room=room-b").text)) == ["Early in B"]
    nothing = released.get(f"{agenda}?room=room-b&challenge=waste&day=2019-09-03").text
    assert _items(nothing) == {}
    assert "No session fits these filters on this day." in nothing
    assert '<option value="waste" selected>Waste</option>' in nothing
    assert "?day=2019-09-03" in nothing, "a way out that keeps the day"


def test_a_day_that_is_larger_than_the_classes_stays_a_list(released: Any, cast: Any) -> None:
    with released.app.state.database.reading() as session:
        event = session.get_one(Event, cast.event.id)
        shown = shown_sessions(session, event, newest_release(session, event.id))
        laid = public_days(event, shown, wanted=Wanted(), days=(), rooms=("room-b", "room-a"))
        assert [head.name for head in laid[0].rooms] == ["Room B", "Room A"]
        assert [head.name for head in public_days(event, shown, wanted=Wanted(), days=(), rooms=())[0].rooms] == [
            "Room A",
            "Room B",
        ], "rooms that are there no more stand last, by name"
    long = replace(shown[-1], ends_at=shown[-1].starts_at + timedelta(hours=30))
    day = public_days(event, (*shown[:-1], long), wanted=Wanted(), days=(), rooms=("room-a", "room-b"))[0]
    assert (day.rooms, day.hours, {laid.spot for laid in day.sessions}) == ((), (), {None})
