"""What the solver decides, within the time and the work that an explanation may take."""

from collections.abc import Mapping
from dataclasses import replace

from scheduler.agenda.crowds.purse import Purse
from scheduler.agenda.explain import effort
from scheduler.agenda.explain.found import Found
from scheduler.agenda.explain.sight import Sight
from scheduler.agenda.explain.stretches import fill_stretches
from scheduler.agenda.legal import Legal
from scheduler.agenda.model import AgendaModel, build
from scheduler.agenda.problem import AgendaProblem
from scheduler.core.cpsat import Solved, run
from scheduler.core.limits import Control, Limits, Stopwatch


class Deciding(Sight):
    """Knows how much time and work is left, and spends it on the solver."""

    def __init__(self, limits: Limits, control: Control) -> None:
        super().__init__()
        self._limits, self._control = limits, control
        self._stopwatch = Stopwatch()
        self._begun = 0.0
        self._purse = Purse(effort.TOGETHER)

    @property
    def seconds(self) -> float:
        return self._stopwatch.seconds

    @property
    def is_over(self) -> bool:
        return self._control.is_stopped or self.seconds > self._limits.time_limit

    @property
    def is_half_over(self) -> bool:
        """Whether what was put off should stay so, for there to be time for the rest."""
        return self.is_over or 2 * self.seconds > self._limits.time_limit + self._begun

    def begin(self) -> None:
        """From here on, time is shared: a half of what is left, and as much work for facts as for a fix."""
        self._begun = self.seconds
        self.fill_purse()

    @property
    def is_spent(self) -> bool:
        """Whether what was hard to tell took what there was for all such questions: what is open should stay so."""
        return self._purse.is_empty

    def fill_purse(self) -> None:
        """Let what is asked from here on take as much as what was asked before."""
        self._purse = Purse(effort.TOGETHER)

    def _solved(self, problem: AgendaProblem, legal: dict[str, Legal], work: float | None) -> Found:
        # The whole model of a large event takes seconds to build.
        if self.is_over:
            return Found("unknown")
        model = build(problem, legal, rooms_know_plenaries=True)
        if len(problem.sessions) <= effort.SMALL:
            fill_stretches(model)
        solved = self._run(model, work, effort.WITHOUT_NUMBERS if work is None and self._is_small(model) else {})
        if solved.status == "unknown" and work is None and self._is_small(model) and not self.is_over:
            solved = self._run(model, work, {})
        if solved.status == "infeasible":
            return Found("infeasible")
        return Found("unknown") if solved.values is None else Found("feasible", model.decode(solved).placements)

    @staticmethod
    def _is_small(model: AgendaModel) -> bool:
        return len(model.variables.problem.sessions) <= effort.SMALL

    def _run(self, model: AgendaModel, work: float | None, first: Mapping[str, object]) -> Solved:
        """What the solver says of a model.

        Args:
            work: deterministic time for it; ``None`` for the question whether there is a plan of the file at all.
            first: how it searches where that question is asked for the first time.
        """
        left = self._limits.time_limit - self.seconds
        sessions, limits = model.variables.problem.sessions, self._limits
        parameters: dict[str, object] = {"cp_model_presolve": False}
        if self._is_small(model):
            # More searches side by side take longer to set up than a few sessions take to decide.
            limits = replace(limits, workers=1)
        elif work is not None and 2 * sum(bool(one.after) for one in sessions) < len(sessions):
            limits, parameters = replace(limits, workers=1), dict(effort.HARDLY_ORDERED)
        # Beside a busy machine's wall clock, which says little of what was tried.
        if work is None:
            parameters = dict(first)
        else:
            parameters |= {"max_deterministic_time": self._purse.granted(work)}
        solved = run(
            model.cp,
            stage="explain",
            sense=None,
            limits=limits,
            # Whether there is a plan comes first; else, where a question may stay open, the rest is for others.
            seconds=left * (effort.FIRST if work is None else 0.5),
            parameters=parameters,
            control=self._control,
            stopwatch=self._stopwatch,
        )
        self._purse.spend(solved.deterministic_time)
        return solved
