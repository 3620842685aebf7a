"""The sessions that every plan of a problem has, as they are looked at where nothing is searched."""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from scheduler.agenda.legal import Legal, Starts
from scheduler.agenda.problem import AgendaProblem, Day, Session

MOST_KNOWN = 20_000
"""Stays, and groups of them, that are remembered before all are forgotten."""


@dataclass(frozen=True)
class Stay:
    """A session that every plan has: between which grains it must lie, for how long, and what it takes meanwhile."""

    id: str
    earliest: int
    latest: int
    duration: int
    units: int
    possible: Starts


class Memory:
    """What was read and looked at before, over many problems that share most of their entries."""

    def __init__(self) -> None:
        self._times: dict[tuple[tuple[Day, ...], frozenset[int]], dict[Hashable, int]] = {}
        self._stays: dict[tuple[str, int, Starts], Stay] = {}
        self._nothing_in: dict[Hashable, tuple[Stay, ...]] = {}

    def stay(self, session: Session, starts: Starts) -> Stay:
        """The same object for the same session and starts."""
        key = (session.id, session.duration, starts)
        stay = self._stays.get(key)
        if stay is None:
            possible = tuple((start, end - 1 + session.duration) for start, end in starts)
            stay = Stay(session.id, possible[0][0], possible[-1][1], session.duration, 1, possible)
            if len(self._stays) > MOST_KNOWN:
                self._stays.clear()
            self._stays[key] = stay
        return stay

    def times_of_rooms(self, days: tuple[Day, ...], lengths: frozenset[int]) -> dict[Hashable, int]:
        """What is known of how much sessions of some lengths can fill of a room, by its hours and turnover."""
        if len(self._times) > MOST_KNOWN:
            self._times.clear()
        return self._times.setdefault((days, lengths), {})

    def is_nothing_in(self, key: Hashable) -> bool:
        """Whether it is known that there is nothing to be seen in a group, as ``note_nothing_in`` was told."""
        return key in self._nothing_in

    def note_nothing_in(self, key: Hashable, members: Iterable[Stay]) -> None:
        if len(self._nothing_in) > MOST_KNOWN:
            self._nothing_in.clear()
        # The members are held, so that no others can have their identity, by which they are told apart.
        self._nothing_in[key] = tuple(members)


@dataclass(frozen=True)
class Required:
    """The required sessions of a problem; each must have a legal start."""

    problem: AgendaProblem
    legal: Mapping[str, Legal]
    memory: Memory = field(default_factory=Memory)

    @cached_property
    def sessions(self) -> list[Session]:
        return [session for session in self.problem.sessions if session.is_required]

    @cached_property
    def stays(self) -> dict[str, Stay]:
        return {one.id: self.memory.stay(one, self.legal[one.id].starts) for one in self.sessions}

    @cached_property
    def houses(self) -> dict[str, int]:
        """By session the rooms where it may be, a bit each."""
        bits = {room.id: 1 << index for index, room in enumerate(self.problem.rooms)}
        # Sessions that are alike share their legal starts.
        known: dict[int, int] = {}
        for one in self.sessions:
            rooms = self.legal[one.id].rooms
            if id(rooms) not in known:
                known[id(rooms)] = sum(bits[room] for room in rooms)
        return {one.id: known[id(self.legal[one.id].rooms)] for one in self.sessions}
