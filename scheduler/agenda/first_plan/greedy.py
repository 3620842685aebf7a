"""The construction: place the most constrained session first; where nothing is free, eject and try again."""

import random
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from scheduler.agenda.first_plan.board import Board, Place
from scheduler.agenda.first_plan.relations import Relations, relations_of
from scheduler.agenda.legal import Legal
from scheduler.agenda.problem import AgendaProblem, Session
from scheduler.agenda.solution import Placement

PLACES_TRIED = 60
"""How many places a session looks at when it must eject others."""


@dataclass(frozen=True)
class Attempt:
    """Placements that keep every rule between them; ``is_complete`` when every required session is among them."""

    placements: tuple[Placement, ...]
    is_complete: bool


def first_plan(
    problem: AgendaProblem,
    legal: Mapping[str, Legal],
    *,
    wanted: Iterable[Placement] = (),
    seed: int = 0,
    patience: int = 20,
    is_over: Callable[[], bool] = lambda: False,
) -> Attempt:
    """Build a plan.

    Args:
        wanted: placements to keep where they are legal and do not stand in each other's way (a hint, the plan before).
        patience: how many ejections are made for each session to be placed before the construction gives up.
        is_over: asked now and then whether to end early; where it never says so, a seed gives the same plan twice.

    Ejection with weights that grow where sessions keep ejecting each other follows the breakout method of Morris
    (1993); the order of placement is the usual "most constrained first".
    """
    builder = _Builder(problem, legal, seed)
    builder.keep(wanted)
    is_complete = builder.place_required(is_over, patience)
    if is_complete:
        builder.place_optional()
    return Attempt(builder.placements(), is_complete)


def complete(problem: AgendaProblem, legal: Mapping[str, Legal], placements: Iterable[Placement]) -> Attempt:
    """Add optional sessions that are left out of a right plan and now fit, moving nothing."""
    builder = _Builder(problem, legal, 0)
    builder.keep(placements)
    builder.place_optional()
    return Attempt(builder.placements(), is_complete=True)


class _Builder:
    def __init__(self, problem: AgendaProblem, legal: Mapping[str, Legal], seed: int) -> None:
        self._problem, self._legal = problem, legal
        self._relations: Relations = relations_of(problem)
        self._board = Board(problem, legal, self._relations)
        self._random = random.Random(seed)  # noqa: S311 - no secret, only a choice
        self._weights = {session.id: 1 for session in problem.sessions}
        self._prices = _Prices(problem, self._board)

    def placements(self) -> tuple[Placement, ...]:
        places = self._board.places
        return tuple(
            Placement(session=session.id, start=places[session.id].start, room=places[session.id].room)
            for session in self._problem.sessions
            if session.id in places
        )

    def keep(self, wanted: Iterable[Placement]) -> None:
        sessions = {session.id: session for session in self._problem.sessions}
        for placement in wanted:
            session = sessions.get(placement.session)
            if session is None or placement.session in self._board.places:
                continue
            free = self._board.free_starts(session, placement.room) if placement.room in self._rooms_of(session) else ()
            if any(start <= placement.start < end for start, end in free):
                self._board.put(session, Place(placement.start, placement.room))

    def place_required(self, is_over: Callable[[], bool], patience: int) -> bool:
        """Place all required sessions; false where some stay out."""
        waiting = deque(
            sorted(
                (one for one in self._problem.sessions if one.is_required and one.id not in self._board.places),
                key=self._constrainedness,
            )
        )
        ejections_left = 5 + patience * len(waiting)
        while waiting:
            session = waiting.popleft()
            if not self._legal[session.id].rooms:
                return False
            place = self._best_free(session)
            if place is None:
                ejections_left -= 1
                if ejections_left < 0 or is_over():
                    return False
                place, ejected = self._least_harm(session)
                self._weights[session.id] += 1
                for other in ejected:
                    self._board.take_off(other.id)
                    waiting.appendleft(other)
            self._board.put(session, place)
        return True

    def place_optional(self) -> None:
        """Place what fits, the most valuable first; what has no value only where it costs nothing."""
        waiting = [one for one in self._problem.sessions if not one.is_required and one.id not in self._board.places]
        for session in sorted(waiting, key=lambda one: (-one.value, one.duration)):
            place = self._best_free(session)
            if place is not None and (session.value > 0 or self._prices.of(session, place) == 0):
                self._board.put(session, place)

    def _constrainedness(self, session: Session) -> tuple[bool, int, int]:
        # Few choices and many relations first; a plenary needs a moment when nothing else runs.
        relations = len(self._relations[session.id])
        return not session.plenary, self._legal[session.id].choices // (1 + relations), -session.duration

    def _rooms_of(self, session: Session) -> Iterable[str]:
        return self._legal[session.id].rooms

    def _best_free(self, session: Session) -> Place | None:
        best: tuple[int, int, int, str] | None = None
        for room in self._rooms_of(session):
            for start in self._starts_worth_trying(session, room):
                place = Place(start, room)
                rank = (self._prices.of(session, place), self._prices.spare_seats(session, room), start, room)
                if best is None or rank < best:
                    best = rank
        return None if best is None else Place(best[2], best[3])

    def _starts_worth_trying(self, session: Session, room: str) -> Iterator[int]:
        """The first start of each free span, and starts in them at which a soft term changes."""
        turning_points = self._prices.turning_points(session)
        for start, end in self._board.free_starts(session, room):
            yield start
            for point in turning_points:
                if start < point < end:
                    yield point

    def _least_harm(self, session: Session) -> tuple[Place, list[Session]]:
        """The place whose clearing ejects the least weight, among a sample."""
        candidates = list(self._anywhere(session))
        if len(candidates) > PLACES_TRIED:
            candidates = self._random.sample(candidates, PLACES_TRIED)
        self._random.shuffle(candidates)
        best: tuple[int, Place, set[str]] | None = None
        for place in candidates:
            ejected = self._board.in_the_way(session, place, self._weights)
            weight = sum(self._weights[name] for name in ejected)
            if best is None or weight < best[0]:
                best = (weight, place, ejected)
        assert best is not None
        ejected_sessions = [one for one in self._problem.sessions if one.id in best[2]]
        return best[1], ejected_sessions

    def _anywhere(self, session: Session) -> Iterator[Place]:
        ends = {self._board.span_of(name)[1] for name in self._board.places}
        starts = {self._board.span_of(name)[0] - session.duration for name in self._board.places}
        points = sorted(ends | starts)
        for room in self._rooms_of(session):
            for start, end in self._legal[session.id].rooms[room]:
                yield Place(start, room)
                if end - 1 > start:
                    yield Place(end - 1, room)
                for point in points:
                    if start < point < end - 1:
                        yield Place(point, room)


