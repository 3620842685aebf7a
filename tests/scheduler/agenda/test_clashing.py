"""Circles of sessions that all clash: what they cost at least, and a model that is told so finds the same optimum."""

import random
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scheduler.agenda import clashing, solve
from scheduler.agenda.clashing import circles, circles_of, least_of
from scheduler.agenda.clashing.least import least_overlap
from scheduler.agenda.legal_starts import legal_of
from scheduler.agenda.problem import AgendaProblem
from scheduler.core.limits import Limits

many = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def _circle(seed: int) -> dict[str, Any]:
    """Few sessions in little time, some of which can never overlap."""
    rng = random.Random(seed)
    sessions, length = rng.randint(2, 5), rng.randint(4, 8)
    durations = [rng.randint(1, 4) for _ in range(sessions)]
    may_start = np.array([[rng.random() < 0.8 for _ in range(length)] for _ in range(sessions)])
    may_start[:, 0] = True
    weights = np.zeros((sessions, sessions), int)
    scale = rng.choice([1, 1, 1, 7, 40])
    for one in range(sessions):
        for other in range(one):
            weights[one, other] = weights[other, one] = 0 if rng.random() < 0.1 else scale * rng.randint(1, 5)
    return {"durations": np.array(durations), "may_start": may_start, "weights": weights}


def _tried(durations: Any, may_start: Any, weights: Any) -> int | None:
    """The least cost over all starts, pairs without weight kept apart; nothing where that cannot be."""
    costs = []
    for starts in product(*(np.flatnonzero(row).tolist() for row in may_start)):
        overlapping = [
            int(weights[one, other])
            for one in range(len(starts))
            for other in range(one)
            if starts[one] < starts[other] + durations[other] and starts[other] < starts[one] + durations[one]
        ]
        if 0 not in overlapping:
            costs.append(sum(overlapping))
    return min(costs, default=None)


@many
@given(seed=st.integers(0, 100_000))
def test_no_starts_cost_less_than_is_counted(seed: int) -> None:
    circle = _circle(seed)
    best = _tried(**circle)
    assert best is None or least_overlap(**circle) <= best


def test_what_was_counted_until_the_time_was_over_is_no_more_than_all() -> None:
    """A count that is stopped after any number of steps says less, never more; stopped at once it says nothing."""
    circle = next(one for one in map(_circle, range(150)) if least_overlap(**one) > 0)
    whole, found = least_overlap(**circle), []
    for steps in range(0, 400, 3):
        left = iter(range(steps))
        found.append(least_overlap(**circle, is_over=lambda left=left: next(left, None) is None))
    assert found[0] == 0
    assert found == sorted(found)
    assert found[-1] == whole


def test_what_is_counted_is_mostly_all_that_it_costs() -> None:
    """The control of the test above, which a count of nothing would pass."""
    found = [(least_overlap(**circle), _tried(**circle)) for circle in map(_circle, range(150))]
    costly = [(least, best) for least, best in found if best]
    assert len(costly) > 50
    assert sum(least == best for least, best in costly) > 0.6 * len(costly)


@pytest.mark.parametrize(
    ("durations", "length", "least"),
    [
        pytest.param([4, 4], 8, 0, id="one after the other"),
        pytest.param([4, 4], 7, 3, id="a grain too little"),
        pytest.param([4, 4, 4], 8, 3, id="one beside another"),
        pytest.param([6, 2, 2, 2], 10, 3, id="the short one beside the long one"),
        pytest.param([4, 4, 4, 4], 4, 18, id="all at once"),
    ],
)
def test_circles_counted_by_hand(durations: list[int], length: int, least: int) -> None:
    may_start = np.array([[start + duration <= length for start in range(length)] for duration in durations])
    weights = 3 * (1 - np.eye(len(durations), dtype=int))
    assert least_overlap(durations=np.array(durations), may_start=may_start, weights=weights) <= least
    assert _tried(np.array(durations), may_start, weights) == least


def _problem(problem_of: Any, **fields: Any) -> AgendaProblem:
    names = "abcd"
    return problem_of(  # type: ignore[no-any-return]
        **{
            "days": [{"id": "d1", "start": 0, "end": 12}],
            "rooms": [{"id": f"r{number}", "capacity": 9} for number in range(4)],
            "sessions": [{"id": name, "duration": 4} for name in names],
            "clashes": [{"sessions": [one, other], "weight": 2} for one in names for other in names if one < other],
            **fields,
        }
    )


def test_a_plan_that_costs_what_must_be_is_proven(problem_of: Any) -> None:
    problem = _problem(problem_of, weights={"clash": 5})
    (circle,) = circles_of(problem, legal_of(problem))
    assert (set(circle.sessions), circle.least, least_of(problem, [circle])) == (set("abcd"), 2, 10)
    outcome = solve.solve(problem, limits=Limits(time_limit=5, workers=1))
    assert outcome.status == "optimal"
    assert (outcome.stages[1].value, outcome.stages[1].bound) == (10, 10)


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"days": [{"id": "d1", "start": 0, "end": 40}]}, id="time enough"),
        pytest.param({"weights": {"clash": 0}}, id="clashes that cost nothing"),
        pytest.param({"clashes": [{"sessions": ["a", "b"], "weight": 2}]}, id="two alone"),
        pytest.param({"sessions": [{"id": name, "duration": 4, "optional": True} for name in "abcd"]}, id="optional"),
    ],
)
def test_no_circle_is_seen_where_none_is_tight(fields: dict[str, Any], problem_of: Any) -> None:
    problem = _problem(problem_of, **fields)
    assert circles_of(problem, legal_of(problem)) == ()


def test_sessions_that_share_somebody_are_never_counted_as_overlapping(problem_of: Any) -> None:
    """The two that must be apart cost nothing; one of the others has to meet somebody."""
    sessions = [{"id": name, "duration": 4, "people": ["p"] if name in "ab" else []} for name in "abcd"]
    problem = _problem(problem_of, people=[{"id": "p"}], sessions=sessions)
    (circle,) = circles_of(problem, legal_of(problem))
    assert circle.least == 2


@many
@given(seed=st.integers(0, 100_000))
def test_a_solve_that_is_told_of_circles_finds_what_trying_everything_finds(
    seed: int, tiny: Any, brute_force: Any
) -> None:
    """Every pair that clashes counts as a circle here, however much time there is."""
    problem = tiny(seed)
    best = brute_force(problem)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(circles, "SMALLEST", 2)
        patch.setattr(circles, "TIGHT", 0.0)
        outcome = solve.solve(problem, limits=Limits(time_limit=10, workers=1))
    if best is None:
        assert outcome.status == "infeasible"
        return
    assert outcome.status == "optimal"
    assert tuple(stage.value for stage in outcome.stages) == best


def test_a_bound_that_is_too_high_is_found(tiny: Any, brute_force: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control of the test above: with one unit more than there must be, some optimum is missed."""
    monkeypatch.setattr(circles, "SMALLEST", 2)
    monkeypatch.setattr(circles, "TIGHT", 0.0)
    right = circles.least_overlap
    monkeypatch.setattr(circles, "least_overlap", lambda **circle: 1 + right(**circle))
    for seed in range(300):
        problem = tiny(seed)
        if (best := brute_force(problem)) is None or not clashing.circles_of(problem, legal_of(problem)):
            continue
        try:
            outcome = solve.solve(problem, limits=Limits(time_limit=10, workers=1))
        except AssertionError:  # the solver refuses every plan
            return
        if tuple(stage.value for stage in outcome.stages) != best or outcome.stages[1].bound > best[1]:
            return
    pytest.fail("no optimum was missed")
