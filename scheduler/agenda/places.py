"""Where a session may go in a plan as it stands: the places at which it would break no hard rule."""

from collections.abc import Iterable, Mapping

from scheduler.agenda.first_plan.board import Board, Place
from scheduler.agenda.first_plan.ground import Grounds, spans_of
from scheduler.agenda.legal import Starts, legal_of
from scheduler.agenda.problem import AgendaProblem
from scheduler.agenda.solution import AgendaSolution, Placement


def free_places(
    problem: AgendaProblem, solution: AgendaSolution, sessions: Iterable[str]
) -> Mapping[str, Mapping[str, Starts]]:
    """For each of these sessions the starts by room at which nothing else that is placed stands in its way.

    A session's own pin is left out of account: it says where the session is, not where it could be. Where the days are
    too long for the numbers of ``Grounds`` no place is found.
    """
    asked = frozenset(sessions)
    loose = tuple(
        session.model_copy(update={"pin": None}) if session.id in asked else session for session in problem.sessions
    )
    problem = problem.model_copy(update={"sessions": loose})
    grounds = Grounds(problem, legal_of(problem))
    if grounds.is_too_long:
        return {name: {} for name in asked}
    placed = {placement.session for placement in solution.placements}
    everything = _board(grounds, solution.placements)
    found = {}
    for name in asked:
        others = [one for one in solution.placements if one.session != name]
        board = _board(grounds, others) if name in placed else everything
        found[name] = {
            problem.rooms[choice.room].id: spans_of(starts, grounds.origin)
            for choice, starts in board.free(grounds.number[name])
        }
    return found


def _board(grounds: Grounds, placements: Iterable[Placement]) -> Board:
    """The plan as it stands, whatever rules it breaks; nothing is ever taken off this board."""
    board = Board(grounds)
    for placement in placements:
        place = Place(placement.start - grounds.origin, grounds.room_number[placement.room])
        board.put(grounds.number[placement.session], place)
    return board
