"""A problem laid out for fast search: sessions, rooms and people by number, sets of grains as whole numbers.

Bit *i* of such a number stands for grain ``origin + i``. Shifting and masking whole days at once is what makes a plan
of a thousand sessions a matter of a tenth of a second in Python.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, cast

from scheduler.agenda.first_plan.chains import Distances, distances
from scheduler.agenda.legal import Legal, Starts, taken_elsewhere
from scheduler.agenda.problem import AgendaProblem, Session

LONGEST = 200_000
"""Grains from the first to the last legal one beyond which numbers would be too long to be quick."""


class Choice(NamedTuple):
    """A room that a session may be in: the legal starts, what the room costs, its seats; cheap ones first.

    There are tens of thousands of them, and of all values such a tuple is made soonest.
    """

    price: int
    capacity: int
    room: int
    starts: int


class Ground(NamedTuple):
    """What one session is and asks, in numbers; ``choices`` has the cheapest rooms first.

    ``earlier`` and ``later`` hold those of ``after`` and ``before``, and others through them, with the grains between.
    """

    session: Session
    duration: int
    choices: tuple[Choice, ...]
    people: tuple[int, ...]
    apart: tuple[int, ...]
    after: tuple[int, ...]
    before: tuple[int, ...]
    earlier: Distances
    later: Distances
    same_room: tuple[int, ...]
    uses: tuple[tuple[int, int], ...]
    clashes: tuple[tuple[int, int], ...]
    previous_start: int | None

    @property
    def relations(self) -> int:
        return len(self.people) + len(self.apart) + len(self.after) + len(self.before) + len(self.same_room)


class Grounds:
    """All sessions of a problem; ``sessions[i].choices`` is empty for what can be nowhere."""

    def __init__(self, problem: AgendaProblem, legal: Mapping[str, Legal]) -> None:
        self.problem = problem
        self.origin, self.length = _horizon(legal)
        self.number = {session.id: index for index, session in enumerate(problem.sessions)}
        self.room_number = {room.id: index for index, room in enumerate(problem.rooms)}
        self._reading = ("choices", id(problem.rooms), self.origin, self.length, problem.weights.room_too_large)
        self._rooms = {room.id: (index, room.capacity) for index, room in enumerate(problem.rooms)}
        self._resource_number = {resource.id: index for index, resource in enumerate(problem.resources)}
        self._person_number = {person.id: index for index, person in enumerate(problem.people)}
        self.turnovers = [room.turnover for room in problem.rooms]
        self.rests = [person.rest for person in problem.people]
        self._read_sites()
        self._read_shared()
        self.late = problem.weights.late_start
        self.moved_start = problem.weights.moved_start
        # A set of grains of an event that is too long would fill the memory.
        days = () if self.is_too_long else problem.days
        self.days = [(self.span(day.start, day.end), day.start - self.origin) for day in days]
        self.sessions: list[Ground] = [] if self.is_too_long else self._read_sessions(legal)

    @property
    def is_too_long(self) -> bool:
        return self.length > LONGEST

    def span(self, start: int, end: int) -> int:
        """The grains [start, end) of the event as a set."""
        return spanning(start - self.origin, end - self.origin, self.length)

    def starts(self, spans: Starts) -> int:
        found = 0
        for start, end in spans:
            found |= self.span(start, end)
        return found

    def _read_sites(self) -> None:
        names: dict[str | None, int] = {}
        self.site_of = [names.setdefault(room.site, len(names)) for room in self.problem.rooms]
        listed = {(walk.from_, walk.to): walk.grains for walk in self.problem.walks}

        def walk(here: str | None, there: str | None) -> int:
            if here is None or there is None or here == there:
                return 0
            return listed.get((here, there), listed.get((there, here), 0))

        self.walks = [[walk(here, there) for there in names] for here in names]

    def _read_shared(self) -> None:
        """Things of which there are some units; the limit of sessions at once is one more of them."""
        self.capacities = [resource.capacity for resource in self.problem.resources]
        self.taken: list[dict[int, int]] = []
        for resource in self.problem.resources:
            self.taken.append(
                {}
                if self.is_too_long
                else {
                    grain - self.origin: units
                    for (start, end), units in taken_elsewhere(resource)
                    for grain in range(max(start, self.origin), min(end, self.origin + self.length))
                }
            )
        if self.problem.max_parallel is not None:
            self.capacities.append(self.problem.max_parallel)
            self.taken.append({})

    def _read_sessions(self, legal: Mapping[str, Legal]) -> list[Ground]:
        problem = self.problem
        apart: list[dict[int, None]] = [{} for _ in problem.sessions]
        before: list[list[int]] = [[] for _ in problem.sessions]
        same_room: list[dict[int, None]] = [{} for _ in problem.sessions]
        clashes: list[list[tuple[int, int]]] = [[] for _ in problem.sessions]
        for index, session in enumerate(problem.sessions):
            for other in (self.number[name] for name in session.not_with):
                apart[index][other] = apart[other][index] = None
            for name in session.after:
                before[self.number[name]].append(index)
            if session.same_room_as is not None:
                other = self.number[session.same_room_as]
                same_room[index][other] = same_room[other][index] = None
        for clash in problem.clashes:
            one, other = (self.number[name] for name in clash.sessions)
            if weight := clash.weight * problem.weights.clash:
                clashes[one].append((other, weight))
                clashes[other].append((one, weight))
        known: dict[int, int] = {}
        alike: dict[tuple[int, int], tuple[Choice, ...]] = {}
        previous = {entry.session: entry for entry in problem.previous or ()}
        earlier, later = distances(problem.sessions, self.number)
        return [
            Ground(
                session=session,
                duration=session.duration,
                choices=self._choices(legal[session.id], known, alike, previous),
                people=tuple(self._person_number[name] for name in session.people),
                apart=tuple(apart[index]),
                after=tuple(self.number[name] for name in session.after),
                before=tuple(before[index]),
                earlier=earlier[index],
                later=later[index],
                same_room=tuple(same_room[index]),
                uses=self._uses(session),
                clashes=tuple(clashes[index]),
                previous_start=previous[session.id].start - self.origin if session.id in previous else None,
            )
            for index, session in enumerate(problem.sessions)
        ]

    def _uses(self, session: Session) -> tuple[tuple[int, int], ...]:
        uses = [(self._resource_number[name], units) for name, units in session.uses.items() if units > 0]
        if self.problem.max_parallel is not None:
            uses.append((len(self.capacities) - 1, 1))
        return tuple(uses)

    def _choices(
        self,
        legal: Legal,
        known: dict[int, int],
        alike: dict[tuple[int, int], tuple[Choice, ...]],
        previous: Mapping[str, object],
    ) -> tuple[Choice, ...]:
        before = previous.get(legal.session.id)
        if before is not None:
            return self._choices_beside(legal, known, before)
        # Of questions about the same rooms most share their legal starts.
        if self._reading not in legal.notes:
            # Sessions that are alike share them, too; where rooms cost nothing it does not matter who comes.
            key = (id(legal.rooms), legal.session.audience if self.problem.weights.room_too_large else 0)
            if key not in alike:
                alike[key] = self._choices_beside(legal, known, None)
            # The rooms are held, so that no others can have their identity.
            legal.notes[self._reading] = (self.problem.rooms, alike[key])
        return cast("tuple[Choice, ...]", legal.notes[self._reading][1])

    def _choices_beside(self, legal: Legal, known: dict[int, int], before: object) -> tuple[Choice, ...]:
        weights, audience, rooms = self.problem.weights, legal.session.audience, self._rooms
        # Plain tuples are sorted soonest.
        found: list[tuple[int, int, int, int]] = []
        for name, spans in legal.rooms.items():
            # Rooms that are always open share one value.
            if id(spans) not in known:
                known[id(spans)] = self.starts(spans)
            number, capacity = rooms[name]
            too_large = max(0, capacity // audience - 2) if weights.room_too_large and audience else 0
            price = weights.room_too_large * too_large
            if before is not None and getattr(before, "room") != name:  # noqa: B009
                price += weights.moved_room
            found.append((price, capacity, number, known[id(spans)]))
        found.sort()
        return tuple(map(Choice._make, found))


def spanning(start: int, end: int, length: int) -> int:
    """The bits [start, end), as far as they lie in [0, length)."""
    start, end = max(0, start), min(end, length)
    return ((1 << (end - start)) - 1) << start if start < end else 0


def spread(busy: int, duration: int) -> int:
    """The starts at which something of this duration would run into a busy grain."""
    reach = 1
    while reach * 2 <= duration:
        busy |= busy >> reach
        reach *= 2
    return busy | (busy >> (duration - reach)) if reach < duration else busy


def ends_of(bits: int) -> int:
    """The first and the last grain of each span."""
    return bits & (~(bits << 1) | ~(bits >> 1))


def lowest(bits: int) -> int:
    """The position of the lowest bit."""
    return (bits & -bits).bit_length() - 1


def positions(bits: int) -> list[int]:
    """The positions of all bits, ascending."""
    found = []
    while bits:
        low = bits & -bits
        found.append(low.bit_length() - 1)
        bits ^= low
    return found


def spans_of(bits: int, origin: int) -> Starts:
    """A set of grains as spans."""
    found: list[tuple[int, int]] = []
    position = 0
    while bits:
        skip = lowest(bits)
        bits >>= skip
        run = lowest(~bits)
        found.append((origin + position + skip, origin + position + skip + run))
        bits >>= run
        position += skip + run
    return tuple(found)


def _horizon(legal: Mapping[str, Legal]) -> tuple[int, int]:
    """The first grain at which anything may run, and how many there are to the last."""
    # Sessions that are alike share their legal starts.
    different = {(id(one.rooms), one.session.duration): one for one in legal.values()}.values()
    starts: Sequence[tuple[int, int]] = [
        (spans[0][0], spans[-1][1] - 1 + one.session.duration)
        for one in different
        for spans in dict.fromkeys(one.rooms.values())
    ]
    if not starts:
        return 0, 0
    origin = min(start for start, _ in starts)
    return origin, max(end for _, end in starts) - origin
