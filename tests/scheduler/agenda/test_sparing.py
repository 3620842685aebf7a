"""What is offered has nothing that could be spared (AGD-03), and leaves no session out of sight."""

from typing import Any

import pytest

from scheduler.agenda.explain import explain
from scheduler.agenda.explain.oracle import Oracle
from scheduler.agenda.explain.relaxing import Changes
from scheduler.agenda.explain.sparing import needed
from scheduler.core.limits import Control, Limits
from tests.scheduler.agenda.test_explain_many import assert_mended, assert_needed

LIMITS = Limits(time_limit=60, workers=1)
MORE_SEATS, NO_PIN, LEFT_OUT = ("rooms", 0, "capacity"), ("sessions", 0, "pin"), ("sessions", 1, "optional")
ROOMS = [
    {"id": "r0", "capacity": 100, "layouts": ["theatre"], "open": [[2, 48]]},
    {"id": "r1", "capacity": 20, "layouts": ["theatre"], "open": [[0, 27]]},
]


@pytest.mark.parametrize(
    ("changes", "left"),
    [
        ({MORE_SEATS: 120, NO_PIN: None, LEFT_OUT: True}, [MORE_SEATS, NO_PIN]),
        ({LEFT_OUT: True, NO_PIN: None, MORE_SEATS: 120}, [LEFT_OUT, NO_PIN]),
        ({MORE_SEATS: 120, NO_PIN: None}, [MORE_SEATS, NO_PIN]),
        ({MORE_SEATS: 120}, [MORE_SEATS]),
    ],
)
def test_a_change_that_is_not_needed_beside_the_others_goes(problem_of: Any, changes: Changes, left: list[Any]) -> None:
    """The pins of two sessions overlap in the only room, and one has no room: seats or leaving it out, one will do."""
    sessions = [
        {"id": "a", "duration": 4, "pin": {"start": 0}},
        {"id": "b", "duration": 4, "audience": 120},
        {"id": "c", "duration": 4, "pin": {"start": 2}},
    ]
    problem = problem_of(sessions=sessions)
    found = needed(problem, changes, Oracle(LIMITS, Control()))
    assert found == {steps: changes[steps] for steps in left}


def test_one_session_that_no_fact_names_may_be_the_one_to_leave_out(problem_of: Any) -> None:
    """The long one takes the only room for it, whoever is in it; somebody of the other is there too late for the rest."""
    people = [{"id": "p1"}, {"id": "p2", "rest": 1}, {"id": "p3", "available": [[9, 43]]}]
    sessions = [
        {"id": "s0", "duration": 19, "people": ["p3"]},
        {"id": "s2", "duration": 18, "people": ["p2"]},
        {"id": "s3", "duration": 28, "people": ["p1", "p2", "p3"]},
    ]
    days = [{"id": "d0", "start": 0, "end": 48}]
    problem = problem_of(sessions=sessions, rooms=ROOMS, people=people, days=days)
    explanation = explain(problem, limits=LIMITS)
    assert not any("s3" in fact.ids for fact in explanation.facts)
    assert explanation.fix is not None
    assert explanation.fix.path == "sessions[2].optional"
    assert_needed(problem, explanation)
    assert_mended(problem, explanation)


def test_a_plan_without_a_fact_may_leave_a_session_out(problem_of: Any) -> None:
    """Six sessions, nearly all of one person who rests for long, and one without a room: two contradictions."""
    own = [["p0", "p4"], ["p0", "p1", "p4"], ["p3", "p0"], [], ["p3", "p0", "p2"], ["p2", "p4", "p0"]]
    sessions: list[dict[str, Any]] = [
        {"id": f"s{index}", "duration": 1, "people": people} for index, people in enumerate(own)
    ]
    sessions[1]["pin"] = {"start": 2, "room": "r0"}
    sessions[3] |= {"layout": "theatre", "features": ["stage", "step-free"]}
    sessions[5]["windows"] = [[5, 12]]
    rooms = [{"id": "r0", "capacity": 400, "layouts": ["theatre", "u", "round"], "features": ["screen", "step-free"]}]
    people = [{"id": f"p{index}", "rest": {0: 3, 4: 1}.get(index, 0)} for index in range(5)]
    people[4]["available"] = [[0, 10]]
    days = [{"id": "d0", "start": 0, "end": 12}]
    problem = problem_of(sessions=sessions, rooms=rooms, people=people, days=days)
    explanation = explain(problem, limits=LIMITS)
    assert {fix.path for fix in explanation.fixes or ()} == {"rooms[0].features", "people[0].rest"}
    assert_needed(problem, explanation)
    assert_mended(problem, explanation)
