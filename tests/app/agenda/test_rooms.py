"""AGD-04: a room is closed and opened on its page; what stands in it is named, and no run puts anything there."""

import re
from typing import Any

import pytest
from sqlalchemy import select

from app.accounts.enums import Role
from app.agenda.models import AgendaSession
from app.agenda.planner import build_problem, read_facts
from app.agenda.queries import current_draft
from app.events.models import Room, RoomOpening
from app.platform.audit import AuditEntry, AuditValue

HERE = "/e/test-event/manage/agenda"
FIRST, SECOND = "2019-09-03", "2019-09-04"


@pytest.fixture
def office(client: Any, sign_in: Any, cast: Any) -> Any:
    sign_in(Role.ORGANISER, event_id=cast.event.id)
    return client


def _room(office: Any) -> int:
    with office.app.state.database.reading() as session:
        return int(session.scalars(select(Room.id).where(Room.slug == "room-a")).one())


def _open(office: Any, event: Any) -> Any:
    with office.app.state.database.reading() as session:
        problem = build_problem(session, read_facts(session, event), current_draft(session, event.id))
        return next(room.open for room in problem.rooms if room.id == "room-a")


def test_agd_04_a_room_is_closed_on_its_page_and_what_stands_in_it_is_named(
    office: Any, cast: Any, placed: Any
) -> None:
    """AGD-04: two hours, the rest of that day, then both days; opened again piece by piece it is as it was."""
    with office.app.state.database.writing() as session:
        placed(session, "Waste", cast.heads[:1], 60)
    page = office.get(f"{HERE}/rooms").text
    assert "Stands in a closed room" not in page
    assert _open(office, cast.event) is None
    room = _room(office)
    for day, since, until in ((FIRST, "10:00", "12:00"), (FIRST, "12:00", "18:00"), (SECOND, "09:00", "18:00")):
        sent = {"room_id": room, "on": day, "since": since, "until": until}
        assert office.post(f"{HERE}/rooms", data=sent).status_code == 303
    page = office.get(f"{HERE}/rooms").text
    assert "Stands in a closed room" in page
    assert "“Waste” runs from Tue 3 Sep 10:00 to 11:00" in page
    day = 24 * 12
    hours = set(range(day + 9 * 12, day + 18 * 12)) | set(range(2 * day + 9 * 12, 2 * day + 18 * 12))
    left = {tick for start, end in _open(office, cast.event) for tick in range(start, end)} & hours
    assert left == set(range(day + 9 * 12, day + 10 * 12))
    board = office.get(HERE).text
    assert "inside_a_day_and_open_hours" in board
    assert re.search(r'<div class="closed r13 s96"><span>closed 10:00 to 18:00</span>', board)
    forms = re.findall(r'<form class="inline" method="post" action="[^"]*/rooms">(.*?)</form>', page, flags=re.S)
    assert len(forms) == 2
    for form in forms:
        sent = dict(re.findall(r'name="([a-z_]+)" value="([^"]*)"', form))
        assert office.post(f"{HERE}/rooms", data=sent).status_code == 303
    assert _open(office, cast.event) is None
    assert "Stands in a closed room" not in office.get(f"{HERE}/rooms").text


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"since": "12:00", "until": "10:00"}, "The end comes after the start."),
        ({"since": "03:00", "until": "04:00"}, "outside the hours"),
        ({"since": "noon"}, "since"),
        ({"on": "0001-01-01", "since": "00:00", "until": "01:00"}, "not during the event"),
        ({"room_id": "9999999999"}, "room_id"),
    ],
)
def test_agd_04_hours_that_are_none_are_refused(office: Any, cast: Any, typed: dict[str, str], words: str) -> None:
    sent = {"room_id": _room(office), "on": FIRST, "since": "10:00", "until": "12:00", **typed}
    answer = office.post(f"{HERE}/rooms", data=sent)
    assert answer.status_code == 422
    assert words in answer.text
    with office.app.state.database.reading() as session:
        assert session.scalars(select(RoomOpening)).all() == []


def test_agd_04_another_event_s_room_is_not_there(office: Any, cast: Any) -> None:
    sent = {"room_id": 999, "on": FIRST, "since": "10:00", "until": "12:00"}
    assert office.post(f"{HERE}/rooms", data=sent).status_code == 404


FURNISHED = {
    "capacity": "120",
    "booths": "3",
    "layouts": "theatre, roundtable",
    "features": "large_stage, VIP access,  large_stage",
    "turnover_minutes": "15",
}


