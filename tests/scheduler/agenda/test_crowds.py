"""Where a crowd fills the few rooms that will do for it, a plan is found by placing the crowd first."""

import json
from typing import Any

import pytest

from scheduler.agenda.crowds import crowd_first
from scheduler.agenda.crowds.placing import HASTY
from scheduler.agenda.first_plan import first_plan
from scheduler.agenda.legal_starts import legal_of
from scheduler.agenda.model import solution_of
from scheduler.agenda.problem import AgendaProblem, read_problem
from scheduler.agenda.solution import Placement
from scheduler.agenda.solve import solve
from scheduler.agenda.validation import validate
from scheduler.core.limits import Limits
from tests.benchmarks.agenda_contradictions import with_a_contradiction
from tests.benchmarks.agenda_events import event_of


def _crowded() -> AgendaProblem:
    """45 of 80 sessions need one of five stages; a day of the two has hardly an hour left for them."""
    document = with_a_contradiction(event_of("mixed", seed=1, sessions=80, rooms=None, days=2), "stage for a day")
    document["days"][0]["closed"] = [[43, 53]]
    return read_problem(json.dumps(document))


def test_a_crowd_that_fills_its_rooms_is_placed_first() -> None:
    problem = _crowded()
    legal = legal_of(problem)
    attempt = first_plan(problem, legal, wanted=(), seed=0, is_over=lambda: False)
    assert not attempt.is_complete, "it is no crowd that the construction places by itself"
    offered: list[Any] = []
    found = crowd_first(problem, legal, [attempt], seed=0, is_over=lambda: False, offer=offered.append)
    assert [one.is_complete for one in found] == [True]
    assert len(offered) == 1


def test_the_solver_finds_a_plan_where_a_crowd_fills_its_rooms() -> None:
    problem = _crowded()
    outcome = solve(problem, limits=Limits(time_limit=60, workers=1, budget=2))
    assert outcome.solution is not None
    assert not validate(problem, outcome.solution)


def test_where_a_plan_came_about_nothing_is_done(problem_of: Any) -> None:
    problem = problem_of(sessions=[{"id": "s", "duration": 4}])
    legal = legal_of(problem)
    attempt = first_plan(problem, legal, wanted=(), seed=0, is_over=lambda: False)
    assert attempt.is_complete
    assert crowd_first(problem, legal, [attempt], seed=0, is_over=lambda: False, offer=lambda _: None) == []


def _mended(kind: str, sessions: int, rooms: int) -> AgendaProblem:
    """A large event with something that could not be, and the one thing changed that was in the way."""
    document = with_a_contradiction(event_of("mixed", seed=1, sessions=sessions, rooms=rooms, days=4), kind)
    if kind == "booths":
        document["rooms"][-1]["booths"] = 6
    elif kind == "long chain":
        document["sessions"][16]["optional"] = True
    else:
        next(room for room in document["rooms"] if not room["features"])["features"] = ["stage"]
    return read_problem(json.dumps(document))


@pytest.mark.parametrize(("kind", "sessions", "rooms"), [("booths", 500, 20), ("stage for a day", 300, 15)])
def test_a_crowd_of_any_kind_goes_first_in_a_large_event(kind: str, sessions: int, rooms: int) -> None:
    """Hundreds that are bound to some rooms, and some that are fought over whatever rooms would do for them."""
    problem = _mended(kind, sessions, rooms)
    legal = legal_of(problem)
    attempt = first_plan(problem, legal, seed=0, most_ejections=HASTY)
    assert not attempt.is_complete, "it is no crowd that the construction places by itself"
    found = crowd_first(problem, legal, [attempt], seed=0, is_over=lambda: False, offer=lambda _: None)
    assert [one.is_complete for one in found][-1:] == [True]
    assert not validate(problem, solution_of(problem, found[-1].placements))


def test_a_long_chain_is_built_without_going_round_in_circles() -> None:
    """Each session of it that must move leaves time for those between that are not placed."""
    problem = _mended("long chain", 300, 15)
    assert first_plan(problem, legal_of(problem), seed=0, most_ejections=HASTY).is_complete


def test_a_plan_around_a_crowd_stays_near_the_one_before() -> None:
    """Only who must make way is moved."""
    problem = _mended("stage for a day", 300, 15)
    legal = legal_of(problem)
    attempt = first_plan(problem, legal, seed=0, most_ejections=HASTY)
    first, near = (
        crowd_first(problem, legal, [attempt], near=plan, seed=1, is_over=lambda: False, offer=lambda _: None)[-1]
        for plan in ((), _other_plan(problem))
    )
    assert first.is_complete and near.is_complete
    before = set(_other_plan(problem))
    assert len(before & set(near.placements)) > 2 * len(before & set(first.placements))


def _other_plan(problem: AgendaProblem) -> tuple[Placement, ...]:
    """A plan of the event before anything was asked too much of it, here and there another one."""
    without = problem.model_copy(
        update={"sessions": tuple(one.model_copy(update={"features": ()}) for one in problem.sessions[::-1])}
    )
    return first_plan(without, legal_of(without), seed=5).placements
