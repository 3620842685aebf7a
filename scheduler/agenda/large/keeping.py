"""The fewest changes to the plan before, with proof, from the few sessions that a change can concern.

Moving a session costs more than all that it could save, for nearly every session. Such a session is moved only to make
way. So the sessions that cannot stay are placed first where each of the others stays or is taken off, which costs the
least that its move may cost, and nobody asks where it goes: no plan costs less than that. Then they are placed around
all others. Where both cost the same, that plan is best; else what was taken off is placed anew as well.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import Literal

from scheduler.agenda.first_plan.board import Board, Place
from scheduler.agenda.first_plan.ground import Ground, Grounds
from scheduler.agenda.large.part import Part, part_of, part_with_others
from scheduler.agenda.legal import Legal
from scheduler.agenda.model import AgendaModel
from scheduler.agenda.problem import AgendaProblem
from scheduler.agenda.solution import Placement
from scheduler.core.cpsat import Solved, run
from scheduler.core.limits import Control, Limits, Stopwatch

LARGEST = 60
"""Sessions beyond which the whole model is as good."""

ALL_ROOMS = 10**9
PARAMETERS: Mapping[str, object] = {"cp_model_probing_level": 0, "symmetry_level": 0, "linearization_level": 0}


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
) -> Kept:
    """Look for the plan that costs least, moves included, among all plans, as long as few sessions are concerned."""
    if not problem.previous or problem.weights.day_balance:
        return Kept("open")
    grounds = Grounds(problem, legal)
    if grounds.is_too_long:
        return Kept("open")
    keeper = _Keeper(grounds, legal, limits, control.quiet(), seconds_left)
    while len(keeper.concerned) <= LARGEST and not is_over():
        least = keeper.least()
        if least.status == "infeasible":
            return Kept("infeasible", keeper.spent)
        if least.status != "optimal":
            break
        found = keeper.found_around()
        if found is not None:
            keeper.plan = keeper.plan_with(found.placements)
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
    """All sessions that may stay, on a board at their old places, and the set of those that are concerned."""

    def __init__(
        self,
        grounds: Grounds,
        legal: Mapping[str, Legal],
        limits: Limits,
        control: Control,
        seconds_left: Callable[[], float],
    ) -> None:
        self._grounds, self._legal, self._control = grounds, legal, control
        self._limits = replace(limits, workers=1)
        self._seconds_left = seconds_left
        self._random = Random(limits.seed)  # noqa: S311 - no secret, only a choice
        self._even = [1] * len(grounds.sessions)
        self._board = Board(grounds)
        self._most = 0
        self._least_cost: int | None = None
        self._costs: dict[int, int] = {}
        self._least: tuple[Placement, ...] = ()
        self.concerned: set[int] = set()
        self.taken_off: set[int] = set()
        self.plan: list[Placement] = []
        self.spent = 0.0
        self._settle()

    def _settle(self) -> None:
        before = {entry.session: entry for entry in self._grounds.problem.previous or ()}
        for number, ground in enumerate(self._grounds.sessions):
            entry = before.get(ground.session.id)
            room = None if entry is None else self._grounds.room_number.get(entry.room)
            if not ground.choices:
                continue
            if entry is None or room is None:
                self.concerned.add(number)
                continue
            place = Place(entry.start - self._grounds.origin, room)
            if not self._may_stay(ground, place) or self._cost_of_moving(ground, place) < 0:
                self.concerned.add(number)
                continue
            self._costs[number] = self._cost_of_moving(ground, place)
            hit = self._board.in_the_way(number, place, self._even)
            for other in hit:
                self._board.take_off(other)
            self.concerned |= hit
            if hit:
                self.concerned.add(number)
            else:
                self._board.put(number, place)

    @staticmethod
    def _may_stay(ground: Ground, place: Place) -> bool:
        return place.start >= 0 and any(
            choice.room == place.room and choice.starts >> place.start & 1 for choice in ground.choices
        )

    def _cost_of_moving(self, ground: Ground, place: Place) -> int:
        """By how much a session without any clash costs more elsewhere than with all of them at its old place."""
        room = next(choice.price for choice in ground.choices if choice.room == place.room)
        here = room + self._late(place.start) + sum(weight for _, weight in ground.clashes)
        # The price of another room has the cost of the move in it. Only what has no value is left out at no cost.
        elsewhere = [choice.price for choice in ground.choices if choice.room != place.room]
        elsewhere.append(room + self._grounds.moved_start)
        if not ground.session.is_required and not ground.session.value:
            elsewhere.append(0)
        return min(elsewhere) - here

    def _late(self, start: int) -> int:
        days = self._grounds.days
        return self._grounds.late * next((start - begin for day, begin in days if day >> start & 1), 0)

    def least(self) -> Solved:
        """What no plan can beat: the others stay, or are taken off at the least that this may cost."""
        part = part_with_others(self._board, self._legal, self.concerned, costs=self._costs)
        self._most = part.most
        model, solved = self._solve(part)
        if solved.values is not None:
            placements = model.decode(solved).placements
            placed = {self._grounds.number[placement.session] for placement in placements}
            self.taken_off = set(self._board.places) - placed
            names = {self._grounds.sessions[number].session.id for number in self.concerned}
            self._least = tuple(placement for placement in placements if placement.session in names)
            self._least_cost = solved.objective
        return solved

    def found_around(self) -> _Found | None:
        """The best places of the concerned sessions around all others, which stay; ``None`` where there are none."""
        if not self.taken_off:
            return _Found(self._least, self._least_cost)
        old: dict[int, Place | None] = dict.fromkeys(sorted(self.concerned))
        part = part_of(self._board, self._legal, old, choices=ALL_ROOMS, random=self._random)
        if any(one.is_required and not part.legal[one.id].rooms for one in part.problem.sessions):
            return None
        model, solved = self._solve(part)
        return None if solved.values is None else _Found(model.decode(solved).placements, solved.objective)

    def widen(self) -> None:
        """Let those that were taken off be placed anew as well."""
        for number in self.taken_off:
            self._board.take_off(number)
        self.concerned |= self.taken_off

    def plan_with(self, placements: Iterable[Placement]) -> list[Placement]:
        """All that stay, and placements of the others."""
        grounds = self._grounds
        stay = [
            Placement(
                session=grounds.sessions[number].session.id,
                start=grounds.origin + place.start,
                room=grounds.problem.rooms[place.room].id,
            )
            for number, place in self._board.places.items()
        ]
        return [*stay, *placements]

    def _solve(self, part: Part) -> tuple[AgendaModel, Solved]:
        model = part.model(most=self._most)
        budget = self._limits.budget
        solved = run(
            model.cp,
            stage="cost",
            sense="min",
            limits=self._limits,
            seconds=self._seconds_left(),
            control=self._control,
            stopwatch=Stopwatch(),
            hint=model.hint(self.plan) if self.plan else None,
            deterministic_time=None if budget is None else max(0.001, budget - self.spent),
            parameters=PARAMETERS,
        )
        self.spent += solved.deterministic_time
        return model, solved
