"""The entrance: a pairing problem in, the best plan found and how good it is proved to be out."""

from collections.abc import Iterable

from scheduler.core.limits import Control, Limits, Stopwatch
from scheduler.core.outcome import StageResult, Status
from scheduler.core.staged import Staged, solve_in_stages
from scheduler.pairing.greedy import greedy_plan
from scheduler.pairing.model import PairingModel, build
from scheduler.pairing.problem import PairingProblem
from scheduler.pairing.score import Candidate, Pool, partnership_of, score, stage_values, stages_of
from scheduler.pairing.solution import PairingOutcome, PairingSolution, UnpairedCity
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
    built = build(problem)
    start = _start(problem, built, hint)
    if start is not None:
        stopwatch.mark_first()
    staged = solve_in_stages(
        built.model,
        built.stages,
        limits=limits,
        control=control,
        stopwatch=stopwatch,
        hint=_hint_values(built, start or hint),
    )
    found = None if staged.last is None else _decode(built, staged)
    solution = _better(problem, [plan for plan in (found, start) if plan is not None])
    if solution is not None:
        _require_valid(problem, solution)
    results = _stage_results(problem, staged, solution)
    return PairingOutcome(
        status=_status(staged, results, solution, control),
        solution=solution,
        score={} if solution is None else score(problem, solution),
        stages=results,
        seconds=round(stopwatch.seconds, 4),
        first_seconds=None if stopwatch.first_seconds is None else round(stopwatch.first_seconds, 4),
        seed=limits.seed,
        workers=limits.workers,
    )


def solution_of(pool: Pool, candidates: Iterable[Candidate]) -> PairingSolution:
    """A plan of these candidates, with reasons and the cities left out; in the order of the members' ids."""
    chosen = sorted(candidates, key=lambda one: one.members)
    together = {identifier for candidate in chosen for identifier in candidate.members}
    return PairingSolution(
        partnerships=tuple(partnership_of(pool, candidate.with_roles) for candidate in chosen),
        unpaired=tuple(UnpairedCity(id=city) for city in pool.cities if city not in together),
    )


def _start(problem: PairingProblem, built: PairingModel, hint: PairingSolution | None) -> PairingSolution | None:
    variables = built.variables
    greedy = greedy_plan(problem, variables.pool, variables.candidates)
    plans = [] if greedy is None else [solution_of(variables.pool, greedy)]
    if hint is not None:
        plans.append(hint)
    return _better(problem, [plan for plan in plans if not validate(problem, plan)])


def _better(problem: PairingProblem, plans: list[PairingSolution]) -> PairingSolution | None:
    """The plan that ranks first, stage by stage; the earlier one of equals."""
    signs = [1 if sense == "max" else -1 for sense in stages_of(problem).values()]

    def rank(plan: PairingSolution) -> list[int]:
        return [sign * value for sign, value in zip(signs, stage_values(problem, plan).values(), strict=True)]

    return max(plans, key=rank, default=None)


def _hint_values(built: PairingModel, plan: PairingSolution | None) -> dict[int, int]:
    if plan is None:
        return {}
    variables = built.variables
    wanted = {partnership.ids for partnership in plan.partnerships}
    hint = {variables.formed[index].index: int(ids in wanted) for ids, index in variables.of_ids.items()}
    together = {identifier for ids in wanted for identifier in ids}
    hint.update({literal.index: int(city in together) for city, literal in variables.has_partnership.items()})
    return hint


def _decode(built: PairingModel, staged: Staged) -> PairingSolution:
    assert staged.last is not None
    variables = built.variables
    formed = zip(variables.candidates, variables.formed, strict=True)
    return solution_of(variables.pool, [one for one, literal in formed if staged.last.holds(literal)])


def _require_valid(problem: PairingProblem, solution: PairingSolution) -> None:
    violations = validate(problem, solution)
    if violations:
        raise RuntimeError(f"the plan found breaks {violations[0].rule}: {violations[0].message}")


def _stage_results(
    problem: PairingProblem, staged: Staged, solution: PairingSolution | None
) -> tuple[StageResult, ...]:
    """Values of the plan given back with the bounds proved on the way.

    A bound holds for all plans at least as good in the earlier stages as what was reached there, so it still holds
    where the plan given back is better in one of them.
    """
    if solution is None:
        return ()
    values = stage_values(problem, solution)
    proved = {result.name: result for result in staged.stages}
    return tuple(
        StageResult(
            name=name,
            sense=sense,
            value=values[name],
            bound=proved[name].bound if name in proved else None,
            seconds=proved[name].seconds if name in proved else 0.0,
        )
        for name, sense in stages_of(problem).items()
    )


def _status(
    staged: Staged, results: tuple[StageResult, ...], solution: PairingSolution | None, control: Control
) -> Status:
    if solution is None:
        return staged.status
    if all(result.is_proven for result in results):
        return "optimal"
    return "stopped" if control.is_stopped else "feasible"
