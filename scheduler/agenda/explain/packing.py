"""Whether sessions that ask for nothing but room time go beside a few that are placed already."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from scheduler.agenda.legal import Span, Starts, common, hours_of_day, union, without
from scheduler.agenda.problem import AgendaProblem, Room
from scheduler.agenda.solution import Placement
from scheduler.core.values import LARGEST


def goes_beside(problem: AgendaProblem, placed: Sequence[Placement], durations: Iterable[int]) -> bool:
    """Whether sessions of these durations can be added to a right plan of ``problem``, each anywhere in open room time.

    A yes is proven by the places that were found; a no only says that the longest first, each where least time is left
    over, did not go.
    """
    left = list(_free_time(problem, placed))
    for duration, count in sorted(Counter(durations).items(), reverse=True):
        fitting = sorted(left)
        for index, (length, turnover) in enumerate(fitting):
            taken = min(count, length // (duration + turnover))
            fitting[index] = (length - taken * (duration + turnover), turnover)
            count -= taken
            if not count:
                break
        if count:
            return False
        left = fitting
    return True


def _free_time(problem: AgendaProblem, placed: Sequence[Placement]) -> Iterator[tuple[int, int]]:
    """The lengths of free stretches, the turnover after the last session included, with the turnover of their rooms."""
    sessions = {session.id: session for session in problem.sessions}
    spans = {one.session: (one.start, one.start + sessions[one.session].duration) for one in placed}
    alone = union(spans[name] for name in spans if sessions[name].plenary)
    for room in _usable(problem, placed):
        turnover = room.turnover
        held = [spans[one.session] for one in placed if one.room == room.id]
        busy = union([*alone, *((start - turnover, end + turnover) for start, end in held)])
        stretches = sorted(_open_time(problem, room))
        for (first, last), (following, _) in pairwise([*stretches, (LARGEST, LARGEST)]):
            for start, end in without(((first, last),), busy):
                # The last turnover may lie in what is closed, but not in the next open time.
                yield end - start + (turnover if end < last else min(turnover, following - last)), turnover


def _usable(problem: AgendaProblem, placed: Sequence[Placement]) -> list[Room]:
    """All rooms; where only so many sessions may run at once, as many of them, so that no more can."""
    limit = problem.max_parallel
    if limit is None:
        return list(problem.rooms)
    used = {one.room for one in placed}
    rooms = sorted(problem.rooms, key=lambda room: room.id not in used)
    return rooms[:limit] if len(used) <= limit else []


def _open_time(problem: AgendaProblem, room: Room) -> Iterator[Span]:
    seen: Starts = ()
    for day in problem.days:
        hours = hours_of_day(day)
        if room.open is not None:
            hours = common(hours, union(room.open))
        # Where days overlap, the time is there once.
        yield from without(hours, seen)
        seen = union((*seen, *hours))
