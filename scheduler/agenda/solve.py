"""The entrance: a first plan by construction, then each stage of the objective by CP-SAT, then the proof of it all."""

from collections.abc import Callable, Iterable

from scheduler.agenda.allowance import Allowance
from scheduler.agenda.bounds import lower_bounds
from scheduler.agenda.clashing import Circle, circles_of, least_of
from scheduler.agenda.crowds import begin
from scheduler.agenda.first_plan import Attempt, complete
from scheduler.agenda.incumbent import Incumbent
from scheduler.agenda.large import improve, is_complete, keep_most, with_all_optional
from scheduler.agenda.legal_starts import legal_of
from scheduler.agenda.problem import AgendaProblem
from scheduler.agenda.reinserting import Kernel, may_reinsert
from scheduler.agenda.solution import AgendaOutcome, AgendaSolution, Placement
from scheduler.agenda.turns import HOPELESS, LARGE, PATIENCE, Turn, turns_of
from scheduler.agenda.whole import Whole
from scheduler.core.limits import Control, Limits
from scheduler.core.outcome import Status

FIRST_PLAN_SHARE, FIRST_PLAN_SECONDS = 0.2, 0.25
"""The part of the time limit that the construction may take before the search begins; of few sessions the search finds
a plan by itself, so that no more than these seconds are worth it."""

KEEPING_SHARE, COUNTING_SHARE = 0.4, 0.15
"""The parts of the time limit by which the fewest changes must be proven, and what clashes cost at least is counted."""

ANY_SHARE = 0.5
"""The part of the time limit by which few sessions are to have some plan, before anything is asked of it."""

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
        self._problem, self._control = problem, control
        self._allowance = Allowance(limits, control)
        self._legal = legal_of(problem)
        bounds = lower_bounds(problem, self._legal)
        self._incumbent = Incumbent(problem, bounds, control, self._allowance.stopwatch)
        self._whole = Whole(problem, self._legal, incumbent=self._incumbent, allowance=self._allowance, control=control)
        self._circles: tuple[Circle, ...] = ()

    def run(self, hint: AgendaSolution | None) -> AgendaOutcome:
        if any(one.is_required and not self._legal[one.id].rooms for one in self._problem.sessions):
            return self._outcome("infeasible")
        attempts = begin(
            self._problem,
            self._legal,
            hint,
            seed=self._allowance.limits.seed,
            # Of few sessions the search of the whole comes to a plan sooner than any further crowd.
            is_over=self._is_construction_over if self._is_small else self._allowance.is_over,
            is_construction_over=self._is_construction_over,
            offer=self._incumbent.offer,
            is_proven=lambda: self._incumbent.is_proven,
        )
        if self._is_small and not self._whole.find_any(until=ANY_SHARE):
            return self._outcome("infeasible")
        if not self._is_over_for(KEEPING_SHARE) and not self._keep_most():
            return self._outcome("infeasible")
        for turn in turns_of(self._problem, self._find_circles()):
            self._improve_by_parts(attempts, turn)
            if self._must_see_the_whole and not self._whole.improve(turn, self._circles):
                return self._outcome("infeasible")
        self._add_what_costs_nothing()
        if self._incumbent.is_proven:
            return self._outcome("optimal")
        if self._control.is_stopped:
            return self._outcome("stopped")
        return self._outcome("feasible" if self._incumbent.best else "unknown")

    @property
    def _is_small(self) -> bool:
        return len(self._problem.sessions) <= LARGE

    def _find_circles(self) -> tuple[Circle, ...]:
        """Sessions of which too many clash, where that may be what keeps the plan from its proof."""
        if not self._incumbent.is_proven and not self._allowance.is_over() and self._is_small:
            self._circles = circles_of(self._problem, self._legal, is_over=lambda: self._is_over_for(COUNTING_SHARE))
            self._incumbent.raise_bound("cost", by=least_of(self._problem, self._circles))
        return self._circles

    def _keep_most(self) -> bool:
        """Change the plan before as little as can be, where few sessions are concerned; false where no plan exists."""
        began = self._allowance.stopwatch.seconds
        kept = keep_most(
            self._problem,
            self._legal,
            limits=self._allowance.limits_for(0.5),
            control=self._control,
            is_over=lambda: self._is_over_for(KEEPING_SHARE),
            seconds_left=lambda: self._allowance.seconds_until(KEEPING_SHARE),
            offer=self._incumbent.offer,
            plan=() if self._incumbent.best is None else self._incumbent.best.placements,
        )
        if kept.answer == "proven":
            self._incumbent.bounds = dict(self._incumbent.values)
            self._incumbent.report()
        self._note(began, kept.spent)
        return kept.answer != "infeasible"

    @property
    def _must_see_the_whole(self) -> bool:
        if self._incumbent.is_proven or self._allowance.is_over():
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
        if (
            turn.reinserts
            and may_reinsert(self._problem)
            and not self._allowance.is_after(self._end_of(turn) - WORTH_SECONDS)
        ):
            self._reinsert(turn)
        else:
            best = self._incumbent.best.placements
            self._run_parts(self._problem, best, patience=turn.patience, share=turn.parts_until)

    def _reinsert(self, turn: Turn) -> None:
        """The moves of the compiled kernel; until it is there, parts."""
        assert self._incumbent.best is not None
        kernel = Kernel()
        if self._allowance.limits.budget is not None:
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
        began = self._allowance.stopwatch.seconds
        spent = kernel.reinsert(
            self._problem,
            self._legal,
            self._incumbent.best.placements,
            limits=self._allowance.limits_for(turn.parts_until),
            seconds=self._end_of(turn) - began,
            is_over=lambda: self._is_over_for(turn.parts_until),
            offer=self._incumbent.offer,
        )
        self._note(began, spent)

    def _run_parts(
        self,
        problem: AgendaProblem,
        placements: Iterable[Placement],
        *,
        patience: int | None,
        share: float,
        meanwhile: Callable[[], bool] = lambda: True,
    ) -> None:
        began, has_plan = self._allowance.stopwatch.seconds, self._incumbent.best is not None

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
            limits=self._allowance.limits_for(share),
            control=self._control,
            is_over=is_over,
            offer=offer,
            patience=patience,
        )
        self._note(began, spent)

    def _add_what_costs_nothing(self) -> None:
        """Optional sessions without value are of no concern to the stages, but wanted where they are free."""
        best = self._incumbent.best
        if best is not None and best.unplaced:
            more = complete(self._problem, self._legal, best.placements)
            self._incumbent.offer(more.placements, is_better_if_equal=True)

    def _end_of(self, turn: Turn) -> float:
        return turn.parts_until * self._allowance.limits.time_limit

    def _is_over_for(self, share: float) -> bool:
        return self._incumbent.is_proven or self._control.is_stopped or self._allowance.is_past(share)

    def _is_construction_over(self) -> bool:
        is_late = self._is_small and self._allowance.is_after(FIRST_PLAN_SECONDS)
        return self._control.is_stopped or is_late or self._allowance.is_past(FIRST_PLAN_SHARE)

    def _note(self, began: float, spent: float) -> None:
        self._incumbent.seconds["cost"] += self._allowance.stopwatch.seconds - began
        self._allowance.spend(spent)

    def _outcome(self, status: Status) -> AgendaOutcome:
        return self._incumbent.outcome(status, self._allowance.limits)
