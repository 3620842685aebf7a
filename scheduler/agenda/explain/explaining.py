"""The entrance to an explanation."""

from scheduler.agenda.explain.blocking import blocking_set
from scheduler.agenda.explain.combining import find_fixes
from scheduler.agenda.explain.effort import WHOLE
from scheduler.agenda.explain.facts import Blocker
from scheduler.agenda.explain.finding import find_fix, find_fix_at_length
from scheduler.agenda.explain.leaving import sessions_left_out
from scheduler.agenda.explain.oracle import Oracle
from scheduler.agenda.explain.sparing import needed
from scheduler.agenda.explain.taking_back import few_changes
from scheduler.agenda.explain.wording import fix_of
from scheduler.agenda.problem import AgendaProblem
from scheduler.agenda.restricting import without_cost
from scheduler.core.collecting import seldom_collecting
from scheduler.core.explanation import Explanation, Fix
from scheduler.core.limits import Control, Limits


def explain(problem: AgendaProblem, *, limits: Limits | None = None, control: Control | None = None) -> Explanation:
    """Say whether a problem has a plan, and where it has none, which facts are against it and what would mend it.

    Returns:
        ``unknown`` where the time was up before there was an answer. Facts are blocking in any case; they are minimal
        unless the time was up while they were sought, or it was too hard to tell of one whether it is needed.
    """
    with seldom_collecting():
        return _explained(without_cost(problem), Oracle(limits or Limits(), control or Control()))


def _explained(problem: AgendaProblem, oracle: Oracle) -> Explanation:
    answer = oracle.ask(problem, work=None)
    if answer != "infeasible":
        return Explanation(status=answer, seconds=round(oracle.seconds, 4))
    oracle.begin()
    blockers = blocking_set(problem, oracle)
    oracle.fill_purse()
    fix, fixes = _mends(problem, blockers, oracle)
    return Explanation(
        status="infeasible",
        facts=tuple(blocker.fact for blocker in blockers),
        fix=fix,
        fixes=fixes,
        seconds=round(oracle.seconds, 4),
    )


def _mends(
    problem: AgendaProblem, blockers: tuple[Blocker, ...], oracle: Oracle
) -> tuple[Fix | None, tuple[Fix, ...] | None]:
    """One change, or several where no single one is found.

    Of many sessions, two or three changes that mend are told before it is asked at length whether one of them would do.
    """
    fix, undecided = find_fix(problem, blockers, oracle)
    if fix is not None:
        return fix, None
    if len(problem.sessions) <= WHOLE:
        several = few_changes(problem, blockers, oracle)
        if several and len(several) > 2:
            # A shorter list is looked for as far as that is soon told.
            several = find_fixes(problem, blockers, oracle, most=len(several) - 1) or several
    else:
        several = find_fixes(problem, blockers, oracle)
        fix = find_fix_at_length(problem, undecided, oracle) if several is None else None
        if fix is not None:
            return fix, None
        several = several or needed(problem, sessions_left_out(problem, oracle) or {}, oracle)
    fixes = tuple(fix_of(problem, steps, value=value) for steps, value in (several or {}).items())
    return (fixes[0], None) if len(fixes) == 1 else (None, fixes or None)
