"""The entrance: a first plan by construction, then each stage of the objective by CP-SAT, then the proof of it all."""

from collections.abc import Iterable
from dataclasses import replace

from scheduler.agenda.bounds import lower_bounds
from scheduler.agenda.first_plan import Attempt, complete, first_plan
from scheduler.agenda.large import improve, is_complete, keep_most, with_all_optional
from scheduler.agenda.legal_starts import legal_of
from scheduler.agenda.model import AgendaModel, build, solution_of
from scheduler.agenda.problem import AgendaProblem
from scheduler.agenda.score import score, stage_values
from scheduler.agenda.solution import AgendaOutcome, AgendaSolution, Placement
from scheduler.agenda.turns import HOPELESS, LARGE, PATIENCE, Turn, turns_of
from scheduler.agenda.validation import validate
from scheduler.core.cpsat import run
from scheduler.core.limits import Control, Limits, Progress, Stopwatch
from scheduler.core.outcome import StageResult, Status
from scheduler.core.staged import Stage

STAGES = ("unplaced", "cost")

FIRST_PLAN_SHARE, FIRST_PLAN_SECONDS = 0.2, 0.5
"""The part of the time limit that the construction may take before the search begins; of few sessions the search finds
a plan by itself, so that no more than these seconds are worth it."""

