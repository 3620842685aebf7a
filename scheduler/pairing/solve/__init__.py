"""The entrance: a pairing problem in, the best plan found and how good it is proved to be out."""

from scheduler.core.limits import Control, Limits, Stopwatch
from scheduler.core.outcome import StageResult, Status
from scheduler.pairing.catalogue import Catalogue, catalogue_of
from scheduler.pairing.greedy import greedy_plan
from scheduler.pairing.problem import PairingProblem
from scheduler.pairing.score import Pool, score, stages_of
from scheduler.pairing.solution import PairingOutcome, PairingSolution
from scheduler.pairing.solve.plans import Plan, better_of, ranked, solution_of
from scheduler.pairing.solve.spending import Spending
from scheduler.pairing.solve.staging import Staging
from scheduler.pairing.validation import validate


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
    spending = Spending(limits, control, stopwatch, None if limits.budget is None else float(limits.budget))
    named = [] if hint is None else [partnership.ids for partnership in hint.partnerships]
    catalogue = catalogue_of(pool, named, is_over=lambda: spending.is_over)
    start = _start(catalogue, hint, spending)
    if start is not None:
        stopwatch.mark_first()
    staging = Staging(pool, catalogue, spending, start)
    if catalogue.is_whole and (start is None or not control.is_stopped):
        staging.run()
    plan = staging.best
    if plan is not None:
        _require_valid(problem, plan.solution)
    results = _stage_results(problem, staging)
    return PairingOutcome(
        status=_status(staging, results, control),
        solution=None if plan is None else plan.solution,
        score={} if plan is None else score(problem, plan.solution),
        stages=results,
        seconds=round(stopwatch.seconds, 4),
        first_seconds=None if stopwatch.first_seconds is None else round(stopwatch.first_seconds, 4),
        seed=limits.seed,
        workers=limits.workers,
    )


def _start(catalogue: Catalogue, hint: PairingSolution | None, spending: Spending) -> Plan | None:
    pool = catalogue.pool
    greedy = greedy_plan(catalogue, is_over=lambda: spending.is_over)
    plans = [] if greedy is None else [solution_of(pool, [catalogue.candidate(number) for number in greedy])]
    if hint is not None:
        plans.append(hint)
    return better_of(ranked(pool, plan) for plan in plans if not validate(pool.problem, plan))


def _require_valid(problem: PairingProblem, plan: PairingSolution) -> None:
    violations = validate(problem, plan)
    if violations:
        raise RuntimeError(f"the plan found breaks {violations[0].rule}: {violations[0].message}")


def _stage_results(problem: PairingProblem, staging: Staging) -> tuple[StageResult, ...]:
    """Every stage with its value in the plan given back, which a later stage may have raised by the way."""
    if staging.best is None:
        return ()
    values = staging.best.values
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
