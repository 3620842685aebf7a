"""Who is in whose way in a room at the times of the plan before: implied by the rules, and what gives a good bound.

Of a session that may start anywhere, a linear relaxation does not see that at its old time it takes the room from
others. A literal of its own for that time shows it.
"""

from collections.abc import Iterator, Mapping

from ortools.sat.python import cp_model

from scheduler.agenda.model import AgendaModel
from scheduler.agenda.variables import SessionVariables, domain_of

Hold = tuple[int, int, cp_model.IntVar]
"""From when to when a room is taken, its turnover included, and the literal under which it is."""


def tell_crowding(model: AgendaModel) -> None:
    """Let at most one session be in a room at any moment, of those that are there at a time that is known."""
    problem, sessions = model.problem, model.variables.sessions
    before = {entry.session: entry.start for entry in problem.previous or ()}
    stays = {one.id: stay for one in sessions.values() if (stay := _stay(model, one, before)) is not None}
    for room in problem.rooms:
        holds = []
        for name, (start, at_start) in stays.items():
            one = sessions[name]
            if room.id in one.rooms and any(from_ <= start < to for from_, to in one.legal.rooms[room.id]):
                literal = one.rooms[room.id]
                if at_start is not None:
                    literal = _both(model, one, room.id, start=start, at_start=at_start)
                holds.append((start, start + one.session.duration + room.turnover, literal))
        for crowd in _crowds(holds):
            model.cp.add_at_most_one(crowd)


def _stay(
    model: AgendaModel, one: SessionVariables, before: Mapping[str, int]
) -> tuple[int, cp_model.IntVar | None] | None:
    """The start that is known, with the literal under which it is that; without one where there is no other."""
    if one.earliest == one.latest:
        return one.earliest, None
    start = before.get(one.id)
    if start is None or not any(from_ <= start < to for from_, to in one.legal.starts):
        return None
    literal = model.variables.new_literal(lambda places: one.start_in(places) == start)
    model.cp.add(one.start == start).only_enforce_if(literal)
    others = domain_of(one.legal.starts).intersection_with(domain_of(((start, start + 1),)).complement())
    model.cp.add_linear_expression_in_domain(one.start, others).only_enforce_if(literal.negated())
    return start, literal


def _both(
    model: AgendaModel, one: SessionVariables, room: str, *, start: int, at_start: cp_model.IntVar
) -> cp_model.IntVar:
    both = model.variables.new_literal(
        lambda places: one.id in places and places[one.id].room == room and places[one.id].start == start
    )
    model.cp.add_bool_or(one.rooms[room].negated(), at_start.negated(), both)
    return both


def _crowds(holds: list[Hold]) -> Iterator[list[cp_model.IntVar]]:
    """The largest sets of those that hold a room at one moment."""
    running: list[Hold] = []
    grew = False
    for hold in sorted(holds, key=lambda one: one[:2]):
        still = [one for one in running if one[1] > hold[0]]
        if grew and len(still) < len(running) and len(running) > 1:
            yield [literal for _, _, literal in running]
        running, grew = [*still, hold], True
    if len(running) > 1:
        yield [literal for _, _, literal in running]
