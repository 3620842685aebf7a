"""The solver against trying everything, against planted plans, and in what it promises (AGD-01, AGD-12)."""

import threading
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scheduler.agenda.first_plan import Attempt, first_plan
from scheduler.agenda.legal_starts import legal_of
from scheduler.agenda.score import score, stage_values
from scheduler.agenda.solve import solve
from scheduler.agenda.turns import FULL_TURNS, turns_of
from scheduler.agenda.validation import validate
from scheduler.core.limits import Control, Limits, Progress

ONE = Limits(time_limit=10, workers=1)
A, B, C = ({"id": name, "duration": 4} for name in "abc")
TWO_ROOMS = [{"id": "r1", "capacity": 100}, {"id": "r2", "capacity": 100}]

many = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@many
@given(seed=st.integers(0, 100_000))
def test_small_problems_are_solved_as_well_as_by_trying_everything(seed: int, tiny: Any, brute_force: Any) -> None:
    problem = tiny(seed)
    best = brute_force(problem)
    outcome = solve(problem, limits=ONE)
    if best is None:
        assert (outcome.status, outcome.solution, outcome.stages, outcome.score) == ("infeasible", None, (), {})
        return
    assert outcome.status == "optimal"
    assert tuple(stage.value for stage in outcome.stages) == best
    assert all(stage.is_proven for stage in outcome.stages)
    assert validate(problem, outcome.solution) == ()


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10_000), sessions=st.integers(5, 30))
def test_a_planted_plan_is_matched_by_a_right_one(seed: int, sessions: int, planted: Any) -> None:
    problem = planted(seed, sessions, days=2)
    outcome = solve(problem, limits=Limits(time_limit=2, workers=1))
    assert outcome.solution is not None
    assert validate(problem, outcome.solution) == ()
    assert outcome.score == score(problem, outcome.solution)
    assert {stage.name: stage.value for stage in outcome.stages} == stage_values(problem, outcome.solution)
    assert all(stage.bound is not None and stage.bound <= stage.value for stage in outcome.stages)


@many
@given(seed=st.integers(0, 100_000))
def test_the_first_plan_keeps_every_rule_but_completeness(seed: int, tiny: Any, solution_of: Any) -> None:
    problem = tiny(seed)
    attempt = first_plan(problem, legal_of(problem), seed=seed)
    placed = {entry.session for entry in attempt.placements}
    left_out = tuple(one.id for one in problem.sessions if one.id not in placed)
    solution = solution_of(unplaced=left_out).model_copy(update={"placements": attempt.placements})
    broken = {violation.rule for violation in validate(problem, solution)}
    assert broken <= (set() if attempt.is_complete else {"session_placed_once"})


@pytest.mark.parametrize("fields", [{}, {"days": []}, {"rooms": []}, {"days": [], "rooms": [], "max_parallel": 0}])
def test_nothing_to_place_is_an_optimal_empty_plan(fields: Any, problem_of: Any) -> None:
    outcome = solve(problem_of(**fields), limits=ONE)
    assert outcome.status == "optimal"
    assert outcome.solution is not None
    assert (outcome.solution.placements, outcome.solution.unplaced) == ((), ())
    assert [(stage.name, stage.value, stage.bound) for stage in outcome.stages] == [("unplaced", 0, 0), ("cost", 0, 0)]


@pytest.mark.parametrize(
    "fields",
    [
        {"days": []},
        {"rooms": []},
        {"max_parallel": 0},
        {"sessions": [{**A, "rooms": []}]},
        {"sessions": [{**A, "windows": []}]},
        {"sessions": [{**A, "windows": [[2, 2]]}]},
        {"sessions": [{**A, "duration": 21}]},
        {"sessions": [{**A, "after": ["b"]}, {**B, "after": ["a"]}]},
        {"sessions": [{**A, "duration": 11}, {**B, "duration": 10}]},
        {"sessions": [{**A, "pin": {"start": 0}}, {**B, "pin": {"start": 3}}]},
    ],
)
def test_infeasible_is_a_value(fields: Any, problem_of: Any) -> None:
    assert solve(problem_of(**{"sessions": [A], **fields}), limits=ONE).status == "infeasible"


