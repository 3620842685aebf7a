"""Plans that are packed without search (AGD-03): right ones only, whoever needs a team and however full it gets."""

import random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scheduler.agenda.explain.packing import packed
from scheduler.agenda.model import solution_of
from scheduler.agenda.validation import validate

DAY = {"id": "d1", "start": 0, "end": 48, "closed": [[18, 24]]}


def _with_teams(problem_of: Any, sessions: list[dict[str, Any]], capacity: int, *, rooms: int = 3, **more: Any) -> Any:
    return problem_of(
        sessions=sessions,
        rooms=[{"id": f"r{index}", "capacity": 40} for index in range(rooms)],
        days=[DAY],
        resources=[{"id": "team", "capacity": capacity, **more}],
    )


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 100_000))
def test_what_is_packed_with_teams_keeps_every_rule(seed: int, problem_of: Any) -> None:
    draw = random.Random(seed)
    units = draw.choice([1, 1, 2])
    sessions = [
        {"id": f"s{index}", "duration": draw.choice([4, 6, 9]), "uses": {"team": units} if draw.random() < 0.6 else {}}
        for index in range(draw.randint(1, 16))
    ]
    problem = _with_teams(problem_of, sessions, draw.randint(1, 4))
    placements = packed(problem)
    if placements is not None:
        assert len(placements) == len(sessions)
        assert validate(problem, solution_of(problem, placements)) == ()


def test_teams_are_packed_to_the_last_grain(problem_of: Any) -> None:
    """18 and 24 grains twice for two teams: nine and nine, nine and nine and six, each for both; and others beside."""
    teams = [{"id": f"t{index}", "duration": 9, "uses": {"team": 1}} for index in range(8)]
    teams += [{"id": f"u{index}", "duration": 6, "uses": {"team": 1}} for index in range(2)]
    others = [{"id": f"o{index}", "duration": 6} for index in range(7)]
    assert packed(_with_teams(problem_of, [*teams, *others], 2)) is not None
    assert packed(_with_teams(problem_of, [*teams, {**teams[0], "id": "t8"}], 2)) is None


def test_teams_with_hours_or_in_use_elsewhere_are_not_packed(problem_of: Any) -> None:
    sessions = [{"id": "s", "duration": 6, "uses": {"team": 1}}]
    assert packed(_with_teams(problem_of, sessions, 1)) is not None
    assert packed(_with_teams(problem_of, sessions, 1, open=[[24, 48]])) is None
    assert packed(_with_teams(problem_of, sessions, 1, taken=[[0, 18, 1]])) is None
