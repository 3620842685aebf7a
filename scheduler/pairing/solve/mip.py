"""HiGHS over some candidates of a relaxation: branch and bound on linear programs, where CP-SAT only wanders.

A plan that it finds is judged by the clerk and the score like any other. What it proves rests on floating point, so it
is asked for only where numbers are so small that no rounding comes near one point (``is_exact``).
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from math import ceil, floor

import numpy as np
from ortools.math_opt.python import mathopt

from scheduler.core.cpsat import POLL_SECONDS, SolveStatus
from scheduler.pairing.catalogue import Numbers
from scheduler.pairing.solve.cuts import couples_once
from scheduler.pairing.solve.master import Master
from scheduler.pairing.solve.spending import Part

NODES_PER_UNIT = 100
"""With a budget, so many nodes of the search stand for one deterministic unit."""

GRACE_SECONDS = 1.0
"""How long a search may go on after the time of the whole solve."""

_LARGEST = 10**7
_MARGIN = 1e-3


@dataclass(frozen=True)
class Answer:
    """``numbers`` of a best plan found, and a bound of the goal over the candidates searched."""

    status: SolveStatus
    numbers: Numbers | None
    bound: int | None


def is_exact(master: Master) -> bool:
    """Whether all sums stay so small that floating point tells one whole number from the next by far."""
    return int(master.catalogue.value.max(initial=0)) * max(1, master.count) <= _LARGEST


def branch(master: Master, numbers: Numbers, part: Part, *, share: float = 1.0, gap: float = 0.0) -> Answer:
    """Make the goal as large as these candidates allow.

    Args:
        share: of the part of the time.
        gap: a plan within this part of the bound is good enough.
    """
    model = mathopt.Model()
    others = [
        model.add_integer_variable(lb=0, ub=0 if column in master.never else min(upper, 2**31))
        for column, upper in enumerate(master.upper)
    ]
    formed = [model.add_binary_variable() for _ in numbers]
    for row in (*master.rows, *couples_once(master, numbers)):
        constraint = model.add_linear_constraint(
            lb=-np.inf if row.low is None else row.low, ub=np.inf if row.high is None else row.high
        )
        for column, coefficient in row.others.items():
            constraint.set_coefficient(others[column], coefficient)
        if row.kind == "none" or not len(numbers):
            continue
        coefficients = master.coefficients(row, numbers)
        for at in np.flatnonzero(coefficients).tolist():
            constraint.set_coefficient(formed[at], float(coefficients[at]))
    model.objective.is_maximize = True
    model.objective.offset = master.constant
    for column, gain in master.objective.items():
        model.objective.set_linear_coefficient(others[column], gain)
    for variable, gain in zip(formed, master.gains_of(numbers).tolist(), strict=True):
        if gain:
            model.objective.set_linear_coefficient(variable, gain)
    limits = part.spending.limits
    parameters = mathopt.SolveParameters(relative_gap_tolerance=gap, random_seed=limits.seed)
    if part.has_budget:
        parameters.node_limit = max(1, floor(part.work * share * NODES_PER_UNIT))
    else:
        parameters.time_limit = timedelta(seconds=max(0.05, part.seconds * share))
    result = _beside(lambda: mathopt.solve(model, mathopt.SolverType.HIGHS, params=parameters), part)
    if result is None:
        return Answer("unknown", None, None)
    if part.has_budget:
        nodes = result.solve_stats.node_count or 1
        part.spending.use((1 + max(0, nodes)) / NODES_PER_UNIT)
    return _answer(result, formed, numbers)


def _answer(result: mathopt.SolveResult, formed: list[mathopt.Variable], numbers: Numbers) -> Answer:
    reasons = mathopt.TerminationReason
    reason = result.termination.reason
    if reason in (reasons.INFEASIBLE, reasons.INFEASIBLE_OR_UNBOUNDED):
        return Answer("infeasible", None, None)
    bound = result.termination.objective_bounds.dual_bound
    whole = floor(bound + _MARGIN) if np.isfinite(bound) else None
    if not result.has_primal_feasible_solution():
        return Answer("unknown", None, whole)
    values = result.variable_values(formed)
    chosen = numbers[np.array([value > 0.5 for value in values], dtype=bool)]
    at_least = ceil(result.objective_value() - _MARGIN)
    return Answer("optimal" if whole is not None and whole <= at_least else "feasible", chosen, whole)


def _beside(solve: Callable[[], mathopt.SolveResult], part: Part) -> mathopt.SolveResult | None:
    """Solve in a thread of its own; it cannot be stopped: where the solve is to stop, it is left alone.

    So it is where it goes on after the time of the whole solve: it looks at its limit only now and then.
    """
    found: list[mathopt.SolveResult] = []
    errors: list[BaseException] = []

    def work() -> None:
        try:
            found.append(solve())
        except Exception as error:
            errors.append(error)

    thread = threading.Thread(target=work, name="highs", daemon=True)
    thread.start()
    while thread.is_alive():
        if part.spending.control.is_stopped or part.spending.seconds_beyond > GRACE_SECONDS:
            return None
        thread.join(POLL_SECONDS)
    if errors:
        raise errors[0]
    return found[0]