class _Prices:
    """What a place adds to the cost, as far as one session shows it (``day_balance`` is left to the search)."""

    def __init__(self, problem: AgendaProblem, board: Board) -> None:
        self._weights, self._board = problem.weights, board
        self._capacities = {room.id: room.capacity for room in problem.rooms}
        self._before = {entry.session: entry for entry in problem.previous or ()}
        self._days = problem.days
        self._clashes: dict[str, list[tuple[str, int]]] = {}
        for clash in problem.clashes:
            one, other = clash.sessions
            self._clashes.setdefault(one, []).append((other, clash.weight * problem.weights.clash))
            self._clashes.setdefault(other, []).append((one, clash.weight * problem.weights.clash))

    def of(self, session: Session, place: Place) -> int:
        price = self._clash(session, place)
        if session.audience > 0:
            fits = self._capacities[place.room] // session.audience
            price += self._weights.room_too_large * max(0, fits - 2)
        before = self._before.get(session.id)
        if before is not None:
            price += self._weights.moved_start * (place.start != before.start)
            price += self._weights.moved_room * (place.room != before.room)
        if self._weights.late_start:
            day_starts = [day.start for day in self._days if day.start <= place.start < day.end]
            price += self._weights.late_start * (place.start - day_starts[0] if day_starts else 0)
        return price

    def _clash(self, session: Session, place: Place) -> int:
        end, price = place.start + session.duration, 0
        for other, weight in self._clashes.get(session.id, ()):
            if other in self._board.places:
                from_, to = self._board.span_of(other)
                if from_ < end and place.start < to:
                    price += weight
        return price

    def spare_seats(self, session: Session, room: str) -> int:
        return self._capacities[room] - session.audience

    def turning_points(self, session: Session) -> list[int]:
        """Starts at which the price may fall."""
        points = {
            self._board.span_of(other)[1]
            for other, _ in self._clashes.get(session.id, ())
            if other in self._board.places
        }
        if session.id in self._before:
            points.add(self._before[session.id].start)
        return sorted(points)
