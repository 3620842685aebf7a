"""The hard rules as constraints: one function a rule, under the names of the checks."""

from collections.abc import Callable, Iterable
from itertools import combinations

from ortools.sat.python import cp_model

from scheduler.agenda.bounds import open_hours, time_in
from scheduler.agenda.legal import Span, taken_elsewhere
from scheduler.agenda.problem import AgendaProblem, Room
from scheduler.agenda.variables import SessionVariables, Variables, can_meet, domain_of

Taken = tuple[cp_model.LinearExprT, int, cp_model.LiteralT]
"""From when and for how long a room is taken, and the literal under which it is."""


def session_placed_once(variables: Variables) -> None:
    """A placed session is in exactly one room; that a required one is placed is in its ``placed``, a constant."""
    for one in variables.sessions.values():
        if len(one.rooms) > 1:
            if one.session.is_required:
                variables.model.add_exactly_one(one.rooms.values())
            else:
                variables.model.add_exactly_one([*one.rooms.values(), one.placed.negated()])
        if not one.session.is_required:
            # One place for what is left out, lest the search count equal plans as different ones.
            variables.model.add(one.start == one.earliest).only_enforce_if(one.placed.negated())


def inside_a_day_and_open_hours(variables: Variables) -> None:
    """A start is in the domain of its room and of its day; the domains hold days, closed times and open hours."""
    for one in variables.sessions.values():
        for room, literal in one.rooms.items():
            if one.legal.rooms[room] != one.legal.starts:
                variables.model.add_linear_expression_in_domain(
                    one.start, domain_of(one.legal.rooms[room])
                ).only_enforce_if(literal)
        if len(one.days) > 1:
            nowhere = [] if one.session.is_required else [one.placed.negated()]
            variables.model.add_exactly_one([*one.days.values(), *nowhere])
            for day, literal in one.days.items():
                variables.model.add_linear_expression_in_domain(
                    one.start, domain_of(one.legal.days[day])
                ).only_enforce_if(literal)


def room_fits(variables: Variables) -> None:
    """Holds by construction: a session has a literal only for rooms that fit (``legal.fits``)."""
    assert all(set(one.rooms) == set(one.legal.rooms) for one in variables.sessions.values())


def room_hosts_one_session(variables: Variables) -> None:
    """In each room, intervals of session and turnover do not overlap; they may end after the room has closed."""
    problem, model = variables.problem, variables.model
    for room in problem.rooms:
        guests = [one for one in variables.sessions.values() if room.id in one.rooms]
        if len(guests) > 1:
            held: list[Taken] = [
                (one.start, one.session.duration + room.turnover, one.rooms[room.id]) for one in guests
            ]
            elsewhere = _plenaries_elsewhere(variables, room)
            model.add_no_overlap(
                model.new_optional_fixed_size_interval_var(start, size, literal, "")
                for start, size, literal in [*held, *elsewhere.values()]
            )
            hours = open_hours(room, problem.days)
            held += [taken for name, taken in elsewhere.items() if _is_within(variables.sessions[name], hours)]
            room_time = time_in(hours, {size for _, size, _ in held}, room.turnover)
            model.add(sum(size * literal for _, size, literal in held) <= room_time)


def _plenaries_elsewhere(variables: Variables, room: Room) -> dict[str, Taken]:
    """When plenaries that are in other rooms are on; the turnover of who was here before may run into them.

    The rule of plenaries implies that they empty this room too, but where what is left of it before and after is to be
    filled to the last grain, only this shows what does not go in.
    """
    found: dict[str, Taken] = {}
    if not variables.rooms_know_plenaries:
        return found
    for one in variables.sessions.values():
        size = one.session.duration - room.turnover
        if one.session.plenary and one.session.is_required and size > 0 and set(one.rooms) != {room.id}:
            here = one.rooms.get(room.id)
            found[one.id] = (one.start + room.turnover, size, one.placed if here is None else here.negated())
    return found


