"""A plan proposed for sessions of which some come after others: each as early as it may be."""

from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

from scheduler.agenda.legal import Legal, Span
from scheduler.agenda.problem import AgendaProblem
from scheduler.agenda.solution import Placement


def one_after_the_other(problem: AgendaProblem, legal: Mapping[str, Legal]) -> tuple[Placement, ...]:
    """Places of required sessions that keep their order and share no room; they may break rules of other kinds."""
    required = {one.id: one for one in problem.sessions if one.is_required}
    before = {name: [other for other in one.after if other in required] for name, one in required.items()}
    try:
        order = list(TopologicalSorter(before).static_order())
    except CycleError:
        return ()
    pause = {room.id: room.turnover for room in problem.rooms}
    ends: dict[str, int] = {}
    busy: dict[str, list[Span]] = {room.id: [] for room in problem.rooms}
    placed = []
    for name in order:
        own = required[name]
        bound = max((ends.get(other, 0) for other in before[name]), default=None)
        places = (
            (start, room)
            for room in legal[name].rooms
            for start in _starts(legal[name], room, bound, own.duration + pause[room], busy[room])
        )
        best = min(places, default=None)
        if best is None:
            continue
        start, room = best
        busy[room].append((start, start + own.duration + pause[room]))
        ends[name] = start + own.duration
        placed.append(Placement(session=name, start=start, room=room))
    return tuple(placed)


def _starts(legal: Legal, room: str, bound: int | None, length: int, busy: list[Span]) -> Iterator[int]:
    """The first legal start, not before a bound and beside what is there already, if there is one."""
    for first, last in legal.rooms[room]:
        start = first if bound is None else max(first, bound)
        for from_, to in sorted(busy):
            if start < to and from_ < start + length:
                start = to
        if start < last:
            yield start
            return
