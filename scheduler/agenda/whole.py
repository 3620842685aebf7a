"""All sessions looked at together by CP-SAT: any plan first, then each stage of the objective from the best known."""

from collections.abc import Mapping

from scheduler.agenda.allowance import Allowance
from scheduler.agenda.clashing import Circle
from scheduler.agenda.incumbent import STAGES, Incumbent
from scheduler.agenda.legal import Legal
from scheduler.agenda.model import AgendaModel, build
from scheduler.agenda.problem import AgendaProblem
from scheduler.agenda.turns import Turn
from scheduler.core.cpsat import Solved, run
from scheduler.core.limits import Control
from scheduler.core.staged import Stage


class Whole:
    """The search of the whole; what it finds and proves goes to the incumbent."""

    def __init__(
        self,
        problem: AgendaProblem,
        legal: dict[str, Legal],
        *,
        incumbent: Incumbent,
        allowance: Allowance,
        control: Control,
    ) -> None:
        self._problem, self._legal = problem, legal
        self._incumbent, self._allowance, self._control = incumbent, allowance, control
        self._times_sought = 0

    def find_any(self, *, until: float, parameters: Mapping[str, object] | None = None) -> bool:
        """Look for a plan, good or bad, where none is known; false where there is proof that there is none.

        Neither the objective nor a plan with gaps leads to one: with them it took a second and more to find what is
        found in a tenth of one without. What one seed does not find in its time, another one mostly does.
        """
        if self._incumbent.best is not None or not self._allowance.has_time_until(until):
            return True
        model = build(self._problem, self._legal, rooms_know_plenaries=True)
        seed = self._allowance.limits.seed + self._times_sought
        solved = self._run(model, "cost", until, {**(parameters or {}), "random_seed": seed})
        self._times_sought += 1
        if solved.status == "infeasible":
            return False
        self._take(model, solved)
        return True

    def improve(self, turn: Turn, circles: tuple[Circle, ...]) -> bool:
        """Run the stages that are not proven yet; false where there is proof that no plan exists."""
        if not self.find_any(until=turn.without_plan_until, parameters=turn.any_parameters):
            return False
        if self._incumbent.best is None:
            return True
        model = build(self._problem, self._legal, circles)
        for position, name in enumerate(STAGES):
            stage = model.stage(name)
            following = len(STAGES) - position - 1
            if self._incumbent.values[name] > self._incumbent.bounds[name]:
                self._run_stage(model, stage, turn.whole_until * (1.0 - 0.1 * following), turn.parameters)
            model.fix(stage, self._incumbent.values[name])
        return True

    def _run_stage(self, model: AgendaModel, stage: Stage, until: float, parameters: Mapping[str, object]) -> None:
        if not self._allowance.has_time_until(until):
            return
        model.cp.minimize(stage.expression)
        # Weights and times at the edge of what a file may hold can make a sum too large for the solver: then any
        # plan must do, with the bound that needs no search.
        if model.cp.validate():
            model.cp.minimize(0)
            return
        assert self._incumbent.best is not None
        hint = model.hint(self._incumbent.best.placements)
        solved = self._run(model, stage.name, until, parameters, hint=hint, enough=self._incumbent.bounds[stage.name])
        assert solved.status != "infeasible", "the model refuses a plan that keeps every rule"
        if solved.bound is not None:
            self._incumbent.bounds[stage.name] = max(self._incumbent.bounds[stage.name], solved.bound)
        self._take(model, solved)

    def _run(
        self,
        model: AgendaModel,
        stage: str,
        until: float,
        parameters: Mapping[str, object],
        *,
        hint: Mapping[int, int] | None = None,
        enough: int | None = None,
    ) -> Solved:
        solved = run(
            model.cp,
            stage=stage,
            sense=None if hint is None else "min",
            limits=self._allowance.limits,
            seconds=self._allowance.seconds_until(until),
            control=self._control.through(self._incumbent.at_best),
            stopwatch=self._allowance.stopwatch,
            hint=hint,
            deterministic_time=self._allowance.work_for(until),
            parameters=parameters,
            enough=enough,
        )
        self._incumbent.seconds[stage] += solved.seconds
        self._allowance.spend(solved.deterministic_time)
        return solved

    def _take(self, model: AgendaModel, solved: Solved) -> None:
        if solved.values is not None:
            self._incumbent.offer(model.decode(solved).placements)
