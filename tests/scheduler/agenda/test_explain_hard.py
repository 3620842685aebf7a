"""Where questions are hard to tell (AGD-03): there is an end to them, and something is offered all the same."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from scheduler.agenda.explain import deciding, explain
from scheduler.agenda.explain.purse import LEAST, SHARE, Purse
from scheduler.core.cpsat import Solved
from scheduler.core.limits import Limits
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
