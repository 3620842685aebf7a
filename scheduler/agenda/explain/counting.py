"""Contradictions that adding up shows: more session time than some rooms have, more units than a resource has."""

from collections.abc import Iterator, Mapping

from scheduler.agenda.bounds import time_for
from scheduler.agenda.legal import Legal, common, taken_elsewhere, union, without
from scheduler.agenda.problem import AgendaProblem, Session

FEW = 60
"""Sessions up to which it is looked at how their own lengths fill the time."""


def too_many(problem: AgendaProblem, legal: Mapping[str, Legal]) -> frozenset[str] | None:
    """Required sessions that ask for more time than there is, the smallest such set found; ``None`` if none is."""
    required = [session for session in problem.sessions if session.is_required]
    found = [*_in_rooms(problem, legal, required), *_of_resources(problem, required), *_at_once(problem, required)]
    return min(found, key=len, default=None)


def _in_rooms(problem: AgendaProblem, legal: Mapping[str, Legal], required: list[Session]) -> Iterator[frozenset[str]]:
    """For each set of rooms to which some session is bound, those that are bound to them or to some of them."""
    bits = {room.id: 1 << index for index, room in enumerate(problem.rooms)}
    houses = [(sum(bits[room] for room in legal[session.id].rooms), session) for session in required]
    lengths = {session.duration for session in required}
    # Where more lengths may be packed, more of the time can be filled: what is too much even then is too much.
    hours = _time_in_rooms(problem, lengths)
    for house in sorted({house for house, _ in houses}, key=int.bit_count):
        bound = [session for own, session in houses if not own & ~house]
        rooms = [index for index in range(len(hours)) if house >> index & 1]
        turnover = min((problem.rooms[index].turnover for index in rooms), default=0)
        there = sum(hours[index] for index in rooms)
        if len(bound) <= FEW:
            own = _time_in_rooms(problem, {session.duration for session in bound})
            there = sum(own[index] for index in rooms)
        excess = sum(session.duration + turnover for session in bound) - there
        if excess > 0:
            yield _fewest(bound, excess, turnover)


def _time_in_rooms(problem: AgendaProblem, lengths: set[int]) -> list[int]:
    """What sessions of these lengths can fill of each room; rooms alike are looked at once."""
    known: dict[tuple[object, int], int] = {}
    for room in problem.rooms:
        if (room.open, room.turnover) not in known:
            known[room.open, room.turnover] = time_for(room, problem.days, lengths)
    return [known[room.open, room.turnover] for room in problem.rooms]


def _fewest(bound: list[Session], excess: int, turnover: int) -> frozenset[str]:
    """Without the shortest ones, as long as those left are still too many."""
    kept = sorted(bound, key=lambda session: session.duration)
    while len(kept) > 1 and excess - (kept[0].duration + turnover) > 0:
        excess -= kept.pop(0).duration + turnover
    return frozenset(session.id for session in kept)


def _of_resources(problem: AgendaProblem, required: list[Session]) -> Iterator[frozenset[str]]:
    days = [without(((day.start, day.end),) if day.start < day.end else (), union(day.closed)) for day in problem.days]
    everywhere = union(span for spans in days for span in spans)
    for resource in problem.resources:
        hours = everywhere if resource.open is None else common(everywhere, union(resource.open))
        there = resource.capacity * sum(end - start for start, end in hours)
        there -= sum(
            min(units, resource.capacity) * sum(end - start for start, end in common(hours, (span,)))
            for span, units in taken_elsewhere(resource)
        )
        users = [session for session in required if session.uses.get(resource.id, 0) > 0]
        excess = sum(session.uses[resource.id] * session.duration for session in users) - there
        if excess > 0:
            # Without the least ones, as long as those left are still too many.
            users.sort(key=lambda session: session.uses[resource.id] * session.duration)
            while len(users) > 1 and excess - users[0].uses[resource.id] * users[0].duration > 0:
                excess -= users[0].uses[resource.id] * users.pop(0).duration
            yield frozenset(session.id for session in users)


def _at_once(problem: AgendaProblem, required: list[Session]) -> Iterator[frozenset[str]]:
    """More session time than so many at once have; pauses between them are not counted."""
    if problem.max_parallel is None:
        return
    days = [without(((day.start, day.end),) if day.start < day.end else (), union(day.closed)) for day in problem.days]
    there = problem.max_parallel * sum(end - start for start, end in union(span for spans in days for span in spans))
    excess = sum(session.duration for session in required) - there
    if excess > 0:
        yield _fewest(required, excess, 0)
