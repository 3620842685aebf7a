"""Where the rooms are, as values: what the plan on a schedule is drawn from."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class PlanRoom:
    """A room; ``is_attested`` says whether a source names it, or whether it is made up."""

    name: str
    floor: str | None
    is_attested: bool


@dataclass(frozen=True, kw_only=True)
class PlanSite:
    """A building, a gate or a house elsewhere, with its rooms; a gate has none."""

    id: int
    name: str
    is_offsite: bool
    rooms: tuple[PlanRoom, ...]


@dataclass(frozen=True, kw_only=True)
class Venue:
    """The sites of an edition, and the minutes on foot between two of them, by their IDs, the smaller first."""

    sites: tuple[PlanSite, ...]
    minutes: Mapping[tuple[int, int], int]

    def between(self, one: PlanSite, other: PlanSite) -> int | None:
        """Minutes on foot, where they are known."""
        return self.minutes.get((min(one.id, other.id), max(one.id, other.id)))


NOWHERE = Venue(sites=(), minutes={})


def chain_of(venue: Venue) -> tuple[PlanSite, ...]:
    """The sites at the venue in the order in which somebody who comes in walks past them.

    It begins at a gate, where there is one, and goes on to the nearest each time.
    """
    left = [site for site in venue.sites if not site.is_offsite]
    if not left:
        return ()
    first = next((site for site in left if not site.rooms), left[0])
    chain, left = [first], [site for site in left if site is not first]
    while left:
        here = chain[-1]
        nearest = min(left, key=lambda site: (far(venue.between(here, site)), site.id))
        chain.append(nearest)
        left.remove(nearest)
    return tuple(chain)


def far(minutes: int | None) -> int:
    """Minutes on foot to sort by: a way that nobody entered is the longest."""
    return 10_000 if minutes is None else minutes


def floors_of(rooms: Sequence[PlanRoom]) -> list[tuple[str | None, tuple[PlanRoom, ...]]]:
    """The rooms by floor, the highest first; those without a floor last."""
    floors: dict[str | None, list[PlanRoom]] = {}
    for room in rooms:
        floors.setdefault(room.floor, []).append(room)
    return [(floor, tuple(floors[floor])) for floor in sorted(floors, key=_height, reverse=True)]


def _height(floor: str | None) -> tuple[int, str]:
    if floor is None:
        return -2, ""
    number = re.search(r"\d+", floor)
    return (int(number[0]) if number else 0), floor
