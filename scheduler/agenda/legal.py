"""Where a session may start by its own facts alone, room by room: what is left for the search to choose from.

Sets of starts are sorted, disjoint half-open spans of grains. Everything that concerns one session is settled here
(its windows, its pin, its people's availability, days, open hours, what its resources have left); the model then holds
nothing but what sessions do to each other.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from scheduler.agenda.problem import AgendaProblem, Day, Resource, Room, Session

Span = tuple[int, int]
Starts = tuple[Span, ...]

FOREVER: Starts = ((-(2**40), 2**40),)

MOST_KNOWN = 10_000
"""Sessions in as many surroundings of which the legal starts are remembered, before all are forgotten."""


@dataclass(frozen=True)
class Legal:
    """The legal starts of one session by room and by day; ``rooms`` holds only rooms where there is one.

    ``days`` maps the position of a day to the starts that lie in it; the sets are disjoint.
    """

    session: Session
    rooms: dict[str, Starts]
    days: dict[int, Starts]

    @cached_property
    def starts(self) -> Starts:
        return union_of(self.rooms.values())

    @property
    def choices(self) -> int:
        """How many pairs of start and room there are."""
        return sum(end - start for starts in self.rooms.values() for start, end in starts)


def legal_of(problem: AgendaProblem) -> dict[str, Legal]:
    """The legal starts of every session, by its ID; sessions that are alike share them."""
    reader = _Reader(problem)
    return {session.id: reader.legal(session) for session in problem.sessions}


class KnownLegal:
    """Legal starts over many problems that share most of their entries, as those of an explanation do.

    A session is known where it, its people, the rooms and the days are the same objects as before, and so are its
    resources or what of them says when it may be.
    """

    def __init__(self) -> None:
        # What is known holds the objects, so that no others can have their identity meanwhile.
        self._known: dict[Hashable, tuple[Legal, tuple[object, ...]]] = {}
        self._houses: dict[Hashable, tuple[int, Sequence[object], Sequence[object]]] = {}
        self._fitting: dict[Hashable, tuple[dict[Hashable, list[Room]], Sequence[object]]] = {}

    def legal_of(self, problem: AgendaProblem) -> dict[str, Legal]:
        """As ``legal_of`` of the module."""
        people = {person.id: person for person in problem.people}
        resources = {resource.id: resource for resource in problem.resources}
        around = (problem.max_parallel == 0, *map(id, problem.days), None, *map(id, problem.rooms))
        house = self._houses.setdefault(around, (len(self._houses), problem.days, problem.rooms))[0]
        reader: _Reader | None = None
        found = {}
        for session in problem.sessions:
            used = [(resources[name], units) for name, units in session.uses.items()]
            others = (*(people[name] for name in session.people), *(resource for resource, _ in used))
            hours = tuple(_hours_of(resource, units) for resource, units in used)
            key = (house, id(session), tuple(id(people[name]) for name in session.people), hours)
            if key not in self._known:
                reader = reader or _Reader(problem, self._fitting_of(problem))
                if len(self._known) > MOST_KNOWN:
                    self._known.clear()
                self._known[key] = (reader.legal(session), (session, *others))
            found[session.id] = self._known[key][0]
        return found

    def _fitting_of(self, problem: AgendaProblem) -> dict[Hashable, list[Room]]:
        return self._fitting.setdefault(tuple(map(id, problem.rooms)), ({}, problem.rooms))[0]


def _hours_of(resource: Resource, units: int) -> Hashable:
    """Equal where the resource lets a session start at the same times; who else uses it does not matter here."""
    is_there = not resource.taken and units <= resource.capacity
    return (resource.id, resource.open) if is_there else id(resource)


class _Reader:
    """Reads legal starts out of a problem; equal questions are answered once."""

    def __init__(self, problem: AgendaProblem, fitting: dict[Hashable, list[Room]] | None = None) -> None:
        """Read the problem.

        Args:
            fitting: the rooms right for what sessions ask of them, as far as that is known.
        """
        self._problem = problem
        self._people = {person.id: person for person in problem.people}
        self._resources = {resource.id: resource for resource in problem.resources}
        self._within_days: dict[int, dict[int, Starts]] = {}
        self._within_hours: dict[tuple[str, int], Starts] = {}
        self._full: dict[tuple[str, int], Starts] = {}
        self._bases: dict[tuple[int, Starts], Starts] = {}
        self._days: dict[tuple[int, Starts], dict[int, Starts]] = {}
        self._fitting = {} if fitting is None else fitting
        self._found: dict[Hashable, tuple[dict[str, Starts], dict[int, Starts]]] = {}

    def legal(self, session: Session) -> Legal:
        base = self._base(session.duration, self._own(session))
        # Where nothing may run at all, no start is legal.
        if not base or self._problem.max_parallel == 0:
            return Legal(session, {}, {})
        asked = _asked_of_rooms(session)
        if (asked, session.duration, base) not in self._found:
            rooms = {}
            for room in self._rooms_for(session, asked):
                hours = self._hours(f"room {room.id}", room.open, session.duration)
                # Rooms that are always open share one value, which makes telling them alike quick.
                starts = base if hours is FOREVER else common(base, hours)
                if starts:
                    rooms[room.id] = starts
            self._found[asked, session.duration, base] = (
                rooms,
                self._days_of(session.duration, union_of(rooms.values())),
            )
        return Legal(session, *self._found[asked, session.duration, base])

    def _rooms_for(self, session: Session, asked: Hashable) -> list[Room]:
        if asked not in self._fitting:
            self._fitting[asked] = [room for room in self._problem.rooms if fits(session, room)]
        return self._fitting[asked]

    def _base(self, duration: int, own: Starts) -> Starts:
        if (duration, own) not in self._bases:
            self._bases[duration, own] = common(union_of(self._by_day(duration).values()), own)
        return self._bases[duration, own]

    def _days_of(self, duration: int, found: Starts) -> dict[int, Starts]:
        if (duration, found) not in self._days:
            by_day = self._by_day(duration).items()
            self._days[duration, found] = {day: starts for day, span in by_day if (starts := common(span, found))}
        return self._days[duration, found]

    def _by_day(self, duration: int) -> dict[int, Starts]:
        if duration not in self._within_days:
            found: dict[int, Starts] = {}
            taken: Starts = ()
            for index, day in enumerate(self._problem.days):
                open_hours = hours_of_day(day)
                # Where days overlap a session belongs to the first one in which it lies.
                found[index] = without(starts_within(open_hours, duration), taken)
                taken = union((*taken, *found[index]))
            self._within_days[duration] = found
        return self._within_days[duration]

    def _own(self, session: Session) -> Starts:
        """What the session's windows, pin, people and resources leave, wherever it is held."""
        duration = session.duration
        starts = FOREVER if session.windows is None else starts_within(session.windows, duration)
        if session.pin is not None and session.pin.start is not None:
            starts = common(starts, ((session.pin.start, session.pin.start + 1),))
        for name in session.people:
            starts = common(starts, self._hours(f"person {name}", self._people[name].available, duration))
        for name, units in session.uses.items():
            if units > 0:
                resource = self._resources[name]
                starts = common(starts, self._hours(f"resource {name}", resource.open, duration))
                starts = without(starts, blocking_starts(self._full_times(resource, units), duration))
        return starts

    def _hours(self, key: str, windows: Sequence[Span] | None, duration: int) -> Starts:
        if windows is None:
            return FOREVER
        if (key, duration) not in self._within_hours:
            self._within_hours[key, duration] = starts_within(windows, duration)
        return self._within_hours[key, duration]

    def _full_times(self, resource: Resource, units: int) -> Starts:
        if (resource.id, units) not in self._full:
            self._full[resource.id, units] = tuple(
                span for span, taken in taken_elsewhere(resource) if taken + units > resource.capacity
            ) + (FOREVER if units > resource.capacity else ())
        return self._full[resource.id, units]


