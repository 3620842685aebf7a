"""The fewest changes to the plan before, with proof, from the few sessions that a change can concern.

Moving a session costs more than all that it could save, for nearly every session. Such a session is moved only to make
way. So the sessions that cannot stay are placed first where each of the others stays or is taken off, which costs the
least that its move may cost, and nobody asks where it goes: no plan costs less than that. Then they are placed around
all others. Where both cost the same, that plan is best; else those that share the time of what was taken off may change
rooms as well, all at once, since one makes way for the next; and what is taken off even so is placed anew.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import Literal

from scheduler.agenda.first_plan.board import Board, Place
from scheduler.agenda.first_plan.ground import Ground, Grounds
from scheduler.agenda.first_plan.placing import placements_of
from scheduler.agenda.large.crowding import tell_crowding
from scheduler.agenda.large.part import Part, part_of, part_with_others
from scheduler.agenda.large.staying import StayPrices
from scheduler.agenda.legal import Legal, union
from scheduler.agenda.model import AgendaModel
from scheduler.agenda.problem import AgendaProblem
from scheduler.agenda.solution import Placement
from scheduler.core.cpsat import Solved, run
from scheduler.core.limits import Control, Limits, Stopwatch

LARGEST = 60
"""Sessions beyond which the whole model is as good."""

ALL_ROOMS = 10**9
PARAMETERS: Mapping[str, object] = {
    "cp_model_probing_level": 0,
    "symmetry_level": 0,
    "max_presolve_iterations": 1,
    # The relaxation shows at once what is in whose way; without it there is hardly a bound.
    "linearization_level": 2,
    "cut_level": 0,
}
NOTHING = Solved("unknown", None, None, None, 0.0, 0.0)


@dataclass(frozen=True)
class Kept:
    """What came of it; ``proven`` when the last plan offered is best, ``infeasible`` when there is none at all."""

    answer: Literal["proven", "infeasible", "open"]
    spent: float = 0.0


def keep_most(
    problem: AgendaProblem,
    legal: Mapping[str, Legal],
    *,
    limits: Limits,
    control: Control,
    is_over: Callable[[], bool],
    seconds_left: Callable[[], float],
    offer: Callable[[list[Placement]], None],
    plan: Iterable[Placement] = (),
) -> Kept:
    """Look for the plan that costs least, moves included, among all plans, as long as few sessions are concerned.

    Args:
        plan: some plan, to start from.
    """
    if not problem.previous or problem.weights.day_balance:
        return Kept("open")
    grounds = Grounds(problem, legal)
    if grounds.is_too_long:
        return Kept("open")
    keeper = _Keeper(grounds, legal, limits, control.quiet(), is_over, seconds_left, list(plan))
    while len(keeper.concerned) <= LARGEST and not is_over():
        least = keeper.least()
        if least.status == "infeasible":
            return Kept("infeasible", keeper.spent)
        if least.status != "optimal":
            if least.status == "feasible" and not keeper.taken_off:
                offer(list(keeper.least_plan))
            break
        found = keeper.found_around()
        if found is not None:
            keeper.plan = list(found.placements)
            offer(keeper.plan)
            if found.cost == least.objective:
                return Kept("proven", keeper.spent)
        if not keeper.taken_off:
            break
        keeper.widen()
    return Kept("open", keeper.spent)


@dataclass(frozen=True)
class _Found:
    placements: tuple[Placement, ...]
    cost: int | None


class _Keeper:
    """All sessions that may stay, on a board at their old places, and the set of those that are concerned.

    Of those that stay some are ``loose``: they may be in another room, at the same time.
    """

    def __init__(
        self,
        grounds: Grounds,
        legal: Mapping[str, Legal],
        limits: Limits,
        control: Control,
        is_over: Callable[[], bool],
        seconds_left: Callable[[], float],
        plan: list[Placement],
    ) -> None:
        self._grounds, self._legal, self._control = grounds, legal, control
        self._limits = replace(limits, workers=1)
        self._is_over, self._seconds_left = is_over, seconds_left
        self._random = Random(limits.seed)  # noqa: S311 - no secret, only a choice
        self._even = [1] * len(grounds.sessions)
        self._board = Board(grounds)
        self._prices = StayPrices(self._board)
        self._most = 0
        self._least_cost: int | None = None
        self.least_plan: tuple[Placement, ...] = ()
        self.concerned: set[int] = set()
        self.loose: set[int] = set()
        self.taken_off: set[int] = set()
        self.plan = plan
        self.spent = 0.0
        self._settle()

    def _settle(self) -> None:
        before = {entry.session: entry for entry in self._grounds.problem.previous or ()}
        for number, ground in enumerate(self._grounds.sessions):
            entry = before.get(ground.session.id)
            room = None if entry is None else self._grounds.room_number.get(entry.room)
            if not ground.choices:
                continue
            place = None if entry is None or room is None else Place(entry.start - self._grounds.origin, room)
            if place is None or not self._may_stay(ground, place):
                self.concerned.add(number)
                continue
            hit = self._board.in_the_way(number, place, self._even)
            for other in hit:
                self._board.take_off(other)
            self.concerned |= hit
            if hit:
                self.concerned.add(number)
            else:
                self._board.put(number, place)
        eager = {number for number in self._board.places if self._prices.is_better_elsewhere(number)}
        for number in eager:
            self._board.take_off(number)
        self.concerned |= eager

    @staticmethod
    def _may_stay(ground: Ground, place: Place) -> bool:
        return place.start >= 0 and any(
            choice.room == place.room and choice.starts >> place.start & 1 for choice in ground.choices
        )

    def least(self) -> Solved:
        """What no plan can beat: the others stay, or are taken off at the least that this may cost."""
        costs = self._prices.of_taking_off(self.loose)
        part = part_with_others(self._board, self._legal, self.concerned, loose=self.loose, costs=costs)
        self._most = part.most
        if part.is_too_large:
            return NOTHING
        model, solved = self._solve(part)
        if solved.values is not None:
            placements = model.decode(solved).placements
            placed = {self._grounds.number[placement.session] for placement in placements}
            self.taken_off = set(self._board.places) - placed
            self.least_plan = placements
            self._least_cost = solved.objective
        return solved

    def found_around(self) -> _Found | None:
        """The best places of the concerned sessions around all others, which stay; ``None`` where there are none."""
        if not self.taken_off:
            return _Found(self.least_plan, self._least_cost)
        old: dict[int, Place | None] = dict.fromkeys(sorted(self.concerned))
        part = part_of(self._board, self._legal, old, choices=ALL_ROOMS, random=self._random)
        if any(one.is_required and not part.legal[one.id].rooms for one in part.problem.sessions):
            return None
        model, solved = self._solve(part)
        if solved.values is None or solved.objective is None:
            return None
        cost = solved.objective + self._prices.of_staying(self.loose)
        return _Found((*self._stay(), *model.decode(solved).placements), cost)

    def widen(self) -> None:
        """Let rooms be changed in the stretches of time of what was taken off; what was loose is placed anew."""
        board = self._board
        moved = {
            number for number in self.taken_off if number in self.loose or not any(self._prices.other_rooms(number))
        }
        crowded = self.taken_off - moved
        busy = union(board.span_of(number) for number in board.places)
        stretches = [
            (start, end) for start, end in busy if any(start <= board.span_of(number)[0] < end for number in crowded)
        ]
        for number in moved:
            board.take_off(number)
        self.concerned |= moved
        self.loose = {
            number
            for number in board.places
            if number in self.loose or any(start <= board.span_of(number)[0] < end for start, end in stretches)
        }

    def _stay(self) -> Iterable[Placement]:
        """All that stay, where they are."""
        return placements_of(self._grounds, self._board.places)

    def _solve(self, part: Part) -> tuple[AgendaModel, Solved]:
        model = part.model(most=self._most)
        tell_crowding(model)
        if self._is_over():
            return model, NOTHING
        budget = self._limits.budget
        solved = run(
            model.cp,
            stage="cost",
            sense="min",
            limits=self._limits,
            seconds=self._seconds_left(),
            control=self._control,
            stopwatch=Stopwatch(),
            hint=model.hint(one for one in self.plan if _is_legal(part, one)) if self.plan else None,
            deterministic_time=None if budget is None else max(0.001, budget - self.spent),
            parameters=PARAMETERS,
        )
        self.spent += solved.deterministic_time
        if solved.objective is not None:
            solved = replace(solved, objective=solved.objective // part.scale)
        return model, solved


def _is_legal(part: Part, placement: Placement) -> bool:
    legal = part.legal.get(placement.session)
    starts = () if legal is None else legal.rooms.get(placement.room, ())
    return any(start <= placement.start < end for start, end in starts)
