"""The board's changes: moves, pins, steps back and forth, two editors; each through the address that pages use."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from app.accounts.enums import Role
from app.agenda.enums import Severity
from app.agenda.models import AgendaRules, DraftPlacement, DraftStep
from app.agenda.planner import build_problem, read_facts, solution_of
from app.agenda.queries import current_draft
from app.agenda.service import accept_run, start_run
from app.agenda.service.history import STEPS_KEPT
from app.events.models import Room
from app.platform.audit import AuditEntry
from app.solver_runs.enums import RunState
from scheduler.agenda.problem import AgendaProblem
from scheduler.agenda.solve import solve
from scheduler.core.limits import Limits

BOARD = "/e/test-event/manage/agenda"
HTMX = {"HX-Request": "true"}
FIRST = "2019-09-03"


@pytest.fixture
def organiser(sign_in: Any, cast: Any, client: Any) -> Any:
    sign_in(Role.ORGANISER, event_id=cast.event.id)
    return client


@pytest.fixture
def two(client: Any, cast: Any, placed: Any) -> tuple[int, int]:
    """Two sessions in room A at 09:00 and 11:00, with a head of delegation each."""
    with client.app.state.database.writing() as session:
        one = placed(session, "Waste", cast.heads[:1], 0)
        other = placed(session, "Mobility", cast.heads[1:2], 120)
        return one.id, other.id


@pytest.fixture
def plan(client: Any) -> Callable[[], dict[int, tuple[Any, ...]]]:
    """Where everything is: ``{session: (room, instant, pin)}``."""

    def read() -> dict[int, tuple[Any, ...]]:
        with client.app.state.database.reading() as session:
            rows = session.scalars(select(DraftPlacement))
            return {one.session_id: (one.room_id, one.starts_at.isoformat(), one.pin.value) for one in rows}

    return read


@pytest.fixture
def version(client: Any) -> Callable[[int], int]:
    def read(session_id: int) -> int:
        with client.app.state.database.reading() as session:
            return session.scalars(select(DraftPlacement.version).where(DraftPlacement.session_id == session_id)).one()

    return read


def _room(client: Any, slug: str) -> int:
    with client.app.state.database.reading() as session:
        return session.scalars(select(Room.id).where(Room.slug == slug)).one()


def _step(client: Any) -> int:
    """The step that the page offers to take back."""
    return int(re.search(r'agenda/undo".*?name="step_id" value="(\d+)"', client.get(BOARD).text)[1])


def _next(client: Any) -> int:
    return int(re.search(r'agenda/redo".*?name="step_id" value="(\d+)"', client.get(BOARD).text)[1])


def _rules_on(text: str) -> list[tuple[str, frozenset[str]]]:
    found = re.findall(r'data-rule="([a-z_]+)" data-subjects="([^"]*)"', text)
    return sorted((rule, frozenset(subjects.split())) for rule, subjects in found)


def test_agd_09_dialog_and_spot_give_the_same_place(organiser: Any, two: Any, plan: Any, version: Any) -> None:
    """AGD-09: day, time and room of the dialog and the one word that drag and keys send lead to the same row."""
    one, _other = two
    room = _room(organiser, "room-b")
    dialog = {"session_id": one, "day": FIRST, "time": "14:05", "room_id": room, "version": version(one)}
    answer = organiser.post(f"{BOARD}/place", data=dialog, follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"].endswith(f"?day={FIRST}&view=rooms#card-{one}")
    by_dialog = plan()[one]
    organiser.post(f"{BOARD}/undo", data={"step_id": _step(organiser)})
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
    room = _room(organiser, "room-a")
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
    data = {"session_id": two[0], "room_id": _room(organiser, "room-b"), "version": version(two[0]), **typed}
    answer = organiser.post(f"{BOARD}/place", data=data)
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text or f'id="move-{field}-error"' in answer.text
    if "time" in typed:
        assert typed["time"].replace("'", "&#39;") in answer.text, "what was typed is kept"
    assert plan() == before


def test_what_is_of_another_event_or_no_session_is_not_there(organiser: Any, two: Any) -> None:
    room = _room(organiser, "room-a")
    for session_id in (999, 2**31 - 1):
        data = {"session_id": session_id, "spot": f"{room}|{FIRST}|09:00"}
        assert organiser.post(f"{BOARD}/place", data=data).status_code == 404
    assert organiser.post(f"{BOARD}/place", data={"session_id": 2**70, "spot": "tray"}).status_code == 422
    assert organiser.get(f"{BOARD}/move/999").status_code == 404
    assert organiser.get(f"{BOARD}?hold=999").status_code == 404


def test_agd_15_the_second_save_gets_both_versions(organiser: Any, two: Any, plan: Any, version: Any) -> None:
    """AGD-15: a stale save is refused with both places shown; each way out works, and nothing was lost before."""
    one, _other = two
    a, b = _room(organiser, "room-a"), _room(organiser, "room-b")
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
    a, seen = _room(organiser, "room-a"), version(one)
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


def test_agd_11_fifty_steps_back_and_forth_with_a_run_among_them(
    organiser: Any, cast: Any, two: Any, plan: Any, version: Any, actor: Any, now: Any
) -> None:
    """AGD-11: fifty steps of all kinds, a run's plan among them, back and forth: each time the identical schedule."""
    database, (one, other) = organiser.app.state.database, two
    rooms = [_room(organiser, "room-a"), _room(organiser, "room-b")]
    schedules = [plan()]
    for number in range(STEPS_KEPT + 3):
        kind = number % 5
        if number == 20:
            with database.writing() as session:
                _accept_a_run(session, cast.event, actor, now)
        elif kind == 4 and one in plan():
            organiser.post(f"{BOARD}/place", data={"session_id": one, "spot": "tray", "version": version(one)})
        elif kind == 3:
            pin = ("time", "room", "both", "none")[(number // 5) % 4]
            organiser.post(f"{BOARD}/pin", data={"session_id": other, "kind": pin, "version": version(other)})
        else:
            spot = f"{rooms[number % 2]}|{FIRST}|{10 + number % 6}:{number % 12 * 5:02d}"
            seen = {"version": version(one)} if one in plan() else {}
            organiser.post(f"{BOARD}/place", data={"session_id": one, "spot": spot, **seen})
        assert plan() != schedules[-1], number
        schedules.append(plan())
    kept = schedules[-STEPS_KEPT - 1 :]
    for expected in reversed(kept[:-1]):
        assert organiser.post(f"{BOARD}/undo", data={"step_id": _step(organiser)}).status_code == 303
        assert plan() == expected
    assert organiser.post(f"{BOARD}/undo", data={"step_id": 1}).status_code == 404, "no fifty-first step"
    for expected in kept[1:]:
        assert organiser.post(f"{BOARD}/redo", data={"step_id": _next(organiser)}).status_code == 303
        assert plan() == expected
    with database.reading() as session:
        logged = session.scalars(select(AuditEntry.action)).all()
    assert (logged.count("agenda.undone"), logged.count("agenda.redone")) == (STEPS_KEPT, STEPS_KEPT)


def _accept_a_run(session: Any, event: Any, actor: Any, now: Any) -> None:
    run = start_run(session, event=event, label="Test", time_limit_seconds=5, seed=1, actor=actor, now=now)
    outcome = solve(AgendaProblem.model_validate_json(run.problem), limits=Limits(time_limit=5, workers=1, seed=1))
    run.outcome, run.state, run.has_solution = outcome.model_dump_json(), RunState.DONE, True
    session.flush()
    session.expire_all()
    accept_run(session, event=event, run=run, actor=actor, now=now)


def test_agd_11_what_would_be_undone_is_said_and_a_new_step_ends_redo(
    organiser: Any, two: Any, plan: Any, version: Any
) -> None:
    """AGD-11: the button names the step; after a new change what was taken back is gone for good."""
    one, _other = two
    b = _room(organiser, "room-b")
    organiser.post(f"{BOARD}/place", data={"session_id": one, "spot": f"{b}|{FIRST}|13:00", "version": version(one)})
    assert "Waste to Room B, 13:00" in organiser.get(BOARD).text
    organiser.post(f"{BOARD}/undo", data={"step_id": _step(organiser)})
    _next(organiser)
    organiser.post(f"{BOARD}/pin", data={"session_id": one, "kind": "time", "version": version(one)})
    page = organiser.get(BOARD).text
    assert "agenda/redo" not in page
    assert "pin on Waste" in page


def test_agd_11_a_step_that_is_not_the_newest_any_more_is_refused(
    organiser: Any, two: Any, plan: Any, version: Any
) -> None:
    """AGD-11, AGD-15: whoever looked at an older page takes back nothing of another's."""
    _one, other = two
    b, stale = _room(organiser, "room-b"), _step(organiser)
    organiser.post(
        f"{BOARD}/place", data={"session_id": other, "spot": f"{b}|{FIRST}|13:00", "version": version(other)}
    )
    before = plan()
    answer = organiser.post(f"{BOARD}/undo", data={"step_id": stale})
    assert answer.status_code == 409
    assert "Organiser changed this draft at 09:12" in answer.text
    assert plan() == before


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
    a = _room(organiser, "room-a")
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


def test_agd_10_marks_and_list_name_the_same_and_each_line_leads_to_its_item(
    organiser: Any, cast: Any, two: Any, version: Any, placed: Any
) -> None:
    """AGD-10: the answer to a move has the marks on the cards and the list, and each line links to its sessions."""
    one, other = two
    a = _room(organiser, "room-a")
    onto = {"session_id": one, "spot": f"{a}|{FIRST}|11:30", "version": version(one)}
    text = organiser.post(f"{BOARD}/place", data=onto, headers=HTMX).text
    assert _rules_on(text) == [("room_hosts_one_session", frozenset({"session-0", "session-1", "room-a"}))]
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
    a = _room(organiser, "room-a")
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
    assert _rules_on(organiser.get(BOARD).text) == []


def test_agd_06_a_cost_is_beside_its_item_and_names_both_sessions(organiser: Any, two: Any, version: Any) -> None:
    """AGD-06: two sessions that one public wants cost their weight when they overlap; the line names the two."""
    from app.agenda.models import SessionClash

    one, other = two
    with organiser.app.state.database.writing() as session:
        session.add(SessionClash(session_id=one, other_id=other, weight=3))
    assert "Two sessions that one public wants" not in organiser.get(BOARD).text
    b = _room(organiser, "room-b")
    beside = {"session_id": one, "spot": f"{b}|{FIRST}|11:30", "version": version(one)}
    text = organiser.post(f"{BOARD}/place", data=beside, headers=HTMX).text
    line = re.search(r"<li>Two sessions that one public wants:.*?</li>", text, flags=re.S)[0]
    assert "Waste" in line
    assert "Mobility" in line
    assert "3 × 1" in line


def test_a_session_in_hand_shows_where_it_may_go_without_script(organiser: Any, two: Any) -> None:
    """AGD-09: frames on the grid are buttons of one form; what is taken by the other session is not among them."""
    one, _other = two
    a = _room(organiser, "room-a")
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


def test_agd_15_who_took_a_step_back_is_named_too(organiser: Any, two: Any, version: Any) -> None:
    """AGD-15: placed by the office's own set-up, taken back by the organiser: the late one reads who it was."""
    one, _other = two
    b, seen = _room(organiser, "room-b"), version(one)
    organiser.post(f"{BOARD}/place", data={"session_id": one, "spot": f"{b}|{FIRST}|13:00", "version": seen})
    organiser.post(f"{BOARD}/undo", data={"step_id": _step(organiser)})
    late = {"session_id": one, "spot": f"{b}|{FIRST}|15:00", "version": seen}
    assert "Changed meanwhile by Organiser" in organiser.post(f"{BOARD}/place", data=late).text


def test_agd_15_a_board_learns_who_changed_the_draft(organiser: Any, two: Any, version: Any) -> None:
    """AGD-15: nothing while it is as it was seen; then who and when."""
    one, _other = two
    stamp = re.search(r'data-stamp="(\w+)"', organiser.get(BOARD).text)[1]
    assert organiser.get(f"{BOARD}/news?seen={stamp}").status_code == 204
    b = _room(organiser, "room-b")
    organiser.post(f"{BOARD}/place", data={"session_id": one, "spot": f"{b}|{FIRST}|13:00", "version": version(one)})
    assert organiser.get(f"{BOARD}/news?seen={stamp}").json() == {"said": "Organiser changed the agenda at 09:12."}


def test_moves_of_different_sessions_both_stand(organiser: Any, two: Any, plan: Any, version: Any) -> None:
    """AGD-15: a page that is old for one session is not old for the other."""
    one, other = two
    b = _room(organiser, "room-b")
    seen = {item: version(item) for item in two}
    for item, at in ((one, "13:00"), (other, "15:00")):
        data = {"session_id": item, "spot": f"{b}|{FIRST}|{at}", "version": seen[item]}
        assert organiser.post(f"{BOARD}/place", data=data).status_code == 303
    assert {place[0] for place in plan().values()} == {b}


def test_others_may_not_move_anything(client: Any, sign_in: Any, cast: Any, two: Any, plan: Any) -> None:
    before = plan()
    sign_in(Role.DESK, event_id=cast.event.id)
    for path in ("place", "pin", "undo", "redo"):
        assert client.post(f"{BOARD}/{path}", data={"session_id": two[0], "spot": "tray"}).status_code == 403
    assert plan() == before