def _asked_of_rooms(session: Session) -> Hashable:
    """What a session wants of a room; equal where ``fits`` says the same of every room."""
    pinned = None if session.pin is None else session.pin.room
    return session.audience, session.layout, session.features, session.booths, session.rooms, pinned


def fits(session: Session, room: Room) -> bool:
    """Whether a room is right for a session, whatever the time."""
    if session.pin is not None and session.pin.room not in (None, room.id):
        return False
    return (
        session.audience <= room.capacity
        and (session.layout is None or session.layout in room.layouts)
        and (not session.features or set(session.features) <= set(room.features))
        and session.booths <= room.booths
        and (session.rooms is None or room.id in session.rooms)
    )


def taken_elsewhere(resource: Resource) -> list[tuple[Span, int]]:
    """The units taken elsewhere as a step function: spans with the units in them, nothing where none are."""
    changes: dict[int, int] = {}
    for start, end, units in resource.taken:
        if start < end:
            changes[start] = changes.get(start, 0) + units
            changes[end] = changes.get(end, 0) - units
    moments = sorted(changes)
    steps, level = [], 0
    for moment, following in pairwise(moments):
        level += changes[moment]
        if level > 0:
            steps.append(((moment, following), level))
    return steps


def union(spans: Iterable[Span]) -> Starts:
    """Sort spans, drop empty ones, and merge those that overlap or touch."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if start >= end:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return tuple(merged)


def hours_of_day(day: Day) -> Starts:
    """The open time of a day: its hours without those that are closed."""
    return without(union([(day.start, day.end)]), union(day.closed))


def hours_of_days(days: Iterable[Day]) -> Starts:
    """The open time of some days; where they overlap, the time is there once."""
    return union(span for day in days for span in hours_of_day(day))


def union_of(sets: Iterable[Starts]) -> Starts:
    """What any of some sets holds; sets that are equal are looked at once."""
    different = tuple(dict.fromkeys(sets))
    return different[0] if len(different) == 1 else union(span for starts in different for span in starts)


def common(one: Starts, other: Starts) -> Starts:
    """What both sets hold."""
    found: list[Span] = []
    i = j = 0
    while i < len(one) and j < len(other):
        start, end = max(one[i][0], other[j][0]), min(one[i][1], other[j][1])
        if start < end:
            found.append((start, end))
        if one[i][1] < other[j][1]:
            i += 1
        else:
            j += 1
    return tuple(found)


def without(one: Starts, other: Starts) -> Starts:
    """What the first set holds and the second does not; the second must be sorted."""
    found: list[Span] = []
    for start, end in one:
        for from_, to in other:
            if to <= start:
                continue
            if from_ >= end:
                break
            if start < from_:
                found.append((start, from_))
            start = to
        if start < end:
            found.append((start, end))
    return tuple(found)


def starts_within(windows: Iterable[Span], duration: int) -> Starts:
    """Where something of this duration may start so that one window, touching ones joined, holds all of it."""
    return tuple((start, end - duration + 1) for start, end in union(windows) if end - start >= duration)


def blocking_starts(busy: Iterable[Span], duration: int) -> Starts:
    """Where something of this duration may not start because it would run into a busy span."""
    return union((start - duration + 1, end) for start, end in busy if start < end)
