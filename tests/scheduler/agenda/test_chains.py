"""What must lie between sessions that come after each other through others."""

from random import Random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scheduler.agenda.first_plan.chains import MOST, distances
from scheduler.agenda.problem import AgendaProblem
from scheduler.agenda.solve import solve
from scheduler.core.limits import Limits

A, B, C, D = ({"id": name, "duration": length} for name, length in zip("abcd", (2, 3, 4, 5), strict=True))


def _earlier(problem: AgendaProblem) -> list[dict[int, int]]:
    number = {one.id: index for index, one in enumerate(problem.sessions)}
    earlier, later = distances(problem.sessions, number)
    backwards = {(one, other, grains) for other, some in enumerate(later) for one, grains in some}
    assert backwards == {(one, other, grains) for one, some in enumerate(earlier) for other, grains in some}
    return [dict(some) for some in earlier]


def test_the_longest_way_between_counts(problem_of: Any) -> None:
    sessions = [A, {**B, "after": ["a"]}, {**C, "after": ["a"]}, {**D, "after": ["a", "b", "c"]}]
    assert _earlier(problem_of(sessions=sessions)) == [{}, {0: 0}, {0: 0}, {0: 4, 1: 0, 2: 0}]


def test_what_may_be_left_out_hands_nothing_on(problem_of: Any) -> None:
    sessions = [A, {**B, "after": ["a"], "optional": True}, {**C, "after": ["b"]}, {**D, "after": ["c"]}]
    assert _earlier(problem_of(sessions=sessions)) == [{}, {0: 0}, {1: 0}, {2: 0, 1: 4}]


def test_a_circle_has_the_order_that_it_names(problem_of: Any) -> None:
    sessions = [{**A, "after": ["b"]}, {**B, "after": ["a"]}]
    earlier = _earlier(problem_of(sessions=sessions))
    assert earlier[0][1] == earlier[1][0] == 0


def test_of_a_very_long_chain_the_nearest_are_told(problem_of: Any) -> None:
    sessions = [{"id": f"s{one}", "duration": 1, "after": [f"s{one - 1}"] if one else []} for one in range(MOST + 20)]
    last = _earlier(problem_of(sessions=sessions))[-1]
    assert len(last) == MOST
    assert last == {MOST + 18 - back: back for back in range(MOST)}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 100_000))
def test_a_plan_that_knows_distances_is_as_good_as_by_trying_everything(seed: int, tiny: Any, brute_force: Any) -> None:
    """Chains of all sessions, some of which may be left out."""
    problem, random = tiny(seed), Random(seed)
    ids = [one.id for one in problem.sessions]
    sessions = tuple(
        one.model_copy(update={"after": tuple(random.sample(ids[:index], min(index, random.randint(0, 2))))})
        for index, one in enumerate(problem.sessions)
    )
    problem = problem.model_copy(update={"sessions": sessions})
    best = brute_force(problem)
    outcome = solve(problem, limits=Limits(time_limit=20, workers=1))
    assert outcome.status == ("infeasible" if best is None else "optimal")
    assert (tuple(stage.value for stage in outcome.stages) or None) == best
