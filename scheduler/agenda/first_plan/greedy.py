"""The construction: place the most constrained session first; where nothing is free, eject and try again."""

import random
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass

from scheduler.agenda.first_plan.board import Board, Place
from scheduler.agenda.first_plan.ground import Grounds, ends_of, lowest
from scheduler.agenda.first_plan.pricing import Prices
from scheduler.agenda.legal import Legal
from scheduler.agenda.problem import AgendaProblem
from scheduler.agenda.solution import Placement

PLACES_TRIED = 30
"""How many places a session looks at when it must eject others; more of them lead round in circles."""

FIRM = 12
"""How many times as much a session that is to stay weighs as another."""


@dataclass(frozen=True)
class Attempt:
    """Placements that keep every rule between them; ``is_complete`` when every required session is among them.

    ``fought_over`` lists sessions that had to be ejected for, those first that stood in the way of each other most.
    """

    placements: tuple[Placement, ...]
    is_complete: bool
    fought_over: tuple[str, ...] = ()


def first_plan(
    problem: AgendaProblem,
    legal: Mapping[str, Legal],
    *,
    wanted: Iterable[Placement] = (),
    firm: Set[str] = frozenset(),
    seed: int = 0,
    patience: int = 20,
    most_ejections: int | None = None,
    is_over: Callable[[], bool] = lambda: False,
) -> Attempt:
    """Build a plan.

    Args:
        wanted: placements to keep where they are legal and do not stand in each other's way (a hint, the plan before).
        firm: sessions that others are ejected for rather than they themselves.
        patience: how many ejections are made for each session to be placed before the construction gives up.
        most_ejections: give up after so many at the latest.
        is_over: asked now and then whether to end early; where it never says so, a seed gives the same plan twice.

    Ejection with weights that grow where sessions keep ejecting each other follows the breakout method of Morris
    (1993); the order of placement is the usual "most constrained first".
    """
    grounds = Grounds(problem, legal)
    if grounds.is_too_long:
        return Attempt((), is_complete=False)
    builder = _Builder(grounds, seed, firm)
    builder.keep(wanted)
    is_complete = builder.place_required(is_over, patience, most_ejections)
    if is_complete:
        builder.place_optional()
    return Attempt(builder.placements(), is_complete, builder.fought_over())


def complete(problem: AgendaProblem, legal: Mapping[str, Legal], placements: Iterable[Placement]) -> Attempt:
    """Add optional sessions that are left out of a right plan and now fit, moving nothing."""
    placements = tuple(placements)
    grounds = Grounds(problem, legal)
    if grounds.is_too_long:
        return Attempt(placements, is_complete=True)
    builder = _Builder(grounds, 0)
    builder.keep(placements)
    builder.place_optional()
    return Attempt(builder.placements(), is_complete=True)


