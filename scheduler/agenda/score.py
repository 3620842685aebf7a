"""How good an agenda is: one function a soft term, counted from the solution alone."""

from collections.abc import Callable, Iterator, Mapping

from scheduler.agenda.problem import AgendaProblem, Day, Session
from scheduler.agenda.solution import AgendaSolution, Placement
from scheduler.core.outcome import TermScore

Share = tuple[tuple[str, ...], int]
"""The sessions that units are about, and how many there are."""


def score(problem: AgendaProblem, solution: AgendaSolution) -> dict[str, TermScore]:
    """Units, weight and cost of every term."""
    weights = problem.weights.model_dump()
    found = {}
    for name, shares in TERMS.items():
        units, weight = sum(share for _, share in shares(problem, solution)), weights[name]
        found[name] = TermScore(units=units, weight=weight, cost=units * weight)
    return found


def stage_values(problem: AgendaProblem, solution: AgendaSolution) -> dict[str, int]:
    """The value of each stage, in the order in which they rank: ``unplaced``, then ``cost``."""
    return stages_with(problem, solution, score(problem, solution))


def stages_with(problem: AgendaProblem, solution: AgendaSolution, terms: Mapping[str, TermScore]) -> dict[str, int]:
    """The same, where the terms have been counted already."""
    placed = {placement.session for placement in solution.placements}
    left_out = [session for session in problem.sessions if session.optional and session.id not in placed]
    return {
        "unplaced": sum(session.value for session in left_out),
        "cost": sum(term.cost for term in terms.values()),
    }


def clash(problem: AgendaProblem, solution: AgendaSolution) -> Iterator[Share]:
    """The weights of the clashes whose two sessions overlap, each once."""
    spans = {session.id: _span(session, placed) for session, placed in _placed(problem, solution)}
    for found in problem.clashes:
        one, other = (spans.get(session) for session in found.sessions)
        if one and other and one[0] < other[1] and other[0] < one[1]:
            yield found.sessions, found.weight


def room_too_large(problem: AgendaProblem, solution: AgendaSolution) -> Iterator[Share]:
    """For each session with an audience, how often it fits into its room beyond twice."""
    capacities = {room.id: room.capacity for room in problem.rooms}
    for session, placed in _placed(problem, solution):
        if session.audience > 0:
            yield (session.id,), max(0, capacities[placed.room] // session.audience - 2)


def moved_start(problem: AgendaProblem, solution: AgendaSolution) -> Iterator[Share]:
    """Sessions that start at another time than in the previous plan; those left out or new to it count nothing."""
    before = {entry.session: entry.start for entry in problem.previous or ()}
    for session, placed in _placed(problem, solution):
        yield (session.id,), int(placed.start != before.get(session.id, placed.start))


def moved_room(problem: AgendaProblem, solution: AgendaSolution) -> Iterator[Share]:
    """Sessions in another room than in the previous plan; a room that exists no more is another room."""
    before = {entry.session: entry.room for entry in problem.previous or ()}
    for session, placed in _placed(problem, solution):
        yield (session.id,), int(placed.room != before.get(session.id, placed.room))


def late_start(problem: AgendaProblem, solution: AgendaSolution) -> Iterator[Share]:
    """Grains from the start of its day to the start of each session, summed."""
    for session, placed in _placed(problem, solution):
        day = day_of(problem, _span(session, placed))
        yield (session.id,), placed.start - day.start if day else 0


def day_balance(problem: AgendaProblem, solution: AgendaSolution) -> Iterator[Share]:
    """Sessions on the fullest day minus sessions on the emptiest."""
    counts = {day.id: 0 for day in problem.days}
    for session, placed in _placed(problem, solution):
        day = day_of(problem, _span(session, placed))
        if day:
            counts[day.id] += 1
    yield (), max(counts.values(), default=0) - min(counts.values(), default=0)


TERMS: dict[str, Callable[[AgendaProblem, AgendaSolution], Iterator[Share]]] = {
    "clash": clash,
    "room_too_large": room_too_large,
    "moved_start": moved_start,
    "moved_room": moved_room,
    "late_start": late_start,
    "day_balance": day_balance,
}
"""What adds units to each soft term, by its name; the weights of the problem carry the same names."""


def day_of(problem: AgendaProblem, span: tuple[int, int]) -> Day | None:
    """The day in which a session lies, outside its closed times; the first one where days overlap.

    For a session that breaks this rule, the day in which it starts.
    """
    for day in problem.days:
        inside = day.start <= span[0] and span[1] <= day.end
        if inside and all(min(end, span[1]) <= max(start, span[0]) for start, end in day.closed):
            return day
    return next((day for day in problem.days if day.start <= span[0] < day.end), None)


def _placed(problem: AgendaProblem, solution: AgendaSolution) -> list[tuple[Session, Placement]]:
    """Sessions with their placements; of a session placed twice, which no plan may do, the first counts."""
    places: dict[str, Placement] = {}
    for placement in solution.placements:
        places.setdefault(placement.session, placement)
    return [(session, places[session.id]) for session in problem.sessions if session.id in places]


def _span(session: Session, placement: Placement) -> tuple[int, int]:
    return placement.start, placement.start + session.duration
