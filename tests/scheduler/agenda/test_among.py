"""How those in question are placed among all others (AGD-03)."""

from typing import Any

from scheduler.agenda.explain.seating import seated
from scheduler.agenda.first_plan import first_plan
from scheduler.agenda.legal_starts import legal_of
from scheduler.agenda.solution import Placement

DAY = [{"id": "d", "start": 0, "end": 8}]
ROOMS = [{"id": "large", "capacity": 100}, {"id": "small", "capacity": 20}]


def _at(session: str, room: str, start: int = 0) -> Placement:
    return Placement(session=session, start=start, room=room)


def test_who_is_firm_stays_and_others_give_way(problem_of: Any) -> None:
    """Two may only be at the beginning, in rooms for two: one of the others leaves, and not the one that is firm."""
    sessions = [{"id": name, "duration": 4} for name in "ab"]
    sessions += [{"id": "late", "duration": 4, "windows": [[0, 4]]}]
    problem = problem_of(sessions=sessions, rooms=ROOMS, days=DAY)
    wanted = [_at("a", "large"), _at("b", "small")]
    for firm in "ab":
        attempt = first_plan(problem, legal_of(problem), wanted=wanted, firm={firm})
        assert attempt.is_complete
        assert next(one for one in attempt.placements if one.session == firm).start == 0


def test_a_plan_goes_where_it_drives_out_what_can_be_elsewhere(problem_of: Any) -> None:
    sessions = [
        {"id": "few", "duration": 4},
        {"id": "full", "duration": 4, "audience": 90},
        {"id": "any", "duration": 4},
    ]
    problem = problem_of(sessions=sessions, rooms=ROOMS, days=DAY)
    others = [_at("full", "large"), _at("any", "small")]
    assert seated(problem, legal_of(problem), [_at("few", "large")], others) == (_at("few", "small"),)


def test_who_shares_a_room_stays_there(problem_of: Any) -> None:
    sessions = [{"id": "few", "duration": 4}, {"id": "with", "duration": 4, "same_room_as": "few"}]
    problem = problem_of(sessions=sessions, rooms=ROOMS, days=DAY)
    plan = [_at("few", "large"), _at("with", "large", start=4)]
    assert seated(problem, legal_of(problem), plan, []) == tuple(plan)
