"""What tests of runs share: waiting for one, and solving without each fact that an explanation names."""

import time
from typing import Any

import pytest

from app.solver_runs.enums import RunState
from app.solver_runs.models import SolverRun
from scheduler.agenda.explain.explaining import explain
from scheduler.agenda.explain.facts import blockers_of, path_of, required_sessions
from scheduler.agenda.explain.relaxing import ProblemFile, neutral
from scheduler.agenda.problem import read_problem
from scheduler.core.limits import Limits


def until_ended(client: Any, run_id: int) -> None:
    """The engine of the application may have taken the run; whoever has it, it ends, and says why there is no plan."""
    for _ in range(200):
        with client.app.state.database.reading() as session:
            run = session.get(SolverRun, run_id)
            if not run.state.is_open and (run.is_explained or run.state is not RunState.INFEASIBLE):
                return
        time.sleep(0.1)
    pytest.fail("the run did not end")


def each_fact_is_needed(problem_json: str, explanation: Any) -> None:
    """Without any one of the named facts the file, solved again, has a plan."""
    problem = read_problem(problem_json)
    steps = {path_of(one.steps): one.steps for one in (*blockers_of(problem), *required_sessions(problem))}
    for fact in explanation["facts"]:
        eased = ProblemFile(problem).changed(neutral([steps[fact["path"]]]))
        assert explain(eased, limits=Limits(time_limit=20, workers=1, seed=1)).status == "feasible", fact
