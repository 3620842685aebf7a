"""Contradictions that adding up shows: more session time than some rooms have, more units than a resource has."""

from collections.abc import Iterator, Mapping

from scheduler.agenda.bounds import time_for
from scheduler.agenda.explain.required import Required
from scheduler.agenda.legal import common, hours_of_days, taken_elsewhere, union

FEW = 60
"""Sessions up to which it is looked at how their own lengths fill the time."""


def too_many_in_rooms(of: Required) -> Iterator[frozenset[str]]:
    """For each set of rooms to which some session is bound, those that are bound to them or to some of them."""
    problem, houses = of.problem, of.houses
    bound_to = _bound_to(of)
    needs = [(own, lengths, len(lengths), sum(lengths)) for own, lengths in bound_to.items()]
    # Where more lengths may be packed, more of the time can be filled: what is too much even then is too much.
    hours = _time_in_rooms(of, {session.duration for session in of.sessions})
    for house in sorted(bound_to, key=int.bit_count):
        inside = [one for one in needs if not one[0] & ~house]
        count, needed = sum(one[2] for one in inside), sum(one[3] for one in inside)
        rooms = [index for index in range(len(hours)) if house >> index & 1]
        turnover = min((problem.rooms[index].turnover for index in rooms), default=0)
        there = sum(hours[index] for index in rooms)
        if count <= FEW:
            own_hours = _time_in_rooms(of, {length for one in inside for length in one[1]})
            there = sum(own_hours[index] for index in rooms)
        excess = needed + turnover * count - there
        if excess > 0:
            bound = [one for one in of.sessions if not houses[one.id] & ~house]
            yield fewest({one.id: one.duration + turnover for one in bound}, excess)


def too_many_beside_plenaries(of: Required) -> Iterator[frozenset[str]]:
    """For each such set of rooms, the same where plenaries take their time in all other rooms as well.

    Where a room is open whenever there is a plenary, its sessions and their turnovers have what is left before and
    after; one turnover may go by while the plenary is held.
    """
    problem, houses = of.problem, of.houses
    plenaries = [one for one in of.sessions if one.plenary]
    if not plenaries:
        return
    hours = hours_of_days(problem.days)
    always = [index for index, room in enumerate(problem.rooms) if room.open is None]
    bound_to = _bound_to(of)
    for house in sorted(bound_to, key=int.bit_count):
        rooms = [index for index in always if house >> index & 1]
        # Of a room with hours of its own it is not known how much of a plenary falls into them.
        if not rooms or len(rooms) < house.bit_count():
            continue
        turnover = min(problem.rooms[index].turnover for index in rooms)
        beside = {}
        for one in plenaries:
            taken = [max(0, one.duration - problem.rooms[index].turnover) for index in rooms]
            beside[one.id] = sum(taken) - (max(taken) if houses[one.id] & house else 0)
        needed = sum(length + turnover for own, lengths in bound_to.items() if not own & ~house for length in lengths)
        there = sum(end - start + problem.rooms[index].turnover for index in rooms for start, end in hours)
        excess = needed + sum(beside.values()) - there
        if excess > 0:
            sizes = {one.id: one.duration + turnover for one in of.sessions if not houses[one.id] & ~house}
            yield fewest({name: sizes.get(name, 0) + beside.get(name, 0) for name in {**sizes, **beside}}, excess)


def _bound_to(of: Required) -> dict[int, list[int]]:
    """The lengths of those that are bound to the same rooms: such sets of rooms are far fewer than the sessions."""
    found: dict[int, list[int]] = {}
    for session in of.sessions:
        found.setdefault(of.houses[session.id], []).append(session.duration)
    return found


def _time_in_rooms(of: Required, lengths: set[int]) -> list[int]:
    """What sessions of these lengths can fill of each room; rooms alike are looked at once."""
    known = of.memory.times_of_rooms(of.problem.days, frozenset(lengths))
    for room in of.problem.rooms:
        if (room.open, room.turnover) not in known:
            known[room.open, room.turnover] = time_for(room, of.problem.days, lengths)
    return [known[room.open, room.turnover] for room in of.problem.rooms]


def fewest(sizes: Mapping[str, int], excess: int) -> frozenset[str]:
    """Of what comes to so much too much: without the least ones, as long as those left are still too much."""
    kept = sorted(sizes, key=lambda name: sizes[name])
    while len(kept) > 1 and excess - sizes[kept[0]] > 0:
        excess -= sizes[kept.pop(0)]
    return frozenset(kept)


def too_many_units(of: Required) -> Iterator[frozenset[str]]:
    """More units of a resource, over all, than are there."""
    problem, required = of.problem, of.sessions
    everywhere = hours_of_days(problem.days)
    for resource in problem.resources:
        hours = everywhere if resource.open is None else common(everywhere, union(resource.open))
        there = resource.capacity * sum(end - start for start, end in hours)
        there -= sum(
            min(units, resource.capacity) * sum(end - start for start, end in common(hours, (span,)))
            for span, units in taken_elsewhere(resource)
        )
        sizes = {one.id: one.uses[resource.id] * one.duration for one in required if one.uses.get(resource.id, 0) > 0}
        excess = sum(sizes.values()) - there
        if excess > 0:
            yield fewest(sizes, excess)


def too_many_at_once(of: Required) -> Iterator[frozenset[str]]:
    """More session time than so many at once have; pauses between them are not counted."""
    problem, required = of.problem, of.sessions
    if problem.max_parallel is None:
        return
    there = problem.max_parallel * sum(end - start for start, end in hours_of_days(problem.days))
    excess = sum(session.duration for session in required) - there
    if excess > 0:
        yield fewest({session.id: session.duration for session in required}, excess)
