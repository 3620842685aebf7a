"""Contradictions of time that show without search: too little of it for one person, room or team, or for a chain."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Literal

from scheduler.agenda.bounds import time_in
from scheduler.agenda.explain.required import Required, Stay
from scheduler.agenda.legal import Starts, common, union

WORK = 40_000
"""Steps beyond which a group is not looked at, interval by interval."""

FAR = 4
"""How many times as much time there must be, nights included, for an interval not to be looked at."""

NEARLY = 2
"""The same for it not to be looked at how lengths fill all hours."""


Shared = Literal["people", "rooms", "resources", "one room", "apart", "all", "alone"]
"""What there may be too little of."""


def too_tight_for(what: Shared) -> Callable[[Required], Iterator[frozenset[str]]]:
    """The check for sets of sessions that cannot all be held since too little is there of what they share."""

    def check(of: Required) -> Iterator[frozenset[str]]:
        for members, capacity, gap in _GROUPS[what](of):
            if len(members) < 2:
                continue
            key = (capacity, gap, *map(id, members))
            if of.memory.is_nothing_in(key):
                continue
            is_seen = False
            for names in chain(_overfull(members, capacity, gap), _unpacked(members, gap) if capacity == 1 else ()):
                is_seen = True
                # Some may be in one room through the others only.
                yield frozenset(one.id for one in members) if what == "one room" else names
            if not is_seen:
                of.memory.note_nothing_in(key, members)

    return check


Group = tuple[list[Stay], int, int]
"""Sessions that share something, how much of it there is, and the gap wanted between two of them."""


def _of_people(of: Required) -> Iterator[Group]:
    by_person: dict[str, list[Stay]] = {}
    for session in of.sessions:
        for name in session.people:
            by_person.setdefault(name, []).append(of.stays[session.id])
    for person in of.problem.people:
        yield by_person.get(person.id, []), 1, person.rest


def _of_people_beside_plenaries(of: Required) -> Iterator[Group]:
    """Whoever is in no plenary has no session beside it either."""
    alone = [of.stays[session.id] for session in of.sessions if session.plenary]
    for members, capacity, _ in _of_people(of) if alone else ():
        others = [stay for stay in alone if stay not in members]
        if members and others:
            yield [*members, *others], capacity, 0


def _of_rooms(of: Required) -> Iterator[Group]:
    by_room: dict[str, list[Stay]] = {}
    for session in of.sessions:
        if len(of.legal[session.id].rooms) == 1:
            by_room.setdefault(next(iter(of.legal[session.id].rooms)), []).append(of.stays[session.id])
    for room in of.problem.rooms:
        yield by_room.get(room.id, []), 1, room.turnover


def _of_resources(of: Required) -> Iterator[Group]:
    for resource in of.problem.resources:
        users = [(of.stays[one.id], one.uses[resource.id]) for one in of.sessions if one.uses.get(resource.id, 0) > 0]
        yield [stay if units == 1 else replace(stay, units=units) for stay, units in users], resource.capacity, 0


def _of_one_room(of: Required) -> Iterator[Group]:
    """Sessions that must share a room, whichever it is."""
    together = {one.id: [one] for one in of.sessions}
    for session in of.sessions:
        one, other = together[session.id], together.get(session.same_room_as or "")
        if other is not None and one is not other:
            one += other
            together.update((member.id, one) for member in other)
    turnover = min((room.turnover for room in of.problem.rooms), default=0)
    for members in {id(group): group for group in together.values()}.values():
        yield [of.stays[one.id] for one in members], 1, turnover


def _of_those_apart(of: Required) -> Iterator[Group]:
    """Sessions of which no two may overlap, those that are found around each."""
    apart: dict[str, set[str]] = {}
    for session in of.sessions:
        for name in session.not_with:
            apart.setdefault(session.id, set()).add(name)
            apart.setdefault(name, set()).add(session.id)
    for name, others in apart.items():
        members = [name] if name in of.stays else []
        for other in sorted(others):
            if other in of.stays and all(other in apart[member] for member in members):
                members.append(other)
        if len(members) > 2:
            yield [of.stays[member] for member in members], 1, 0


def _of_all(of: Required) -> Iterator[Group]:
    limit, rooms = of.problem.max_parallel, len(of.problem.rooms)
    yield list(of.stays.values()), rooms if limit is None else min(limit, rooms), 0


_GROUPS: dict[Shared, Callable[[Required], Iterator[Group]]] = {
    "people": _of_people,
    "rooms": _of_rooms,
    "resources": _of_resources,
    "one room": _of_one_room,
    "apart": _of_those_apart,
    "all": _of_all,
    "alone": _of_people_beside_plenaries,
}


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


def _unpacked(members: Sequence[Stay], gap: int) -> Iterator[frozenset[str]]:
    """Members that, one after the other, do not go into their hours: their lengths leave some of each stretch empty."""
    needed = sum(one.duration + gap for one in members)
    if NEARLY * needed <= sum(end - start for start, end in members[0].possible):
        return
    hours = union(span for possible in {one.possible for one in members} for span in possible)
    excess = needed - time_in(hours, {one.duration + gap for one in members}, gap)
    if excess > 0:
        yield _fewest(members, excess, gap)


def _fewest(inside: Sequence[Stay], excess: int, gap: int) -> frozenset[str]:
    """Without the least ones, as long as those left are still too many."""
    kept = sorted(inside, key=lambda one: one.units * one.duration)
    while len(kept) > 1 and excess > kept[0].units * kept[0].duration + gap:
        excess -= kept[0].units * kept[0].duration + gap
        kept.pop(0)
    return frozenset(stay.id for stay in kept)


def too_close(of: Required) -> Iterator[frozenset[str]]:
    """Two sessions of which one wants no other beside it, or not this one, with time for one of them only."""
    required, stays = of.sessions, of.stays
    for session in required:
        others = session.not_with if not session.plenary else [one.id for one in required if one is not session]
        for name in others:
            if name in stays and not _go_apart(stays[session.id], stays[name]):
                yield frozenset((session.id, name))


def _go_apart(one: Stay, other: Stay) -> bool:
    needed = one.duration + other.duration
    return one.latest - other.earliest >= needed or other.latest - one.earliest >= needed


def chains(of: Required) -> Iterator[frozenset[str]]:
    """Sessions one after the other, in a circle or with too little time for the last one."""
    required, legal = of.sessions, of.legal
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
