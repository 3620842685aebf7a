"""Where a session may go in a plan as it stands: the places at which it would break no hard rule."""

from collections.abc import Iterable, Mapping
from functools import cached_property

from scheduler.agenda.first_plan.board import Board
from scheduler.agenda.first_plan.ground import Grounds, spans_of
from scheduler.agenda.first_plan.placing import place_of
from scheduler.agenda.legal import Starts
from scheduler.agenda.legal_starts import legal_of
from scheduler.agenda.problem import AgendaProblem
from scheduler.agenda.solution import AgendaSolution, Placement


class FreePlaces:
    """The free places of a problem, whose laying out is done once for many plans. Safe between threads.

    Pins are left out of account: they say where sessions are, not where they could be. Where the days are too long for
    the numbers of ``Grounds`` no place is found.
    """

    def __init__(self, problem: AgendaProblem) -> None:
        self._problem = problem

    @cached_property
    def _grounds(self) -> Grounds:
        loose = tuple(session.model_copy(update={"pin": None}) for session in self._problem.sessions)
        problem = self._problem.model_copy(update={"sessions": loose})
        return Grounds(problem, legal_of(problem))

    def of(self, solution: AgendaSolution, sessions: Iterable[str]) -> Mapping[str, Mapping[str, Starts]]:
        """For each of these sessions the starts by room at which nothing else that is placed stands in its way.

        Whatever rules the plan breaks elsewhere; it places each session once.
        """
        asked, grounds = frozenset(sessions), self._grounds
        if grounds.is_too_long or not asked:
            return {name: {} for name in asked}
        rooms, board = grounds.problem.rooms, _board(grounds, solution.placements)
        found: dict[str, Mapping[str, Starts]] = {}
        for name in asked:
            number = grounds.number[name]
            place = board.places.get(number)
            if place is not None:
                board.take_off(number)
            found[name] = {
                rooms[choice.room].id: spans_of(starts, grounds.origin) for choice, starts in board.free(number)
            }
            if place is not None:
                board.put(number, place)
        return found


def _board(grounds: Grounds, placements: Iterable[Placement]) -> Board:
    """The plan as it stands, whatever rules it breaks."""
    board = Board(grounds)
    for placement in placements:
        board.put(*place_of(grounds, placement))
    return board
