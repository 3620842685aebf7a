"""Tables for those who book at one moment: each begins at another one, and what is taken is read for all of them."""

from collections.abc import Collection, Iterator, Sequence
from itertools import groupby

from app.events.models import MeetingSlot, MeetingTable
from app.events.time_grid import TimeGrid


def begun_at(number: int, tables: Sequence[MeetingTable]) -> Iterator[MeetingTable]:
    """These tables, which stand in the order of their sizes, with those of one size turned by a number."""
    for _seats, alike in groupby(tables, key=lambda table: table.seats):
        group = [*alike]
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
