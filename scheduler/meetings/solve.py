"""The entrance: solve a meetings problem, stage after stage."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ortools.sat.python import cp_model

from scheduler.core.cpsat import Solved, run
from scheduler.core.limits import Control, Limits, Progress, Stopwatch
from scheduler.core.outcome import StageResult, Status
from scheduler.meetings.greedy import first_plan
from scheduler.meetings.ideals import ranges
from scheduler.meetings.legal import Legal
from scheduler.meetings.model import rules_and_stages
from scheduler.meetings.problem import MeetingsProblem
from scheduler.meetings.reasons import unheld
from scheduler.meetings.score import SENSES, score, stage_names, stage_values
from scheduler.meetings.solution import MeetingsOutcome, MeetingsSolution, Unheld
from scheduler.meetings.tables import Placed, busiest_first, give_tables, placed_of
from scheduler.meetings.validation import validate
from scheduler.meetings.variables import Variables

LEAST_SECONDS, LEAST_WORK = 0.02, 0.001
"""With less time or work left no further search is begun."""


def solve(
    problem: MeetingsProblem,
    *,
    hint: MeetingsSolution | None = None,
    limits: Limits = Limits(),
    control: Control | None = None,
) -> MeetingsOutcome:
    """Find the best plan and prove how good it is.

    Args:
        hint: a plan to start from; one that breaks a rule is not used.

    Returns:
        An outcome whose solution breaks no hard rule; ``infeasible`` only where that is proven.
    """
    return _Search(problem, limits, control or Control()).outcome(hint)


def plan_of(legal: Legal, placed: Sequence[Placed]) -> MeetingsSolution | None:
    """A solution with real tables, reasons left open; ``None`` where kept tables leave no room for the others."""
    meetings = give_tables(legal, placed)
    if meetings is None:
        return None
    held = {meeting.wish for meeting in placed}
    left = tuple(Unheld(wish=wish.id) for number, wish in enumerate(legal.problem.wishes) if number not in held)
    return MeetingsSolution(meetings=meetings, unheld=left)


@dataclass(frozen=True)
class _Plan:
    placed: tuple[Placed, ...]
    solution: MeetingsSolution
    values: dict[str, int]


class _Search:
    """One solve: the best plan so far, and what is known of each stage."""

    def __init__(self, problem: MeetingsProblem, limits: Limits, control: Control) -> None:
        self.problem, self.limits, self.control = problem, limits, control
        self.stopwatch = Stopwatch()
        self.legal = Legal(problem)
        self.ranges = ranges(self.legal)
        self.names = stage_names(problem)
        self.best: _Plan | None = None
        self.bounds: dict[str, int] = {}
        self.seconds: dict[str, float] = {}
        self._is_infeasible = False
        self.work_left = None if limits.budget is None else float(limits.budget)

    def outcome(self, hint: MeetingsSolution | None) -> MeetingsOutcome:
        wanted = [] if hint is None else placed_of(self.legal, hint.meetings)
        if hint is not None and not validate(self.problem, hint):
            self._offer(wanted)
        self._offer(first_plan(self.legal, wanted))
        self._report_first()
        status = self._run_stages()
        return MeetingsOutcome(
            status=status,
            solution=None if self.best is None else self._finished(self.best),
            score={} if self.best is None else score(self.problem, self.best.solution),
            stages=self._stage_results(),
            seconds=round(self.stopwatch.seconds, 4),
            first_seconds=self.stopwatch.first_seconds,
            seed=self.limits.seed,
            workers=self.limits.workers,
        )

    def _report_first(self) -> None:
        if self.best is not None:
            name = self.names[0]
            found, bound = self.best.values[name], self.ranges[name].best
            self.control.report(Progress(seconds=self.stopwatch.seconds, stage=name, incumbent=found, bound=bound))

    def _finished(self, plan: _Plan) -> MeetingsSolution:
        """The plan with reasons for what it leaves out; a broken rule here is a fault of ours and never leaves."""
        solution = plan.solution.model_copy(update={"unheld": unheld(self.legal, plan.placed)})
        broken = validate(self.problem, solution)
        if broken:
            raise RuntimeError(f"the solver's own plan breaks {broken[0].rule}: {broken[0].message}")
        return solution

    def _offer(self, placed: Sequence[Placed]) -> None:
        """Take a plan if it breaks no rule and is better than the one we have."""
        solution = plan_of(self.legal, placed)
        if solution is None:
            return
        values = stage_values(self.problem, solution)
        is_better = self.best is None or _rank(values) < _rank(self.best.values)
        if is_better and not validate(self.problem, solution):
            self.best = _Plan(tuple(placed), solution, values)
            self.stopwatch.mark_first()

    def _run_stages(self) -> Status:
        """Run the stages in order; each is fixed at what it reached, so that the next can only add to it."""
        variables, expressions = rules_and_stages(self.legal)
        for position, name in enumerate(self.names):
            if self._is_over():
                break
            is_last = position == len(self.names) - 1
            if not self._is_known(name) or (is_last and self.best is None):
                following = sum(not self._is_known(later) for later in self.names[position + 1 :])
                self._run_stage(variables, name, expressions[name], 1.0 - min(0.5, 0.1 * following))
                if self._is_infeasible:
                    return "infeasible"
                if self.best is None:
                    break
            if self.best is not None:
                _fix(variables.model, name, expressions[name], self.best.values[name])
        return self._status()

    def _run_stage(self, variables: Variables, name: str, expression: cp_model.LinearExprT, share: float) -> None:
        """Search for a better value of one stage with each set of parameters, until the value is proven."""
        sense = SENSES[name]
        (variables.model.maximize if sense == "max" else variables.model.minimize)(expression)
        started = self.stopwatch.seconds
        seconds = share * (self.limits.time_limit - started)
        bound = self.ranges[name].best
        for parameters, part in _searches(name, self.limits.workers):
            solved = run(
                variables.model,
                stage=name,
                sense=sense,
                limits=self.limits,
                seconds=part * (seconds - (self.stopwatch.seconds - started)),
                control=self.control,
                stopwatch=self.stopwatch,
                hint=self._hint(variables),
                deterministic_time=None if self.work_left is None else self.work_left * share * part,
                parameters=parameters,
            )
            if self.work_left is not None:
                self.work_left = max(0.0, self.work_left - solved.deterministic_time)
            self._note(variables, solved)
            if solved.bound is not None:
                bound = min(bound, solved.bound) if sense == "max" else max(bound, solved.bound)
            if self._is_infeasible or self._is_over() or solved.status == "optimal":
                break
        if self.best is not None:
            self.bounds[name] = bound
        self.seconds[name] = self.stopwatch.seconds - started

    def _note(self, variables: Variables, solved: Solved) -> None:
        if solved.status == "infeasible":
            if self.best is not None:
                raise RuntimeError("the model has no room for a plan that breaks no rule")
            self._is_infeasible = True
        if solved.values is not None:
            self._offer(variables.read(solved.values))

    def _hint(self, variables: Variables) -> Mapping[int, int] | None:
        return None if self.best is None else variables.hint(busiest_first(self.legal, self.best.placed))

    def _is_known(self, name: str) -> bool:
        """Whether a stage is proven without search: no plan differs in it, or the plan has the best there can be."""
        found = self.ranges[name]
        return found.is_settled or (self.best is not None and self.best.values[name] == found.best)

    def _is_over(self) -> bool:
        if self.control.is_stopped:
            return True
        if self.work_left is not None:
            return self.work_left < LEAST_WORK
        return self.stopwatch.seconds > self.limits.time_limit - LEAST_SECONDS

    def _stage_results(self) -> tuple[StageResult, ...]:
        if self.best is None:
            return ()
        return tuple(
            StageResult(
                name=name,
                sense=SENSES[name],
                value=self.best.values[name],
                bound=self.bounds.get(name, self.ranges[name].best),
                seconds=round(self.seconds.get(name, 0.0), 4),
            )
            for name in self.names
        )

    def _status(self) -> Status:
        if self.best is not None and all(stage.is_proven for stage in self._stage_results()):
            return "optimal"
        if self.control.is_stopped:
            return "stopped"
        return "unknown" if self.best is None else "feasible"


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


def _fix(model: cp_model.CpModel, name: str, expression: cp_model.LinearExprT, reached: int) -> None:
    if not isinstance(expression, int):
        model.add(expression >= reached if SENSES[name] == "max" else expression <= reached)


def _rank(values: Mapping[str, int]) -> tuple[int, ...]:
    """Smaller is better, stage by stage."""
    return tuple(-value if SENSES[name] == "max" else value for name, value in values.items())
