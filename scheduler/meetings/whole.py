"""Solve stage after stage over the whole model."""

from ortools.sat.python import cp_model

from scheduler.core.cpsat import run
from scheduler.meetings.model import rules_and_stages
from scheduler.meetings.score import SENSES
from scheduler.meetings.search import Search, aim, fix
from scheduler.meetings.variables import Variables


def run_stages(search: Search) -> None:
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
    for parameters, part in _searches(name, search.limits.workers):
        solved = run(
            variables.model,
            stage=name,
            sense=sense,
            limits=search.limits,
            seconds=part * (seconds - (search.stopwatch.seconds - started)),
            control=search.control,
            stopwatch=search.stopwatch,
            hint=search.hint(variables),
            deterministic_time=None if search.work_left is None else search.work_left * share * part,
            parameters=parameters,
        )
        search.spend(solved.deterministic_time)
        search.note(variables, solved)
        if solved.bound is not None:
            bound = min(bound, solved.bound) if sense == "max" else max(bound, solved.bound)
        if search.is_infeasible or search.is_over() or solved.status == "optimal":
            break
    if search.best is not None:
        search.bounds[name] = bound
    search.seconds[name] = search.stopwatch.seconds - started


def _searches(name: str, workers: int) -> tuple[tuple[dict[str, object], float], ...]:
    """How to search a stage: CP-SAT parameters, and the part of the time left to spend on them.

    Idle time, moves and shortfalls are small sums of literals, for which core-guided search without linear programs
    closes the gap; it finds no plans on the way, so a plain search runs beside or after it.
    """
    if name == "value":
        return (({}, 1.0),)
    if workers == 1:
        return (({"optimize_with_core": True, "linearization_level": 0}, 0.5), ({}, 1.0))
    if workers == 2:
        return (({"subsolvers": ["core", "default_lp"]}, 1.0),)
    return (({}, 1.0),)
