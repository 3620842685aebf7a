"""A small widening of somebody's or something's hours that leaves a plan."""

from collections.abc import Callable, Sequence
from typing import Any

from scheduler.agenda.explain.effort import WHOLE
from scheduler.agenda.explain.facts import Steps, field_of
from scheduler.agenda.explain.oracle import Oracle
from scheduler.agenda.explain.relaxing import NOTHING, Changes, neutral
from scheduler.agenda.legal import Span, Starts, hours_of_day, union, without
from scheduler.agenda.problem import AgendaProblem, Session
from scheduler.agenda.solution import Placement

HOURS = frozenset({"windows", "available", "open", "closed"})
"""Fields that say when something may be."""


def widened(
    problem: AgendaProblem, changed: Callable[[Changes], AgendaProblem], steps: Steps, oracle: Oracle
) -> tuple[Any, Sequence[Placement]]:
    """New hours for which there is a plan, with that plan; ``NOTHING`` where none is found even without a limit.

    Hours are made longer at both ends by as few grains as will do, found by halving; they are then widened by just
    what the plan needs that was found. Of closed times, what it needs is taken away.

    Args:
        changed: the problem, or some of its sessions, with these changes.
    """
    free = changed(neutral([steps]))
    found = oracle.find(free, brief=True).placements
    if found is None:
        return NOTHING, ()
    plan: Sequence[Placement] = found
    # Of many sessions, any plan shows what is enough.
    if len(free.sessions) <= WHOLE:
        plan = nearest(problem, changed, steps, plan, oracle)
    return widened_for(problem, free, steps, plan), plan


def nearest(
    problem: AgendaProblem,
    changed: Callable[[Changes], AgendaProblem],
    steps: Steps,
    plan: Sequence[Placement],
    oracle: Oracle,
) -> Sequence[Placement]:
    """A plan for hours that are longer by as little as is found without search, starting from one that is known."""
    hours = union(_written(problem, steps))
    if not hours:
        return plan
    # What sticks out by nothing is the file itself, which has no plan.
    low, high = 0, _sticking_out(problem, changed({}), steps, plan)
    while high - low > 1 and not oracle.is_over:
        middle = (low + high) // 2
        found = oracle.glance(changed({steps: _longer(hours, middle, steps)}), wanted=plan)
        if found is None:
            low = middle
        else:
            plan, high = found, min(middle, _sticking_out(problem, changed({}), steps, found))
    return plan


def _longer(hours: Starts, grains: int, steps: Steps) -> list[list[int]]:
    if steps[0] == "days":
        return [[start + grains, end - grains] for start, end in hours if start + grains < end - grains]
    return [list(span) for span in union((start - grains, end + grains) for start, end in hours)]


def _sticking_out(problem: AgendaProblem, some: AgendaProblem, steps: Steps, plan: Sequence[Placement]) -> int:
    """By how many grains the session that sticks out most does so, of the hours nearest to it."""
    hours = hours_of(problem, steps)
    return max(
        (
            min((max(0, begin - start, end - until) for begin, until in hours), default=end - start)
            for start, end in _spans(problem, some, steps, plan)
        ),
        default=0,
    )


def widened_for(
    problem: AgendaProblem, free: AgendaProblem, steps: Steps, plan: Sequence[Placement]
) -> list[list[int]]:
    """The hours in the file, wider by what a plan needs that was made without them."""
    spans = _spans(problem, free, steps, plan)
    if steps[0] == "days":
        return [list(span) for span in without(union(_written(problem, steps)), union(spans))]
    return [list(span) for span in union([*hours_of(problem, steps), *spans])]


def hours_of(problem: AgendaProblem, steps: Steps) -> Starts:
    """The hours that a fact allows; for the closed times of a day, what they leave of it."""
    index = steps[1]
    assert isinstance(index, int)
    if steps[0] == "days":
        return hours_of_day(problem.days[index])
    return union(_written(problem, steps))


def _written(problem: AgendaProblem, steps: Steps) -> tuple[Span, ...]:
    index = steps[1]
    assert isinstance(index, int)
    windows: tuple[Span, ...] | None = getattr(getattr(problem, str(steps[0]))[index], field_of(steps))
    return windows or ()


def added_grains(problem: AgendaProblem, steps: Steps, value: Any) -> int:
    """How many grains a new value of hours adds to those in the file."""
    if field_of(steps) == "closed":
        return _length(union(_written(problem, steps))) - _length(union(value))
    return _length(union(value)) - _length(hours_of(problem, steps))


def _length(spans: Starts) -> int:
    return sum(end - start for start, end in spans)


def _spans(problem: AgendaProblem, some: AgendaProblem, steps: Steps, plan: Sequence[Placement]) -> list[Span]:
    """When the sessions are that hours concern."""
    sessions = {one.id: one for one in some.sessions}
    spans = [
        (entry.start, entry.start + sessions[entry.session].duration)
        for entry in plan
        if _is_bound(problem, steps, sessions[entry.session], entry.room)
    ]
    if steps[0] != "days":
        return spans
    index = steps[1]
    assert isinstance(index, int)
    day = problem.days[index]
    return [(start, end) for start, end in spans if day.start <= start and end <= day.end]


def _is_bound(problem: AgendaProblem, steps: Steps, session: Session, room: str) -> bool:
    """Whether hours concern a session that is held in a room."""
    index = steps[1]
    assert isinstance(index, int)
    if steps[0] == "sessions":
        return problem.sessions[index].id == session.id
    if steps[0] == "people":
        return problem.people[index].id in session.people
    if steps[0] == "resources":
        return session.uses.get(problem.resources[index].id, 0) > 0
    return steps[0] == "days" or problem.rooms[index].id == room