KEEPING_SHARE = 0.4
"""The part of the time limit by which the search for the fewest changes must have its proof."""


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
        self._bounds = lower_bounds(problem, self._legal)
        self._best: AgendaSolution | None = None
        self._values: dict[str, int] = {}
        self._seconds = dict.fromkeys(STAGES, 0.0)
        self._work_left = None if limits.budget is None else float(limits.budget)

    def run(self, hint: AgendaSolution | None) -> AgendaOutcome:
        if any(one.is_required and not self._legal[one.id].rooms for one in self._problem.sessions):
            return self._outcome("infeasible")
        attempts = self._construct(hint)
        if not self._is_proven and not self._is_over() and not self._keep_most():
            return self._outcome("infeasible")
        for turn in turns_of(self._problem):
            self._improve_by_parts(attempts, turn)
            if self._must_see_the_whole and not self._improve(attempts, until=turn.whole_until):
                return self._outcome("infeasible")
        self._add_what_costs_nothing()
        if self._is_proven:
            return self._outcome("optimal")
        if self._control.is_stopped:
            return self._outcome("stopped")
        return self._outcome("feasible" if self._best else "unknown")

    @property
    def _is_proven(self) -> bool:
        return self._best is not None and all(self._values[name] == self._bounds[name] for name in STAGES)

    def _keep_most(self) -> bool:
        """Change the plan before as little as can be, where few sessions are concerned; false where no plan exists."""
        began = self._stopwatch.seconds
        budget = None if self._work_left is None else max(1, int(self._work_left / 2))
        kept = keep_most(
            self._problem,
            self._legal,
            limits=replace(self._limits, budget=budget),
            control=self._control,
            is_over=self._is_over,
            seconds_left=lambda: KEEPING_SHARE * self._limits.time_limit - self._stopwatch.seconds,
            offer=self._offer,
            plan=() if self._best is None else self._best.placements,
        )
        if kept.answer == "proven":
            self._bounds = dict(self._values)
            self._report()
        self._seconds["cost"] += self._stopwatch.seconds - began
        self._spend(kept.spent)
        return kept.answer != "infeasible"

    def _spend(self, work: float) -> None:
        if self._work_left is not None:
            self._work_left = max(0.001, self._work_left - work)

    @property
    def _must_see_the_whole(self) -> bool:
        if self._is_proven or self._is_over():
            return False
        return self._best is None or len(self._problem.sessions) <= HOPELESS

    def _improve_by_parts(self, attempts: list[Attempt], turn: Turn) -> None:
        """Place some sessions at a time anew; those that the construction left out come first."""
        if self._best is None and not turn.needs_plan:
            fullest = max(attempts, key=lambda attempt: len(attempt.placements))
            if fullest.placements:
                self._run_parts(with_all_optional(self._problem), fullest.placements, patience=PATIENCE, share=0.3)
        if self._best is not None and not self._is_proven and turn.parts_until > 0:
            self._run_parts(self._problem, self._best.placements, patience=turn.patience, share=turn.parts_until)

    def _run_parts(
        self, problem: AgendaProblem, placements: Iterable[Placement], *, patience: int | None, share: float
    ) -> None:
        began, has_plan = self._stopwatch.seconds, self._best is not None

        def offer(found: list[Placement]) -> None:
            if is_complete(self._problem, found):
                self._offer(found)

        def is_over() -> bool:
            is_found = self._best is not None and not has_plan
            return is_found or self._is_proven or self._control.is_stopped or self._is_past(share)

        budget = None if self._work_left is None else max(1, int(share * self._work_left))
        spent = improve(
            problem,
            self._legal,
            placements,
            limits=replace(self._limits, budget=budget),
            control=self._control,
            is_over=is_over,
            offer=offer,
            patience=patience,
        )
        self._seconds["cost"] += self._stopwatch.seconds - began
        self._spend(spent)

    def _construct(self, hint: AgendaSolution | None) -> list[Attempt]:
        """Plans without solver: around the hint, around the plan before, and from nothing."""
        before = [
            Placement(session=entry.session, start=entry.start, room=entry.room)
            for entry in self._problem.previous or ()
        ]
        attempts: list[Attempt] = []
        for wanted in (hint.placements if hint else (), before, ()):
            if attempts and not wanted and any(attempt.is_complete for attempt in attempts):
                continue
            attempt = first_plan(
                self._problem, self._legal, wanted=wanted, seed=self._limits.seed, is_over=self._is_construction_over
            )
            attempts.append(attempt)
            if attempt.is_complete:
                self._offer(attempt.placements)
            if self._is_proven:
                break
        return attempts

    def _improve(self, attempts: list[Attempt], *, until: float) -> bool:
        """Run the stages that are not proven yet; false where there is proof that no plan exists.

        Args:
            until: the part of the time limit that is over then.
        """
        model = build(self._problem, self._legal)
        hint = max(attempts, key=lambda attempt: len(attempt.placements)).placements
        for position, name in enumerate(STAGES):
            stage = model.stage(name)
            following = len(STAGES) - position - 1
            if self._must_run(name):
                plan = self._best.placements if self._best else hint
                if not self._run_stage(model, stage, plan, until * (1.0 - 0.1 * following)):
                    return False
                if self._best is None or self._is_over() or self._is_past(until):
                    break
            if self._best is not None:
                model.fix(stage, self._values[name])
        return True

    def _must_run(self, name: str) -> bool:
        if self._best is None:
            # Without anything to leave out the first stage has nothing to choose: a plan is found with the second.
            return name == "cost" or any(one.value > 0 and not one.is_required for one in self._problem.sessions)
        return self._values[name] > self._bounds[name]

    def _run_stage(self, model: AgendaModel, stage: Stage, hint: Iterable[Placement], until: float) -> bool:
        model.cp.minimize(stage.expression)
        # Weights and times at the edge of what a file may hold can make a sum too large for the solver: then any
        # plan must do, with the bound that needs no search.
        is_too_large = bool(model.cp.validate())
        if is_too_large:
            model.cp.minimize(0)
            if self._best is not None:
                return True
        solved = run(
            model.cp,
            stage=stage.name,
            sense=None if is_too_large else "min",
            limits=self._limits,
            seconds=until * self._limits.time_limit - self._stopwatch.seconds,
            control=self._control,
            stopwatch=self._stopwatch,
            hint=model.hint(hint),
            deterministic_time=None if self._work_left is None else until * self._work_left,
        )
        self._seconds[stage.name] += solved.seconds
        self._spend(solved.deterministic_time)
        if solved.status == "infeasible":
            assert self._best is None, "the model refuses a plan that keeps every rule"
            return False
        if solved.bound is not None:
            self._bounds[stage.name] = max(self._bounds[stage.name], solved.bound)
        if solved.values is not None:
            self._offer(model.decode(solved).placements)
        return True

    def _add_what_costs_nothing(self) -> None:
        """Optional sessions without value are of no concern to the stages, but wanted where they are free."""
        if self._best is not None and self._best.unplaced:
            self._offer(complete(self._problem, self._legal, self._best.placements).placements, is_better_if_equal=True)

    def _offer(self, placements: Iterable[Placement], *, is_better_if_equal: bool = False) -> None:
        """Keep a plan if it is the best so far; a plan that breaks a rule must never leave."""
        solution = solution_of(self._problem, placements)
        violations = validate(self._problem, solution)
        if violations:
            raise RuntimeError(f"a plan that breaks rules was made: {violations[:3]}")
        self._stopwatch.mark_first()
        values = stage_values(self._problem, solution)
        rank, best = [values[name] for name in STAGES], [self._values.get(name, 0) for name in STAGES]
        if self._best is None or rank < best or (is_better_if_equal and rank == best):
            self._best, self._values = solution, values
            self._report()

    def _report(self) -> None:
        for name in STAGES:
            self._control.report(
                Progress(
                    seconds=self._stopwatch.seconds,
                    stage=name,
                    incumbent=self._values[name],
                    bound=self._bounds[name],
                )
            )

    def _is_over(self) -> bool:
        return self._control.is_stopped or self._is_past(1.0)

    def _is_construction_over(self) -> bool:
        is_late = len(self._problem.sessions) <= LARGE and self._is_after(FIRST_PLAN_SECONDS)
        return self._control.is_stopped or is_late or self._is_past(FIRST_PLAN_SHARE)

    def _is_past(self, share: float) -> bool:
        return self._is_after(share * self._limits.time_limit)

    def _is_after(self, seconds: float) -> bool:
        # A budget is to give equal answers, which a clock does not.
        return self._limits.budget is None and self._stopwatch.seconds > seconds

    def _outcome(self, status: Status) -> AgendaOutcome:
        best = self._best
        return AgendaOutcome(
            status=status,
            solution=best,
            score=score(self._problem, best) if best else {},
            stages=tuple(self._stage_result(name) for name in STAGES) if best else (),
            seconds=round(self._stopwatch.seconds, 4),
            first_seconds=self._stopwatch.first_seconds if best else None,
            seed=self._limits.seed,
            workers=self._limits.workers,
        )

    def _stage_result(self, name: str) -> StageResult:
        return StageResult(
            name=name,
            sense="min",
            value=self._values[name],
            bound=self._bounds[name],
            seconds=round(self._seconds[name], 4),
        )
