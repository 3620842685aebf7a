"""The least widening of somebody's or something's hours that leaves a plan."""

from collections.abc import Iterator, Sequence
from typing import Any

from ortools.sat.python import cp_model

from scheduler.agenda.explain.facts import Steps, field_of
from scheduler.agenda.explain.oracle import BRIEF, Oracle
from scheduler.agenda.explain.relaxing import NOTHING
from scheduler.agenda.legal import Span, Starts, union, without
from scheduler.agenda.model import AgendaModel, build
from scheduler.agenda.problem import AgendaProblem, Session
from scheduler.agenda.solution import Placement
from scheduler.agenda.variables import SessionVariables

HOURS = frozenset({"windows", "available", "open", "closed"})
"""Fields that say when something may be."""


SOLVED_WHOLE = 150
"""Sessions up to which the least widening is looked for among all plans; beyond, any plan shows what is enough."""


def widened(
    problem: AgendaProblem, free: AgendaProblem, steps: Steps, oracle: Oracle
) -> tuple[Any, Sequence[Placement]]:
    """New hours for which there is a plan, with that plan; ``NOTHING`` where even no limit would not do.

    With the hours neutral, the plan is looked for that leaves them as little as possible; they are then widened by
    just what that plan needs. Of closed times, what it needs is taken away.

    Args:
        free: the problem, or some of its sessions, without these hours.
    """
    is_large = len(free.sessions) > SOLVED_WHOLE
    plan = oracle.find(free).placements if is_large else _least(problem, free, steps, oracle)
    if plan is None:
        return NOTHING, ()
    hours = hours_of(problem, steps)
    sessions = {one.id: one for one in free.sessions}
    spans = [
        (entry.start, entry.start + sessions[entry.session].duration)
        for entry in plan
        if _is_bound(problem, steps, sessions[entry.session], entry.room)
    ]
    return _with(problem, steps, hours, spans), plan


def _least(problem: AgendaProblem, free: AgendaProblem, steps: Steps, oracle: Oracle) -> Sequence[Placement] | None:
    # Any plan is enough; from there less is looked for.
    found = oracle.find(free, seconds=BRIEF).placements
    if found is None:
        return None
    model = build(free, oracle.legal_of(free))
    hours = hours_of(problem, steps)
    bound = _bound(problem, model, steps)
    model.cp.minimize(cp_model.LinearExpr.sum([_outside(model, one, lit, hours) for one, lit in bound]))
    return oracle.least(model, found)


def hours_of(problem: AgendaProblem, steps: Steps) -> Starts:
    """The hours that a fact allows; for the closed times of a day, what they leave of it."""
    index = steps[1]
    assert isinstance(index, int)
    if steps[0] == "days":
        day = problem.days[index]
        return without(union([(day.start, day.end)]), union(day.closed))
    windows: tuple[Span, ...] | None = getattr(getattr(problem, str(steps[0]))[index], field_of(steps))
    return union(windows or ())


def added_grains(problem: AgendaProblem, steps: Steps, value: Any) -> int:
    """How many grains a new value of hours adds to those in the file."""
    if field_of(steps) == "closed":
        index = steps[1]
        assert isinstance(index, int)
        return _length(union(problem.days[index].closed)) - _length(union(value))
    return _length(union(value)) - _length(hours_of(problem, steps))


def _length(spans: Starts) -> int:
    return sum(end - start for start, end in spans)


def _with(problem: AgendaProblem, steps: Steps, hours: Starts, spans: list[Span]) -> list[list[int]]:
    if steps[0] == "days":
        index = steps[1]
        assert isinstance(index, int)
        return [list(span) for span in without(union(problem.days[index].closed), union(spans))]
    return [list(span) for span in union([*hours, *spans])]


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


def _bound(
    problem: AgendaProblem, model: AgendaModel, steps: Steps
) -> Iterator[tuple[SessionVariables, cp_model.IntVar]]:
    """The sessions that hours may concern, each with the literal under which they do."""
    index = steps[1]
    assert isinstance(index, int)
    for one in model.variables.sessions.values():
        if steps[0] == "days":
            if index in one.days:
                yield one, one.days[index]
        elif steps[0] == "rooms":
            room = problem.rooms[index].id
            if room in one.rooms:
                yield one, one.rooms[room]
        elif _is_bound(problem, steps, one.session, ""):
            yield one, one.placed


def _outside(
    model: AgendaModel, one: SessionVariables, literal: cp_model.IntVar, hours: Starts
) -> cp_model.LinearExprT:
    """By how many grains a session sticks out of the nearest of the hours."""
    if not hours:
        return 0
    cp = model.cp
    largest = max(0, hours[-1][0] - one.earliest) + max(0, one.latest + one.session.duration - hours[0][1])
    early, late = cp.new_int_var(0, largest, ""), cp.new_int_var(0, largest, "")
    nearest = [cp.new_bool_var("") for _ in hours]
    cp.add_exactly_one(nearest)
    for (start, end), chosen in zip(hours, nearest, strict=True):
        cp.add(early >= start - one.start).only_enforce_if(chosen, literal)
        cp.add(late >= one.end - end).only_enforce_if(chosen, literal)
    return early + late
