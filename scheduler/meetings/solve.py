"""The entrance: solve a meetings problem, stage after stage."""

from collections.abc import Sequence

from scheduler.core.limits import Control, Limits
from scheduler.meetings.greedy import first_plan
from scheduler.meetings.problem import MeetingsProblem
from scheduler.meetings.reasons import unheld
from scheduler.meetings.score import score
from scheduler.meetings.search import Plan, Search
from scheduler.meetings.solution import MeetingsOutcome, MeetingsSolution
from scheduler.meetings.strategy import is_tidied_later, make_ready, run_stages
from scheduler.meetings.tables import Placed, placed_of, places_of
from scheduler.meetings.validation import validate

__all__ = ["make_ready", "solve"]


def solve(
    problem: MeetingsProblem,
    *,
    hint: MeetingsSolution | None = None,
    limits: Limits = Limits(),
    control: Control | None = None,
) -> MeetingsOutcome:
    """Find the best plan and prove how good it is.

    Args:
        hint: a plan to start from; of one that breaks a rule, what fits is kept.

    Returns:
        An outcome whose solution breaks no hard rule; ``infeasible`` only where that is proven.
    """
    problem = _in_order(problem)
    make_ready(problem)
    search = Search(problem, limits, control or Control())
    wanted = [] if hint is None else placed_of(search.legal, hint.meetings)
    run_stages(search, wanted=wanted, first=_start(search, hint, wanted))
    return MeetingsOutcome(
        status=search.status(),
        solution=None if search.best is None else _finished(search, search.best),
        score={} if search.best is None else score(problem, search.best.solution),
        stages=search.stage_results(),
        seconds=round(search.stopwatch.seconds, 4),
        first_seconds=search.stopwatch.first_seconds,
        seed=limits.seed,
        workers=limits.workers,
    )


def _in_order(problem: MeetingsProblem) -> MeetingsProblem:
    """The same problem with its rows in an order of their own, so that the order of a file changes no plan."""
    return problem.model_copy(
        update={
            "slots": tuple(sorted(problem.slots, key=lambda one: (one.start, one.end, one.id))),
            "tables": tuple(sorted(problem.tables, key=lambda one: one.id)),
            "people": tuple(sorted(problem.people, key=lambda one: one.id)),
            "wishes": tuple(sorted(problem.wishes, key=lambda one: one.id)),
            "resources": tuple(sorted(problem.resources, key=lambda one: one.id)),
            "vetoes": tuple(sorted(tuple(sorted(pair)) for pair in problem.vetoes)),
            "previous": problem.previous
            and tuple(sorted(problem.previous, key=lambda one: (one.wish, one.slot, one.table))),
        }
    )


def _start(search: Search, hint: MeetingsSolution | None, wanted: Sequence[Placed]) -> list[Placed]:
    """Offer the hint and a greedy plan, so that there is something to show at once; the greedy plan."""
    search.hinted = {} if hint is None else places_of(search.legal, hint.meetings)
    if hint is not None and not validate(search.problem, hint):
        search.offer(wanted)
    first = first_plan(search.legal, wanted, is_hasty=is_tidied_later(search))
    search.offer(first)
    search.report(search.names[0])
    return first


def _finished(search: Search, plan: Plan) -> MeetingsSolution:
    """The plan with reasons for what it leaves out; a broken rule here is a fault of ours and never leaves."""
    solution = plan.solution.model_copy(update={"unheld": unheld(search.legal, plan.placed)})
    broken = validate(search.problem, solution)
    if broken:
        raise RuntimeError(f"the solver's own plan breaks {broken[0].rule}: {broken[0].message}")
    return solution
