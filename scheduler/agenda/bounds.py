"""What no plan can beat, read off the legal starts without search; a plan that reaches it is proven at once."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence

from scheduler.agenda.legal import Legal, Span, common, hours_of_day, hours_of_days, union
from scheduler.agenda.problem import AgendaProblem, Day, Room, Session

FINE_LIMIT = 10_000
"""Grains of a stretch of open hours beyond which packing loss is not counted."""


def lower_bounds(problem: AgendaProblem, legal: Mapping[str, Legal]) -> dict[str, int]:
    """A lower bound for the value of each stage."""
    prices = _Prices(problem, legal)
    hopeless = [session for session in problem.sessions if not session.is_required and not legal[session.id].rooms]
    return {
        "unplaced": sum(session.value for session in hopeless),
        "cost": sum(prices.least(together) for together in _in_one_room(problem, legal)),
    }


def _in_one_room(problem: AgendaProblem, legal: Mapping[str, Legal]) -> list[list[Session]]:
    """The sessions that every plan has, in groups that must share a room."""
    groups = {session.id: [session] for session in problem.sessions if session.is_required and legal[session.id].rooms}
    for session in problem.sessions:
        one, other = groups.get(session.id), groups.get(session.same_room_as or "")
        if one is not None and other is not None and one is not other:
            one += other
            groups.update((member.id, one) for member in other)
    return list({id(group): group for group in groups.values()}.values())


class _Prices:
    """What a session costs at least, by room, whatever all others do."""

    def __init__(self, problem: AgendaProblem, legal: Mapping[str, Legal]) -> None:
        self._problem, self._legal = problem, legal
        self._capacities = {room.id: room.capacity for room in problem.rooms}
        self._before = {entry.session: entry for entry in problem.previous or ()}

    def least(self, together: Sequence[Session]) -> int:
        """The least that sessions cost in any one room; nothing is promised where there is no room for all."""
        rooms = set(self._legal[together[0].id].rooms).intersection(*(self._legal[one.id].rooms for one in together))
        return min((sum(self.in_room(one, room) for one in together) for room in rooms), default=0)

    def in_room(self, session: Session, room: str) -> int:
        weights, legal, before = self._problem.weights, self._legal[session.id], self._before.get(session.id)
        too_large = max(0, self._capacities[room] // session.audience - 2) if session.audience else 0
        price = weights.room_too_large * too_large
        if weights.late_start:
            price += weights.late_start * min(
                starts[0][0] - self._problem.days[day].start for day, starts in legal.days.items()
            )
        if before is not None:
            can_stay = any(start <= before.start < end for start, end in legal.rooms[room])
            price += weights.moved_room * (before.room != room) + weights.moved_start * (not can_stay)
        return price


def fullness(problem: AgendaProblem) -> float:
    """The part of all open room time that the required sessions need, turnover not counted; 1 where there is none."""
    everywhere = hours_of_days(problem.days)
    there = sum(
        end - start
        for room in problem.rooms
        for start, end in (everywhere if room.open is None else common(everywhere, union(room.open)))
    )
    needed = sum(session.duration for session in problem.sessions if session.is_required)
    return min(1.0, needed / there) if there else 1.0


def time_for(room: Room, days: Iterable[Day], durations: Iterable[int]) -> int:
    """The most grains that sessions of these durations, with the turnover after each, can fill in a room.

    Each stretch between closing times is filled for itself, so that what is left at its end counts as lost. The last
    turnover of a stretch may lie outside it.
    """
    return time_in(open_hours(room, days), {duration + room.turnover for duration in durations}, room.turnover)


def open_hours(room: Room, days: Iterable[Day]) -> list[Span]:
    """The stretches of the days, without closing times, in which a room is open."""
    stretches: list[Span] = []
    for day in days:
        hours = hours_of_day(day)
        stretches.extend(hours if room.open is None else common(hours, union(room.open)))
    return stretches


def time_in(stretches: Sequence[Span], sizes: set[int], after: int) -> int:
    """The most that sums of these sizes can fill of some stretches, each of them longer by what may follow it."""
    longest = max((end - start for start, end in stretches), default=0) + after
    sums = reachable(sizes, longest)
    return sum(sums[bisect_right(sums, end - start + after) - 1] for start, end in stretches)


def reachable(sizes: set[int], limit: int) -> Sequence[int]:
    """All sums of any number of these sizes up to a limit, ascending; every number where the limit is far off."""
    if limit > FINE_LIMIT:
        return range(limit + 1)
    bits = 1
    for size in sorted(sizes):
        for _ in range((limit // size).bit_length()):
            bits |= bits << size
            size *= 2
    return [number for number in range(limit + 1) if bits >> number & 1]
