"""The soft terms as expressions: one function a term, under the names of the score."""

from collections.abc import Callable, Iterable

from ortools.sat.python import cp_model

from scheduler.agenda.apart import kept_apart
from scheduler.agenda.clashing import Circle
from scheduler.agenda.variables import Follows, Places, SessionVariables, Variables, can_meet

Units = cp_model.LinearExpr
Overlaps = dict[frozenset[str], tuple[int, cp_model.IntVar]]
"""By pair the weight of a clash and the literal that it is there."""


def unplaced(variables: Variables) -> Units:
    """The value of optional sessions left out; the first stage."""
    units: list[cp_model.LinearExprT] = []
    for session in variables.problem.sessions:
        if session.is_required or session.value == 0:
            continue
        one = variables.sessions.get(session.id)
        units.append(session.value * one.placed.negated() if one else session.value)
    return _sum(units)


def cost(variables: Variables) -> Units:
    """The sum of weight times units over all terms; the second stage."""
    weights = variables.problem.weights.model_dump()
    # A term without weight needs no variables.
    return _sum([weights[name] * units(variables) for name, units in TERMS.items() if weights[name] > 0])


def clash(variables: Variables) -> Units:
    """The weights of the clashes whose sessions overlap: one literal each, free to be false when one precedes."""
    apart = kept_apart(variables.problem)
    overlaps: Overlaps = {}
    units: list[cp_model.LinearExprT] = []
    for entry in variables.problem.clashes:
        both = variables.those(entry.sessions)
        if len(both) < 2 or entry.weight == 0 or frozenset(entry.sessions) in apart or not can_meet(*both):
            continue
        one, other = both
        overlap = variables.new_literal(_overlaps(one, other))
        variables.model.add_bool_or(
            overlap,
            variables.before(one, other),
            variables.before(other, one),
            one.placed.negated(),
            other.placed.negated(),
        )
        overlaps[frozenset(entry.sessions)] = (entry.weight, overlap)
        units.append(entry.weight * overlap)
    for circle in variables.circles:
        _tell_of_circle(variables, circle, overlaps)
    return _sum(units)


def _tell_of_circle(variables: Variables, circle: Circle, overlaps: Overlaps) -> None:
    """What follows of a circle's clashes all together, which the solver does not see in each alone.

    Those that overlap none of the sessions named before them have a time of their own, one after the other.
    """
    intervals: list[cp_model.IntervalVar] = []
    inside: list[cp_model.LinearExprT] = []
    for position, one in enumerate(variables.those(circle.sessions)):
        before = variables.those(circle.sessions[:position])
        some = [overlaps[pair] for other in before if (pair := frozenset((one.id, other.id))) in overlaps]
        if not some:
            intervals.append(one.interval)
            continue
        alone = variables.new_literal(_overlaps_none(one, before))
        variables.model.add_bool_or(alone, *(overlap for _, overlap in some))
        for _, overlap in some:
            variables.model.add_implication(overlap, alone.negated())
        intervals.append(
            variables.model.new_optional_fixed_size_interval_var(one.start, one.session.duration, alone, "")
        )
        inside += [weight * overlap for weight, overlap in some]
    variables.model.add_no_overlap(intervals)
    if circle.least:
        variables.model.add(_sum(inside) >= circle.least)


def room_too_large(variables: Variables) -> Units:
    """How often the audience fits into the room beyond twice, a constant for each session and room."""
    capacities = {room.id: room.capacity for room in variables.problem.rooms}
    units: list[cp_model.LinearExprT] = []
    for one in variables.sessions.values():
        if one.session.audience > 0:
            for room, literal in one.rooms.items():
                units.append(max(0, capacities[room] // one.session.audience - 2) * literal)
    return _sum(units)


def moved_start(variables: Variables) -> Units:
    """One for each session that starts at another time than before; its literal is false only at the old start."""
    units: list[cp_model.LinearExprT] = []
    for entry in variables.problem.previous or ():
        for one in variables.those([entry.session]):
            if any(start <= entry.start < end for start, end in one.legal.starts):
                moved = variables.new_literal(_starts_elsewhere(one, entry.start))
                variables.model.add(one.start == entry.start).only_enforce_if(moved.negated(), one.placed)
                units.append(moved)
            else:
                units.append(one.placed)
    return _sum(units)


def moved_room(variables: Variables) -> Units:
    """One for each session that is in another room than before."""
    units: list[cp_model.LinearExprT] = []
    for entry in variables.problem.previous or ():
        for one in variables.those([entry.session]):
            if entry.room in one.rooms:
                # Placed and not in its room; said without a minus, this gives a bound that needs no search.
                units += [literal for room, literal in one.rooms.items() if room != entry.room]
            else:
                units.append(one.placed)
    return _sum(units)


def late_start(variables: Variables) -> Units:
    """Starts minus the starts of their days; what is left out stands at its earliest start, which is taken off."""
    days = variables.problem.days
    units: list[cp_model.LinearExprT] = []
    for one in variables.sessions.values():
        units.append(one.start - sum(days[day].start * literal for day, literal in one.days.items()))
        if not one.session.is_required:
            units.append(-one.earliest * one.placed.negated())
    return _sum(units)


def day_balance(variables: Variables) -> Units:
    """The most sessions of a day minus the fewest."""
    days = range(len(variables.problem.days))
    if len(days) < 2:
        return _sum([])
    largest = len(variables.sessions)
    most = variables.model.new_int_var(0, largest, "most")
    fewest = variables.model.new_int_var(0, largest, "fewest")
    variables.auxiliary.append((most, lambda places: max(_held_by_day(variables, places))))
    variables.auxiliary.append((fewest, lambda places: min(_held_by_day(variables, places))))
    for day in days:
        held = sum(one.days[day] for one in variables.sessions.values() if day in one.days)
        variables.model.add(most >= held)
        variables.model.add(fewest <= held)
    return most - fewest


TERMS: dict[str, Callable[[Variables], Units]] = {
    "clash": clash,
    "room_too_large": room_too_large,
    "moved_start": moved_start,
    "moved_room": moved_room,
    "late_start": late_start,
    "day_balance": day_balance,
}
"""The units of each soft term as an expression of the model."""


def _overlaps(one: SessionVariables, other: SessionVariables) -> Follows:
    def holds(places: Places) -> bool:
        are_placed = one.id in places and other.id in places
        return (
            are_placed and one.start_in(places) < other.end_in(places) and other.start_in(places) < one.end_in(places)
        )

    return holds


def _overlaps_none(one: SessionVariables, others: Iterable[SessionVariables]) -> Follows:
    some = [_overlaps(one, other) for other in others]
    return lambda places: one.id in places and not any(overlaps(places) for overlaps in some)


def _starts_elsewhere(one: SessionVariables, before: int) -> Follows:
    return lambda places: one.id in places and places[one.id].start != before


def _held_by_day(variables: Variables, places: Places) -> list[int]:
    counts = [0] * len(variables.problem.days)
    for name, placement in places.items():
        for day, starts in variables.sessions[name].legal.days.items():
            counts[day] += any(start <= placement.start < end for start, end in starts)
    return counts


def _sum(parts: list[cp_model.LinearExprT]) -> Units:
    return cp_model.LinearExpr.sum(parts) + 0
