"""A number that is raised to what a plan needs (AGD-03): the plan is the proof, smaller numbers are tried briefly."""

from collections.abc import Sequence
from typing import Any

import pytest

from scheduler.agenda.explain.found import Found
from scheduler.agenda.explain.oracle import Oracle
from scheduler.agenda.explain.raising import MOST_OPEN, raised_for
from scheduler.agenda.problem import AgendaProblem
from scheduler.agenda.solution import Placement
from scheduler.core.limits import Control, Limits

ROOMS = [{"id": f"r{index}", "capacity": 100} for index in range(5)]
SESSIONS = [{"id": f"s{index}", "duration": 2} for index in range(8)]
PLAN = [Placement(session=f"s{index}", start=index // 4 * 2, room=f"r{index % 4}") for index in range(8)]
"""Four at a time; two at a time need four turns, for which the day is too short."""


class _Unsure(Oracle):
    """Knows no answer, and counts how often it was asked."""

    asked = 0

    def find(self, problem: AgendaProblem, **_: Any) -> Found:
        self.asked += 1
        return Found("unknown")


@pytest.fixture
def numbers(problem_of: Any) -> Sequence[AgendaProblem]:
    """The problem with one session at a time, with two, and so on."""
    days = [{"id": "d", "start": 0, "end": 6}]
    return [problem_of(sessions=SESSIONS, rooms=ROOMS, days=days, max_parallel=most) for most in range(1, 9)]


def test_a_plan_that_is_known_proves_the_number_that_it_needs(numbers: Sequence[AgendaProblem]) -> None:
    oracle = _Unsure(Limits(time_limit=60, workers=1), Control())
    position, plan = raised_for(len(numbers), numbers.__getitem__, PLAN, oracle, low=0, work=0.01)
    assert numbers[position].max_parallel == 4
    assert plan == PLAN
    assert oracle.asked == MOST_OPEN


def test_a_smaller_number_is_taken_where_it_is_soon_seen_to_do(numbers: Sequence[AgendaProblem]) -> None:
    oracle = Oracle(Limits(time_limit=60, workers=1), Control())
    position, plan = raised_for(len(numbers), numbers.__getitem__, PLAN, oracle, low=0, work=0.01)
    assert numbers[position].max_parallel == 3
    assert len(plan) == len(SESSIONS)
