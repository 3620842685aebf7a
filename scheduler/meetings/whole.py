"""Solve stage after stage over the whole model."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from ortools.sat.python import cp_model

from scheduler.core.cpsat import Solved, run
from scheduler.core.maxsat import prove
from scheduler.meetings.model import rules_and_stages
from scheduler.meetings.score import SENSES
from scheduler.meetings.search import Search, aim, fix
from scheduler.meetings.variables import Variables

CORE = ["core", "default_lp"]
QUICK_SECONDS = 2.0
"""What CP-SAT gets before processes are started for a proof."""
PROVABLE = 12_000
"""With more options than this the clauses are too many to translate."""


@dataclass(frozen=True)
class Plain:
    """A search by CP-SAT with these parameters, for so many seconds at most."""

    parameters: Mapping[str, object]
    seconds: float = math.inf


@dataclass(frozen=True)
class Proof:
    """A proof by MaxSAT, so many processes side by side."""

    processes: int


def search_whole(search: Search) -> None:
    """Run the stages in order; each is fixed at what it reached, so that the next can only add to it."""
    if search.is_over():
        return
    variables, expressions = rules_and_stages(search.legal)
    for name in search.names:
        if search.is_over():
            return
        # Where every stage is known beforehand the last one still looks for a plan at all.
        if not search.is_known(name) or (name == search.names[-1] and search.best is None):
            _run_stage(search, variables, name, expressions[name])
            if search.is_infeasible or search.best is None:
                return
        if search.best is not None:
            fix(variables.model, name, expressions[name], search.best.values[name])


def _run_stage(search: Search, variables: Variables, name: str, expression: cp_model.LinearExprT) -> None:
    """Search for a better value of one stage with each set of parameters, until the value is proven."""
    sense = SENSES[name]
    aim(variables.model, name, expression)
    share = 1.0 - min(0.5, 0.1 * search.following(name))
    started = search.stopwatch.seconds
    seconds = share * (search.limits.time_limit - started)
    bound = search.ranges[name].best
    for way, part in _ways(search, name):
        left = part * (seconds - (search.stopwatch.seconds - started))
        if left <= 0:
            break
        if isinstance(way, Proof):
            solved = _prove(search, variables, name, way, left)
        else:
            solved = run(
                variables.model,
                stage=name,
                sense=sense,
                limits=search.limits,
                seconds=min(left, way.seconds),
                control=search.control,
                stopwatch=search.stopwatch,
                hint=search.hint(variables),
                deterministic_time=None if search.work_left is None else search.work_left * share * part,
                parameters=way.parameters,
            )
        if solved is None:
            continue
        search.spend(solved.deterministic_time)
        search.note(variables, solved)
        if solved.bound is not None:
            bound = min(bound, solved.bound) if sense == "max" else max(bound, solved.bound)
        if search.is_infeasible or search.is_over() or solved.status == "optimal":
            break
        if search.best is not None and search.best.values[name] == bound:
            break
    if search.best is not None:
        search.bounds[name] = bound
    search.seconds[name] = search.stopwatch.seconds - started


def _prove(search: Search, variables: Variables, name: str, way: Proof, seconds: float) -> Solved | None:
    return prove(
        variables.model,
        stage=name,
        workers=way.processes,
        seconds=seconds,
        control=search.control,
        stopwatch=search.stopwatch,
        incumbent=None if search.best is None else search.best.values[name],
    )


def _ways(search: Search, name: str) -> tuple[tuple[Plain | Proof, float], ...]:
    """How to search a stage, and the part of the time left to spend on each way.

    Idle time, moves and shortfalls are small sums of literals, for which core-guided search without linear programs
    closes the gap: CP-SAT's own is over soon or not for long, and then python-sat's takes its turn. Neither finds plans
    on the way, so a plain search runs beside or after it. Processes know no deterministic time: a budget does without.
    """
    workers = search.limits.workers
    if name == "value":
        return ((Plain({}), 1.0),)
    core = Plain({"optimize_with_core": True, "linearization_level": 0} if workers == 1 else {"subsolvers": CORE})
    rest = ((core, 0.5), (Plain({}), 1.0)) if workers == 1 else ((core, 1.0),)
    if search.work_left is not None or sum(map(len, search.legal.options)) > PROVABLE:
        return rest
    return (replace(core, seconds=QUICK_SECONDS), 1.0), (Proof(min(2, workers)), 0.6), *rest