def _is_within(one: SessionVariables, hours: Iterable[Span]) -> bool:
    """Whether a session, whenever it is, is in one stretch of these hours."""
    return all(
        any(start <= first and last - 1 + one.session.duration <= end for start, end in hours)
        for first, last in one.legal.starts
    )


def person_in_one_place(variables: Variables) -> None:
    """A person's sessions with the rest after each do not overlap; walks lengthen the gap between two by site."""
    told: set[tuple[tuple[str, ...], int]] = set()
    for person in variables.problem.people:
        own = [one for one in variables.sessions.values() if person.id in one.session.people]
        key = (tuple(one.id for one in own), person.rest)
        if len(own) < 2 or key in told:
            continue
        told.add(key)
        variables.model.add_no_overlap(
            variables.model.new_optional_fixed_size_interval_var(
                one.start, one.session.duration + person.rest, one.placed, ""
            )
            if person.rest
            else one.interval
            for one in own
        )
    _leave_time_for_walks(variables)


def _leave_time_for_walks(variables: Variables) -> None:
    walks = walks_of(variables.problem)
    if not walks:
        return
    sites = {room.id: room.site for room in variables.problem.rooms}
    for (one, other), rest in _rest_between(variables).items():
        if not can_meet(one, other, gap=rest + max(walks.values())):
            continue
        forth = {way: rest + walks[way] for way in walks if _joins(way, one, other, sites)}
        back = {way: rest + walks[way] for way in walks if _joins(way, other, one, sites)}
        if forth or back:
            orders = (variables.before(one, other), variables.before(other, one))
            variables.model.add_bool_or(*orders, one.placed.negated(), other.placed.negated())
            _lengthen(variables, one, other, forth)
            _lengthen(variables, other, one, back)


def _joins(way: tuple[str, str], first: SessionVariables, then: SessionVariables, sites: dict[str, str | None]) -> bool:
    here, there = way
    return any(sites[room] == here for room in first.rooms) and any(sites[room] == there for room in then.rooms)


def _lengthen(
    variables: Variables, first: SessionVariables, then: SessionVariables, gaps: dict[tuple[str, str], int]
) -> None:
    order = variables.before(first, then)
    for (here, there), gap in gaps.items():
        variables.model.add(first.end + gap <= then.start).only_enforce_if(
            order, variables.at_site(first, here), variables.at_site(then, there)
        )


def _rest_between(variables: Variables) -> dict[tuple[SessionVariables, SessionVariables], int]:
    """Each two sessions that share people, with the longest rest that one of these wants."""
    found: dict[tuple[str, str], int] = {}
    for person in variables.problem.people:
        own = [one.id for one in variables.sessions.values() if person.id in one.session.people]
        for pair in combinations(own, 2):
            found[pair] = max(person.rest, found.get(pair, 0))
    return {(variables.sessions[one], variables.sessions[other]): rest for (one, other), rest in found.items()}


def walks_of(problem: AgendaProblem) -> dict[tuple[str, str], int]:
    """Grains for each way between two sites; a way back that is not listed takes as long as the way there."""
    found = {(walk.to, walk.from_): walk.grains for walk in problem.walks}
    found.update({(walk.from_, walk.to): walk.grains for walk in problem.walks})
    return {way: grains for way, grains in found.items() if grains > 0 and way[0] != way[1]}


def person_available(variables: Variables) -> None:
    """Holds by construction: a start is legal only where all people are available (``legal_starts``)."""
    _in_domain(variables)


def inside_windows(variables: Variables) -> None:
    """Holds by construction: a start is legal only inside the session's windows (``legal_starts``)."""
    _in_domain(variables)


def pins_kept(variables: Variables) -> None:
    """Holds by construction: a pin leaves one legal start, one room or both (``legal_starts``, ``legal.fits``)."""
    _in_domain(variables)


def _in_domain(variables: Variables) -> None:
    for one in variables.sessions.values():
        assert variables.model.proto.variables[one.start.index].domain[0] == one.earliest


