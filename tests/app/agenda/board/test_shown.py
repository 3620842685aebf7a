"""What stands on the board: marks, costs and mends beside their sessions, free places, pictures."""

import re
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import select

from app.agenda.models import AgendaSession, DraftPlacement, SessionWindow
from app.agenda.service import release
from app.events.models import Event, EventDay, Room, RoomOpening
from tests.app.agenda.board.pages import BOARD, FIRST, HTMX, room_of, rules_on


def test_agd_10_marks_and_list_name_the_same_and_each_line_leads_to_its_item(
    organiser: Any, cast: Any, two: Any, version: Any, placed: Any
) -> None:
    """AGD-10: the answer to a move has the marks on the cards and the list, and each line links to its sessions."""
    one, other = two
    a = room_of(organiser, "room-a")
    onto = {"session_id": one, "spot": f"{a}|{FIRST}|11:30", "version": version(one)}
    text = organiser.post(f"{BOARD}/place", data=onto, headers=HTMX).text
    assert rules_on(text) == [("room_hosts_one_session", frozenset({"session-0", "session-1", "room-a"}))]
    for item in (one, other):
        card = re.search(rf'<a class="session-card[^"]*" [^>]*id="card-{item}".*?</a>', text, flags=re.S)[0]
        assert "blocks" in card
        assert ", broken rule 1" in card
        assert f"#card-{item}" in re.search(r'data-rule="room_hosts.*?</li>', text, flags=re.S)[0]


def test_agd_03_a_broken_rule_offers_the_nearest_place_that_breaks_none(
    organiser: Any, two: Any, plan: Any, version: Any
) -> None:
    """AGD-03, AGD-10: one press mends the rule; what is pinned is not the one that is moved."""
    one, other = two
    a = room_of(organiser, "room-a")
    organiser.post(f"{BOARD}/pin", data={"session_id": one, "kind": "both", "version": version(one)})
    onto = {"session_id": other, "spot": f"{a}|{FIRST}|09:30", "version": version(other)}
    text = organiser.post(f"{BOARD}/place", data=onto, headers=HTMX).text
    line = re.search(r'data-rule="room_hosts_one_session".*?</li>', text, flags=re.S)[0]
    form = re.search(
        r'<form class="inline" method="post" action="([^"]+)" data-board="">(.*?)</form>', line, flags=re.S
    )
    sent = dict(re.findall(r'name="([a-z_]+)" value="([^"]*)"', form[2]))
    assert sent["session_id"] == str(other)
    assert "Move Mobility to" in form[2]
    before = plan()
    assert organiser.post(form[1], data=sent).status_code == 303
    assert plan()[one] == before[one]
    assert rules_on(organiser.get(BOARD).text) == []


def test_agd_06_a_cost_is_beside_its_item_and_names_both_sessions(organiser: Any, two: Any, version: Any) -> None:
    """AGD-06: two sessions that one public wants cost their weight when they overlap; the line names the two."""
    from app.agenda.models import SessionClash

    one, other = two
    with organiser.app.state.database.writing() as session:
        session.add(SessionClash(session_id=one, other_id=other, weight=3))
    assert "Two sessions that one public wants" not in organiser.get(BOARD).text
    b = room_of(organiser, "room-b")
    beside = {"session_id": one, "spot": f"{b}|{FIRST}|11:30", "version": version(one)}
    text = organiser.post(f"{BOARD}/place", data=beside, headers=HTMX).text
    line = re.search(r"<li[^>]*>Two sessions that one public wants:.*?</li>", text, flags=re.S)[0]
    assert "Waste" in line
    assert "Mobility" in line
    assert "3 × 1" in line


def test_a_session_in_hand_shows_where_it_may_go_without_script(organiser: Any, two: Any) -> None:
    """AGD-09: frames on the grid are buttons of one form; what is taken by the other session is not among them."""
    one, _other = two
    a = room_of(organiser, "room-a")
    text = organiser.get(f"{BOARD}?hold={one}&day={FIRST}").text
    offered = re.findall(r'form="hold-form" name="spot" value="(\d+)\|2019-09-03\|(\d\d:\d\d)"', text)
    assert (str(a), "09:00") in offered
    assert all(int(room) != a or at in {"09:00", "12:00"} for room, at in offered)
    with organiser.app.state.database.reading() as session:
        version = session.scalars(select(DraftPlacement.version).where(DraftPlacement.session_id == one)).one()
    assert f'name="version" value="{version}"' in text


