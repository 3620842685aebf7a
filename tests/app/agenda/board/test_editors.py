"""AGD-15: two editors of one draft lose nothing, and read who was first."""

import re
from typing import Any

from tests.app.agenda.board.pages import BOARD, FIRST, HTMX, room_of, step_of


def test_agd_15_the_second_save_gets_both_versions(organiser: Any, two: Any, plan: Any, version: Any) -> None:
    """T45, AGD-15: a stale save is refused with both places shown; each way out works, and nothing was lost before."""
    one, _other = two
    a, b = room_of(organiser, "room-a"), room_of(organiser, "room-b")
    seen = version(one)
    organiser.post(f"{BOARD}/place", data={"session_id": one, "spot": f"{a}|{FIRST}|13:00", "version": seen})
    first = plan()
    late = {"session_id": one, "spot": f"{b}|{FIRST}|15:30", "version": seen, "on": FIRST}
    for headers in ({}, HTMX):
        answer = organiser.post(f"{BOARD}/place", data=late, headers=headers)
        assert answer.status_code == 409
        assert plan() == first
        for words in ("Changed meanwhile by Organiser", "13:00", "15:30", "Room A", "Room B"):
            assert words in answer.text, words
    assert answer.headers["HX-Retarget"] == "#board-dialog"
    fields = dict(re.findall(r'name="([a-z_.]+)" value="([^"]*)"', answer.text))
    mine = {
        name: text for name, text in fields.items() if name.startswith("mine.") or name in {"session_id", "version"}
    }
    assert organiser.post(f"{BOARD}/place", data={**mine, "keep": "mine"}).status_code == 303
    assert plan()[one][:2] == (b, "2019-09-03T13:30:00+00:00")
    # A mix: their room, my time.
    late = {**late, "spot": f"{a}|{FIRST}|16:00", "version": seen}
    fields = dict(re.findall(r'name="([a-z_]+)" value="([^"]*)"', organiser.post(f"{BOARD}/place", data=late).text))
    mix = {"session_id": one, "version": fields["version"], "day": FIRST, "time": "16:00", "room_id": b}
    organiser.post(f"{BOARD}/place", data=mix)
    assert plan()[one][:2] == (b, "2019-09-03T14:00:00+00:00")


def test_agd_15_late_trays_and_pins_are_refused_too(organiser: Any, two: Any, plan: Any, version: Any) -> None:
    """AGD-15: putting back, pinning and placing what somebody else put back: all get both versions."""
    one, _other = two
    a, seen = room_of(organiser, "room-a"), version(one)
    organiser.post(f"{BOARD}/place", data={"session_id": one, "spot": f"{a}|{FIRST}|13:00", "version": seen})
    first = plan()
    answers = [
        organiser.post(f"{BOARD}/place", data={"session_id": one, "spot": "tray", "version": seen}),
        organiser.post(f"{BOARD}/pin", data={"session_id": one, "kind": "both", "version": seen}),
    ]
    assert [answer.status_code for answer in answers] == [409, 409]
    assert all("Changed meanwhile" in answer.text for answer in answers)
    assert plan() == first
    organiser.post(f"{BOARD}/place", data={"session_id": one, "spot": "tray", "version": version(one)})
    answer = organiser.post(f"{BOARD}/place", data={"session_id": one, "spot": f"{a}|{FIRST}|15:00", "version": 2})
    assert answer.status_code == 409
    assert "not placed" in answer.text
    assert one not in plan()


def test_agd_15_who_took_a_step_back_is_named_too(organiser: Any, two: Any, version: Any) -> None:
    """AGD-15: placed by the office's own set-up, taken back by the organiser: the late one reads who it was."""
    one, _other = two
    b, seen = room_of(organiser, "room-b"), version(one)
    organiser.post(f"{BOARD}/place", data={"session_id": one, "spot": f"{b}|{FIRST}|13:00", "version": seen})
    organiser.post(f"{BOARD}/undo", data={"step_id": step_of(organiser)})
    late = {"session_id": one, "spot": f"{b}|{FIRST}|15:00", "version": seen}
    assert "Changed meanwhile by Organiser" in organiser.post(f"{BOARD}/place", data=late).text


def test_agd_15_a_board_learns_who_changed_the_draft(organiser: Any, two: Any, version: Any) -> None:
    """AGD-15: nothing while it is as it was seen; then who and when."""
    one, _other = two
    stamp = re.search(r'data-stamp="(\w+)"', organiser.get(BOARD).text)[1]
    assert organiser.get(f"{BOARD}/news?seen={stamp}").status_code == 204
    b = room_of(organiser, "room-b")
    organiser.post(f"{BOARD}/place", data={"session_id": one, "spot": f"{b}|{FIRST}|13:00", "version": version(one)})
    assert organiser.get(f"{BOARD}/news?seen={stamp}").json() == {"said": "Organiser changed the agenda at 09:12."}


def test_moves_of_different_sessions_both_stand(organiser: Any, two: Any, plan: Any, version: Any) -> None:
    """AGD-15: a page that is old for one session is not old for the other."""
    one, other = two
    b = room_of(organiser, "room-b")
    seen = {item: version(item) for item in two}
    for item, at in ((one, "13:00"), (other, "15:00")):
        data = {"session_id": item, "spot": f"{b}|{FIRST}|{at}", "version": seen[item]}
        assert organiser.post(f"{BOARD}/place", data=data).status_code == 303
    assert {place[0] for place in plan().values()} == {b}


def test_agd_15_a_session_that_went_to_the_tray_and_came_again_is_another_version(
    organiser: Any, two: Any, plan: Any, version: Any
) -> None:
    """AGD-15: the row is new; whoever saw the one before is told, be it placed anew or brought back by a step."""
    one, _other = two
    b, seen = room_of(organiser, "room-b"), {version(one)}
    for number in range(8):
        organiser.post(f"{BOARD}/place", data={"session_id": one, "spot": "tray", "version": version(one)})
        if number % 2:
            organiser.post(f"{BOARD}/undo", data={"step_id": step_of(organiser)})
        else:
            organiser.post(
                f"{BOARD}/place", data={"session_id": one, "spot": f"{b}|{FIRST}|13:0{5 * (number % 4 // 2)}"}
            )
        assert version(one) not in seen
        stands = plan()
        for old in seen:
            late = {"session_id": one, "spot": f"{b}|{FIRST}|15:00", "version": old}
            assert organiser.post(f"{BOARD}/place", data=late).status_code == 409
        assert plan() == stands
        seen.add(version(one))
