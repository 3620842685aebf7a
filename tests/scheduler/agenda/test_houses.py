"""What an explanation sees of rooms and hours together, and what it proposes by counting lengths (AGD-03)."""

from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from scheduler.agenda.crowds.tracks import proposed
from scheduler.agenda.explain import explain
from scheduler.agenda.explain.alike import likeness
from scheduler.agenda.explain.houses import overfull_houses
from scheduler.agenda.explain.required import Required
from scheduler.agenda.legal_starts import legal_of
from scheduler.agenda.model import solution_of
from scheduler.agenda.restricting import only
from scheduler.agenda.validation import validate
from scheduler.core.limits import Limits

# About half of the small problems have no plan, and now and then one after the other has none.
UNUSUAL = [HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much]
many = settings(max_examples=150, deadline=None, suppress_health_check=UNUSUAL)
LIMITS = Limits(time_limit=20, workers=1)
HALLS = [{"id": "h1", "capacity": 300}, {"id": "h2", "capacity": 300}, {"id": "small", "capacity": 30}]
DAY = [{"id": "d", "start": 0, "end": 40, "closed": [[10, 14]]}]


def _big(count: int, *, duration: int = 4) -> list[dict[str, Any]]:
    one = {"duration": duration, "audience": 200, "windows": [[0, 12]]}
    return [{"id": f"s{index}", **one} for index in range(count)]


@many
@given(seed=st.integers(0, 100_000))
def test_what_is_overfull_has_no_plan(seed: int, tiny: Any, brute_force: Any) -> None:
    problem = tiny(seed)
    legal = legal_of(problem)
    assume(all(legal[one.id].rooms for one in problem.sessions if one.is_required))
    for names in overfull_houses(Required(problem, legal)):
        assert brute_force(only(problem, names)) is None, names


def test_more_big_sessions_in_a_morning_than_the_halls_hold(problem_of: Any) -> None:
    """Two go into each hall before noon, with two grains left over: five are too many, though twenty grains are there."""
    fits = problem_of(sessions=_big(4), rooms=HALLS, days=DAY)
    assert not list(overfull_houses(Required(fits, legal_of(fits))))
    problem = problem_of(sessions=_big(5), rooms=HALLS, days=DAY)
    assert list(overfull_houses(Required(problem, legal_of(problem)))) == [frozenset(f"s{index}" for index in range(5))]
    explanation = explain(problem, limits=LIMITS)
    assert {fact.path.split(".")[1] for fact in explanation.facts} >= {"audience", "windows"}
    assert explanation.fix is not None


def test_a_longer_turnover_of_one_hall_counts_there_alone(problem_of: Any) -> None:
    halls = [HALLS[0] | {"turnover": 3}, *HALLS[1:]]
    fits = problem_of(sessions=_big(3), rooms=halls, days=DAY)
    assert not list(overfull_houses(Required(fits, legal_of(fits))))
    problem = problem_of(sessions=_big(4), rooms=halls, days=DAY)
    assert list(overfull_houses(Required(problem, legal_of(problem))))


def test_short_sessions_with_a_turnover_after_each_take_more_than_long_ones(problem_of: Any) -> None:
    """Two halls have 44 grains each, the last turnover counted: one of 22 and eleven of six are all that there may be.

    Two of twenty in each would be 80 grains of sessions, far more than the 68 that are asked for.
    """
    halls = [hall | {"turnover": 2} for hall in HALLS]
    day = [{"id": "d", "start": 0, "end": 100}]
    wanted = {"audience": 200, "windows": [[0, 42]]}
    sessions = [{"id": f"s{index}", "duration": 4 if index else 20, **wanted} for index in range(13)]
    fits = problem_of(sessions=sessions[:11], rooms=halls, days=day)
    assert not list(overfull_houses(Required(fits, legal_of(fits))))
    problem = problem_of(sessions=sessions, rooms=halls, days=day)
    assert list(overfull_houses(Required(problem, legal_of(problem))))


def test_units_that_are_filled_to_the_last_grain_are_filled_by_counting(problem_of: Any) -> None:
    """Two teams, ten grains and then twenty-six: every length has its place, of which no order would find the first."""
    lengths = [7, 7, 3, 3, 9, 9, 9, 9, 8, 8]
    sessions = [{"id": f"s{index}", "duration": one, "uses": {"x": 1}} for index, one in enumerate(lengths)]
    problem = problem_of(sessions=sessions, rooms=HALLS, days=DAY, resources=[{"id": "x", "capacity": 2}])
    plan = solution_of(problem, proposed(problem, legal_of(problem)))
    assert plan.unplaced == ()
    assert validate(problem, plan) == ()


def test_questions_are_alike_but_for_names_nobody_refers_to(problem_of: Any) -> None:
    def asked(*names: str, **more: Any) -> Any:
        return likeness(problem_of(sessions=[{"id": name, "duration": 4, **more} for name in names]))

    assert asked("a", "b") == asked("c", "a")
    assert asked("a", "b") != asked("a")
    assert asked("a", "b") != asked("a", "b", audience=3)
    one = problem_of(sessions=[{"id": "a", "duration": 4}, {"id": "b", "duration": 4, "after": ["a"]}])
    other = problem_of(sessions=[{"id": "c", "duration": 4}, {"id": "b", "duration": 4, "after": ["c"]}])
    assert likeness(one) != likeness(other)


def test_nothing_is_proposed_for_days_too_far_apart_to_count_their_grains(problem_of: Any) -> None:
    sessions = [{"id": f"s{index}", "duration": 4} for index in range(3)]
    near = [{"id": "d1", "start": 0, "end": 8}, {"id": "d2", "start": 100, "end": 108}]
    far = [near[0], {"id": "d2", "start": 2_000_000_000, "end": 2_000_000_008}]
    for days, count in ((near, 3), (far, 0)):
        problem = problem_of(sessions=sessions, rooms=HALLS[:1], days=days)
        assert len(proposed(problem, legal_of(problem))) == count