def test_what_is_optional_never_makes_a_problem_infeasible(problem_of: Any) -> None:
    outcome = solve(problem_of(sessions=[{**A, "optional": True, "value": 4}], rooms=[]), limits=ONE)
    assert outcome.status == "optimal"
    assert outcome.solution is not None and outcome.solution.unplaced == ("a",)
    assert outcome.stages[0].value == outcome.stages[0].bound == 4


def test_the_more_valuable_optional_session_is_placed(problem_of: Any) -> None:
    sessions = [
        {**A, "duration": 12, "optional": True, "value": 3},
        {**B, "duration": 12, "optional": True, "value": 5},
    ]
    outcome = solve(problem_of(sessions=sessions), limits=ONE)
    assert outcome.solution is not None
    assert [entry.session for entry in outcome.solution.placements] == ["b"]


def test_an_optional_session_without_value_is_placed_where_it_costs_nothing(problem_of: Any) -> None:
    outcome = solve(problem_of(sessions=[A, {**B, "optional": True}]), limits=ONE)
    assert outcome.solution is not None and outcome.solution.unplaced == ()


def test_pins_are_kept_and_an_optional_pinned_session_is_placed(problem_of: Any) -> None:
    sessions = [
        {**A, "pin": {"start": 7, "room": "r2"}, "optional": True},
        {**B, "pin": {"room": "r2"}},
        {**C, "pin": {"start": 7}},
    ]
    outcome = solve(problem_of(sessions=sessions, rooms=TWO_ROOMS), limits=ONE)
    assert outcome.solution is not None
    places = {entry.session: (entry.start, entry.room) for entry in outcome.solution.placements}
    assert places["a"] == (7, "r2")
    assert places["b"][1] == "r2"
    assert places["c"] == (7, "r1")


def test_a_lost_room_moves_only_its_sessions(problem_of: Any, solution_of: Any) -> None:
    """DAY-05: the fewest moves after a change, as the least cost of the two move terms."""
    before = [
        {"session": "a", "start": 0, "room": "lost"},
        {"session": "b", "start": 0, "room": "r1"},
        {"session": "c", "start": 4, "room": "r1"},
    ]
    outcome = solve(
        problem_of(sessions=[A, B, C], previous=before, days=[{"id": "d", "start": 0, "end": 12}]), limits=ONE
    )
    assert outcome.status == "optimal"
    assert (outcome.score["moved_start"].units, outcome.score["moved_room"].units) == (1, 1)


def test_a_hint_that_is_best_is_kept_and_one_that_is_wrong_does_no_harm(problem_of: Any, solution_of: Any) -> None:
    problem = problem_of(sessions=[A, B], rooms=TWO_ROOMS)
    best = solution_of(("a", 11, "r2"), ("b", 3, "r1"))
    assert solve(problem, hint=best, limits=ONE).solution == best
    wrong = solution_of(("a", 500, "r1"), ("b", 500, "r1"))
    outcome = solve(problem, hint=wrong, limits=ONE)
    assert outcome.status == "optimal"
    assert outcome.solution is not None and validate(problem, outcome.solution) == ()


@pytest.mark.parametrize("plan", ["built", "not built"])
def test_full_rooms_are_proven_too(planted: Any, monkeypatch: pytest.MonkeyPatch, plan: str) -> None:
    """Parts first where the construction has a plan, the whole at once where it has none; the same optimum."""
    problem = planted(3, 40, fullness=0.9)
    assert turns_of(problem) == FULL_TURNS
    if plan == "not built":
        monkeypatch.setattr(
            "scheduler.agenda.first_plan.constructing.first_plan",
            lambda *_given, **_more: Attempt((), is_complete=False),
        )
    outcome = solve(problem, limits=Limits(time_limit=60, workers=1))
    assert outcome.status == "optimal"
    assert [stage.value for stage in outcome.stages] == [0, 7]
    assert outcome.solution is not None and validate(problem, outcome.solution) == ()


