"""Meetings that lost their place are given the nearest one that is left, all in one go."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.meetings.models import Meeting
from app.meetings.places import Company, Hall, Place, company_of


@dataclass(frozen=True, kw_only=True)
class Rehoused:
    """A meeting and where it goes; nothing where no place is left."""

    meeting: Meeting
    place: Place | None


def rehouse(hall: Hall, meetings: Iterable[Meeting]) -> tuple[Rehoused, ...]:
    """Places for these meetings, of which none holds anything any more in ``hall``; in the order of time.

    Whoever has fewest choices chooses first, and everybody takes what is nearest in time, the same table where it can
    be. Nobody and nothing is taken twice.
    """
    options = {
        meeting.id: (meeting, company_of(meeting.wish), hall.places(company_of(meeting.wish))) for meeting in meetings
    }
    chosen: dict[int, Rehoused] = {}
    taken: list[tuple[Company, Place]] = []
    while options:
        for key, (meeting, company, places) in options.items():
            options[key] = (meeting, company, [place for place in places if _is_left(hall, company, place, taken)])
        key, (meeting, company, places) = min(options.items(), key=lambda one: (len(one[1][2]), one[0]))
        del options[key]
        place = _nearest(meeting, places)
        if place is not None:
            taken.append((company, place))
        chosen[key] = Rehoused(meeting=meeting, place=place)
    return tuple(sorted(chosen.values(), key=lambda one: (one.meeting.slot.starts_at, one.meeting.id)))


def _nearest(meeting: Meeting, places: Sequence[Place]) -> Place | None:
    return min(
        places,
        key=lambda place: (
            abs(place.slot.starts_at - meeting.slot.starts_at),
            place.slot.starts_at,
            place.table.id != meeting.table_id,
            place.table.seats,
            place.table.number,
        ),
        default=None,
    )


def _is_left(hall: Hall, company: Company, place: Place, taken: Sequence[tuple[Company, Place]]) -> bool:
    ticks, units = hall.ticks(place.slot), 0
    for other, where in taken:
        if not ticks & hall.ticks(where.slot):
            continue
        if where.table.id == place.table.id or set(company.people) & set(other.people):
            return False
        units += company.resource_id is not None and other.resource_id == company.resource_id
    if company.resource_id is None:
        return True
    resource = hall.resources[company.resource_id]
    used = max((hall.units.get(resource.code, {}).get(tick, 0) for tick in ticks), default=0)
    return used + units < resource.capacity
