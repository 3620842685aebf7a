"""The sessions that every plan of a problem has, as they are looked at where nothing is searched."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from scheduler.agenda.legal import Legal, Starts
from scheduler.agenda.problem import AgendaProblem, Session


@dataclass(frozen=True)
class Stay:
    """A session that every plan has: between which grains it must lie, for how long, and what it takes meanwhile."""

    id: str
    earliest: int
    latest: int
    duration: int
    units: int
    possible: Starts


@dataclass(frozen=True)
class Required:
    """The required sessions of a problem; each must have a legal start."""

    problem: AgendaProblem
    legal: Mapping[str, Legal]

    @cached_property
    def sessions(self) -> list[Session]:
        return [session for session in self.problem.sessions if session.is_required]

    @cached_property
    def stays(self) -> dict[str, Stay]:
        known: dict[tuple[Starts, int], Starts] = {}
        found = {}
        for one in self.sessions:
            starts = self.legal[one.id].starts
            possible = known.setdefault(
                (starts, one.duration), tuple((start, end - 1 + one.duration) for start, end in starts)
            )
            found[one.id] = Stay(one.id, possible[0][0], possible[-1][1], one.duration, 1, possible)
        return found
