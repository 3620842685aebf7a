"""Tables for those who book at one moment: each begins at another one, and what is taken is read for all of them."""

from collections.abc import Collection, Iterator

from app.events.models import MeetingSlot
from app.events.time_grid import TimeGrid
from app.meetings.seating import Groups, Seat


def begun_at(number: int, groups: Groups) -> Iterator[Seat]:
    """The tables of these groups, with those of one size turned by a number."""
    for group in groups:
        first = number % len(group)
        yield from group[first:]
        yield from group[:first]


def tables_at(event_id: int, within: range) -> tuple[str, int, range]:
    """Under which name the tables that are taken within a stretch are read ahead."""
    return "tables", event_id, within


def stretch_of(grid: TimeGrid, slots: Collection[MeetingSlot]) -> range:
    """The ticks from the first of these slots to the last."""
    ticks = [grid.ticks(slot.starts_at, slot.ends_at) for slot in slots]
    return range(min((one.start for one in ticks), default=0), max((one.stop for one in ticks), default=0))