@pytest.mark.parametrize("fullness", [0.5, 0.9])
def test_what_is_told_on_the_way_never_goes_back(planted: Any, fullness: float) -> None:
    """A bound that was proven stays proven, whatever search speaks."""
    told: list[Progress] = []
    problem = planted(5, 40, fullness=fullness)
    outcome = solve(problem, limits=Limits(time_limit=10, workers=1), control=Control(told.append))
    for stage in outcome.stages:
        bounds = [one.bound for one in told if one.stage == stage.name and one.bound is not None]
        assert bounds == sorted(bounds)
        assert bounds and bounds[0] >= 0 and bounds[-1] <= stage.value


def test_one_worker_seed_and_budget_give_the_same_plan_twice(planted: Any) -> None:
    problem = planted(7, 25)
    limits = Limits(workers=1, seed=3, budget=1)
    first, second = solve(problem, limits=limits), solve(problem, limits=limits)
    assert first.solution == second.solution
    assert [(stage.value, stage.bound) for stage in first.stages] == [
        (stage.value, stage.bound) for stage in second.stages
    ]
    assert (first.seed, first.workers) == (3, 1)


def test_a_stop_keeps_the_best(planted: Any) -> None:
    """A solve that would take its whole minute ends soon after the stop, with a right plan."""
    problem = planted(0, 150, days=3, fullness=0.6)
    control = Control()
    timer = threading.Timer(1.0, control.stop)
    timer.start()
    outcome = solve(problem, limits=Limits(time_limit=60, workers=1), control=control)
    timer.cancel()
    assert outcome.status in ("stopped", "optimal")
    assert outcome.seconds < 20
    assert outcome.solution is not None and validate(problem, outcome.solution) == ()


def test_a_stop_before_the_start_still_gives_the_first_plan(planted: Any) -> None:
    control = Control()
    control.stop()
    outcome = solve(planted(2, 40), limits=ONE, control=control)
    assert outcome.status in ("stopped", "optimal")
    assert outcome.solution is not None


def test_progress_never_gets_worse(planted: Any) -> None:
    told: list[Progress] = []
    solve(planted(1, 40), limits=Limits(time_limit=2, workers=1), control=Control(told.append))
    values = [one.incumbent for one in told if one.stage == "cost"]
    assert values and values == sorted(values, reverse=True)


def test_large_numbers_are_no_trouble(problem_of: Any) -> None:
    far = 2**31
    sessions = [{**A, "windows": [[far - 9, far]]}, {**B, "windows": [[-far, 9 - far]]}]
    problem = problem_of(sessions=sessions, days=[{"id": "d", "start": -far, "end": far}], weights={"late_start": 3})
    outcome = solve(problem, limits=ONE)
    assert outcome.status == "optimal"
    assert outcome.score["late_start"].units == 2 * far - 9


def test_sums_too_large_for_the_solver_still_give_a_right_plan(problem_of: Any) -> None:
    far = 2**31
    sessions = [{**one, "windows": [[0, 900], [-far, far]]} for one in (A, B, C)]
    problem = problem_of(
        sessions=sessions,
        days=[{"id": "d", "start": -far, "end": far}],
        previous=[{"session": "a", "start": 3, "room": "r1"}],
        weights={"late_start": far, "moved_start": far},
    )
    outcome = solve(problem, limits=ONE)
    assert outcome.status == "feasible"
    assert outcome.solution is not None and validate(problem, outcome.solution) == ()
    assert outcome.stages[1].bound < outcome.stages[1].value