class _Builder:
    def __init__(self, grounds: Grounds, seed: int, firm: Set[str] = frozenset()) -> None:
        self._grounds = grounds
        self._board = Board(grounds)
        self._random = random.Random(seed)  # noqa: S311 - no secret, only a choice
        self._at_first = tuple(FIRM if ground.session.id in firm else 1 for ground in grounds.sessions)
        self._weights = list(self._at_first)
        self._prices = Prices(self._board)

    def placements(self) -> tuple[Placement, ...]:
        rooms, origin, places = self._grounds.problem.rooms, self._grounds.origin, self._board.places
        return tuple(
            Placement(
                session=ground.session.id, start=origin + places[number].start, room=rooms[places[number].room].id
            )
            for number, ground in enumerate(self._grounds.sessions)
            if number in places
        )

    def fought_over(self) -> tuple[str, ...]:
        grown = [weight - before for weight, before in zip(self._weights, self._at_first, strict=True)]
        ranked = sorted(range(len(grown)), key=lambda number: -grown[number])
        return tuple(self._grounds.sessions[one].session.id for one in ranked if grown[one])

    def keep(self, wanted: Iterable[Placement]) -> None:
        # Sessions that are alike share their choices.
        starts_in: dict[int, dict[int, int]] = {}
        for placement in wanted:
            number = self._grounds.number.get(placement.session)
            room = self._grounds.room_number.get(placement.room)
            start = placement.start - self._grounds.origin
            if number is None or room is None or start < 0 or number in self._board.places:
                continue
            choices = self._grounds.sessions[number].choices
            if id(choices) not in starts_in:
                starts_in[id(choices)] = {one.room: one.starts for one in choices}
            if starts_in[id(choices)].get(room, 0) >> start & 1:
                place = Place(start, room)
                if not self._board.in_the_way(number, place, self._weights):
                    self._board.put(number, place)

    def place_required(self, is_over: Callable[[], bool], patience: int, most_ejections: int | None) -> bool:
        """Place all required sessions; false where some stay out."""
        sessions = self._grounds.sessions
        required = [one for one, ground in enumerate(sessions) if ground.session.is_required]
        if not all(sessions[number].choices for number in required):
            return False
        waiting = deque(sorted((one for one in required if one not in self._board.places), key=self._constrainedness))
        ejections_left = 5 + patience * len(waiting)
        if most_ejections is not None:
            ejections_left = min(ejections_left, most_ejections)
        while waiting:
            number = waiting.popleft()
            offer = self._prices.cheapest(number)
            if offer is not None:
                self._board.put(number, offer.place)
                continue
            ejections_left -= 1
            self._weights[number] += 1
            if is_over():
                return False
            if ejections_left < 0:
                self._place_what_fits(waiting)
                return False
            place, ejected = self._least_harm(number)
            for other in sorted(ejected):
                self._board.take_off(other)
                if sessions[other].session.is_required:
                    waiting.appendleft(other)
            self._board.put(number, place)
        return True

    def _place_what_fits(self, waiting: Iterable[int]) -> None:
        for number in waiting:
            offer = self._prices.cheapest(number)
            if offer is not None:
                self._board.put(number, offer.place)

    def place_optional(self) -> None:
        """Place what fits, the most valuable first; what has no value only where it costs nothing."""
        waiting = [
            (-ground.session.value, ground.duration, number)
            for number, ground in enumerate(self._grounds.sessions)
            if not ground.session.is_required and number not in self._board.places
        ]
        for negated_value, _, number in sorted(waiting):
            offer = self._prices.cheapest(number)
            if offer is not None and (negated_value < 0 or offer.price == 0):
                self._board.put(number, offer.place)

    def _constrainedness(self, number: int) -> tuple[bool, int, int, int]:
        # Few choices and many relations first; a plenary needs a moment when nothing else runs.
        ground = self._grounds.sessions[number]
        choices = sum(choice.starts.bit_count() for choice in ground.choices)
        return not ground.session.plenary, choices // (1 + ground.relations), -ground.duration, number

    def _least_harm(self, number: int) -> tuple[Place, set[int]]:
        """The place whose clearing ejects the least weight, of equal ones the shortest sessions, among a sample."""
        sessions = self._grounds.sessions
        best: tuple[tuple[int, int], Place, set[int]] | None = None
        for place in dict.fromkeys(self._sample(number)):
            ejected = self._board.in_the_way(number, place, self._weights)
            harm = (sum(self._weights[other] for other in ejected), sum(sessions[other].duration for other in ejected))
            if best is None or harm < best[0]:
                best = (harm, place, ejected)
        assert best is not None
        return best[1], best[2]

    def _sample(self, number: int) -> Iterator[Place]:
        """Some legal places where something else begins or ends, at an edge of the legal starts or beside others."""
        board, ground = self._board, self._grounds.sessions[number]
        edges, draw, beside = board.edges(ground.duration), self._random.randrange, board.beside(number)
        known: dict[int, tuple[int, int]] = {}
        for choice in self._random.choices(ground.choices, k=PLACES_TRIED):
            if choice.room not in known:
                points = choice.starts & edges | ends_of(choice.starts) | beside(choice)
                known[choice.room] = points, points.bit_length()
            points, length = known[choice.room]
            skip = draw(length)
            yield Place(skip + lowest(points >> skip), choice.room)
