"""What may be short of time: rooms, and the units of a resource one by one, as tracks of open time."""

from collections.abc import Iterator, Mapping, Sequence

from scheduler.agenda.crowds.sizes import Stretch
from scheduler.agenda.legal import Legal, Span, Starts, common, hours_of_days, taken_elsewhere, union, without
from scheduler.agenda.problem import AgendaProblem, Resource, Session


def standing_still(required: Sequence[Session], legal: Mapping[str, Legal]) -> dict[str, tuple[str, Span]]:
    """Room and time of each session that may be nowhere else."""
    found = {}
    for one in required:
        rooms = legal[one.id].rooms
        if len(rooms) == 1:
            ((room, starts),) = rooms.items()
            if len(starts) == 1 and starts[0][1] - starts[0][0] == 1:
                found[one.id] = (room, (starts[0][0], starts[0][0] + one.duration))
    return found


def scarce(
    problem: AgendaProblem, required: list[Session], legal: Mapping[str, Legal]
) -> Iterator[tuple[list[Session], list[Stretch], bool]]:
    """What may be short of time, with the sessions that need it; a resource comes before rooms.

    The last value says whether every plan can be read as sessions on these tracks: intervals of which so many overlap
    at most go onto as many tracks, but not where the number changes with time.
    """
    days = hours_of_days(problem.days)
    for resource in problem.resources:
        users = [one for one in required if one.uses.get(resource.id, 0) > 0]
        if len(users) > 1 and all(one.uses[resource.id] == 1 for one in users):
            yield (
                users,
                [Stretch(*span) for level in _levels(resource, len(users)) for span in common(union(days), level)],
                not resource.taken,
            )
    if problem.max_parallel is not None and problem.max_parallel < len(problem.rooms):
        yield required, [Stretch(*span) for _ in range(problem.max_parallel) for span in days], True
    # What may be nowhere else cuts the time of its room: the rest goes before and after.
    standing = standing_still(required, legal)
    yield (
        [one for one in required if one.id not in standing],
        [
            Stretch(start, end, room.turnover, room.id)
            for room in problem.rooms
            for start, end in without(
                tuple(days) if room.open is None else common(days, union(room.open)),
                union(
                    (start - room.turnover, end + room.turnover)
                    for where, (start, end) in standing.values()
                    if where == room.id
                ),
            )
        ],
        True,
    )


def _levels(resource: Resource, most: int) -> Iterator[Starts]:
    """When the first unit is free, when the second is as well, and so on."""
    hours: Starts = ((-(2**40), 2**40),) if resource.open is None else union(resource.open)
    taken = taken_elsewhere(resource)
    for level in range(min(resource.capacity, most)):
        yield without(hours, union(span for span, units in taken if resource.capacity - units <= level))
