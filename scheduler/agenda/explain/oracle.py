"""Whether a problem has any plan at all, within the time left."""

from dataclasses import replace
from typing import Literal

from scheduler.agenda.first_plan import first_plan
from scheduler.agenda.legal import legal_of
from scheduler.agenda.model import AgendaModel, build
from scheduler.agenda.problem import AgendaProblem
from scheduler.agenda.solution import AgendaOutcome, AgendaSolution
from scheduler.agenda.solve import solve
from scheduler.core.cpsat import Solved, run
from scheduler.core.limits import Control, Limits, Stopwatch

Answer = Literal["feasible", "infeasible", "unknown"]


class Oracle:
    """Answers feasibility questions until the time limit of the whole explanation is reached."""

    def __init__(self, limits: Limits, control: Control) -> None:
        self._limits, self._control = limits, control
        self._stopwatch = Stopwatch()

    @property
    def seconds(self) -> float:
        return self._stopwatch.seconds

    @property
    def is_over(self) -> bool:
        return self._control.is_stopped or self.seconds > self._limits.time_limit

    def ask(self, problem: AgendaProblem) -> Answer:
        """``unknown`` where the time is up before there is an answer."""
        if self.is_over:
            return "unknown"
        legal = legal_of(problem)
        if any(one.is_required and not legal[one.id].rooms for one in problem.sessions):
            return "infeasible"
        if first_plan(problem, legal, seed=self._limits.seed, patience=1, is_over=lambda: self.is_over).is_complete:
            return "feasible"
        solved = self.run(build(problem, legal))
        if solved.status == "infeasible":
            return "infeasible"
        return "unknown" if solved.values is None else "feasible"

    def has_plan(self, problem: AgendaProblem) -> bool:
        """Whether a plan was found; false also where the time was up."""
        return self.ask(problem) == "feasible"

    def run(self, model: AgendaModel, *, minimises: bool = False) -> Solved:
        """Solve a model in the time left, for any plan or for the least value of its objective."""
        return run(
            model.cp,
            stage="explain",
            sense="min" if minimises else None,
            limits=self._limits,
            seconds=self._limits.time_limit - self.seconds,
            control=self._control,
            stopwatch=self._stopwatch,
        )

    def best(self, problem: AgendaProblem) -> AgendaOutcome:
        """The best plan that is found in the time left."""
        left = max(0.01, self._limits.time_limit - self.seconds)
        return solve(problem, limits=replace(self._limits, time_limit=left), control=self._control)

    def plan(self, model: AgendaModel, *, minimises: bool = False) -> AgendaSolution | None:
        solved = self.run(model, minimises=minimises)
        return None if solved.values is None else model.decode(solved)
