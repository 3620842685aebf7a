"""What no plan can beat, read off the legal starts without search; a plan that reaches it is proven at once."""

from collections.abc import Mapping

from scheduler.agenda.legal import Legal
from scheduler.agenda.problem import AgendaProblem, PreviousPlacement


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
