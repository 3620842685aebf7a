"""The scheduler itself as the child: tiny problems, no stand-in."""

import json
from datetime import UTC, datetime

import pytest

from app.platform.clock import SystemClock
from app.solver_runs import service, tasks
from app.solver_runs.enums import RunFailure, RunState
from app.solver_runs.limits import RunLimits

AGENDA = {
    "format": "bridge-agenda/1",
    "days": [{"id": "d1", "start": 0, "end": 20}],
    "rooms": [{"id": "r1", "capacity": 100}],
    "sessions": [{"id": "s1", "duration": 6}, {"id": "s2", "duration": 6}],
}
TOO_MUCH = {**AGENDA, "sessions": [{"id": name, "duration": 12} for name in ("s1", "s2")]}
HINT = {
    "format": "bridge-agenda-solution/1",
    "placements": [{"session": "s1", "start": 8, "room": "r1"}, {"session": "s2", "start": 0, "room": "r1"}],
    "unplaced": [],
}


@pytest.fixture
def solve(database, event, organiser, look):
    """Do a run of the real scheduler in this thread; the run as it then stands."""

    def done(problem, *, kind="agenda", hint=None, limits=None):
        with database.writing() as session:
            run_id = service.submit(
                session,
                event_id=event.id,
                kind=kind,
                label="real",
                problem_json=problem if isinstance(problem, str) else json.dumps(problem),
                hint_json=hint and json.dumps(hint),
                time_limit_seconds=10,
                workers=1,
                actor=organiser,
                now=datetime.now(UTC),
            ).id
        tasks.run_now(database, run_id, None, limits=limits or RunLimits(explain_seconds=10.0), clock=SystemClock())
        return look(run_id)

    return done


def test_a_small_agenda_is_solved_checked_and_kept(solve):
    run = solve(AGENDA)
    assert (run.state, run.outcome_status, run.error) == (RunState.DONE, "optimal", None)
    assert {placed["session"] for placed in json.loads(run.outcome)["solution"]["placements"]} == {"s1", "s2"}
    assert [stage["name"] for stage in run.stages] == ["unplaced", "cost"]


def test_a_hint_is_read_and_scored(solve):
    run = solve(AGENDA, hint=HINT)
    assert run.state is RunState.DONE
    assert set(json.loads(run.hint_report)["score"]) == set(json.loads(run.outcome)["score"])


def test_an_agenda_without_a_plan_is_infeasible_and_explained(solve):
    run = solve(TOO_MUCH)
    assert run.state is RunState.INFEASIBLE
    assert run.is_explained
    explanation = json.loads(run.explanation)
    assert explanation["status"] == "infeasible"
    assert explanation["facts"]


@pytest.mark.parametrize("problem", ["{", '{"format": "bridge-agenda/9"}', json.dumps({**AGENDA, "rooms": [{}]})])
def test_what_is_no_problem_is_refused_in_words(solve, problem):
    run = solve(problem)
    assert (run.state, run.failure) == (RunState.FAILED, RunFailure.REFUSED)
    assert "Traceback" not in run.error
    assert run.error


def test_too_little_memory_for_the_solver_is_said_so(solve):
    run = solve(AGENDA, limits=RunLimits(memory_bytes=120 * 2**20))
    assert (run.state, run.failure) == (RunState.FAILED, RunFailure.MEMORY), run.error


def test_an_unknown_kind_is_refused(solve):
    assert solve(AGENDA, kind="seating").failure is RunFailure.REFUSED
