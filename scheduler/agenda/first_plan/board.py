"""A plan in the making: what is placed, where something still fits, and what would have to give way."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from scheduler.agenda.first_plan.relations import Relation, Relations
from scheduler.agenda.legal import Legal, Span, Starts, taken_elsewhere, union, without
from scheduler.agenda.problem import AgendaProblem, Session


@dataclass(frozen=True)
class Place:
    """A start and a room for a session."""

    start: int
    room: str


class Board:
    """Placed sessions, none of which stands in the way of another; changed by ``put`` and ``take_off``."""

    def __init__(self, problem: AgendaProblem, legal: Mapping[str, Legal], relations: Relations) -> None:
        self.problem = problem
        self.legal = legal
        self.places: dict[str, Place] = {}
        self._relations = relations
        self._sessions = {session.id: session for session in problem.sessions}
        self._rooms = {room.id: room for room in problem.rooms}
        self._in_room: dict[str, dict[str, None]] = {room.id: {} for room in problem.rooms}
        self._walks = {(walk.to, walk.from_): walk.grains for walk in problem.walks}
        self._walks.update({(walk.from_, walk.to): walk.grains for walk in problem.walks})
        self._resources = {resource.id: resource for resource in problem.resources}
        self._taken = {resource.id: taken_elsewhere(resource) for resource in problem.resources}

    def put(self, session: Session, place: Place) -> None:
        self.places[session.id] = place
        self._in_room[place.room][session.id] = None

    def take_off(self, name: str) -> None:
        del self._in_room[self.places.pop(name).room][name]

    def span_of(self, name: str) -> Span:
        start = self.places[name].start
        return start, start + self._sessions[name].duration

    def free_starts(self, session: Session, room: str) -> Starts:
        """The legal starts in a room at which nothing placed stands in the way."""
        legal = self.legal[session.id].rooms.get(room, ())
        return without(legal, union(self._blocked(session, room))) if legal else ()

    def in_the_way(self, session: Session, place: Place, worth: Mapping[str, int]) -> set[str]:
        """What must be taken off before the session can be put there; of several choices the one worth least."""
        found = set()
        for name, relation in self._relations[session.id].items():
            if name in self.places and self._is_hit(place, self._by_relation(session, place.room, name, relation)):
                found.add(name)
        for name in self._in_room[place.room]:
            if self._is_hit(place, [self._by_room(session, place.room, name)]):
                found.add(name)
        for capacity, units, users, taken in self._shared(session):
            found |= self._overload(session, place, capacity - units, users, taken, found, worth)
        found.discard(session.id)
        return found

    @staticmethod
    def _is_hit(place: Place, spans: Iterable[Span]) -> bool:
        return any(start <= place.start < end for start, end in spans)

    def _blocked(self, session: Session, room: str) -> Iterator[Span]:
        for name, relation in self._relations[session.id].items():
            if name in self.places:
                yield from self._by_relation(session, room, name, relation)
        for name in self._in_room[room]:
            yield self._by_room(session, room, name)
        for capacity, units, users, taken in self._shared(session):
            steps = [(self.span_of(name), amount) for name, amount in users.items()] + taken
            for start, end in _fuller_than(steps, capacity - units):
                yield start - session.duration + 1, end

    def _by_room(self, session: Session, room: str, name: str) -> Span:
        start, end = self.span_of(name)
        turnover = self._rooms[room].turnover
        return start - turnover - session.duration + 1, end + turnover

    def _by_relation(self, session: Session, room: str, name: str, relation: Relation) -> Iterator[Span]:
        start, end = self.span_of(name)
        other_room = self.places[name].room
        if relation.same_room and other_room != room:
            yield -(2**40), 2**40
        if relation.precedes:
            yield start - session.duration + 1, 2**40
        if relation.follows:
            yield -(2**40), end
        if relation.apart:
            there = relation.rest + (self._walk(room, other_room) if relation.walks else 0)
            back = relation.rest + (self._walk(other_room, room) if relation.walks else 0)
            yield start - there - session.duration + 1, end + back

    def _walk(self, room: str, other: str) -> int:
        here, there = self._rooms[room].site, self._rooms[other].site
        if here is None or there is None or here == there:
            return 0
        return self._walks.get((here, there), 0)

    def _shared(self, session: Session) -> Iterator[tuple[int, int, dict[str, int], list[tuple[Span, int]]]]:
        """For each thing shared: its capacity, the units that the session wants, who has units, what is taken."""
        for name, units in session.uses.items():
            if units > 0:
                users = {
                    other: amount
                    for other in self.places
                    if (amount := self._sessions[other].uses.get(name, 0)) > 0 and other != session.id
                }
                yield self._resources[name].capacity, units, users, self._taken[name]
        if self.problem.max_parallel is not None:
            yield self.problem.max_parallel, 1, {name: 1 for name in self.places if name != session.id}, []

    def _overload(
        self,
        session: Session,
        place: Place,
        room_left: int,
        users: dict[str, int],
        taken: list[tuple[Span, int]],
        gone: set[str],
        worth: Mapping[str, int],
    ) -> set[str]:
        """Who must leave so that never more than ``room_left`` units are used while the session runs."""
        end = place.start + session.duration
        beside = {
            name: units
            for name, units in users.items()
            if name not in gone and self.span_of(name)[0] < end and place.start < self.span_of(name)[1]
        }
        leaving: set[str] = set()
        while True:
            steps = [(self.span_of(name), units) for name, units in beside.items()] + taken
            full = [span for span in _fuller_than(steps, room_left) if span[0] < end and place.start < span[1]]
            if not full:
                return leaving
            moment = max(full[0][0], place.start)
            running = [name for name in beside if self.span_of(name)[0] <= moment < self.span_of(name)[1]]
            if not running:
                return leaving
            least = min(running, key=lambda name: (worth.get(name, 0), name))
            leaving.add(least)
            del beside[least]


def _fuller_than(steps: list[tuple[Span, int]], limit: int) -> list[Span]:
    """The spans in which the units of all steps together exceed a limit."""
    changes: dict[int, int] = {}
    for (start, end), units in steps:
        changes[start] = changes.get(start, 0) + units
        changes[end] = changes.get(end, 0) - units
    found: list[Span] = []
    level, since = 0, None
    for moment in sorted(changes):
        level += changes[moment]
        if level > limit and since is None:
            since = moment
        elif level <= limit and since is not None:
            found.append((since, moment))
            since = None
    return found
