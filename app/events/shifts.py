"""When a resource is there, its shifts without the breaks; and when a room or a table is not open."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from app.events.enums import ResourceTimeKind
from app.events.models import Event, EventDay, MeetingSlot, MeetingTable, Resource, Room
from app.events.time_grid import TimeGrid
from app.platform.errors import Refused
from app.platform.i18n import gettext as _

Interval = tuple[int, int]


def shifts_in_ticks(grid: TimeGrid, resource: Resource, *, end: int) -> tuple[Interval, ...] | None:
    """Windows in ticks, half open; ``None`` where nothing was said. Without a shift the day lasts from 0 to ``end``."""
    shifts = [one for one in resource.times if one.kind is ResourceTimeKind.SHIFT]
    breaks = [one for one in resource.times if one.kind is ResourceTimeKind.BREAK]
    if not shifts and not breaks:
        return None
    pauses = [(grid.tick(one.starts_at), grid.tick_after(one.ends_at)) for one in breaks]
    whole = [(grid.tick_after(one.starts_at), grid.tick(one.ends_at)) for one in shifts] or [(0, end)]
    return tuple(part for shift in whole for part in free_of(shift, pauses))


def closed_hours(grid: TimeGrid, day: EventDay, room: Room) -> tuple[Interval, ...]:
    """The ticks of a day in which a room is not open; ``room.openings`` must be loaded."""
    if not room.openings:
        return ()
    is_open = [(grid.tick_after(one.starts_at), grid.tick(one.ends_at)) for one in room.openings]
    return free_of((grid.tick(day.starts_at), grid.tick_after(day.ends_at)), is_open)


def is_closed(table: MeetingTable, slot: MeetingSlot) -> bool:
    """Whether a table is closed in some of a slot; ``table.closings`` must be loaded."""
    return any(one.starts_at < slot.ends_at and slot.starts_at < one.ends_at for one in table.closings)


def stretch_of(event: Event, days: Iterable[EventDay], *, starts_at: datetime, ends_at: datetime) -> Interval:
    """Hours that somebody closes or opens, in ticks.

    Raises:
        Refused: an end that is not after its start, or hours on none of the days.
    """
    if ends_at <= starts_at:
        raise Refused({"until": _("The end comes after the start.")})
    if not any(day.starts_at < ends_at and starts_at < day.ends_at for day in days):
        raise Refused({"since": _("This is outside the hours of the day.")})
    grid = TimeGrid.of(event)
    return grid.tick(starts_at), grid.tick_after(ends_at)


def joined(stretches: Sequence[Interval]) -> tuple[Interval, ...]:
    """The same time in as few stretches as possible, in order; at least one is given."""
    whole = (min(start for start, _end in stretches), max(end for _start, end in stretches))
    return free_of(whole, free_of(whole, stretches))


def free_of(whole: Interval, taken: Iterable[Interval]) -> tuple[Interval, ...]:
    """What is left of a stretch of time."""
    start, end = whole
    free: list[Interval] = []
    for since, until in sorted(taken):
        if since > start:
            free.append((start, min(since, end)))
        start = max(start, until)
    free.append((start, end))
    return tuple((since, until) for since, until in free if since < until)
