"""Where a session may go in a plan as it stands: the places at which it would break no hard rule."""

from collections.abc import Iterable, Mapping

from scheduler.agenda.first_plan.board import Board, Place
from scheduler.agenda.first_plan.relations import relations_of
from scheduler.agenda.legal import Starts, legal_of
from scheduler.agenda.problem import AgendaProblem, Session
from scheduler.agenda.solution import AgendaSolution


def free_places(
    problem: AgendaProblem, solution: AgendaSolution, sessions: Iterable[str]
) -> Mapping[str, Mapping[str, Starts]]:
    """For each of these sessions the starts by room at which nothing that is placed stands in its way.

    A session's own pin is left out of account: it says where the session is, not where it could be.
    """
    asked = frozenset(sessions)
    loose = problem.model_copy(
        update={
            "sessions": tuple(
                session.model_copy(update={"pin": None}) if session.id in asked else session
                for session in problem.sessions
            )
        }
    )
    board = Board(loose, legal_of(loose), relations_of(loose))
    by_id = {session.id: session for session in loose.sessions}
    for placement in solution.placements:
        board.put(by_id[placement.session], Place(placement.start, placement.room))
    return {name: _free(board, by_id[name]) for name in by_id if name in asked}


def _free(board: Board, session: Session) -> dict[str, Starts]:
    before = board.places.get(session.id)
    if before is not None:
        board.take_off(session.id)
    found = {room.id: starts for room in board.problem.rooms if (starts := board.free_starts(session, room.id))}
    if before is not None:
        board.put(session, before)
    return found
