"""AGD-04, AGD-07, AGD-09: the places that light up are exactly those at which validation finds nothing wrong."""

import random
from typing import Any

import pytest

from scheduler.agenda.places import FreePlaces
from scheduler.agenda.problem import AgendaProblem
from scheduler.agenda.solution import AgendaSolution, Placement
from scheduler.agenda.validation import validate


def _problem(problem_of: Any, rng: random.Random) -> AgendaProblem:
    names = [f"s{number}" for number in range(7)]
    sessions = []
    for number, name in enumerate(names):
        others = [other for other in names if other != name]
        sessions.append(
            {
                "id": name,
                "duration": rng.randint(1, 4),
                "people": rng.sample(["p1", "p2", "p3", "p4"], rng.randint(0, 2)),
                "audience": rng.choice([10, 60]),
                "features": rng.choice([[], [], ["stage"]]),
                "windows": rng.choice([None, None, [[2, 14]]]),
                "pin": rng.choice([None, None, {"start": 5}, {"room": "r2"}]),
                "after": [names[number - 1]] if number and rng.random() < 0.2 else [],
                "not_with": [rng.choice(others)] if rng.random() < 0.2 else [],
                "same_room_as": rng.choice(others) if rng.random() < 0.15 else None,
                "uses": rng.choice([{}, {}, {"zh": 1}, {"zh": 2}]),
                "plenary": rng.random() < 0.1,
                "optional": True,
            }
        )
    return problem_of(
        days=[
            {"id": "d1", "start": 0, "end": 18, "closed": [[8, 10]]},
            {"id": "d2", "start": 24, "end": 40},
        ],
        rooms=[
            {"id": "r1", "capacity": 100, "site": "C", "turnover": 1, "features": ["stage"]},
            {"id": "r2", "capacity": 50, "site": "M"},
            {"id": "r3", "capacity": 100, "site": "M", "open": [[3, 30]], "features": ["stage"]},
        ],
        walks=[{"from": "C", "to": "M", "grains": 2}, {"from": "M", "to": "C", "grains": 1}],
        people=[
            {"id": "p1"},
            {"id": "p2", "available": [[0, 12], [24, 40]]},
            {"id": "p3", "rest": 1},
            {"id": "p4"},
        ],
        resources=[{"id": "zh", "capacity": 2, "taken": [[4, 6, 1]], "open": [[0, 36]]}],
        sessions=sessions,
        max_parallel=rng.choice([None, 3]),
    )


def _moves(problem: AgendaProblem, plan: dict[str, Placement], name: str) -> dict[str, set[int]]:
    """Where nothing that validation says is about this session: every room and every start tried."""
    loose = problem.model_copy(
        update={
            "sessions": tuple(
                one.model_copy(update={"pin": None}) if one.id == name else one for one in problem.sessions
            )
        }
    )
    found: dict[str, set[int]] = {}
    for room in problem.rooms:
        for start in range(-2, 45):
            tried = {**plan, name: Placement(session=name, start=start, room=room.id)}
            unplaced = tuple(one.id for one in problem.sessions if one.id not in tried)
            broken = validate(loose, AgendaSolution(placements=tuple(tried.values()), unplaced=unplaced))
            if not any(name in one.subjects for one in broken):
                found.setdefault(room.id, set()).add(start)
    return found


@pytest.mark.parametrize("seed", range(30))
def test_agd_09_free_places_are_those_where_nothing_is_broken(problem_of: Any, seed: int) -> None:
    """Also in a plan that breaks rules elsewhere, and for a session that is placed or pinned itself."""
    rng = random.Random(seed)
    problem = _problem(problem_of, rng)
    plan = {
        one.id: Placement(session=one.id, start=rng.randint(0, 36), room=rng.choice(["r1", "r2", "r3"]))
        for one in problem.sessions
        if rng.random() < 0.6
    }
    names = [one.id for one in problem.sessions]
    solution = AgendaSolution(placements=tuple(plan.values()), unplaced=tuple(one for one in names if one not in plan))
    found = FreePlaces(problem).of(solution, names)
    for name in names:
        spans = {room: {start for span in starts for start in range(*span)} for room, starts in found[name].items()}
        # Which of several sessions overuses a thing is told of all that run: beside others' overuse nothing is free.
        assert spans == _moves(problem, plan, name), (seed, name)
