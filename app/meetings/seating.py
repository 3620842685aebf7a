"""The tables of an edition as those look at them who seek a place: worked out once, and not for each booking.

A row of the ORM looks at its state whenever it is asked for an attribute: a booking that sorted all tables asked 700
times.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from app.events.models import MeetingSlot, MeetingTable


class Seat(NamedTuple):
    """A table; ``key`` is its ID as the ledger writes it, ``closings`` from when to when it is closed."""

    table: MeetingTable
    key: str
    site_id: int
    seats: int
    zone: str | None
    closings: tuple[tuple[datetime, datetime], ...]

    def is_closed(self, slot: MeetingSlot) -> bool:
        """Whether it is closed in some of a slot."""
        return any(since < slot.ends_at and slot.starts_at < until for since, until in self.closings)


Groups = tuple[tuple[Seat, ...], ...]
"""Tables of one size each, the smallest first."""


class Seating:
    """All tables, with room, site and closed hours loaded, and which delegation hosts at which of them."""

    def __init__(self, tables: Sequence[MeetingTable], hosts: Mapping[int, int]) -> None:
        self.seats = tuple(_seat_of(table) for table in tables)
        self.sites = frozenset(seat.site_id for seat in self.seats)
        self._own: dict[int, list[Seat]] = defaultdict(list)
        for seat in self.seats:
            if seat.table.id in hosts:
                self._own[hosts[seat.table.id]].append(seat)
        shared = (seat for seat in self.seats if seat.table.id not in hosts)
        self._shared = sorted(shared, key=lambda seat: (seat.seats, seat.table.number))
        self._known: dict[tuple[int, str | None], Groups] = {}

    def groups_for(self, *, people: int, zone: str | None, hosts: Sequence[int]) -> Groups:
        """The tables that take so many people: the host's own, else those of the zone without a host."""
        for host in hosts:
            own = next((seat for seat in self._own.get(host, ()) if seat.seats >= people), None)
            if own is not None:
                return ((own,),)
        known = self._known.get((people, zone))
        if known is None:
            known = self._known[people, zone] = self._groups(people, zone)
        return known

    def _groups(self, people: int, zone: str | None) -> Groups:
        groups: dict[int, list[Seat]] = defaultdict(list)
        for seat in self._shared:
            if seat.seats >= people and zone in (None, seat.zone):
                groups[seat.seats].append(seat)
        return tuple(tuple(group) for group in groups.values())


def _seat_of(table: MeetingTable) -> Seat:
    closings = tuple((one.starts_at, one.ends_at) for one in table.closings)
    return Seat(table, str(table.id), table.room.site_id, table.seats, table.zone, closings)