def _of_room(office: Any) -> dict[str, Any]:
    with office.app.state.database.reading() as session:
        room = session.scalars(select(Room).where(Room.slug == "room-a")).one()
        return {name: getattr(room, name) for name in (*FURNISHED, "version")}


def test_agd_04_what_a_room_has_is_changed_on_its_page(office: Any, cast: Any, placed: Any) -> None:
    """AGD-04: seats, booths, layouts, equipment, time to set up; a session that no longer fits is told, the log has it."""
    with office.app.state.database.writing() as session:
        placed(session, "Waste", cast.heads[:1], 60)
        session.scalars(select(AgendaSession)).one().booths = 2
    address = f"{HERE}/rooms/{_room(office)}"
    assert office.post(address, data=FURNISHED | {"version": _of_room(office)["version"]}).status_code == 303
    after = _of_room(office)
    assert after | {"version": 0} == {
        "capacity": 120, "booths": 3, "layouts": ["theatre", "roundtable"], "features": ["large_stage", "VIP access"],
        "turnover_minutes": 15, "version": 0,
    }  # fmt: skip
    assert 'value="large_stage, VIP access"' in office.get(f"{HERE}/rooms").text
    assert "2 are needed" not in office.get(HERE).text
    fewer = FURNISHED | {"booths": "1", "layouts": "", "version": after["version"]}
    assert office.post(address, data=fewer).status_code == 303
    assert (_of_room(office)["booths"], _of_room(office)["layouts"]) == (1, [])
    with office.app.state.database.reading() as session:
        lines = session.scalars(select(AuditEntry).where(AuditEntry.action == "room.changed").order_by(AuditEntry.id))
        written = select(AuditValue).where(AuditValue.entry_id == list(lines)[-1].id)
        last = {one.field: (one.before, one.after) for one in session.scalars(written)}
    assert set(last) == {"booths", "layouts"}
    assert last["booths"] == ("3", "1")
    assert "“Waste” cannot be in Room A: it has 1 booths, 2 are needed." in office.get(HERE).text


@pytest.mark.parametrize(
    ("name", "typed"), [("capacity", "many"), ("booths", "-1"), ("turnover_minutes", "721"), ("layouts", "x" * 41)]
)
def test_agd_04_what_no_room_has_is_refused_and_stays_typed(office: Any, cast: Any, name: str, typed: str) -> None:
    before = _of_room(office)
    sent = FURNISHED | {"version": before["version"], "features": "a thing typed", name: typed}
    answer = office.post(f"{HERE}/rooms/{_room(office)}", data=sent)
    assert answer.status_code == 422
    assert f'value="{typed}"' in answer.text
    assert 'value="a thing typed"' in answer.text
    assert f'href="#{name}"' in answer.text
    assert answer.text.count(f'id="{name}"') == 1
    assert re.search(r'<details class="fold" id="room-\d+" data-parts open>', answer.text)
    assert _of_room(office) == before


def test_agd_04_the_second_save_of_a_room_shows_both_versions(office: Any, cast: Any) -> None:
    """AGD-04: 409 with theirs and mine, nothing changed; one's own can be kept from there."""
    address, seen = f"{HERE}/rooms/{_room(office)}", _of_room(office)["version"]
    assert office.post(address, data=FURNISHED | {"version": seen}).status_code == 303
    late = office.post(address, data=FURNISHED | {"version": seen, "capacity": "77"})
    assert late.status_code == 409
    assert _of_room(office)["capacity"] == 120
    assert 'name="mine.capacity" value="77"' in late.text
    assert f'href="{HERE}/rooms"' in late.text
    hidden = dict(re.findall(r'<input type="hidden" name="([\w.]+)" value="([^"]*)"', late.text))
    assert office.post(address, data=hidden | {"keep": "mine"}).status_code == 303
    assert _of_room(office)["capacity"] == 77


def test_agd_04_a_room_that_takes_no_sessions_is_not_there(office: Any, cast: Any) -> None:
    sent = FURNISHED | {"version": "1"}
    assert office.post(f"{HERE}/rooms/999", data=sent).status_code == 404
    room = _room(office)
    with office.app.state.database.writing() as session:
        session.get(Room, room).takes_sessions = False
    assert office.post(f"{HERE}/rooms/{room}", data=sent).status_code == 404
