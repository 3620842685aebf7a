"""What is proven length by length not to fill the time there is (AGD-03)."""

from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from scheduler.agenda.crowds.tracks import overfilled
from scheduler.agenda.explain import explain
from scheduler.agenda.explain.contradiction import contradictions
from scheduler.agenda.legal_starts import legal_of
from scheduler.agenda.restricting import only
from scheduler.agenda.solve import solve
from scheduler.core.limits import Limits

UNUSUAL = [HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much]
ROOMS = [{"id": f"r{index}", "capacity": 100} for index in range(6)]
DAY = [{"id": "d", "start": 0, "end": 108}]


@settings(max_examples=100, deadline=None, suppress_health_check=UNUSUAL)
@given(seed=st.integers(0, 100_000))
def test_what_is_overfilled_has_no_plan(seed: int, tiny: Any, brute_force: Any) -> None:
    problem = tiny(seed)
    legal = legal_of(problem)
    assume(all(legal[one.id].rooms for one in problem.sessions if one.is_required))
    names = overfilled(problem, legal)
    assert names is None or brute_force(only(problem, names)) is None


def _interpreted(*lengths: int) -> list[dict[str, Any]]:
    return [
        {"id": f"s{index}", "duration": one, "windows": [[0, 42]], "uses": {"x": 1}}
        for index, one in enumerate(lengths)
    ]


def test_lengths_that_do_not_go_into_the_hours_of_three_teams(problem_of: Any) -> None:
    """123 of 126 grains: eight of twelve and three of nine leave no three gaps of nine, though there is time enough."""
    fields = {"rooms": ROOMS, "days": DAY, "resources": [{"id": "x", "capacity": 3}]}
    fits = problem_of(sessions=_interpreted(*[12] * 8, 9, 9), **fields)
    assert overfilled(fits, legal_of(fits)) is None
    problem = problem_of(sessions=_interpreted(*[12] * 8, 9, 9, 9), **fields)
    legal = legal_of(problem)
    assert [*contradictions(problem, legal)] == []
    assert overfilled(problem, legal) == {f"s{index}" for index in range(11)}

    explanation = explain(problem, limits=Limits(time_limit=60, workers=1))
    assert {fact.path.split(".", 1)[1] for fact in explanation.facts} == {"uses.x", "windows"}
    assert explanation.fix is not None
    assert explanation.fix.path.endswith(".windows")


def test_what_is_pinned_cuts_the_time_of_its_room(problem_of: Any) -> None:
    """Five of one grain and a turnover each go into nine grains, but not where one of them begins on an odd one."""
    sessions = [{"id": f"s{index}", "duration": 1} for index in range(5)]
    fields = {"rooms": [{"id": "r", "turnover": 1}], "days": [{"id": "d", "start": 0, "end": 9}]}
    for start, expected in ((4, None), (3, {f"s{index}" for index in range(5)})):
        pinned = {**sessions[0], "pin": {"start": start}}
        problem = problem_of(sessions=[pinned, *sessions[1:]], **fields)
        assert overfilled(problem, legal_of(problem)) == expected
    explanation = explain(problem, limits=Limits(time_limit=60, workers=1))
    assert {fact.path for fact in explanation.facts} == {"sessions[0].pin", "rooms[0].turnover"}
    assert explanation.fix is not None and explanation.fix.path == "sessions[0].pin"


def test_hours_that_change_are_not_taken_for_so_many_tracks(problem_of: Any) -> None:
    """One team is away in the middle, twice: what runs beside the other then need not stay with one of the two."""
    resource = {"id": "x", "capacity": 2, "taken": [[4, 6, 1], [10, 12, 1]]}
    sessions = [
        {"id": "a", "duration": 7, "pin": {"start": 0}, "uses": {"x": 1}},
        {"id": "b", "duration": 7, "pin": {"start": 6}, "uses": {"x": 1}},
    ]
    day = [{"id": "d", "start": 0, "end": 13}]
    problem = problem_of(sessions=sessions, rooms=ROOMS, resources=[resource], days=day)
    assert solve(problem, limits=Limits(time_limit=60, workers=1)).solution is not None
    assert overfilled(problem, legal_of(problem)) is None
