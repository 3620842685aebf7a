"""What no plan can beat, read off the legal starts without search; a plan that reaches it is proven at once."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence

from scheduler.agenda.legal import Legal, Span, common, union, without
from scheduler.agenda.problem import AgendaProblem, Day, PreviousPlacement, Room

FINE_LIMIT = 10_000
"""Grains of a stretch of open hours beyond which packing loss is not counted."""


def lower_bounds(problem: AgendaProblem, legal: Mapping[str, Legal]) -> dict[str, int]:
    """A lower bound for the value of each stage."""
    before = {entry.session: entry for entry in problem.previous or ()}
    hopeless = [session for session in problem.sessions if not session.is_required and not legal[session.id].rooms]
    return {
        "unplaced": sum(session.value for session in hopeless),
        "cost": sum(
            _least_cost(problem, legal[session.id], before.get(session.id))
            for session in problem.sessions
            if session.is_required and legal[session.id].rooms
        ),
    }


def _least_cost(problem: AgendaProblem, legal: Legal, before: PreviousPlacement | None) -> int:
    weights = problem.weights
    capacities = {room.id: room.capacity for room in problem.rooms}
    audience = legal.session.audience

    def in_room(room: str) -> int:
        too_large = max(0, capacities[room] // audience - 2) if audience else 0
        moved = before is not None and before.room != room
        return weights.room_too_large * too_large + weights.moved_room * moved

    can_stay = before is None or any(start <= before.start < end for start, end in legal.starts)
    late = min(starts[0][0] - problem.days[day].start for day, starts in legal.days.items())
    return min(in_room(room) for room in legal.rooms) + weights.moved_start * (not can_stay) + weights.late_start * late


def time_for(room: Room, days: Iterable[Day], durations: Iterable[int]) -> int:
    """The most grains that sessions of these durations, with the turnover after each, can fill in a room.

    Each stretch between closing times is filled for itself, so that what is left at its end counts as lost. The last
    turnover of a stretch may lie outside it.
    """
    stretches: list[Span] = []
    for day in days:
        open_hours = without(((day.start, day.end),) if day.start < day.end else (), union(day.closed))
        stretches.extend(open_hours if room.open is None else common(open_hours, union(room.open)))
    longest = max((end - start for start, end in stretches), default=0) + room.turnover
    sums = _reachable({duration + room.turnover for duration in durations}, longest)
    return sum(sums[bisect_right(sums, end - start + room.turnover) - 1] for start, end in stretches)


def _reachable(sizes: set[int], limit: int) -> Sequence[int]:
    """All sums of any number of these sizes up to a limit, ascending; every number where the limit is far off."""
    if limit > FINE_LIMIT:
        return range(limit + 1)
    bits = 1
    for size in sorted(sizes):
        for _ in range((limit // size).bit_length()):
            bits |= bits << size
            size *= 2
    return [number for number in range(limit + 1) if bits >> number & 1]
