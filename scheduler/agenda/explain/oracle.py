"""Whether a problem has any plan at all, within the time left."""

from dataclasses import replace
from typing import Literal

from scheduler.agenda.explain.counting import too_many
from scheduler.agenda.explain.relaxing import only
from scheduler.agenda.first_plan import Attempt, first_plan
from scheduler.agenda.legal import Legal, legal_of
from scheduler.agenda.model import AgendaModel, build
from scheduler.agenda.problem import AgendaProblem
from scheduler.agenda.solution import AgendaOutcome, AgendaSolution, Placement
from scheduler.agenda.solve import solve
from scheduler.core.cpsat import Solved, run
from scheduler.core.limits import Control, Limits, Stopwatch

SMALL = 40
"""Sessions up to which a problem is asked for as it is."""
QUICK = 60
"""Ejections after which the sessions that were fought over are looked at by themselves."""

Answer = Literal["feasible", "infeasible", "unknown"]


class Oracle:
    """Answers feasibility questions until the time limit of the whole explanation is reached."""

    def __init__(self, limits: Limits, control: Control) -> None:
        self._limits, self._control = limits, control
        self._stopwatch = Stopwatch()
        self._against: list[frozenset[str]] = []
        self._kept: tuple[Placement, ...] = ()

    @property
    def seconds(self) -> float:
        return self._stopwatch.seconds

    @property
    def is_over(self) -> bool:
        return self._control.is_stopped or self.seconds > self._limits.time_limit

    def ask(self, problem: AgendaProblem) -> Answer:
        """``unknown`` where the time is up before there is an answer.

        Most questions of an explanation are about nearly the same file: what could not be placed before is asked for
        by itself first, and a plan is built around the one that was there before.
        """
        if self.is_over:
            return "unknown"
        present = {session.id for session in problem.sessions}
        for names in self._against:
            if len(names) < len(present) and names <= present and self._ask_alone(only(problem, names)) == "infeasible":
                return "infeasible"
        if len(present) <= SMALL:
            return self._ask_alone(problem)
        return self._ask_large(problem)

    def against(self, problem: AgendaProblem) -> frozenset[str] | None:
        """Few sessions that cannot all be placed, were there no others, if such are known already."""
        present = {session.id for session in problem.sessions}
        for names in sorted(self._against, key=len):
            if names <= present and self._ask_alone(only(problem, names)) == "infeasible":
                return names
        return None

    def _ask_large(self, problem: AgendaProblem) -> Answer:
        legal = legal_of(problem)
        hopeless = next((one.id for one in problem.sessions if one.is_required and not legal[one.id].rooms), None)
        if hopeless is not None:
            self._against.append(frozenset([hopeless]))
            return "infeasible"
        if (names := too_many(problem, legal)) is not None:
            self._against.append(names)
            return "infeasible"
        attempt = self._attempt(problem, legal, most_ejections=QUICK)
        if not attempt.is_complete and self._find_against(problem, attempt.fought_over):
            return "infeasible"
        if not attempt.is_complete:
            attempt = self._attempt(problem, legal, most_ejections=None)
        if attempt.is_complete:
            return "feasible"
        return self._solved(problem, legal)

    def _attempt(self, problem: AgendaProblem, legal: dict[str, Legal], *, most_ejections: int | None) -> Attempt:
        attempt = first_plan(
            problem,
            legal,
            wanted=self._kept,
            seed=self._limits.seed,
            patience=1,
            most_ejections=most_ejections,
            is_over=lambda: self.is_over,
        )
        if len(attempt.placements) > len(self._kept):
            self._kept = attempt.placements
        return attempt

    def _find_against(self, problem: AgendaProblem, fought_over: tuple[str, ...]) -> bool:
        """Whether some of those that were fought over most cannot all be placed."""
        size = 2
        while size < 2 * len(fought_over) and not self.is_over:
            names = frozenset(fought_over[:size])
            if self._ask_alone(only(problem, names)) == "infeasible":
                self._against.append(names)
                return True
            size *= 2
        return False

    def _ask_alone(self, problem: AgendaProblem) -> Answer:
        legal = legal_of(problem)
        if any(one.is_required and not legal[one.id].rooms for one in problem.sessions):
            return "infeasible"
        if too_many(problem, legal) is not None:
            return "infeasible"
        if first_plan(problem, legal, seed=self._limits.seed, patience=1, is_over=lambda: self.is_over).is_complete:
            return "feasible"
        return self._solved(problem, legal)

    def _solved(self, problem: AgendaProblem, legal: dict[str, Legal]) -> Answer:
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
            # More searches side by side take longer to set up than a few sessions take to decide.
            limits=replace(self._limits, workers=1) if len(model.variables.sessions) <= SMALL else self._limits,
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
