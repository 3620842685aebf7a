"""The entrance: a pairing problem in, the best plan found and how good it is proved to be out."""

from collections.abc import Sequence

from scheduler.core.limits import Control, Limits, Stopwatch
from scheduler.core.outcome import StageResult, Status
from scheduler.pairing.greedy import greedy_plan
from scheduler.pairing.problem import PairingProblem
from scheduler.pairing.score import Candidate, Pool, score, stage_values, stages_of
from scheduler.pairing.solution import PairingOutcome, PairingSolution
from scheduler.pairing.solve.plans import better_of, solution_of
from scheduler.pairing.solve.staging import Spending, Staging
from scheduler.pairing.validation import validate
from scheduler.pairing.variables import kept_candidates


def solve(
    problem: PairingProblem,
    *,
    hint: PairingSolution | None = None,
    limits: Limits | None = None,
    control: Control | None = None,
) -> PairingOutcome:
    """Solve stage by stage, starting from a greedy plan or from the hint, whichever is better.

    The plan given back is never below the greedy one or a valid hint, stage by stage.

    Raises:
        RuntimeError: the plan found breaks a hard rule, which is an error of this package; it is never given out.
    """
    limits, control, stopwatch = limits or Limits(), control or Control(), Stopwatch()
    pool = Pool(problem)
    candidates = kept_candidates(pool, [] if hint is None else [partnership.ids for partnership in hint.partnerships])
    start = _start(pool, candidates, hint)
    if start is not None:
        stopwatch.mark_first()
    budget = None if limits.budget is None else float(limits.budget)
    staging = Staging(pool, candidates, Spending(limits, control, stopwatch, budget), start, hint)
    if start is None or not control.is_stopped:
        staging.run()
    _require_valid(problem, staging.best)
    results = _stage_results(problem, staging)
    return PairingOutcome(
        status=_status(staging, results, control),
        solution=staging.best,
        score={} if staging.best is None else score(problem, staging.best),
        stages=results,
        seconds=round(stopwatch.seconds, 4),
        first_seconds=None if stopwatch.first_seconds is None else round(stopwatch.first_seconds, 4),
        seed=limits.seed,
        workers=limits.workers,
    )


def _start(pool: Pool, candidates: Sequence[Candidate], hint: PairingSolution | None) -> PairingSolution | None:
    greedy = greedy_plan(pool.problem, pool, candidates)
    plans = [] if greedy is None else [solution_of(pool, greedy)]
    if hint is not None:
        plans.append(hint)
    return better_of(pool.problem, [plan for plan in plans if not validate(pool.problem, plan)])


def _require_valid(problem: PairingProblem, plan: PairingSolution | None) -> None:
    violations = () if plan is None else validate(problem, plan)
    if violations:
        raise RuntimeError(f"the plan found breaks {violations[0].rule}: {violations[0].message}")


def _stage_results(problem: PairingProblem, staging: Staging) -> tuple[StageResult, ...]:
    """Every stage with its value in the plan given back, which a later stage may have raised by the way."""
    if staging.best is None:
        return ()
    values = stage_values(problem, staging.best)
    looked_at = staging.results
    return tuple(
        StageResult(
            name=name,
            sense=sense,
            value=values[name],
            bound=looked_at[name].bound if name in looked_at else None,
            seconds=looked_at[name].seconds if name in looked_at else 0.0,
        )
        for name, sense in stages_of(problem).items()
    )


def _status(staging: Staging, results: tuple[StageResult, ...], control: Control) -> Status:
    if staging.is_infeasible:
        return "infeasible"
    if staging.best is not None and all(result.is_proven for result in results):
        return "optimal"
    if control.is_stopped:
        return "stopped"
    return "unknown" if staging.best is None else "feasible"
