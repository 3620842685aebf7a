"""Placements of a plan as places on a board, and the way back."""

from collections.abc import Mapping

from scheduler.agenda.first_plan.board import Place
from scheduler.agenda.first_plan.ground import Grounds
from scheduler.agenda.solution import Placement


def place_of(grounds: Grounds, placement: Placement) -> tuple[int, Place]:
    """The number of a placed session, and its place."""
    place = Place(placement.start - grounds.origin, grounds.room_number[placement.room])
    return grounds.number[placement.session], place


def placements_of(grounds: Grounds, places: Mapping[int, Place]) -> list[Placement]:
    """The way back."""
    return [
        Placement(
            session=grounds.sessions[number].session.id,
            start=grounds.origin + place.start,
            room=grounds.problem.rooms[place.room].id,
        )
        for number, place in places.items()
    ]