def order_kept(variables: Variables) -> None:
    """A session starts when those before it have ended, where both are placed."""
    for later in variables.sessions.values():
        for earlier in variables.those(later.session.after):
            variables.model.add(earlier.end <= later.start).only_enforce_if(earlier.placed, later.placed)


def not_together(variables: Variables) -> None:
    """Two sessions of which one wants to be apart from the other do not overlap."""
    told: set[frozenset[str]] = set()
    for one in variables.sessions.values():
        for other in variables.those(one.session.not_with):
            pair = frozenset((one.id, other.id))
            if pair not in told and can_meet(one, other):
                told.add(pair)
                variables.model.add_no_overlap([one.interval, other.interval])


def same_room(variables: Variables) -> None:
    """Two sessions that are to share a room are in the same one, where both are placed."""
    for one in variables.sessions.values():
        for other in variables.those([one.session.same_room_as] if one.session.same_room_as else []):
            for room in {**one.rooms, **other.rooms}:
                here, there = one.rooms.get(room), other.rooms.get(room)
                if here is not None and there is not None:
                    variables.model.add(here == there).only_enforce_if(one.placed, other.placed)
                elif here is not None:
                    variables.model.add_implication(here, other.placed.negated())
                elif there is not None:
                    variables.model.add_implication(there, one.placed.negated())


def resource_not_overused(variables: Variables) -> None:
    """The units of running sessions and those taken elsewhere stay within capacity; its hours are in the domains."""
    for resource in variables.problem.resources:
        users = [one for one in variables.sessions.values() if one.session.uses.get(resource.id, 0) > 0]
        if len(users) < 2:
            continue
        # Where more is taken elsewhere than there is, nobody here may run; that alone breaks no rule.
        taken = [(span, min(units, resource.capacity)) for span, units in taken_elsewhere(resource)]
        fixed = [variables.model.new_fixed_size_interval_var(start, end - start, "") for (start, end), _ in taken]
        variables.model.add_cumulative(
            [*(one.interval for one in users), *fixed],
            [*(one.session.uses[resource.id] for one in users), *(units for _, units in taken)],
            resource.capacity,
        )


def plenary_alone(variables: Variables) -> None:
    """A plenary fills a cumulative of all rooms, in which every other session takes one unit."""
    everyone = list(variables.sessions.values())
    if len(everyone) > 1 and any(one.session.plenary for one in everyone):
        # Two units at least, so that a plenary and one other session are one too many.
        all_rooms = max(2, len(variables.problem.rooms))
        variables.model.add_cumulative(
            [one.interval for one in everyone],
            [all_rooms if one.session.plenary else 1 for one in everyone],
            all_rooms,
        )


def parallel_limit(variables: Variables) -> None:
    """At most so many sessions run at once."""
    limit, everyone = variables.problem.max_parallel, list(variables.sessions.values())
    if limit is not None and limit < len(everyone):
        variables.model.add_cumulative([one.interval for one in everyone], [1] * len(everyone), limit)


def left_out_listed(variables: Variables) -> None:
    """Holds by construction: decoding lists every session whose ``placed`` is false (``model.decode``)."""
    assert all(
        one.placed.index == variables.yes.index for one in variables.sessions.values() if one.session.is_required
    )


RULES: dict[str, Callable[[Variables], None]] = {
    "session_placed_once": session_placed_once,
    "inside_a_day_and_open_hours": inside_a_day_and_open_hours,
    "room_fits": room_fits,
    "room_hosts_one_session": room_hosts_one_session,
    "person_in_one_place": person_in_one_place,
    "person_available": person_available,
    "inside_windows": inside_windows,
    "pins_kept": pins_kept,
    "order_kept": order_kept,
    "not_together": not_together,
    "same_room": same_room,
    "resource_not_overused": resource_not_overused,
    "plenary_alone": plenary_alone,
    "parallel_limit": parallel_limit,
    "left_out_listed": left_out_listed,
}
"""What each hard rule adds to the model."""
