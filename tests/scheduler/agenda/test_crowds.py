"""Where a crowd fills the few rooms that will do for it, a plan is found by placing the crowd first."""

import json
from typing import Any

from scheduler.agenda.crowds import crowd_first
from scheduler.agenda.first_plan import first_plan
from scheduler.agenda.legal_starts import legal_of
from scheduler.agenda.problem import AgendaProblem, read_problem
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
