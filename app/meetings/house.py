"""What the meetings of an edition take place in, kept by this process: a rush of bookings reads it once."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from app.claims.enums import BOOKED
from app.delegations.models import BlockedTime
from app.delegations.queries import blocked_times_of
from app.events.models import Event, EventDay, MeetingSlot, MeetingTable
from app.events.queries import days_of, slots_of, tables_of, walks_in_grains
from app.events.time_grid import TimeGrid
from app.meetings.models import Meeting, MeetingWish
from app.meetings.queries import HeldPlace, hosts_of
from app.meetings.rules import MeetingRules, rules_of
from app.meetings.seating import Seating
from app.platform.kept import apart_from, kept, state_without

OUTDATING = frozenset(
    {"delegate.availability", "delegate.changed", "delegate.imported", "delegate.merged", "table.closed"}
)
"""Actions after which nobody is to be booked by what a house said before: the ledger knows nothing of such times."""


@dataclass(frozen=True, kw_only=True)
class House:
    """Days, slots, tables with room, site and closed hours, in their order; who hosts which, ways in grains, and rules.

    ``blocked`` holds the blocked times of delegates who have some.

    Its rows belong to no session of the database: they are there to be read.
    """

    event: Event
    grid: TimeGrid
    days: tuple[EventDay, ...]
    slots: tuple[MeetingSlot, ...]
    tables: tuple[MeetingTable, ...]
    hosts: Mapping[int, int]
    walks: Mapping[tuple[int, int], int]
    rules: MeetingRules
    blocked: Mapping[int, tuple[BlockedTime, ...]]

    @cached_property
    def slots_by_id(self) -> Mapping[int, MeetingSlot]:
        """In the order of time."""
        return {one.id: one for one in self.slots}

    @cached_property
    def tables_by_id(self) -> Mapping[int, MeetingTable]:
        return {one.id: one for one in self.tables}

    @cached_property
    def seating(self) -> Seating:
        return Seating(self.tables, self.hosts)

    def complete(self, wish: MeetingWish) -> None:
        """Make known to a wish its slot, and to its people when they are not there."""
        slot = None if wish.slot_id is None else self.slots_by_id.get(wish.slot_id)
        set_committed_value(wish, "slot", slot)
        for person in wish.people:
            set_committed_value(person.delegate, "blocked_times", [*self.blocked.get(person.delegate_id, ())])

    def place_of(self, meeting: Meeting) -> HeldPlace:
        """When and where a meeting is held."""
        table = self.tables_by_id[meeting.table_id]
        return HeldPlace(self.slots_by_id[meeting.slot_id].starts_at, table.room.name, table.number)


def house_of(session: Session, event_id: int) -> House:
    """The house of an edition, for transactions that have not changed it themselves without a line in the log yet."""
    state = state_without(session, event_id, quiet=BOOKED)
    return kept(
        session, "house of meetings", event_id=event_id, state=state, read=lambda: read_house(session, event_id)
    )


def read_house(session: Session, event_id: int) -> House:
    """In a session apart: the rows outlive this one."""
    with apart_from(session) as apart:
        event = apart.get_one(Event, event_id)
        return House(
            event=event,
            grid=TimeGrid.of(event),
            days=tuple(days_of(apart, event_id)),
            slots=tuple(slots_of(apart, event_id)),
            tables=tuple(tables_of(apart, event_id)),
            hosts=hosts_of(apart, event_id),
            walks=walks_in_grains(apart, event),
            rules=rules_of(apart, event_id),
            blocked=blocked_times_of(apart, event_id),
        )
