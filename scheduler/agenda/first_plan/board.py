"""A plan in the making: what is placed, where something still fits, and what would have to give way."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from scheduler.agenda.first_plan.ground import Choice, Ground, Grounds, ends_of, spanning, spread
from scheduler.agenda.first_plan.moments import Moments


class Place(NamedTuple):
    """A start, counted from the origin, and a room by number."""

    start: int
    room: int


class Board:
    """Placed sessions by number, changed by ``put`` and ``take_off``; in a plan by hand some may overlap."""

    def __init__(self, grounds: Grounds) -> None:
        self.grounds = grounds
        self.places: dict[int, Place] = {}
        self._spans: dict[int, tuple[int, int]] = {}
        self._starts, self._ends = Moments(), Moments()
        self._in_room: list[dict[int, None]] = [{} for _ in grounds.turnovers]
        self._held_by: list[list[int]] = [[] for _ in grounds.rests]
        self._plenaries: dict[int, None] = {}
        # Who runs at which grain, where somebody wants to be alone.
        self._running: dict[int, set[int]] = {}
        self._has_plenary = any(ground.session.plenary for ground in grounds.sessions)
        self._busy_room: list[int | None] = [0 for _ in grounds.turnovers]
        self._blocked_room: list[dict[int, int]] = [{} for _ in grounds.turnovers]
        self._blocked_person: list[dict[int, int]] = [{} for _ in grounds.rests]
        self._levels = [dict(taken) for taken in grounds.taken]
        self._full: list[dict[int, int]] = [{} for _ in grounds.taken]
        self._users: list[defaultdict[int, set[int]]] = [defaultdict(set) for _ in grounds.taken]
        for ground in grounds.sessions:
            for shared, units in ground.uses:
                if units not in self._full[shared]:
                    self._full[shared][units] = self._full_for(shared, units)

    def put(self, number: int, place: Place) -> None:
        ground = self.grounds.sessions[number]
        self.places[number] = place
        self._spans[number] = (place.start, place.start + ground.duration)
        self._in_room[place.room][number] = None
        busy = self._busy_room[place.room]
        if busy is not None:
            self._busy_room[place.room] = busy | self._with_turnover(number)
        self._note(number, ground, place, sign=1)

    def take_off(self, number: int) -> None:
        ground = self.grounds.sessions[number]
        place = self.places.pop(number)
        del self._spans[number]
        del self._in_room[place.room][number]
        self._busy_room[place.room] = None
        self._note(number, ground, place, sign=-1)

    def _note(self, number: int, ground: Ground, place: Place, *, sign: int) -> None:
        self._starts.count(place.start, sign)
        self._ends.count(place.start + ground.duration, sign)
        self._blocked_room[place.room].clear()
        for person in ground.people:
            self._blocked_person[person].clear()
            if sign > 0:
                self._held_by[person].append(number)
            else:
                self._held_by[person].remove(number)
        if ground.session.plenary:
            if sign > 0:
                self._plenaries[number] = None
            else:
                del self._plenaries[number]
        if self._has_plenary:
            self._note_running(number, ground, place, sign=sign)
        for shared, units in ground.uses:
            levels, full, capacity = self._levels[shared], self._full[shared], self.grounds.capacities[shared]
            users, grains = self._users[shared], range(max(0, place.start), place.start + ground.duration)
            after = [levels.get(grain, 0) + sign * units for grain in grains]
            levels.update(zip(grains, after, strict=True))
            for grain in grains:
                if sign > 0:
                    users[grain].add(number)
                else:
                    users[grain].remove(number)
            for wanted in full:
                over = sum(1 << index for index, level in enumerate(after) if level + wanted > capacity)
                here = ((1 << len(after)) - 1) << grains.start
                full[wanted] = full[wanted] & ~here | over << grains.start

    def _note_running(self, number: int, ground: Ground, place: Place, *, sign: int) -> None:
        for grain in range(place.start, place.start + ground.duration):
            if sign > 0:
                self._running.setdefault(grain, set()).add(number)
            else:
                self._running[grain].remove(number)

    def _full_for(self, shared: int, units: int) -> int:
        found = 0
        for grain, level in self._levels[shared].items():
            if level + units > self.grounds.capacities[shared]:
                found |= 1 << grain
        return found

    def hosted_by(self, room: int) -> Iterable[int]:
        return self._in_room[room]

    def held_by(self, person: int) -> Sequence[int]:
        return self._held_by[person]

    def taken_of(self, shared: int) -> Iterator[tuple[int, int, int]]:
        """The units of something shared that are used, here and elsewhere: start and end in grains, and how many."""
        run: tuple[int, int, int] | None = None
        for grain in sorted(self._levels[shared]):
            level, moment = self._levels[shared][grain], grain + self.grounds.origin
            if run is not None and run[1] == moment and run[2] == level:
                run = (run[0], moment + 1, level)
                continue
            if run is not None and run[2] > 0:
                yield run
            run = (moment, moment + 1, level)
        if run is not None and run[2] > 0:
            yield run

    def edges(self, duration: int) -> int:
        """Where something of this duration would begin when something ends, or end when something begins."""
        return self._ends.bits | self._starts.bits >> duration

    def span_of(self, number: int) -> tuple[int, int]:
        return self._spans[number]

    def free(self, number: int) -> Iterator[tuple[Choice, int]]:
        """The rooms where nothing stands in the way of a session at some legal start, with these starts."""
        ground = self.grounds.sessions[number]
        nowhere = self._blocked_everywhere(ground)
        by_site: dict[int, int] = {}
        shared_with = {self.places[other].room for other in ground.same_room if other in self.places}
        for choice in ground.choices:
            room = choice.room
            if shared_with and shared_with != {room}:
                continue
            starts = choice.starts & ~nowhere
            if not starts:
                continue
            site = self.grounds.site_of[room]
            if site not in by_site:
                by_site[site] = self._blocked_by_people(ground, site)
            starts &= ~by_site[site]
            if starts and (starts := starts & ~self._blocked_in(room, ground.duration)):
                yield choice, starts

    def beside(self, number: int) -> Callable[[Choice], int]:
        """Tells for a room the first and last starts that its guests leave, and those that everything else does.

        Between sessions there may have to be a way, a rest or a turnover, which ends and starts of others do not show.
        """
        ground = self.grounds.sessions[number]
        nowhere = self._blocked_everywhere(ground)
        by_site: dict[int, int] = {}

        def told(choice: Choice) -> int:
            site = self.grounds.site_of[choice.room]
            if site not in by_site:
                by_site[site] = nowhere | self._blocked_by_people(ground, site)
            free_here = choice.starts & ~self._blocked_in(choice.room, ground.duration)
            return ends_of(free_here) | ends_of(choice.starts & ~by_site[site])

        return told

    def _blocked_everywhere(self, ground: Ground) -> int:
        """Starts that no room makes possible."""
        busy, before = 0, 0
        for other in ground.apart:
            if other in self.places:
                busy |= self._span(*self.span_of(other))
        if ground.session.plenary:
            for grain, running in self._running.items():
                busy |= self._span(grain, grain + 1) if running else 0
        else:
            for other in self._plenaries:
                busy |= self._span(*self.span_of(other))
        for shared, units in ground.uses:
            busy |= self._full[shared][units]
        for other, between in ground.earlier:
            if other in self.places:
                before |= self._span(0, self.span_of(other)[1] + between)
        for other, between in ground.later:
            if other in self.places:
                before |= self._span(self.span_of(other)[0] - between - ground.duration + 1, self.grounds.length)
        return spread(busy, ground.duration) | before

    def _blocked_by_people(self, ground: Ground, site: int) -> int:
        blocked = 0
        for person in ground.people:
            if self._held_by[person]:
                if site not in self._blocked_person[person]:
                    self._blocked_person[person][site] = self._engaged(person, site)
                blocked |= self._blocked_person[person][site]
        return spread(blocked, ground.duration) if blocked else 0

    def _engaged(self, person: int, site: int) -> int:
        """When a person cannot be at a site: in sessions, with the way to and from them and the rest between."""
        grounds, rest, found = self.grounds, self.grounds.rests[person], 0
        for other in self._held_by[person]:
            start, end = self.span_of(other)
            there = grounds.site_of[self.places[other].room]
            found |= self._span(start - rest - grounds.walks[site][there], end + rest + grounds.walks[there][site])
        return found

    def _blocked_in(self, room: int, duration: int) -> int:
        known = self._blocked_room[room]
        if duration not in known:
            known[duration] = spread(self._busy_in(room), duration)
        return known[duration]

    def _busy_in(self, room: int) -> int:
        """When a room is taken, with the turnover before and after."""
        busy = self._busy_room[room]
        if busy is None:
            busy = 0
            for other in self._in_room[room]:
                busy |= self._with_turnover(other)
            self._busy_room[room] = busy
        return busy

    def _with_turnover(self, number: int) -> int:
        turnover = self.grounds.turnovers[self.places[number].room]
        start, end = self.span_of(number)
        return self._span(start - turnover, end + turnover)

    def in_the_way(self, number: int, place: Place, worth: Sequence[int]) -> set[int]:
        """What must be taken off before a session can be put there; of several choices the one worth least."""
        grounds, ground = self.grounds, self.grounds.sessions[number]
        start, end = place.start, place.start + ground.duration
        found: set[int] = set()
        if ground.same_room:
            found = {one for one in ground.same_room if one in self.places and self.places[one].room != place.room}
        is_outside = start < 0 or end > grounds.length
        if is_outside or self._busy_in(place.room) >> start & ((1 << ground.duration) - 1):
            turnover = grounds.turnovers[place.room]
            found |= self._meeting(self._in_room[place.room], start - turnover, end + turnover)
        site = grounds.site_of[place.room]
        for person in ground.people:
            rest = grounds.rests[person]
            for other in self._held_by[person]:
                there = grounds.site_of[self.places[other].room]
                from_, to = self._spans[other]
                if from_ < end + rest + grounds.walks[site][there] and start < to + rest + grounds.walks[there][site]:
                    found.add(other)
        if ground.session.plenary:
            found.update(*(self._running.get(grain, ()) for grain in range(start, end)))
        beside = ground.apart if ground.session.plenary else (*ground.apart, *self._plenaries)
        if beside:
            found |= self._meeting((other for other in beside if other in self.places), start, end)
        if ground.earlier or ground.later:
            spans = self._spans
            found |= {one for one, between in ground.earlier if one in spans and start < spans[one][1] + between}
            found |= {one for one, between in ground.later if one in spans and spans[one][0] < end + between}
        for shared, units in ground.uses:
            if self._full[shared][units] & self._span(start, end):
                found |= self._overload(shared, units, start, end, found, worth)
        found.discard(number)
        return found

    def _overload(
        self, shared: int, units: int, start: int, end: int, gone: set[int], worth: Sequence[int]
    ) -> set[int]:
        """Who must leave so that a session finds its units; the limit of all sessions at once is a thing shared too."""
        levels, left = self._levels[shared], self.grounds.capacities[shared] - units
        freed: dict[int, int] = {}
        leaving: set[int] = set()

        def leave(other: int) -> None:
            amount = dict(self.grounds.sessions[other].uses).get(shared, 0)
            for grain in range(*self.span_of(other)):
                freed[grain] = freed.get(grain, 0) + amount

        for other in gone:
            leave(other)
        for grain in range(start, end):
            while levels.get(grain, 0) - freed.get(grain, 0) > left:
                running = self._users[shared].get(grain, set()) - gone - leaving
                if not running:
                    break
                least = min(running, key=lambda one: (worth[one], one))
                leaving.add(least)
                leave(least)
        return leaving

    def _meeting(self, numbers: Iterable[int], start: int, end: int) -> set[int]:
        """Those that are placed so that they overlap some time."""
        spans = self._spans
        return {one for one in numbers if spans[one][0] < end and start < spans[one][1]}

    def _span(self, start: int, end: int) -> int:
        return spanning(start, end, self.grounds.length)
