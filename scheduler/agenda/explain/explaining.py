"""The entrance to an explanation."""

from scheduler.agenda.explain.blocking import blocking_set
from scheduler.agenda.explain.combining import find_fixes
from scheduler.agenda.explain.finding import find_fix
from scheduler.agenda.explain.oracle import Oracle
from scheduler.agenda.problem import AgendaProblem
from scheduler.core.collecting import seldom_collecting
from scheduler.core.explanation import Explanation
from scheduler.core.limits import Control, Limits


def explain(problem: AgendaProblem, *, limits: Limits | None = None, control: Control | None = None) -> Explanation:
    """Say whether a problem has a plan, and where it has none, which facts are against it and what would mend it.

    Returns:
        ``unknown`` where the time was up before there was an answer. Facts are blocking in any case; they are minimal
        unless the time was up while they were sought, or it was too hard to tell of one whether it is needed.
    """
    with seldom_collecting():
        return _explained(problem, Oracle(limits or Limits(), control or Control()))


def _explained(problem: AgendaProblem, oracle: Oracle) -> Explanation:
    answer = oracle.ask(problem, work=None)
    if answer != "infeasible":
        return Explanation(status=answer, seconds=round(oracle.seconds, 4))
    blockers = blocking_set(problem, oracle)
    fix = find_fix(problem, blockers, oracle)
    fixes = find_fixes(problem, blockers, oracle) if fix is None else None
    return Explanation(
        status="infeasible",
        facts=tuple(blocker.fact for blocker in blockers),
        fix=fix,
        fixes=fixes,
        seconds=round(oracle.seconds, 4),
    )
