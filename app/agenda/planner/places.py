"""Where sessions may go, in the terms of rows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from app.agenda.models import AgendaSession
from app.agenda.planner.facts import AgendaFacts
from scheduler.agenda.places import FreePlaces
from scheduler.agenda.solution import AgendaSolution


@dataclass(frozen=True, kw_only=True)
class FreePlace:
    """A stretch of one room: starting at any grain from ``first`` to ``last`` a session breaks no rule."""

    room_id: int
    first: datetime
    last: datetime


def places_for(
    facts: AgendaFacts, places: FreePlaces, solution: AgendaSolution, items: Iterable[AgendaSession]
) -> Mapping[int, tuple[FreePlace, ...]]:
    """The free places of each session by its ID, room by room in the order of time."""
    wanted = {item.slug: item.id for item in items}
    if not wanted:
        return {}
    rooms = {room.slug: room.id for room in facts.rooms}
    return {
        wanted[name]: tuple(
            FreePlace(room_id=rooms[room], first=facts.grid.instant(start), last=facts.grid.instant(end - 1))
            for room, starts in by_room.items()
            for start, end in starts
        )
        for name, by_room in places.of(solution, wanted).items()
    }
