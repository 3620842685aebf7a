"""Objectives that rank one before the other, solved in stages: each is fixed before the next begins."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ortools.sat.python import cp_model

from scheduler.core.cpsat import Solved, hint_of, run
from scheduler.core.limits import Control, Limits, Stopwatch
from scheduler.core.outcome import Sense, StageResult, Status


@dataclass(frozen=True)
class Stage:
    """One stage of an objective: a linear expression to make as large or as small as possible."""

    name: str
    sense: Sense
    expression: cp_model.LinearExprT


@dataclass(frozen=True)
class Staged:
    """The answer to all stages; ``last`` holds the values of the variables, or nothing."""

    status: Status
    stages: tuple[StageResult, ...]
    last: Solved | None


def solve_in_stages(
    model: cp_model.CpModel,
    stages: Sequence[Stage],
    *,
    limits: Limits,
    control: Control,
    stopwatch: Stopwatch,
    hint: Mapping[int, int] | None = None,
    parameters: Mapping[str, object] | None = None,
) -> Staged:
    """Optimise the stages in order; the model is left with the constraints that fix each stage.

    A stage that runs out of its share of the time is fixed at what it reached, so that the later ones get their turn;
    its bound says how far off it may be. Each stage may use all the time left but a tenth for each that follows.
    """
    found: list[StageResult] = []
    last: Solved | None = None
    work_left = None if limits.budget is None else float(limits.budget)
    for position, stage in enumerate(stages):
        following = len(stages) - position - 1
        left = max(0.05, limits.time_limit - stopwatch.seconds)
        share = 1.0 - min(0.5, 0.1 * following)
        (model.maximize if stage.sense == "max" else model.minimize)(stage.expression)
        solved = run(
            model,
            stage=stage.name,
            sense=stage.sense,
            limits=limits,
            seconds=left * share,
            control=control,
            stopwatch=stopwatch,
            hint=hint_of(last.values) if last else hint,
            deterministic_time=None if work_left is None else work_left * share,
            parameters=parameters,
        )
        if work_left is not None:
            work_left = max(0.001, work_left - solved.deterministic_time)
        if solved.status == "infeasible" and last is None:
            return Staged("infeasible", (), None)
        if solved.values is None:
            break
        last = solved
        assert solved.objective is not None
        found.append(
            StageResult(
                name=stage.name,
                sense=stage.sense,
                value=solved.objective,
                bound=solved.bound,
                seconds=round(solved.seconds, 4),
            )
        )
        if control.is_stopped:
            break
        if stage.sense == "max":
            model.add(stage.expression >= solved.objective)
        else:
            model.add(stage.expression <= solved.objective)
    if last is None:
        return Staged("stopped" if control.is_stopped else "unknown", (), None)
    if len(found) == len(stages) and all(result.is_proven for result in found):
        return Staged("optimal", tuple(found), last)
    return Staged("stopped" if control.is_stopped else "feasible", tuple(found), last)
