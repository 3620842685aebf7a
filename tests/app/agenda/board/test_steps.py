"""AGD-11: steps back and forth, the plan of a run among them."""

from typing import Any

from sqlalchemy import select

from app.agenda.service import accept_run, start_run
from app.agenda.service.history import STEPS_KEPT
from app.platform.audit import AuditEntry
from app.solver_runs.enums import RunState
from scheduler.agenda.problem import AgendaProblem
from scheduler.agenda.solve import solve
from scheduler.core.limits import Limits
from tests.app.agenda.board.pages import BOARD, FIRST, HTMX, next_of, room_of, step_of


def test_agd_11_fifty_steps_back_and_forth_with_a_run_among_them(
    organiser: Any, cast: Any, two: Any, plan: Any, version: Any, actor: Any, now: Any
) -> None:
    """AGD-11: fifty steps of all kinds, a run's plan among them, back and forth: each time the identical schedule."""
    database, (one, other) = organiser.app.state.database, two
    rooms = [room_of(organiser, "room-a"), room_of(organiser, "room-b")]
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
        assert organiser.post(f"{BOARD}/undo", data={"step_id": step_of(organiser)}).status_code == 303
        assert plan() == expected
    assert organiser.post(f"{BOARD}/undo", data={"step_id": 1}).status_code == 409, "no fifty-first step"
    for expected in kept[1:]:
        assert organiser.post(f"{BOARD}/redo", data={"step_id": next_of(organiser)}).status_code == 303
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
    b = room_of(organiser, "room-b")
    organiser.post(f"{BOARD}/place", data={"session_id": one, "spot": f"{b}|{FIRST}|13:00", "version": version(one)})
    assert "Waste to Room B, 13:00" in organiser.get(BOARD).text
    organiser.post(f"{BOARD}/undo", data={"step_id": step_of(organiser)})
    next_of(organiser)
    organiser.post(f"{BOARD}/pin", data={"session_id": one, "kind": "time", "version": version(one)})
    page = organiser.get(BOARD).text
    assert "agenda/redo" not in page
    assert "pin on Waste" in page


def test_agd_11_a_step_that_is_not_the_newest_any_more_is_refused(
    organiser: Any, two: Any, plan: Any, version: Any
) -> None:
    """AGD-11, AGD-15: whoever looked at an older page takes back nothing of another's."""
    _one, other = two
    b, stale = room_of(organiser, "room-b"), step_of(organiser)
    organiser.post(
        f"{BOARD}/place", data={"session_id": other, "spot": f"{b}|{FIRST}|13:00", "version": version(other)}
    )
    before = plan()
    answer = organiser.post(f"{BOARD}/undo", data={"step_id": stale})
    assert answer.status_code == 409
    assert "Organiser changed this draft at 09:12" in answer.text
    assert plan() == before


def test_agd_11_what_another_has_made_impossible_to_do_again_is_no_dead_end(
    organiser: Any, two: Any, plan: Any, version: Any
) -> None:
    """AGD-11, AGD-15: the page still offers "redo" when a colleague's move ends it: the board of now, and who did it."""
    one, other = two
    b = room_of(organiser, "room-b")
    organiser.post(f"{BOARD}/place", data={"session_id": one, "spot": f"{b}|{FIRST}|13:00", "version": version(one)})
    organiser.post(f"{BOARD}/undo", data={"step_id": step_of(organiser)})
    stale = next_of(organiser)
    organiser.post(f"{BOARD}/pin", data={"session_id": other, "kind": "time", "version": version(other)})
    before = plan()
    answer = organiser.post(f"{BOARD}/redo", data={"step_id": stale}, headers=HTMX)
    assert answer.status_code == 409
    assert 'id="board-parts"' in answer.text
    assert "Organiser changed this draft at 09:12" in answer.text
    assert plan() == before
