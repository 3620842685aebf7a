"""Each soft term: a plan that costs nothing and one whose units are counted by hand (AGD-06)."""

from typing import Any

import pytest

from scheduler.agenda.score import TERMS, score, stage_values

ROOMS = [{"id": "r1", "capacity": 100}, {"id": "r2", "capacity": 350}]
TWO_DAYS = [{"id": "d1", "start": 0, "end": 10}, {"id": "d2", "start": 10, "end": 20}]
A, B = {"id": "a", "duration": 4}, {"id": "b", "duration": 4}
BEFORE = [{"session": "a", "start": 0, "room": "r1"}, {"session": "gone", "start": 3, "room": "r1"}]

CASES: list[tuple[str, dict[str, Any], list[Any], list[Any], int]] = [
    (
        "clash",
        {"clashes": [{"sessions": ["b", "a"], "weight": 3}]},
        [("a", 0, "r1"), ("b", 4, "r2")],
        [("a", 0, "r1"), ("b", 3, "r2")],
        3,
    ),
    (
        "room_too_large",
        {"sessions": [{**A, "audience": 40}, {**B, "audience": 0}]},
        [("a", 0, "r1"), ("b", 0, "r2")],
        [("a", 0, "r2"), ("b", 4, "r2")],
        350 // 40 - 2,
    ),
    (
        "moved_start",
        {"previous": BEFORE},
        [("a", 0, "r2"), ("b", 4, "r2")],
        [("a", 1, "r1"), ("b", 5, "r2")],
        1,
    ),
    (
        "moved_room",
        {"previous": [*BEFORE, {"session": "b", "start": 4, "room": "r2"}]},
        [("a", 1, "r1"), ("b", 9, "r2")],
        [("a", 0, "r2"), ("b", 4, "r1")],
        2,
    ),
    (
        "late_start",
        {"days": TWO_DAYS},
        [("a", 0, "r1"), ("b", 10, "r1")],
        [("a", 3, "r1"), ("b", 12, "r2")],
        5,
    ),
    (
        # Where days overlap a session counts for the first one in which it lies.
        "late_start",
        {"days": [{"id": "d1", "start": 0, "end": 12}, {"id": "d2", "start": 10, "end": 20}]},
        [("a", 0, "r1"), ("b", 10, "r1")],
        [("a", 8, "r1"), ("b", 12, "r2")],
        10,
    ),
    (
        "day_balance",
        {"days": TWO_DAYS},
        [("a", 0, "r1"), ("b", 10, "r1")],
        [("a", 0, "r1"), ("b", 0, "r2")],
        2,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0])
def test_term_costs_nothing_and_n(case: Any, problem_of: Any, solution_of: Any) -> None:
    name, fields, free, dear, units = case
    problem = problem_of(**{"sessions": [A, B], "rooms": ROOMS, **fields, "weights": {name: 7}})
    assert score(problem, solution_of(*free))[name].units == 0
    found = score(problem, solution_of(*dear))[name]
    assert (found.units, found.weight, found.cost) == (units, 7, 7 * units)


def test_every_term_has_a_case_and_a_weight(problem_of: Any) -> None:
    assert {case[0] for case in CASES} == set(TERMS) == set(problem_of().weights.model_dump())


def test_default_weights(problem_of: Any) -> None:
    assert problem_of().weights.model_dump() == {
        "clash": 1,
        "room_too_large": 1,
        "moved_start": 1000,
        "moved_room": 200,
        "late_start": 0,
        "day_balance": 0,
    }


def test_a_room_that_exists_no_more_is_another_room(problem_of: Any, solution_of: Any) -> None:
    problem = problem_of(sessions=[A], previous=[{"session": "a", "start": 0, "room": "lost"}])
    found = score(problem, solution_of(("a", 0, "r1")))
    assert (found["moved_start"].units, found["moved_room"].units) == (0, 1)


def test_what_is_left_out_costs_its_value_and_no_move(problem_of: Any, solution_of: Any) -> None:
    optional = {**A, "optional": True, "value": 5}
    problem = problem_of(sessions=[optional, B], previous=BEFORE)
    assert stage_values(problem, solution_of(("b", 0, "r1"), unplaced=("a",))) == {"unplaced": 5, "cost": 0}


def test_stage_cost_is_the_sum_of_costs(problem_of: Any, solution_of: Any) -> None:
    problem = problem_of(
        sessions=[{**A, "audience": 20}, B],
        rooms=ROOMS,
        clashes=[{"sessions": ["a", "b"], "weight": 3}],
        weights={"clash": 2, "room_too_large": 10},
    )
    assert stage_values(problem, solution_of(("a", 0, "r1"), ("b", 0, "r2")))["cost"] == 2 * 3 + 10 * (100 // 20 - 2)
