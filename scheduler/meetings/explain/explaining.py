"""The entrance: explain why a meetings problem has no plan."""

from scheduler.core.explanation import Explanation
from scheduler.core.limits import Control, Limits
from scheduler.meetings.explain.blocking import Blocking
from scheduler.meetings.explain.mending import mend
from scheduler.meetings.explain.oracle import Oracle
from scheduler.meetings.problem import MeetingsProblem


def explain(
    problem: MeetingsProblem,
    *,
    limits: Limits = Limits(),
    control: Control | None = None,
) -> Explanation:
    """Name a minimal set of facts that leave no plan, and the cheapest change that gives one.

    Returns:
        ``feasible`` where there is a plan, ``unknown`` where the limits do not allow to tell. Where the limits end
        while the set is being made smaller it still blocks but may hold more than it must.
    """
    oracle = Oracle(limits, control or Control())
    answer = oracle.answer(problem)
    if answer is not False:
        return Explanation(
            status="unknown" if answer is None else "feasible", facts=(), seconds=round(oracle.stopwatch.seconds, 4)
        )
    search = Blocking(problem, oracle)
    found = search.smallest(())
    fix, fixes = mend(problem, found, search)
    return Explanation(
        status="infeasible",
        facts=tuple(candidate.fact for candidate in found),
        fix=fix,
        fixes=fixes,
        seconds=round(oracle.stopwatch.seconds, 4),
    )
