"""The legal starts of all sessions of a problem, and those of many problems that share most of their entries."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

from scheduler.agenda.legal import (
    FOREVER,
    Legal,
    Span,
    Starts,
    blocking_starts,
    common,
    fits_out,
    hours_of_day,
    starts_within,
    taken_elsewhere,
    union,
    union_of,
    without,
)
from scheduler.agenda.problem import AgendaProblem, Day, Person, Resource, Room, Session

MOST_KNOWN = 50_000
"""Sessions in as many surroundings of which the legal starts are remembered, before all are forgotten."""


def legal_of(problem: AgendaProblem) -> dict[str, Legal]:
    """The legal starts of every session, by its ID; sessions that are alike share them."""
    return KnownLegal().legal_of(problem)


class KnownLegal:
    """Legal starts over many problems that share most of their entries, as those of an explanation do.

    What a session asks is known where it and its people are the same objects as before, and so are its resources or
    what of them says when it may be; where it may be then, where the rooms and days are the same objects, too.
    """

    def __init__(self) -> None:
        self._forget()

    def _forget(self) -> None:
        # What is known holds the objects, so that no others can have their identity meanwhile.
        self._wishes: dict[Hashable, tuple[_Wish, tuple[object, ...]]] = {}
        self._fitting: dict[Hashable, dict[int, bool]] = {}
        self._houses: dict[Hashable, _House] = {}
        self._days: dict[Hashable, _DayTimes] = {}

    def legal_of(self, problem: AgendaProblem) -> dict[str, Legal]:
        """As ``legal_of`` of the module."""
        if sum(len(house.known) for house in self._houses.values()) > MOST_KNOWN:
            self._forget()
        people = {person.id: person for person in problem.people}
        resources = {resource.id: resource for resource in problem.resources}
        own, known, house = _OwnTimes(people, resources), self._wishes, self._house_of(problem)
        hours: dict[tuple[str, int], Hashable] = {}
        found = {}
        for session in problem.sessions:
            key: Hashable = id(session)
            if session.people or session.uses:
                for use in session.uses.items():
                    if use not in hours:
                        hours[use] = _hours_of(resources[use[0]], use[1])
                key = (
                    key,
                    *[id(people[name]) for name in session.people],
                    *[hours[use] for use in session.uses.items()],
                )
            if key not in known:
                others = (*map(people.get, session.people), *map(resources.get, session.uses))
                known[key] = (_Wish(session, own.of(session), _asked_of_rooms(session)), others)
            found[session.id] = house.legal(known[key][0])
        return found

    def _house_of(self, problem: AgendaProblem) -> "_House":
        days = tuple(map(id, problem.days))
        key = (problem.max_parallel == 0, days, *map(id, problem.rooms))
        if key not in self._houses:
            times = self._days.setdefault(days, _DayTimes(problem.days))
            self._houses[key] = _House(problem.rooms, times, self._fitting, is_shut=problem.max_parallel == 0)
        return self._houses[key]


def _hours_of(resource: Resource, units: int) -> Hashable:
    """Equal where the resource lets a session start at the same times; who else uses it does not matter here."""
    is_there = not resource.taken and units <= resource.capacity
    return (resource.id, resource.open) if is_there else id(resource)


class _OwnTimes:
    """What windows, pin, people and resources leave of the time, whatever days and rooms there are."""

    def __init__(self, people: Mapping[str, Person], resources: Mapping[str, Resource]) -> None:
        self._people, self._resources = people, resources
        self._hours: dict[tuple[str, int], Starts] = {}
        self._full: dict[tuple[str, int], Starts] = {}

    def of(self, session: Session) -> Starts:
        duration = session.duration
        starts = FOREVER if session.windows is None else starts_within(session.windows, duration)
        if session.pin is not None and session.pin.start is not None:
            starts = common(starts, ((session.pin.start, session.pin.start + 1),))
        for name in session.people:
            starts = self._inside(starts, f"person {name}", self._people[name].available, duration)
        for name, units in session.uses.items():
            if units > 0:
                resource = self._resources[name]
                starts = self._inside(starts, f"resource {name}", resource.open, duration)
                starts = without(starts, blocking_starts(self._full_times(resource, units), duration))
        return starts

    def _inside(self, starts: Starts, key: str, windows: Sequence[Span] | None, duration: int) -> Starts:
        if windows is None:
            return starts
        if (key, duration) not in self._hours:
            self._hours[key, duration] = starts_within(windows, duration)
        return common(starts, self._hours[key, duration])

    def _full_times(self, resource: Resource, units: int) -> Starts:
        if (resource.id, units) not in self._full:
            self._full[resource.id, units] = tuple(
                span for span, taken in taken_elsewhere(resource) if taken + units > resource.capacity
            ) + (FOREVER if units > resource.capacity else ())
        return self._full[resource.id, units]


@dataclass(frozen=True, eq=False)
class _Wish:
    """A session, when it may be for all that days and rooms say, and what it wants of a room."""

    session: Session
    own: Starts
    asked: Hashable


Places = tuple[dict[str, Starts], dict[int, Starts], Starts]
"""Legal starts by room, by day, and all of them."""


class _House:
    """Where and when sessions may be in some rooms on some days; sessions that may be the same share the answer."""

    def __init__(
        self,
        rooms: tuple[Room, ...],
        times: "_DayTimes",
        fitting: dict[Hashable, dict[int, bool]],
        *,
        is_shut: bool,
    ) -> None:
        """Read nothing yet.

        Args:
            fitting: by what is wanted of a room whether that is so of a room, as far as it is known.
            is_shut: nothing may run at all, and no start is legal.
        """
        self._rooms, self._times, self._fitting, self._is_shut = rooms, times, fitting, is_shut
        self.known: dict[_Wish, Legal] = {}
        self._fitting_here: dict[Hashable, int] = {}
        self._seating: dict[int, int] = {}
        self._places: dict[tuple[int, int, Starts], Places] = {}
        self._open: dict[tuple[tuple[Span, ...], int], Starts] = {}

    def legal(self, wish: _Wish) -> Legal:
        legal = self.known.get(wish)
        if legal is None:
            rooms, days, starts = self._places_of(wish)
            legal = self.known[wish] = Legal(wish.session, rooms, days)
            # What is found here for all that are alike need not be found again for each.
            vars(legal)["starts"] = starts
        return legal

    def _places_of(self, wish: _Wish) -> Places:
        session, duration = wish.session, wish.session.duration
        base = self._times.base(duration, wish.own)
        if wish.asked not in self._fitting_here:
            self._fitting_here[wish.asked] = self._rooms_for(session, wish.asked)
        fitting = self._fitting_here[wish.asked] & self._with_seats(session.audience)
        key = (fitting, duration, base)
        if key not in self._places:
            rooms: dict[str, Starts] = {}
            is_anywhere = False
            for index, room in enumerate(self._rooms if base else ()):
                if fitting >> index & 1:
                    # Rooms that are always open share one value, which makes telling them alike quick.
                    starts = base if room.open is None else common(base, self._open_for(room.open, duration))
                    is_anywhere |= room.open is None
                    if starts:
                        rooms[room.id] = starts
            starts = base if is_anywhere else union_of(rooms.values())
            self._places[key] = (rooms, self._times.by_day_of(duration, starts), starts)
        return self._places[key]

    def _open_for(self, hours: tuple[Span, ...], duration: int) -> Starts:
        if (hours, duration) not in self._open:
            self._open[hours, duration] = starts_within(hours, duration)
        return self._open[hours, duration]

    def _rooms_for(self, session: Session, asked: Hashable) -> int:
        """The rooms right for what is asked of them but for their seats, a bit each."""
        known, bits = self._fitting.setdefault(asked, {}), 0
        if not self._is_shut:
            for index, room in enumerate(self._rooms):
                if id(room) not in known:
                    known[id(room)] = fits_out(session, room)
                bits |= known[id(room)] << index
        return bits

    def _with_seats(self, audience: int) -> int:
        """The rooms that have so many seats, a bit each."""
        if audience not in self._seating:
            self._seating[audience] = sum(
                1 << index for index, room in enumerate(self._rooms) if audience <= room.capacity
            )
        return self._seating[audience]


class _DayTimes:
    """When sessions may be on some days."""

    def __init__(self, days: tuple[Day, ...]) -> None:
        self._days = days
        self._within: dict[int, dict[int, Starts]] = {}
        self._bases: dict[tuple[int, Starts], Starts] = {}
        self._days_of: dict[tuple[int, Starts], dict[int, Starts]] = {}

    def base(self, duration: int, own: Starts) -> Starts:
        if (duration, own) not in self._bases:
            self._bases[duration, own] = common(union_of(self._by_day(duration).values()), own)
        return self._bases[duration, own]

    def by_day_of(self, duration: int, found: Starts) -> dict[int, Starts]:
        if (duration, found) not in self._days_of:
            by_day = self._by_day(duration).items()
            self._days_of[duration, found] = {day: starts for day, span in by_day if (starts := common(span, found))}
        return self._days_of[duration, found]

    def _by_day(self, duration: int) -> dict[int, Starts]:
        if duration not in self._within:
            found: dict[int, Starts] = {}
            taken: Starts = ()
            for index, day in enumerate(self._days):
                # Where days overlap a session belongs to the first one in which it lies.
                found[index] = without(starts_within(hours_of_day(day), duration), taken)
                taken = union((*taken, *found[index]))
            self._within[duration] = found
        return self._within[duration]


def _asked_of_rooms(session: Session) -> Hashable:
    """What a session wants of a room; equal where ``fits_out`` says the same of every room."""
    pinned = None if session.pin is None else session.pin.room
    return session.layout, session.features, session.booths, session.rooms, pinned
