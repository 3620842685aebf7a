"""Where questions are hard to tell (AGD-03): there is an end to them, and something is offered all the same."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from scheduler.agenda.crowds.purse import LEAST, SHARE, Purse
from scheduler.agenda.explain import deciding, explain
from scheduler.agenda.explain.blocking import blocking_set
from scheduler.agenda.explain.combining import find_fixes
from scheduler.agenda.explain.found import Found
from scheduler.agenda.explain.oracle import Oracle
from scheduler.agenda.problem import AgendaProblem, read_problem
from scheduler.core.cpsat import Solved
from scheduler.core.limits import Control, Limits
from tests.benchmarks.agenda_contradictions import with_a_contradiction
from tests.benchmarks.agenda_events import event_of
from tests.scheduler.agenda.test_explain import facts_of, mended, neutralised

LIMITS = Limits(time_limit=60, workers=1)


def test_no_question_takes_all_that_is_left() -> None:
    purse = Purse(2.0)
    assert purse.granted(0.1) == 0.1
    assert purse.granted(5.0) == 2.0 / SHARE
    taken = []
    for _ in range(50):
        taken.append(purse.granted(1.0))
        purse.spend(taken[-1])
    assert taken == sorted(taken, reverse=True) and sum(taken) < 2.0 + 50 * LEAST
    assert purse.granted(1.0) == LEAST


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 100_000))
def test_without_answers_facts_still_block_and_a_fix_still_mends(seed: int, tiny: Any, brute_force: Any) -> None:
    """The solver tells once whether there is a plan, and then nothing any more."""
    problem = tiny(seed)
    raw = json.loads(problem.model_dump_json())
    real, asked = deciding.run, []

    def run(*args: Any, **fields: Any) -> Solved:
        asked.append(fields)
        if len(asked) == 1:
            return real(*args, **fields)
        return Solved("unknown", None, None, None, 0.0, 0.0)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(deciding, "run", run)
        explanation = explain(problem, limits=LIMITS)
    assume(explanation.status == "infeasible")
    named = [fact.path for fact in explanation.facts]
    assert named
    everything = facts_of(raw)
    if named[0].endswith(".optional"):
        everything += [f"sessions[{index}].optional" for index in range(len(raw["sessions"]))]
    assert brute_force(neutralised(raw, [path for path in everything if path not in named])) is None
    fixes = (explanation.fix,) if explanation.fix else explanation.fixes
    assert fixes
    assert brute_force(mended(raw, fixes)) is not None


def test_what_one_way_to_search_leaves_open_is_asked_in_another(problem_of: Any) -> None:
    """The file is asked for once more before the answer is that nothing is known."""
    sessions = [{"id": f"s{index}", "duration": 4 + index % 2} for index in range(8)]
    sessions += [{"id": f"t{index}", "duration": 3, "not_with": [f"s{index}", f"s{index + 1}"]} for index in range(2)]
    problem = problem_of(sessions=sessions, rooms=[{"id": name, "capacity": 9} for name in ("r1", "r2")])
    real, asked = deciding.run, []

    def run(*args: Any, parameters: dict[str, object], **fields: Any) -> Solved:
        asked.append(parameters)
        if len(asked) == 1:
            return Solved("unknown", None, None, None, 0.0, 0.0)
        return real(*args, parameters=parameters, **fields)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(deciding, "run", run)
        oracle = Oracle(LIMITS, Control())
        found = oracle._solved(problem, oracle.legal_of(problem), None)
    assert found.status != "unknown"
    assert len(asked) == 2 and asked[0] != asked[1]


@pytest.mark.parametrize(
    ("kind", "fields"), [("plenary", {"windows"}), ("days lost + plenary", {"windows", "available"})]
)
def test_hours_are_offered_before_a_plenary_of_many_is_left_out(kind: str, fields: set[str]) -> None:
    """A plenary wants thirty rooms at a time: that is found where the plan begins with it."""
    document = event_of("mixed", seed=1, sessions=1000, rooms=30, days=5)
    problem = read_problem(json.dumps(with_a_contradiction(document, kind)))
    explanation = explain(problem, limits=LIMITS)
    fixes = (explanation.fix,) if explanation.fix else explanation.fixes
    assert fixes is not None and {fix.path.rpartition(".")[2] for fix in fixes} == fields
    assert explain(mended(json.loads(problem.model_dump_json()), fixes), limits=LIMITS).status == "feasible"


def test_a_list_that_is_hard_to_tell_is_not_tried_again(problem_of: Any) -> None:
    """Where one says nothing, the next is looked at instead."""
    sessions = [
        {"id": "a", "duration": 4, "audience": 500},
        {"id": "b", "duration": 4, "windows": [[2, 4]]},
        *({"id": f"s{index}", "duration": 4} for index in range(4)),
    ]
    problem = problem_of(sessions=sessions, rooms=[{"id": "r1", "capacity": 100}, {"id": "r2", "capacity": 90}])
    tried: list[str] = []

    class Silent(Oracle):
        """Knows that there is no plan, and of whole files nothing else."""

        def find(self, problem: AgendaProblem, **given: Any) -> Found:
            if len(problem.sessions) == len(sessions):
                tried.append(problem.model_dump_json())
                return Found("unknown")
            return super().find(problem, **given)

    oracle = Silent(LIMITS, Control())
    assert find_fixes(problem, blocking_set(problem, Oracle(LIMITS, Control())), oracle) is None
    assert len(set(tried)) == len(tried) > 2
