"""Why a pairing has no plan, or why a city has no partner: facts of the file, each shown by solving again."""

from dataclasses import replace
from typing import Literal

from scheduler.core.explanation import Explanation
from scheduler.core.limits import Control, Limits, Stopwatch
from scheduler.pairing.explain.infeasible import cheapest_fixes, contradiction
from scheduler.pairing.explain.loose import Asking
from scheduler.pairing.explain.unpaired import facts_that_let_in, unpaired_cities
from scheduler.pairing.problem import PairingProblem
from scheduler.pairing.solution import PairingSolution
from scheduler.pairing.solve import solve

__all__ = ["explain", "explain_city", "facts_that_let_in"]


def explain(
    problem: PairingProblem,
    *,
    solution: PairingSolution | None = None,
    limits: Limits | None = None,
    control: Control | None = None,
) -> Explanation:
    """Explain a pairing file.

    Args:
        solution: the plan whose unpaired cities are explained; without it the best plan found.

    Returns:
        ``infeasible`` with a smallest contradiction and the cheapest mend, ``feasible`` with the cities left unpaired,
        ``unknown`` where the time did not allow to tell all; there may be a plan then, and of each of its unpaired
        cities what was shown and what is ``unproven``.
    """
    limits, control, stopwatch = limits or Limits(), control or Control(), Stopwatch()
    asking = Asking(limits, control, stopwatch)
    if control.is_stopped:
        return Explanation(status="unknown", seconds=round(stopwatch.seconds, 4))
    if solution is None:
        outcome = solve(problem, limits=replace(limits, time_limit=limits.time_limit * 0.5), control=control)
        if outcome.status == "infeasible":
            return _infeasible(problem, asking)
        solution = outcome.solution
    if solution is None:
        return Explanation(status="unknown", seconds=round(stopwatch.seconds, 4))
    unpaired = tuple(unpaired_cities(problem, solution, asking))
    status: Literal["feasible", "unknown"] = "unknown" if any(answer.unproven for answer in unpaired) else "feasible"
    return Explanation(status=status, unpaired=unpaired, seconds=round(stopwatch.seconds, 4))


def explain_city(
    problem: PairingProblem,
    *,
    plan: PairingSolution,
    city: str,
    limits: Limits | None = None,
    control: Control | None = None,
) -> Explanation:
    """Explain why one city has no partner in a plan that stands.

    Returns:
        ``feasible`` with the one city; ``unknown`` where the time was too short to prove all: where nothing at all is
        proven ``facts`` are those without which, one at a time, the city joins the plan as it is, which needs no proof.

    Raises:
        LookupError: the plan does not leave that city without partner.
    """
    alone = tuple(one for one in plan.unpaired if one.id == city)
    if not alone:
        raise LookupError(city)
    plan = plan.model_copy(update={"unpaired": alone})
    found = explain(problem, solution=plan, limits=limits, control=control)
    if found.unpaired and (found.status == "feasible" or found.unpaired[0].blocked_by):
        return found
    return found.model_copy(update={"facts": facts_that_let_in(problem, plan, city)})


def _infeasible(problem: PairingProblem, asking: Asking) -> Explanation:
    facts = contradiction(problem, asking)
    if not facts or asking.seconds_left <= 0:
        # Out of time nothing was dropped any more, so the set may hold facts that it could spare.
        return Explanation(status="unknown", seconds=round(asking.stopwatch.seconds, 4))
    fixes = cheapest_fixes(problem, asking)
    return Explanation(
        status="infeasible",
        facts=facts,
        fix=fixes[0] if len(fixes) == 1 else None,
        fixes=fixes if len(fixes) > 1 else None,
        seconds=round(asking.stopwatch.seconds, 4),
    )
