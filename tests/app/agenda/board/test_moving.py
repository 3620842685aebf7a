"""The board's changes by hand: to a place, to the tray, pinned there; each through the address that pages use."""

import re
from typing import Any

import pytest
from sqlalchemy import select

from app.accounts.enums import Role
from app.agenda.enums import Severity
from app.agenda.models import AgendaRules, DraftStep
from app.agenda.planner import build_problem, read_facts, solution_of
from app.agenda.queries import current_draft
from tests.app.agenda.board.pages import BOARD, FIRST, HTMX, room_of, step_of


def test_agd_09_dialog_and_spot_give_the_same_place(organiser: Any, two: Any, plan: Any, version: Any) -> None:
    """AGD-09: day, time and room of the dialog and the one word that drag and keys send lead to the same row."""
    one, _other = two
    room = room_of(organiser, "room-b")
    dialog = {"session_id": one, "day": FIRST, "time": "14:05", "room_id": room, "version": version(one)}
    answer = organiser.post(f"{BOARD}/place", data=dialog, follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"].endswith(f"?day={FIRST}&view=rooms#card-{one}")
    by_dialog = plan()[one]
    organiser.post(f"{BOARD}/undo", data={"step_id": step_of(organiser)})
    assert plan()[one] != by_dialog
    spot = {"session_id": one, "spot": f"{room}|{FIRST}|14:05", "version": version(one)}
    answer = organiser.post(f"{BOARD}/place", data=spot, headers=HTMX)
    assert answer.status_code == 200
    assert plan()[one] == by_dialog
    assert 'hx-swap-oob="innerHTML:#live"' in answer.text
    assert "Waste: Tue 3 Sep, 14:05" in answer.text
    assert "<html" not in answer.text


def test_agd_09_to_another_day_and_to_the_tray(organiser: Any, two: Any, plan: Any, version: Any) -> None:
    """AGD-09: the answer shows the day to which a session went; a session in the tray has no place and is in its list."""
    one, _other = two
    room = room_of(organiser, "room-a")
    to_next = {"session_id": one, "spot": f"{room}|2019-09-04|10:00", "version": version(one), "on": FIRST}
    answer = organiser.post(f"{BOARD}/place", data=to_next, headers=HTMX)
    assert answer.headers["HX-Replace-Url"] == f"{BOARD}?day=2019-09-04&view=rooms"
    assert f'id="card-{one}"' in answer.text
    to_tray = {"session_id": one, "spot": "tray", "version": version(one), "on": "2019-09-04"}
    answer = organiser.post(f"{BOARD}/place", data=to_tray, headers=HTMX)
    assert one not in plan()
    assert re.search(rf'class="tray-card"\s+id="card-{one}"', answer.text)
    assert "Waste: not placed" in answer.text
    back = {"session_id": one, "spot": f"{room}|{FIRST}|09:00", "on": FIRST}
    assert organiser.post(f"{BOARD}/place", data=back, headers=HTMX).status_code == 200
    assert plan()[one][1] == "2019-09-03T07:00:00+00:00"


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"day": FIRST, "time": "9 o'clock"}, "time"),
        ({"day": FIRST, "time": "09:03"}, "time"),
        ({"day": FIRST, "time": "03:00"}, "time"),
        ({"day": "2019-09-31", "time": "09:00"}, "time"),
        ({"time": "09:00"}, "day"),
    ],
)
def test_a_place_that_is_none_is_refused_with_the_field_named(
    organiser: Any, two: Any, plan: Any, version: Any, typed: dict[str, str], field: str
) -> None:
    before = plan()
    data = {"session_id": two[0], "room_id": room_of(organiser, "room-b"), "version": version(two[0]), **typed}
    answer = organiser.post(f"{BOARD}/place", data=data)
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text or f'id="move-{field}-error"' in answer.text
    if "time" in typed:
        assert typed["time"].replace("'", "&#39;") in answer.text, "what was typed is kept"
    assert plan() == before


