"""Contradictions found by adding up (AGD-03): never where there is a plan, and named as few as the sum allows."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scheduler.agenda.explain import explain
from scheduler.agenda.explain.counting import (
    too_many_at_once,
    too_many_beside_plenaries,
    too_many_in_rooms,
    too_many_units,
)
from scheduler.agenda.explain.required import Required
from scheduler.agenda.legal_starts import legal_of
from scheduler.agenda.problem import AgendaProblem
from scheduler.core.limits import Limits

HALL = [{"id": "hall", "capacity": 400}, {"id": "small", "capacity": 40}, {"id": "side", "capacity": 40}]


def too_many(problem: AgendaProblem) -> frozenset[str] | None:
    """The smallest set that one of the counts finds."""
    required = Required(problem, legal_of(problem))
    checks = (too_many_in_rooms, too_many_beside_plenaries, too_many_units, too_many_at_once)
    return min((found for check in checks for found in check(required)), key=len, default=None)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 100_000))
def test_what_adds_up_to_too_much_has_no_plan(seed: int, tiny: Any, brute_force: Any) -> None:
    problem = tiny(seed)
    if too_many(problem) is not None:
        assert brute_force(problem) is None


def test_more_big_sessions_than_time_in_the_big_room(problem_of: Any) -> None:
    big = [{"id": f"big-{index}", "duration": 6, "audience": 300} for index in range(5)]
    others = [{"id": f"other-{index}", "duration": 6, "audience": 30} for index in range(4)]
    problem = problem_of(rooms=HALL, sessions=[*others, *big])
    found = too_many(problem)
    assert found is not None and len(found) == 4 and all(name.startswith("big") for name in found)
    explanation = explain(problem, limits=Limits(time_limit=20, workers=1))
    assert {fact.rule for fact in explanation.facts} == {"room_fits"} and len(explanation.facts) == 4
    assert explanation.fix is None or explanation.fix.path.endswith((".capacity", ".optional"))


def test_more_interpreting_than_interpreters(problem_of: Any) -> None:
    sessions = [{"id": f"s{index}", "duration": 8, "uses": {"x": 2}} for index in range(6)]
    problem = problem_of(rooms=HALL, sessions=sessions, resources=[{"id": "x", "capacity": 4, "taken": [[0, 5, 2]]}])
    # Five are too many already.
    found = too_many(problem)
    assert found is not None and len(found) == 5
    free = problem.model_copy(update={"resources": (problem.resources[0].model_copy(update={"capacity": 6}),)})
    assert too_many(free) is None


def test_turnover_of_any_room_counts_no_more_than_it_must(problem_of: Any) -> None:
    """Three sessions of four and two turnovers of two fill sixteen grains to the last one."""
    sessions = [{"id": name, "duration": 4} for name in "abc"]
    rooms = [{"id": "r", "turnover": 2}]
    fits = problem_of(rooms=rooms, sessions=sessions, days=[{"id": "d", "start": 0, "end": 16}])
    short = problem_of(rooms=rooms, sessions=sessions, days=[{"id": "d", "start": 0, "end": 15}])
    assert too_many(fits) is None
    assert too_many(short) == {"a", "b", "c"}


def test_a_plenary_takes_its_time_in_every_room(problem_of: Any) -> None:
    """Ten grains in each of three rooms; a turnover goes by while the plenary is held."""
    rooms = [{"id": name, "turnover": 1} for name in ("r1", "r2", "r3")]
    plenary = {"id": "all", "duration": 4, "plenary": True}
    sessions = [{"id": f"s{index}", "duration": 2} for index in range(6)]
    day = [{"id": "d", "start": 0, "end": 10}]
    fits = problem_of(rooms=rooms, sessions=[plenary, *sessions], days=day)
    assert too_many(fits) is None
    assert explain(fits, limits=Limits(time_limit=20, workers=1)).status == "feasible"
    more = [{"id": f"t{index}", "duration": 2} for index in range(2)]
    found = too_many(problem_of(rooms=rooms, sessions=[plenary, *sessions, *more], days=day))
    assert found is not None and "all" in found
    elsewhere = [{**room, "open": [[0, 10]]} for room in rooms]
    assert too_many(problem_of(rooms=elsewhere, sessions=[plenary, *sessions, *more], days=day)) is None


def test_more_session_time_than_so_many_at_once_have(problem_of: Any) -> None:
    sessions = [{"id": name, "duration": 4} for name in "abcdef"]
    problem = problem_of(rooms=HALL, sessions=sessions, days=[{"id": "d", "start": 0, "end": 16}], max_parallel=1)
    found = too_many(problem)
    assert found is not None and len(found) == 5
    enough = problem.model_copy(update={"max_parallel": 2})
    assert too_many(enough) is None
