"""Contradictions of time that show without search: too little of it for one person, room or team, or for a chain."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from scheduler.agenda.legal import Legal, Starts, common, union
from scheduler.agenda.problem import AgendaProblem, Session

WORK = 40_000
"""Steps beyond which a group is not looked at, interval by interval."""

FAR = 4
"""How many times as much time there must be, nights included, for an interval not to be looked at."""


@dataclass(frozen=True)
class Stay:
    """A session that every plan has: between which grains it must lie, for how long, and what it takes meanwhile."""

    id: str
    earliest: int
    latest: int
    duration: int
    units: int
    possible: Starts


def too_tight(problem: AgendaProblem, legal: Mapping[str, Legal]) -> Iterator[frozenset[str]]:
    """Sets of required sessions that cannot all be held; each must have a legal start."""
    required = [session for session in problem.sessions if session.is_required]
    stays = {session.id: _stay(session, legal[session.id]) for session in required}
    for members, capacity, gap in _groups(problem, legal, required, stays):
        if len(members) > 1:
            yield from _overfull(members, capacity, gap)
    yield from _apart(required, stays)
    yield from _chains(required, legal)


def _stay(session: Session, legal: Legal) -> Stay:
    starts = legal.starts
    possible = tuple((start, end - 1 + session.duration) for start, end in starts)
    return Stay(session.id, starts[0][0], starts[-1][1] - 1 + session.duration, session.duration, 1, possible)


def _groups(
    problem: AgendaProblem, legal: Mapping[str, Legal], required: Sequence[Session], stays: Mapping[str, Stay]
) -> Iterator[tuple[list[Stay], int, int]]:
    """Sessions that share something, how much of it there is, and the gap wanted between two of them."""
    by_person: dict[str, list[Stay]] = {}
    by_room: dict[str, list[Stay]] = {}
    for session in required:
        for name in session.people:
            by_person.setdefault(name, []).append(stays[session.id])
        if len(legal[session.id].rooms) == 1:
            by_room.setdefault(next(iter(legal[session.id].rooms)), []).append(stays[session.id])
    for person in problem.people:
        yield by_person.get(person.id, []), 1, person.rest
    for room in problem.rooms:
        yield by_room.get(room.id, []), 1, room.turnover
    for resource in problem.resources:
        users = [(stays[one.id], one.uses[resource.id]) for one in required if one.uses.get(resource.id, 0) > 0]
        yield [replace(stay, units=units) for stay, units in users], resource.capacity, 0
    at_once = len(problem.rooms) if problem.max_parallel is None else min(problem.max_parallel, len(problem.rooms))
    yield list(stays.values()), at_once, 0


def _overfull(members: Sequence[Stay], capacity: int, gap: int) -> Iterator[frozenset[str]]:
    """Members that must all lie in an interval that is too short for them; no member runs beside itself."""
    # An interval with one of them in it is as long as the shortest of their hours, which may be far more than all need.
    shortest = min(one.latest - one.earliest for one in members)
    if FAR * (sum(one.units * one.duration for one in members) + gap * len(members)) <= capacity * shortest:
        return
    first = sorted({one.earliest for one in members})
    if len(first) * len(members) > WORK:
        return
    by_end = sorted(members, key=lambda one: one.latest)
    open_time = union(span for starts in {one.possible for one in members} for span in starts)
    for begin in first:
        inside: list[Stay] = []
        needed = 0
        for one in by_end:
            if one.earliest < begin:
                continue
            inside.append(one)
            needed += one.units * one.duration
            there = capacity * (one.latest - begin)
            excess, each = needed - there, 0
            if excess <= 0 and gap and capacity == 1:
                excess, each = needed + gap * (len(inside) - 1) - there, gap
            if excess <= 0 and len(open_time) > 1 and FAR * needed > there:
                hours = common(open_time, ((begin, one.latest),))
                excess, each = needed - capacity * sum(end - start for start, end in hours), 0
            if excess > 0:
                yield _fewest(inside, excess, each)
                break


def _fewest(inside: Sequence[Stay], excess: int, gap: int) -> frozenset[str]:
    """Without the least ones, as long as those left are still too many."""
    kept = sorted(inside, key=lambda one: one.units * one.duration)
    while len(kept) > 1 and excess > kept[0].units * kept[0].duration + gap:
        excess -= kept[0].units * kept[0].duration + gap
        kept.pop(0)
    return frozenset(stay.id for stay in kept)


def _apart(required: Sequence[Session], stays: Mapping[str, Stay]) -> Iterator[frozenset[str]]:
    """Two sessions of which one wants no other beside it, or not this one, with time for one of them only."""
    for session in required:
        others = session.not_with if not session.plenary else [one.id for one in required if one is not session]
        for name in others:
            if name in stays and not _go_apart(stays[session.id], stays[name]):
                yield frozenset((session.id, name))


def _go_apart(one: Stay, other: Stay) -> bool:
    needed = one.duration + other.duration
    return one.latest - other.earliest >= needed or other.latest - one.earliest >= needed


def _chains(required: Sequence[Session], legal: Mapping[str, Legal]) -> Iterator[frozenset[str]]:
    """Sessions one after the other, in a circle or with too little time for the last one."""
    sessions = {session.id: session for session in required}
    ends: dict[str, int] = {}
    cause: dict[str, str | None] = {}
    for session in required:
        path = [session.id] if session.after else []
        while path:
            name = path[-1]
            waiting = [one for one in sessions[name].after if one in sessions and one not in ends]
            if name in ends:
                path.pop()
            elif waiting and waiting[-1] in path:
                yield frozenset(path[path.index(waiting[-1]) :])
                return
            elif waiting:
                path.append(waiting[-1])
            else:
                before = [one for one in sessions[name].after if one in ends]
                cause[name] = max(before, key=ends.__getitem__, default=None)
                bound = max((ends[one] for one in before), default=None)
                start = _first_start(legal[name].starts, bound)
                if start is None:
                    yield frozenset(_back(name, cause))
                    return
                ends[name] = start + sessions[name].duration
                path.pop()


def _first_start(starts: Starts, bound: int | None) -> int | None:
    if bound is None:
        return starts[0][0]
    return next((max(start, bound) for start, end in starts if end > bound), None)


def _back(name: str, cause: Mapping[str, str | None]) -> Iterator[str]:
    link: str | None = name
    while link is not None:
        yield link
        link = cause[link]
