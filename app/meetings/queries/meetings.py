"""Held meetings, and the tables that have a host."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.delegations.models import Delegation
from app.events.models import MeetingTable, Room
from app.meetings.enums import MeetingState
from app.meetings.models import Meeting, MeetingOffer, WishPerson
from app.meetings.queries.wishes import load_people
from app.platform.errors import NotFound


def with_place(of: type[Meeting] | type[MeetingOffer] = Meeting) -> tuple[Any, ...]:
    """What loads slot and table, with room and site, of meetings or of what is offered."""
    return (
        selectinload(of.slot),
        selectinload(of.table).selectinload(MeetingTable.room).selectinload(Room.site),
    )


def _held(event_id: int) -> Select[Any]:
    whole = (joinedload(Meeting.wish, innerjoin=True), *with_place())
    return select(Meeting).where(Meeting.event_id == event_id, Meeting.state == MeetingState.HELD).options(*whole)


def _read(session: Session, statement: Select[Any]) -> Sequence[Meeting]:
    """These meetings with wish, people, slot and table."""
    found: Sequence[Meeting] = session.scalars(statement).all()
    load_people(session, [one.wish for one in found])
    return found


def meetings_of(session: Session, event_id: int, *, slot_ids: Collection[int] | None = None) -> list[Meeting]:
    """Held meetings with wish, people, slot and table, in the order of time and table; all, or those in some slots."""
    statement = _held(event_id)
    if slot_ids is not None:
        statement = statement.where(Meeting.slot_id.in_(slot_ids))
    found = _read(session, statement)
    return sorted(found, key=lambda meeting: (meeting.slot.starts_at, meeting.table.number, meeting.id))


def meetings_of_people(session: Session, event_id: int, delegate_ids: Iterable[int]) -> list[Meeting]:
    """The held meetings of these persons, in the order of time."""
    wishes = select(WishPerson.wish_id).where(WishPerson.delegate_id.in_(list(delegate_ids)))
    found = _read(session, _held(event_id).where(Meeting.wish_id.in_(wishes)))
    return sorted(found, key=lambda meeting: (meeting.slot.starts_at, meeting.id))


_ROWS = (
    select(Meeting)
    .where(Meeting.event_id == bindparam("event_id"), Meeting.state == MeetingState.HELD)
    .options(joinedload(Meeting.wish, innerjoin=True))
)
_OF_PERSON = _ROWS.where(
    Meeting.wish_id.in_(select(WishPerson.wish_id).where(WishPerson.delegate_id == bindparam("delegate_id")))
)
_IN_SLOTS = _ROWS.where(Meeting.slot_id.in_(bindparam("slot_ids", expanding=True)))


def held_rows_of(session: Session, event_id: int, delegate_id: int) -> Sequence[Meeting]:
    """The held meetings of a person with their wishes, without people, slot and table."""
    return session.scalars(_OF_PERSON, {"event_id": event_id, "delegate_id": delegate_id}).all()


def held_rows_in(session: Session, event_id: int, slot_ids: Collection[int]) -> Sequence[Meeting]:
    """The held meetings in some slots with their wishes, without people, slot and table."""
    return session.scalars(_IN_SLOTS, {"event_id": event_id, "slot_ids": list(slot_ids)}).all()


def meeting_in_event(session: Session, event_id: int, meeting_id: int) -> Meeting:
    """One held meeting.

    Raises:
        NotFound: the event has no such meeting, or it was cancelled.
    """
    found = _read(session, _held(event_id).where(Meeting.id == meeting_id))
    if not found:
        raise NotFound
    return found[0]


def people_of_cancelled(session: Session, event_id: int, meeting_id: int) -> frozenset[int]:
    """Who was to come to a meeting that was called off; nobody where there is no such meeting."""
    people = (
        select(WishPerson.delegate_id)
        .join(Meeting, Meeting.wish_id == WishPerson.wish_id)
        .where(Meeting.event_id == event_id, Meeting.id == meeting_id, Meeting.state == MeetingState.CANCELLED)
    )
    return frozenset(session.scalars(people))


def meeting_of_wish(session: Session, event_id: int, wish_id: int) -> Meeting | None:
    """The held meeting of a wish, with slot, table and room."""
    room = joinedload(Meeting.table, innerjoin=True).joinedload(MeetingTable.room, innerjoin=True)
    return session.scalar(
        select(Meeting)
        .where(Meeting.event_id == event_id, Meeting.wish_id == wish_id, Meeting.state == MeetingState.HELD)
        .options(joinedload(Meeting.slot, innerjoin=True), room.joinedload(Room.site, innerjoin=True))
    )


_HELD = select(func.count()).where(Meeting.event_id == bindparam("event_id"), Meeting.state == MeetingState.HELD)
_HOSTS = (
    select(Delegation.host_table_id, Delegation.id)
    .where(Delegation.event_id == bindparam("event_id"), Delegation.host_table_id.is_not(None))
    .order_by(Delegation.id.desc())
)


class HeldPlace(NamedTuple):
    """When and where a meeting is held: the beginning, the name of the room, the number of the table."""

    starts_at: datetime
    room: str
    table: int


def held_count(session: Session, event_id: int) -> int:
    """How many meetings are held."""
    return session.scalar(_HELD, {"event_id": event_id}) or 0


def hosts_of(session: Session, event_id: int) -> dict[int, int]:
    """The delegation that has each host table, by the table's ID."""
    rows = session.execute(_HOSTS, {"event_id": event_id})
    return {table_id: delegation_id for table_id, delegation_id in rows if table_id is not None}
