"""What wishes and meetings stand on and bookings do not change, kept for pages: people, days, slots, tables, rules."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from app.claims.enums import BOOKED
from app.delegations.people import People
from app.events.models import Event, EventDay, MeetingSlot, MeetingTable
from app.meetings.house import house_of
from app.meetings.models import Meeting, MeetingOffer, MeetingWish
from app.meetings.queries.meetings import held_rows_in, held_rows_of
from app.meetings.queries.offers import open_offer_rows_to
from app.meetings.queries.wishes import load_people, rows_for_office, waiting_rows_of, wish_rows_by_id, wish_rows_of
from app.meetings.rules import MeetingRules
from app.platform.kept import kept, state_without


@dataclass(frozen=True, kw_only=True)
class Ground:
    """Days, slots and tables in their order. ``state`` names the state of the edition, as it is whatever was booked."""

    event_id: int
    state: str
    people: People
    days: tuple[EventDay, ...]
    slots: Mapping[int, MeetingSlot]
    tables: Mapping[int, MeetingTable]
    rules: MeetingRules

    def held_of(self, session: Session, delegate_id: int) -> list[Meeting]:
        """The held meetings of a person, in the order of time, with wish, people, slot and table."""
        found = held_rows_of(session, self.event_id, delegate_id)
        self._complete(session, [one.wish for one in found])
        for one in found:
            self._place(one)
        return sorted(found, key=lambda meeting: (meeting.slot.starts_at, meeting.id))

    def held_in(self, session: Session, slot_ids: Collection[int]) -> list[Meeting]:
        """The held meetings in some slots, in the order of time and table, with wish, people, slot and table."""
        found = held_rows_in(session, self.event_id, slot_ids)
        self._complete(session, [one.wish for one in found])
        for one in found:
            self._place(one)
        return sorted(found, key=lambda meeting: (meeting.slot.starts_at, meeting.table.number, meeting.id))

    def wishes_by_id(self, session: Session, wish_ids: Collection[int]) -> dict[int, MeetingWish]:
        """Wishes with their people, by ID."""
        found = self._complete(session, wish_rows_by_id(session, self.event_id, wish_ids))
        return {wish.id: wish for wish in found}

    def for_office(self, session: Session, now: datetime) -> list[MeetingWish]:
        """Wishes that the organisers answer, in the order in which they were made."""
        return self._complete(session, rows_for_office(session, self.event_id, now))

    def wishes_of(self, session: Session, delegate_id: int) -> list[MeetingWish]:
        """All wishes that a delegate made, got or is to take part in, newest first."""
        return self._complete(session, wish_rows_of(session, self.event_id, delegate_id))

    def asked_of(self, session: Session, delegate_id: int, now: datetime) -> list[MeetingWish]:
        """Those of them that wait for the answer of this delegate."""
        found = waiting_rows_of(session, self.event_id, delegate_id, now)
        return self._complete(session, [one for one in found if one.waits_for(delegate_id, now)])

    def offers_to(self, session: Session, delegate_id: int, now: datetime) -> list[MeetingOffer]:
        """The freed times that wait for the answer of a delegate, the first to end first."""
        found = open_offer_rows_to(session, self.event_id, delegate_id, now)
        self._complete(session, [one.wish for one in found])
        for one in found:
            self._place(one)
        return found

    def _complete(self, session: Session, wishes: list[MeetingWish]) -> list[MeetingWish]:
        load_people(session, wishes, known=self.people.by_id, slots=self.slots)
        return wishes

    def _place(self, one: Meeting | MeetingOffer) -> None:
        set_committed_value(one, "slot", self.slots[one.slot_id])
        set_committed_value(one, "table", self.tables[one.table_id])


def ground_of(session: Session, event: Event) -> Ground:
    """The ground as this transaction sees it; for transactions that read."""
    state = state_without(session, event.id, quiet=BOOKED)
    return kept(session, "ground", event_id=event.id, state=state, read=lambda: read_ground(session, event.id, state))


def read_ground(session: Session, event_id: int, state: str) -> Ground:
    """The same, put together anew."""
    house = house_of(session, event_id)
    return Ground(
        event_id=event_id,
        state=state,
        people=People(),
        days=house.days,
        slots=house.slots_by_id,
        tables=house.tables_by_id,
        rules=house.rules,
    )
