"""The one place that runs CP-SAT. Importing this module takes seconds: only code that solves does."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any, Literal

from ortools.sat.python import cp_model

from scheduler.core.limits import Control, Limits, Progress, Stopwatch
from scheduler.core.outcome import Sense

POLL_SECONDS = 0.05

SolveStatus = Literal["optimal", "feasible", "infeasible", "unknown"]


@dataclass(frozen=True)
class Solved:
    """The answer to one objective; ``values`` holds a value for each variable of the model, by index."""

    status: SolveStatus
    values: tuple[int, ...] | None
    objective: int | None
    bound: int | None
    seconds: float
    deterministic_time: float

    def value(self, variable: cp_model.IntVar) -> int:
        assert self.values is not None
        return self.values[variable.index]

    def holds(self, literal: cp_model.IntVar) -> bool:
        return self.value(literal) != 0


class _Watcher(cp_model.CpSolverSolutionCallback):
    def __init__(
        self, *, stage: str, sense: Sense | None, control: Control, stopwatch: Stopwatch, enough: int | None
    ) -> None:
        super().__init__()
        self._stage, self._sense, self._control, self._stopwatch = stage, sense, control, stopwatch
        self._enough = enough

    def on_solution_callback(self) -> None:
        self._stopwatch.mark_first()
        if self._sense is None:
            return
        if self._enough is not None and round(self.objective_value) == self._enough:
            self.stop_search()
        self._control.report(
            Progress(
                seconds=self._stopwatch.seconds,
                stage=self._stage,
                incumbent=round(self.objective_value),
                bound=round(self.best_objective_bound),
            )
        )


def run(
    model: cp_model.CpModel,
    *,
    stage: str,
    sense: Sense | None,
    limits: Limits,
    seconds: float,
    control: Control,
    stopwatch: Stopwatch,
    hint: Mapping[int, int] | None = None,
    deterministic_time: float | None = None,
    parameters: Mapping[str, object] | None = None,
    enough: int | None = None,
) -> Solved:
    """Solve a model once.

    Args:
        sense: how the objective set on the model reads, ``None`` for none.
        seconds: wall-clock limit of this run.
        hint: values by variable index to start the search from.
        deterministic_time: CP-SAT's repeatable measure of work, instead of seconds.
        parameters: further CP-SAT parameters by name; a list is added to a parameter that repeats.
        enough: the value that ends the search, which the caller knows to be the best.
    """
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = limits.workers
    solver.parameters.random_seed = limits.seed
    if deterministic_time is None:
        solver.parameters.max_time_in_seconds = max(0.01, seconds)
    else:
        solver.parameters.max_deterministic_time = max(0.001, deterministic_time)
    for name, value in (parameters or {}).items():
        if isinstance(value, list | tuple):
            getattr(solver.parameters, name).extend(value)
        else:
            setattr(solver.parameters, name, value)
    # Signals belong to the caller (``Control``), not to the library.
    solver.parameters.catch_sigint_signal = False
    _set_hint(model, hint or {})

    before = stopwatch.seconds
    code = _solve_beside(
        solver, model, _Watcher(stage=stage, sense=sense, control=control, stopwatch=stopwatch, enough=enough), control
    )
    seconds_used = stopwatch.seconds - before
    if code == cp_model.MODEL_INVALID:
        raise ValueError(f"invalid model: {model.validate()}")
    status: SolveStatus = {
        cp_model.OPTIMAL: "optimal",
        cp_model.FEASIBLE: "feasible",
        cp_model.INFEASIBLE: "infeasible",
    }.get(code, "unknown")  # type: ignore[assignment]
    work = solver.response_proto.deterministic_time
    if status not in ("optimal", "feasible"):
        return Solved(status, None, None, None, seconds_used, work)
    stopwatch.mark_first()
    values = tuple(solver.response_proto.solution)
    if sense is None:
        return Solved(status, values, None, None, seconds_used, work)
    objective = round(solver.objective_value)
    bound = objective if status == "optimal" else _whole(solver.best_objective_bound, sense)
    control.report(Progress(seconds=stopwatch.seconds, stage=stage, incumbent=objective, bound=bound))
    return Solved(status, values, objective, bound, seconds_used, work)


def decided(
    model: cp_model.CpModel, *, seconds: float, spend: Callable[[float], None] | None = None
) -> cp_model.CpSolver | Literal["none", "unknown"]:
    """The solver that knows a solution of a small model; ``none`` where there is none, proven.

    Args:
        seconds: deterministic time after which it is left open.
        spend: told how much of it was taken.
    """
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.max_deterministic_time = seconds
    status = solver.solve(model)
    if spend is not None:
        spend(solver.response_proto.deterministic_time)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return "none" if status == cp_model.INFEASIBLE else "unknown"
    return solver


def _set_hint(model: cp_model.CpModel, hint: Mapping[int, int]) -> None:
    proto: Any = model.proto
    proto.clear_solution_hint()
    for index, value in hint.items():
        proto.solution_hint.vars.append(index)
        proto.solution_hint.values.append(value)


def _solve_beside(solver: cp_model.CpSolver, model: cp_model.CpModel, watcher: _Watcher, control: Control) -> Any:
    """Solve in a thread of its own, so that this one stays awake.

    Python runs signal handlers in the main thread only, between two instructions: a solve called from there would
    hold SIGTERM back until it ends. Asking again and again covers a stop that comes before the search has begun,
    which the library forgets.
    """
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="cp-sat") as pool:
        future = pool.submit(solver.solve, model, watcher)
        try:
            while not future.done():
                if control.is_stopped:
                    solver.stop_search()
                wait([future], timeout=POLL_SECONDS)
        finally:
            # Only an interrupt gets here with the search still on.
            while not future.done():
                solver.stop_search()
                wait([future], timeout=POLL_SECONDS)
    return future.result()


def _whole(bound: float, sense: Sense) -> int:
    """Round a bound to the nearest whole value that an integer objective can still reach."""
    slack = 1e-6
    return int(-(-(bound - slack) // 1)) if sense == "min" else int((bound + slack) // 1)


def objective_at(model: cp_model.CpModel, values: Mapping[int, int]) -> int:
    """What the objective of a model comes to, unscaled and without its offset, at values by variable index."""
    objective: Any = model.proto.objective
    # A negated variable has the index -1 minus that of the variable.
    return sum(
        factor * (values.get(index, 0) if index >= 0 else -values.get(-1 - index, 0))
        for index, factor in zip(objective.vars, objective.coeffs, strict=True)
    )


def hint_of(values: Sequence[int] | None) -> dict[int, int]:
    """All values of an earlier answer to the same model, as a hint."""
    return dict(enumerate(values or ()))
