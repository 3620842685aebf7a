"""Several changes are few (AGD-03): what a plan shows not to be needed is taken back, however much is wrong."""

from collections.abc import Sequence
from typing import Any

from scheduler.agenda.crowds.purse import Purse
from scheduler.agenda.explain import explain
from scheduler.agenda.explain.blocking import blocking_set
from scheduler.agenda.explain.combining import find_fixes
from scheduler.agenda.explain.found import Found
from scheduler.agenda.explain.oracle import Oracle
from scheduler.agenda.explain.relaxing import ProblemFile
from scheduler.agenda.explain.taking_back import few_changes
from scheduler.agenda.model import solution_of
from scheduler.agenda.problem import AgendaProblem
from scheduler.agenda.solution import Placement
from scheduler.agenda.validation import validate
from scheduler.core.limits import Control, Limits
from tests.scheduler.agenda.test_explain_many import assert_mended

LIMITS = Limits(time_limit=60, workers=1)
ROOMS = [{"id": f"r{index}", "capacity": 100} for index in range(5)]


def four_contradictions(problem_of: Any) -> AgendaProblem:
    """Too few at once, two pins at one place, an audience without room, somebody who comes too late."""
    sessions: list[dict[str, Any]] = [{"id": f"s{index}", "duration": 4} for index in range(45)]
    for index in (3, 4):
        sessions[index]["pin"] = {"start": 10, "room": "r1"}
    sessions[5]["audience"] = 500
    sessions[6] |= {"people": ["p"], "windows": [[0, 10]]}
    people = [{"id": "p", "available": [[20, 60]]}]
    days = [{"id": "d", "start": 0, "end": 60}]
    found: AgendaProblem = problem_of(sessions=sessions, rooms=ROOMS, people=people, days=days, max_parallel=1)
    return found


def test_four_contradictions_take_four_changes(problem_of: Any) -> None:
    """Of 45 sessions thirty would have to be left out otherwise."""
    problem = four_contradictions(problem_of)
    explanation = explain(problem, limits=LIMITS)
    assert explanation.fixes is not None
    assert len(explanation.fixes) == 4
    assert {"max_parallel"} < {fix.path for fix in explanation.fixes}
    assert_mended(problem, explanation)


class _Once(Oracle):
    """Finds one plan and none after it."""

    plan: tuple[Placement, ...] | None = None

    def soon(
        self, problem: AgendaProblem, *, wanted: Sequence[Placement], most_ejections: int, work: float
    ) -> tuple[Placement, ...] | None:
        if self.plan is not None:
            return None
        self.plan = super().soon(problem, wanted=wanted, most_ejections=most_ejections, work=work)
        return self.plan


def test_one_plan_shows_which_changes_it_needs(problem_of: Any) -> None:
    """No other plan is found, and still no change is offered that this one makes no use of."""
    problem = four_contradictions(problem_of)
    oracle = _Once(LIMITS, Control())
    facts = blocking_set(problem, Oracle(LIMITS, Control()))
    changes = few_changes(problem, facts, oracle)
    assert changes is not None and oracle.plan is not None
    file = ProblemFile(problem)
    for steps in changes:
        fewer = file.changed({other: value for other, value in changes.items() if other != steps})
        assert validate(fewer, solution_of(fewer, oracle.plan)), steps


def test_a_shorter_list_is_not_looked_for_once_what_is_hard_to_tell_has_taken_its_share(problem_of: Any) -> None:
    problem = four_contradictions(problem_of)
    facts = blocking_set(problem, Oracle(LIMITS, Control()))
    asked: list[AgendaProblem] = []

    class Poor(Oracle):
        def find(self, problem: AgendaProblem, **given: Any) -> Found:
            asked.append(problem)
            return super().find(problem, **given)

    oracle = Poor(LIMITS, Control())
    oracle._purse = Purse(0)
    assert find_fixes(problem, facts, oracle) is None
    assert len(asked) == 1