def test_agd_12_pictures_of_rooms_and_people_have_words(organiser: Any, cast: Any, two: Any, placed: Any) -> None:
    with organiser.app.state.database.writing() as session:
        placed(session, "Third", cast.heads[:1], 240)
    text = organiser.get(f"{BOARD}?view=people").text
    assert text.count('role="img"') >= 2
    assert "Room A: " in text
    assert "of the open hours; 3 sessions" in text
    assert "Mayor of Phnom Penh, Tue 3 Sep: 2 h busy" in text or "2 h 00 min busy" in text


@pytest.mark.parametrize(
    ("timezone", "first"), [("Europe/Vienna", "09:00"), ("Asia/Kolkata", "13:00"), ("Asia/Kathmandu", "13:00")]
)
def test_the_hours_beside_the_rooms_are_those_of_the_venue(
    organiser: Any, cast: Any, two: Any, timezone: str, first: str
) -> None:
    """A day from 07:00 to 16:00 UTC: where clocks differ from UTC by half an hour or three quarters, hours are whole."""
    with organiser.app.state.database.writing() as session:
        session.get_one(Event, cast.event.id).timezone = timezone
    axis = re.search(r'<div class="lane axis.*?</div>', organiser.get(BOARD).text, flags=re.S)[0]
    told = re.findall(r'<span class="r(\d+) s1">(\d\d:\d\d)</span>', axis)
    assert told[0][1] == first
    assert len(told) == 9
    assert all(at.endswith(":00") for _row, at in told)
    assert {int(other) - int(one) for (one, _), (other, _) in pairwise(told)} == {12}


def test_a_window_that_holds_no_whole_step_leaves_the_board_standing(
    organiser: Any, cast: Any, two: Any, nine: datetime
) -> None:
    """AGD-07: rows from before such a window was refused: no time at all, which a rule says."""
    one, _other = two
    with organiser.app.state.database.writing() as session:
        at = nine + timedelta(minutes=1)
        session.add(SessionWindow(session_id=one, starts_at=at, ends_at=at + timedelta(minutes=3)))
        room = session.scalars(select(Room).where(Room.slug == "room-b")).one()
        session.add(RoomOpening(room_id=room.id, starts_at=at, ends_at=at + timedelta(minutes=3)))
    answer = organiser.get(BOARD)
    assert answer.status_code == 200
    assert [rule for rule, _subjects in rules_on(answer.text)] == ["inside_windows"]


def test_a_row_of_the_list_has_only_what_its_dialog_needs(organiser: Any, two: Any, version: Any) -> None:
    """ADM-08: two hundred of them stand on one page, which is to stay under 150 kB beside its broken rules."""
    one, _other = two
    text = organiser.get(f"{BOARD}?view=list").text
    row = re.search(rf'<tr id="session-{one}".*?</tr>', text, flags=re.S)[0]
    link = re.search(r"<a ([^>]*)>Waste</a>", row)[1]
    assert re.findall(r'([a-z-]+)="', link) == ["id", "href", "data-card", "data-version"]
    assert f'data-version="{version(one)}"' in link
    assert re.findall(r">\s+<t", row) == []


def test_agd_12_what_a_room_is_used_is_told_of_its_own_hours(
    organiser: Any, cast: Any, two: Any, placed: Any, nine: datetime, actor: Any, now: datetime
) -> None:
    """AGD-04: a room that is open for four hours a day and used for three, on the board, in its picture and at home."""
    with organiser.app.state.database.writing() as session:
        placed(session, "Transport", cast.heads[2:3], 180)
        room = session.scalars(select(Room).where(Room.slug == "room-a")).one()
        days = len(session.scalars(select(EventDay).where(EventDay.event_id == cast.event.id)).all())
        for number in range(days):
            at = nine + timedelta(days=number)
            session.add(RoomOpening(room_id=room.id, starts_at=at, ends_at=at + timedelta(hours=4)))
        session.flush()
        session.expire_all()
        event = session.get_one(Event, cast.event.id)
        release(session, event=event, name="One", note=None, actor=actor, now=now)
        used = sum(session.scalars(select(AgendaSession.duration_minutes)))
    told = r"Room A.*?(\d+) % of the open hours"
    head = re.search(told, organiser.get(BOARD).text, flags=re.S)
    assert int(head[1]) == round(100 * used / 240)
    for page in (f"{BOARD}?view=people", "/e/test-event/manage"):
        words = re.search(r"Room A: (\d+) % of the open hours", organiser.get(page).text)
        assert int(words[1]) == round(100 * used / (240 * days)), page
