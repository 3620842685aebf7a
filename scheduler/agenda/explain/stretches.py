"""How much goes into each stretch between closing times: implied by the rules, and what proves a full room too full."""

from bisect import bisect_right
from collections.abc import Iterator
from itertools import pairwise

from ortools.sat.python import cp_model

from scheduler.agenda.bounds import FINE_LIMIT, reachable
from scheduler.agenda.legal import Span, Starts, common, hours_of_day
from scheduler.agenda.model import AgendaModel
from scheduler.agenda.problem import AgendaProblem
from scheduler.agenda.variables import SessionVariables, domain_of


def fill_stretches(model: AgendaModel) -> None:
    """Tell a model that sessions in one room and one stretch do not take more than the longest sum that goes in."""
    stretches = list(_stretches(model.variables.problem))
    if len(stretches) < 2:
        return
    inside = {one.id: list(_inside(model, one, stretches)) for one in model.variables.sessions.values()}
    for room in model.variables.problem.rooms:
        guests = [one for one in model.variables.sessions.values() if room.id in one.rooms]
        sizes = {one.session.duration + room.turnover for one in guests}
        for index, (start, end) in enumerate(stretches):
            length = end - start + room.turnover
            there = [(one, here) for one in guests if (here := inside[one.id][index]) is not None]
            if sum(one.session.duration + room.turnover for one, _ in there) <= length or length > FINE_LIMIT:
                continue
            sums = reachable(sizes, length)
            most = sums[bisect_right(sums, length) - 1]
            model.cp.add(
                sum((one.session.duration + room.turnover) * _both(model, one, room.id, here) for one, here in there)
                <= most
            )


def _stretches(problem: AgendaProblem) -> Iterator[Span]:
    """Days without their closed times; nothing where days overlap, since a grain is then there twice."""
    days = sorted((day.start, day.end) for day in problem.days if day.start < day.end)
    if any(one[1] > other[0] for one, other in pairwise(days)):
        return
    for day in problem.days:
        yield from hours_of_day(day)


def _inside(model: AgendaModel, one: SessionVariables, stretches: list[Span]) -> Iterator[cp_model.IntVar | None]:
    """For each stretch a literal that holds where the session is in it, or nothing where it cannot be."""
    spans: list[Starts] = [
        common(one.legal.starts, ((start, end - one.session.duration + 1),))
        if end - start >= one.session.duration
        else ()
        for start, end in stretches
    ]
    literals = [
        None if not starts else one.placed if starts == one.legal.starts else model.cp.new_bool_var("")
        for starts in spans
    ]
    some = [literal for literal in literals if literal is not None]
    if len(some) > 1:
        nowhere = [] if one.session.is_required else [one.placed.negated()]
        model.cp.add_exactly_one([*some, *nowhere])
        for starts, literal in zip(spans, literals, strict=True):
            if literal is not None:
                model.cp.add_linear_expression_in_domain(one.start, domain_of(starts)).only_enforce_if(literal)
    yield from literals


def _both(model: AgendaModel, one: SessionVariables, room: str, here: cp_model.IntVar) -> cp_model.IntVar:
    there = one.rooms[room]
    if there.index == one.placed.index:
        return here
    if here.index == one.placed.index:
        return there
    both = model.cp.new_bool_var("")
    model.cp.add_bool_or(there.negated(), here.negated(), both)
    return both
