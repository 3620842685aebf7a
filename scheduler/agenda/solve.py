"""The entrance: a first plan by construction, then each stage of the objective by CP-SAT, then the proof of it all."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from scheduler.agenda.bounds import lower_bounds
from scheduler.agenda.clashing import Circle, circles_of, least_of
from scheduler.agenda.crowds import begin
from scheduler.agenda.first_plan import Attempt, complete
from scheduler.agenda.incumbent import STAGES, Incumbent
from scheduler.agenda.large import improve, is_complete, keep_most, with_all_optional
from scheduler.agenda.legal_starts import legal_of
from scheduler.agenda.model import AgendaModel, build
from scheduler.agenda.problem import AgendaProblem
from scheduler.agenda.reinserting import Kernel, may_reinsert
from scheduler.agenda.solution import AgendaOutcome, AgendaSolution, Placement
from scheduler.agenda.turns import HOPELESS, LARGE, PATIENCE, Turn, turns_of
from scheduler.core.cpsat import run
from scheduler.core.limits import Control, Limits, Stopwatch
from scheduler.core.outcome import Status
from scheduler.core.staged import Stage

FIRST_PLAN_SHARE, FIRST_PLAN_SECONDS = 0.2, 0.5
"""The part of the time limit that the construction may take before the search begins; of few sessions the search finds
a plan by itself, so that no more than these seconds are worth it."""

KEEPING_SHARE, COUNTING_SHARE = 0.4, 0.15
"""The parts of the time limit by which the fewest changes must be proven, and what clashes cost at least is counted."""

WORTH_SECONDS = 1.0
"""With less left than this the compiled kernel is not fetched, which takes about as long."""


def solve(
    problem: AgendaProblem,
    *,
    hint: AgendaSolution | None = None,
    limits: Limits | None = None,
    control: Control | None = None,
) -> AgendaOutcome:
    """Find the best agenda and prove how good it is.

    Args:
        hint: a plan to start from; it may be incomplete and break rules.
        limits: time limit in seconds or budget in deterministic units, workers, seed.
        control: carries progress out and the wish to stop in.

    Returns:
        An outcome; infeasible is one. The same seed, budget and one worker give the same outcome but for its seconds.
    """
    search = _Search(problem, limits or Limits(), control or Control())
    return search.run(hint)


class _Search:
    """One solve: the best plan so far, and what is proven about each stage."""

    def __init__(self, problem: AgendaProblem, limits: Limits, control: Control) -> None:
        self._problem, self._limits, self._control = problem, limits, control
        self._stopwatch = Stopwatch()
        self._legal = legal_of(problem)
        self._incumbent = Incumbent(problem, lower_bounds(problem, self._legal), self._control, self._stopwatch)
        self._circles: tuple[Circle, ...] = ()
        self._work_left = None if limits.budget is None else float(limits.budget)

    def run(self, hint: AgendaSolution | None) -> AgendaOutcome:
        if any(one.is_required and not self._legal[one.id].rooms for one in self._problem.sessions):
            return self._outcome("infeasible")
        attempts = begin(
            self._problem,
            self._legal,
            hint,
            seed=self._limits.seed,
            is_over=self._is_over,
            is_construction_over=self._is_construction_over,
            offer=self._incumbent.offer,
            is_proven=lambda: self._incumbent.is_proven,
        )
        if not self._incumbent.is_proven and not self._is_over() and not self._keep_most():
            return self._outcome("infeasible")
        for turn in turns_of(self._problem, self._find_circles()):
            self._improve_by_parts(attempts, turn)
            if self._must_see_the_whole and not self._improve(attempts, turn):
                return self._outcome("infeasible")
        self._add_what_costs_nothing()
        if self._incumbent.is_proven:
            return self._outcome("optimal")
        if self._control.is_stopped:
            return self._outcome("stopped")
        return self._outcome("feasible" if self._incumbent.best else "unknown")

    def _find_circles(self) -> tuple[Circle, ...]:
        """Sessions of which too many clash, where that may be what keeps the plan from its proof."""
        if not self._incumbent.is_proven and not self._is_over() and len(self._problem.sessions) <= LARGE:
            self._circles = circles_of(self._problem, self._legal, is_over=lambda: self._is_over_for(COUNTING_SHARE))
            self._incumbent.raise_bound("cost", by=least_of(self._problem, self._circles))
        return self._circles

    def _keep_most(self) -> bool:
        """Change the plan before as little as can be, where few sessions are concerned; false where no plan exists."""
        began = self._stopwatch.seconds
        kept = keep_most(
            self._problem,
            self._legal,
            limits=replace(self._limits, budget=self._budget_for(0.5)),
            control=self._control,
            is_over=self._is_over,
            seconds_left=lambda: KEEPING_SHARE * self._limits.time_limit - self._stopwatch.seconds,
            offer=self._incumbent.offer,
            plan=() if self._incumbent.best is None else self._incumbent.best.placements,
        )
        if kept.answer == "proven":
            self._incumbent.bounds = dict(self._incumbent.values)
            self._incumbent.report()
        self._incumbent.seconds["cost"] += self._stopwatch.seconds - began
        self._spend(kept.spent)
        return kept.answer != "infeasible"

    def _spend(self, work: float) -> None:
        if self._work_left is not None:
            self._work_left = max(0.001, self._work_left - work)

    @property
    def _must_see_the_whole(self) -> bool:
        if self._incumbent.is_proven or self._is_over():
            return False
        return self._incumbent.best is None or len(self._problem.sessions) <= HOPELESS

    def _improve_by_parts(self, attempts: list[Attempt], turn: Turn) -> None:
        """Place some sessions at a time anew; those that the construction left out come first."""
        if self._incumbent.best is None and not turn.needs_plan:
            fullest = max(attempts, key=lambda attempt: len(attempt.placements))
            if fullest.placements:
                self._run_parts(with_all_optional(self._problem), fullest.placements, patience=PATIENCE, share=0.3)
        if self._incumbent.best is None or turn.parts_until == 0 or self._is_over_for(turn.parts_until):
            return
        if turn.reinserts and may_reinsert(self._problem) and not self._is_after(self._end_of(turn) - WORTH_SECONDS):
            self._reinsert(turn)
        else:
            best = self._incumbent.best.placements
            self._run_parts(self._problem, best, patience=turn.patience, share=turn.parts_until)

    def _reinsert(self, turn: Turn) -> None:
        """The moves of the compiled kernel; until it is there, parts."""
        assert self._incumbent.best is not None
        kernel = Kernel()
        if self._limits.budget is not None:
            kernel.wait()
        self._run_parts(
            self._problem,
            self._incumbent.best.placements,
            patience=turn.patience,
            share=turn.parts_until,
            meanwhile=lambda: kernel.reinsert is None,
        )
        while kernel.is_on_its_way and not self._is_over_for(turn.parts_until):
            kernel.wait(seconds=0.05)
        if kernel.reinsert is None or self._is_over_for(turn.parts_until):
            return
        began = self._stopwatch.seconds
        spent = kernel.reinsert(
            self._problem,
            self._legal,
            self._incumbent.best.placements,
            limits=replace(self._limits, budget=self._budget_for(turn.parts_until)),
            seconds=self._end_of(turn) - began,
            is_over=lambda: self._is_over_for(turn.parts_until),
            offer=self._incumbent.offer,
        )
        self._incumbent.seconds["cost"] += self._stopwatch.seconds - began
        self._spend(spent)

    def _run_parts(
        self,
        problem: AgendaProblem,
        placements: Iterable[Placement],
        *,
        patience: int | None,
        share: float,
        meanwhile: Callable[[], bool] = lambda: True,
    ) -> None:
        began, has_plan = self._stopwatch.seconds, self._incumbent.best is not None

        def offer(found: list[Placement]) -> None:
            if is_complete(self._problem, found):
                self._incumbent.offer(found)

        def is_over() -> bool:
            is_found = self._incumbent.best is not None and not has_plan
            return is_found or self._is_over_for(share) or not meanwhile()

        spent = improve(
            problem,
            self._legal,
            placements,
            limits=replace(self._limits, budget=self._budget_for(share)),
            control=self._control,
            is_over=is_over,
            offer=offer,
            patience=patience,
        )
        self._incumbent.seconds["cost"] += self._stopwatch.seconds - began
        self._spend(spent)

    def _improve(self, attempts: list[Attempt], turn: Turn) -> bool:
        """Run the stages that are not proven yet; false where there is proof that no plan exists."""
        until = turn.without_plan_until if self._incumbent.best is None else turn.whole_until
        model = build(self._problem, self._legal, self._circles)
        hint = max(attempts, key=lambda attempt: len(attempt.placements)).placements
        for position, name in enumerate(STAGES):
            stage = model.stage(name)
            following = len(STAGES) - position - 1
            if self._must_run(name):
                plan = self._incumbent.best.placements if self._incumbent.best else hint
                if not self._run_stage(model, stage, plan, until * (1.0 - 0.1 * following), turn.parameters):
                    return False
                if self._incumbent.best is None or self._is_over() or self._is_past(until):
                    break
            if self._incumbent.best is not None:
                model.fix(stage, self._incumbent.values[name])
        return True

    def _must_run(self, name: str) -> bool:
        if self._incumbent.best is None:
            # Without anything to leave out the first stage has nothing to choose: a plan is found with the second.
            return name == "cost" or any(one.value > 0 and not one.is_required for one in self._problem.sessions)
        return self._incumbent.values[name] > self._incumbent.bounds[name]

    def _run_stage(
        self,
        model: AgendaModel,
        stage: Stage,
        hint: Iterable[Placement],
        until: float,
        parameters: Mapping[str, object],
    ) -> bool:
        model.cp.minimize(stage.expression)
        # Weights and times at the edge of what a file may hold can make a sum too large for the solver: then any
        # plan must do, with the bound that needs no search.
        is_too_large = bool(model.cp.validate())
        if is_too_large:
            model.cp.minimize(0)
            if self._incumbent.best is not None:
                return True
        solved = run(
            model.cp,
            stage=stage.name,
            sense=None if is_too_large else "min",
            limits=self._limits,
            seconds=until * self._limits.time_limit - self._stopwatch.seconds,
            control=self._control.through(self._incumbent.at_best),
            stopwatch=self._stopwatch,
            hint=model.hint(hint),
            deterministic_time=None if self._work_left is None else until * self._work_left,
            parameters=parameters,
            enough=None if is_too_large else self._incumbent.bounds[stage.name],
        )
        self._incumbent.seconds[stage.name] += solved.seconds
        self._spend(solved.deterministic_time)
        if solved.status == "infeasible":
            assert self._incumbent.best is None, "the model refuses a plan that keeps every rule"
            return False
        if solved.bound is not None:
            self._incumbent.bounds[stage.name] = max(self._incumbent.bounds[stage.name], solved.bound)
        if solved.values is not None:
            self._incumbent.offer(model.decode(solved).placements)
        return True

    def _add_what_costs_nothing(self) -> None:
        """Optional sessions without value are of no concern to the stages, but wanted where they are free."""
        best = self._incumbent.best
        if best is not None and best.unplaced:
            more = complete(self._problem, self._legal, best.placements)
            self._incumbent.offer(more.placements, is_better_if_equal=True)

    def _is_over(self) -> bool:
        return self._control.is_stopped or self._is_past(1.0)

    def _end_of(self, turn: Turn) -> float:
        return turn.parts_until * self._limits.time_limit

    def _is_over_for(self, share: float) -> bool:
        return self._incumbent.is_proven or self._control.is_stopped or self._is_past(share)

    def _budget_for(self, share: float) -> float | None:
        return None if self._work_left is None else share * self._work_left

    def _is_construction_over(self) -> bool:
        is_late = len(self._problem.sessions) <= LARGE and self._is_after(FIRST_PLAN_SECONDS)
        return self._control.is_stopped or is_late or self._is_past(FIRST_PLAN_SHARE)

    def _is_past(self, share: float) -> bool:
        return self._is_after(share * self._limits.time_limit)

    def _is_after(self, seconds: float) -> bool:
        # A budget is to give equal answers, which a clock does not.
        return self._limits.budget is None and self._stopwatch.seconds > seconds

    def _outcome(self, status: Status) -> AgendaOutcome:
        return self._incumbent.outcome(status, self._limits)
