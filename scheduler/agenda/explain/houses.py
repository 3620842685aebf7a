"""Contradictions of rooms and time together: more sessions for some rooms in some hours than these rooms have."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from scheduler.agenda.bounds import FINE_LIMIT, time_in
from scheduler.agenda.explain.counting import fewest
from scheduler.agenda.explain.required import Required
from scheduler.agenda.legal import Starts, common, hours_of_days, union
from scheduler.agenda.problem import AgendaProblem, Room

WORK = 200_000
"""Steps after which no further rooms are looked at."""

FAR = 4
"""How many times as much time there must be, nights included, for it not to be looked at how it can be filled."""


@dataclass(frozen=True)
class Guest:
    """A session that every plan has: between which grains it must lie, for how long, and in which of the rooms."""

    id: str
    earliest: int
    latest: int
    duration: int
    rooms: int


def overfull_houses(of: Required) -> Iterator[frozenset[str]]:
    """Sets of required sessions bound to some rooms and some hours that are too short; each must have a legal start.

    Rooms are looked at in the sets to which some session is bound, hours from where one may begin to where one must
    have ended. Sessions that may be at any time are left to counting.
    """
    problem, houses = of.problem, of.houses
    guests = [Guest(one.id, one.earliest, one.latest, one.duration, houses[one.id]) for one in of.stays.values()]
    if not guests:
        return
    hours = _Hours(problem)
    bound = [one for one in guests if not hours.are_all_in(one.earliest, one.latest)]
    left = WORK
    for house in sorted({one.rooms for one in bound}, key=lambda house: (house.bit_count(), house)):
        inside = [one for one in bound if not one.rooms & ~house]
        left -= len(inside) * len({one.earliest for one in inside})
        if left < 0:
            return
        yield from _overfull(inside, hours, [index for index in range(len(problem.rooms)) if house >> index & 1])


def _overfull(guests: Sequence[Guest], hours: "_Hours", rooms: Sequence[int]) -> Iterator[frozenset[str]]:
    by_end = sorted(guests, key=lambda one: one.latest)
    all_need = sum(one.duration for one in guests)
    by_begin: dict[int, int] = {}
    for one in guests:
        by_begin[one.earliest] = by_begin.get(one.earliest, 0) + one.duration
    last = None
    pause = hours.least_turnover(rooms)
    for begin in sorted(by_begin):
        all_need -= 0 if last is None else by_begin[last]
        last = begin
        if FAR * all_need < len(rooms) * (by_end[0].latest - begin):
            continue
        by_end = [one for one in by_end if one.earliest >= begin]
        needed = 0
        for position, one in enumerate(by_end):
            if FAR * all_need < len(rooms) * (one.latest - begin):
                break
            needed += one.duration
            if FAR * needed < len(rooms) * (one.latest - begin):
                continue
            inside = by_end[: position + 1]
            excess = needed - hours.there(rooms, begin, one.latest, {guest.duration for guest in inside})
            if excess > 0:
                yield fewest({guest.id: guest.duration for guest in inside}, excess)
                break
            if not pause:
                continue
            # With the turnover that each room needs, the many short ones take more of the time than the longest would.
            excess = needed + pause * len(inside) - hours.with_pauses(rooms, begin, one.latest, inside, pause)
            if excess > 0:
                yield fewest({guest.id: guest.duration + pause for guest in inside}, excess)
                break


class _Hours:
    """The open time of each room; equal questions are answered once."""

    def __init__(self, problem: AgendaProblem) -> None:
        self._days = hours_of_days(problem.days)
        self._rooms = problem.rooms
        self._most: dict[tuple[frozenset[int], int], list[int]] = {}
        self._there: dict[tuple[Starts | None, int, int, int, frozenset[int]], int] = {}

    def are_all_in(self, begin: int, end: int) -> bool:
        return begin <= self._days[0][0] and self._days[-1][1] <= end

    def there(self, rooms: Sequence[int], begin: int, end: int, durations: set[int]) -> int:
        """The most grains that sessions of these durations can take of some hours, whatever the number of each."""
        return sum(self._in_room(self._rooms[index], begin, end, frozenset(durations)) for index in rooms)

    def least_turnover(self, rooms: Sequence[int]) -> int:
        return min((self._rooms[index].turnover for index in rooms), default=0)

    def with_pauses(self, rooms: Sequence[int], begin: int, end: int, guests: Sequence[Guest], pause: int) -> int:
        """The most grains that sessions can take of some hours where each is followed by a pause, the last one too."""
        sizes = {one.duration + pause for one in guests}
        there: dict[Starts | None, int] = {}
        for open_hours in {self._rooms[index].open for index in rooms}:
            open_time = self._days if open_hours is None else common(self._days, union(open_hours))
            there[open_hours] = time_in(common(open_time, ((begin, end),)), sizes, pause)
        return sum(there[self._rooms[index].open] for index in rooms)

    def _in_room(self, room: Room, begin: int, end: int, durations: frozenset[int]) -> int:
        key = (room.open, room.turnover, begin, end, durations)
        if key not in self._there:
            open_time = self._days if room.open is None else common(self._days, union(room.open))
            lengths = [to - from_ + room.turnover for from_, to in common(open_time, ((begin, end),))]
            self._there[key] = sum(self._filled(length, durations, room.turnover) for length in lengths)
        return self._there[key]

    def _filled(self, length: int, durations: frozenset[int], turnover: int) -> int:
        if length > FINE_LIMIT:
            return length
        if (durations, turnover) not in self._most:
            longest = max(to - from_ for from_, to in self._days) + turnover
            self._most[durations, turnover] = _most_by_length(durations, turnover, min(longest, FINE_LIMIT))
        return self._most[durations, turnover][length]


@lru_cache(maxsize=128)
def _most_by_length(durations: frozenset[int], turnover: int, longest: int) -> list[int]:
    """For each length of time the most that sessions take of it where each is followed by the turnover."""
    most = [0] * (longest + 1)
    for length in range(1, longest + 1):
        best = most[length - 1]
        for one in durations:
            if one + turnover <= length:
                best = max(best, most[length - one - turnover] + one)
        most[length] = best
    return most