def test_what_is_of_another_event_or_no_session_is_not_there(organiser: Any, two: Any) -> None:
    room = room_of(organiser, "room-a")
    for session_id in (999, 2**31 - 1):
        data = {"session_id": session_id, "spot": f"{room}|{FIRST}|09:00"}
        assert organiser.post(f"{BOARD}/place", data=data).status_code == 404
    assert organiser.post(f"{BOARD}/place", data={"session_id": 2**70, "spot": "tray"}).status_code == 422
    assert organiser.get(f"{BOARD}/move/999").status_code == 404
    assert organiser.get(f"{BOARD}?hold=999").status_code == 404


@pytest.mark.parametrize(
    ("kind", "pinned"),
    [("time", {"start": True}), ("room", {"room": True}), ("both", {"start": True, "room": True}), ("none", {})],
)
def test_agd_12_pins_keep_room_time_or_both(
    organiser: Any, cast: Any, two: Any, version: Any, kind: str, pinned: dict[str, bool]
) -> None:
    """AGD-12: a run is bound to exactly what is pinned; the page says so."""
    one, _other = two
    organiser.post(f"{BOARD}/pin", data={"session_id": one, "kind": "both", "version": version(one)})
    organiser.post(f"{BOARD}/pin", data={"session_id": one, "kind": kind, "version": version(one)})
    with organiser.app.state.database.reading() as session:
        facts = read_facts(session, cast.event)
        draft = current_draft(session, cast.event.id)
        problem, solution = build_problem(session, facts, draft), solution_of(facts, draft)
    entry = next(item for item in problem.sessions if item.id == "session-0")
    place = next(place for place in solution.placements if place.session == "session-0")
    if not pinned:
        assert entry.pin is None
    else:
        assert entry.pin.start == (place.start if pinned.get("start") else None)
        assert entry.pin.room == (place.room if pinned.get("room") else None)
    page = organiser.get(f"{BOARD}?view=list").text
    assert ('aria-label="pinned"' in page) == (kind != "none")


def test_agd_08_a_rule_that_blocks_refuses_the_edit_and_leaves_all_as_it_was(
    organiser: Any, cast: Any, two: Any, plan: Any, version: Any
) -> None:
    """AGD-08: with the severity "block" a hand edit that would break the rule is refused; one that does not is made."""
    one, _other = two
    a = room_of(organiser, "room-a")
    with organiser.app.state.database.writing() as session:
        session.add(
            AgendaRules(event_id=cast.event.id, severities={"room_hosts_one_session": Severity.BLOCK.value}, weights={})
        )
    before = plan()
    onto = {"session_id": one, "spot": f"{a}|{FIRST}|11:30", "version": version(one)}
    answer = organiser.post(f"{BOARD}/place", data=onto)
    assert answer.status_code == 422
    assert "Mobility" in answer.text
    assert plan() == before
    with organiser.app.state.database.reading() as session:
        assert session.scalars(select(DraftStep)).all()[-1].verb.value == "placed"
    free = {**onto, "spot": f"{a}|{FIRST}|13:00"}
    assert organiser.post(f"{BOARD}/place", data=free).status_code == 303
    assert plan() != before


def test_others_may_not_move_anything(client: Any, sign_in: Any, cast: Any, two: Any, plan: Any) -> None:
    before = plan()
    sign_in(Role.DESK, event_id=cast.event.id)
    for path in ("place", "pin", "undo", "redo"):
        assert client.post(f"{BOARD}/{path}", data={"session_id": two[0], "spot": "tray"}).status_code == 403
    assert plan() == before


def test_agd_09_days_that_are_none_of_the_edition_are_refused_with_what_was_typed(
    organiser: Any, two: Any, plan: Any, version: Any
) -> None:
    """AGD-09: the first day that there is, too; in UTC it has not begun yet."""
    one, _other = two
    before = plan()
    for day, at in (("0001-01-01", "00:00"), ("9999-12-31", "23:55"), ("2019-02-30", "10:00"), (FIRST, "25:00")):
        data = {"session_id": one, "room_id": room_of(organiser, "room-b"), "day": day, "time": at}
        answer = organiser.post(f"{BOARD}/place", data={**data, "version": version(one)})
        assert answer.status_code == 422, day
        assert "1 thing to mend" in answer.text
    assert plan() == before
