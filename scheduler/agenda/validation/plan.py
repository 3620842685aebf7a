"""A solution laid out for checking: who is where from when to when."""

from collections.abc import Iterator
from dataclasses import dataclass

from scheduler.agenda.problem import AgendaProblem, Room, Session
from scheduler.agenda.solution import AgendaSolution
from scheduler.core.violation import Violation


@dataclass(frozen=True)
class Held:
    """A session where a solution puts it, running [start, end) in grains."""

    session: Session
    room: Room
    start: int

    @property
    def id(self) -> str:
        return self.session.id

    @property
    def end(self) -> int:
        return self.start + self.session.duration

    @property
    def span(self) -> tuple[int, int]:
        return self.start, self.end

    def overlaps(self, other: "Held") -> bool:
        """Whether both run at some moment."""
        return self.start < other.end and other.start < self.end


class Plan:
    """A problem with a solution; ``held`` has an entry for each placement, in order of start."""

    def __init__(self, problem: AgendaProblem, solution: AgendaSolution) -> None:
        self.problem = problem
        self.solution = solution
        sessions = {session.id: session for session in problem.sessions}
        rooms = {room.id: room for room in problem.rooms}
        held = [Held(sessions[entry.session], rooms[entry.room], entry.start) for entry in solution.placements]
        self.held = sorted(held, key=lambda one: (one.start, one.end, one.id))
        self._places: dict[str, list[Held]] = {}
        self._busy: dict[str, list[Held]] = {}
        self._hosted: dict[str, list[Held]] = {}
        for one in self.held:
            self._places.setdefault(one.id, []).append(one)
            self._hosted.setdefault(one.room.id, []).append(one)
            for person in one.session.people:
                self._busy.setdefault(person, []).append(one)
        self._walks = {(walk.from_, walk.to): walk.grains for walk in problem.walks}

    def places_of(self, session: str) -> list[Held]:
        """Where a session is held: once in a right plan, nowhere if it is left out."""
        return self._places.get(session, [])

    def held_in(self, room: str) -> list[Held]:
        return self._hosted.get(room, [])

    def held_with(self, person: str) -> list[Held]:
        return self._busy.get(person, [])

    def walk(self, first: Held, then: Held) -> int:
        """Grains from one room to the other; a walk holds for the way back unless that is listed by itself."""
        here, there = first.room.site, then.room.site
        if here is None or there is None or here == there:
            return 0
        return self._walks.get((here, there), self._walks.get((there, here), 0))


def pairs(held: list[Held], *, until: int | None = None) -> Iterator[tuple[Held, Held]]:
    """Each two of different sessions, the one that starts first in front.

    Args:
        until: leave out pairs of which the later one starts this many grains or more after the earlier one has ended.
    """
    for position, one in enumerate(held):
        for other in held[position + 1 :]:
            if until is not None and other.start >= one.end + until:
                # All that follow start later still.
                break
            if one.id != other.id:
                yield one, other


def violation(rule: str, subjects: tuple[str, ...], message: str) -> Violation:
    return Violation(rule=rule, subjects=subjects, message=message)
