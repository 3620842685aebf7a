"""Held meetings that can no longer be where they are: somebody is away then, or the table is closed."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, selectinload

from app.delegations.models import BlockedTime, Delegate
from app.events.models import MeetingTable
from app.events.queries import slots_of
from app.events.shifts import is_closed
from app.meetings.enums import MeetingState
from app.meetings.ground import Ground
from app.meetings.models import Meeting, WishPerson
from app.meetings.planner import absent_in
from app.platform.kept import kept


class Cause(StrEnum):
    """Why a meeting cannot be held as planned."""

    AWAY = "away"
    CLOSED = "closed"


@dataclass(frozen=True, kw_only=True)
class Misfit:
    """A meeting by ID that cannot be held where it is, and why; a closed table counts before somebody's absence."""

    meeting_id: int
    cause: Cause


def misfits_of(session: Session, event_id: int, *, ground: Ground | None = None) -> tuple[Misfit, ...]:
    """The held meetings of an edition that no longer fit, in the order of their IDs.

    Args:
        ground: what they stand on, where the transaction reads.
    """
    by_id = {slot.id: slot for slot in slots_of(session, event_id)} if ground is None else ground.slots
    found: dict[int, Cause] = {}
    people = read_with_times(session, event_id) if ground is None else _kept_with_times(session, ground)
    if people:
        rows = session.execute(
            select(Meeting.id, Meeting.slot_id, WishPerson.delegate_id)
            .join(WishPerson, WishPerson.wish_id == Meeting.wish_id)
            .where(Meeting.event_id == event_id, Meeting.state == MeetingState.HELD)
        )
        for meeting_id, slot_id, person_id in rows:
            if person_id in people and absent_in(people[person_id], by_id[slot_id]):
                found[meeting_id] = Cause.AWAY
    known = _with_closings(session, event_id) if ground is None else ground.tables.values()
    closed = {table.id: table for table in known if table.closings}
    if closed:
        held = session.execute(
            select(Meeting.id, Meeting.slot_id, Meeting.table_id).where(
                Meeting.event_id == event_id, Meeting.state == MeetingState.HELD, Meeting.table_id.in_(closed)
            )
        )
        for meeting_id, slot_id, table_id in held:
            if is_closed(closed[table_id], by_id[slot_id]):
                found[meeting_id] = Cause.CLOSED
    return tuple(Misfit(meeting_id=one, cause=found[one]) for one in sorted(found))


def read_with_times(session: Session, event_id: int) -> dict[int, Delegate]:
    """Delegates who are not there all the time, with their blocked times."""
    rows = session.scalars(
        select(Delegate)
        .where(
            Delegate.event_id == event_id,
            or_(
                Delegate.arrives_at.is_not(None),
                Delegate.departs_at.is_not(None),
                Delegate.id.in_(select(BlockedTime.delegate_id)),
            ),
        )
        .options(selectinload(Delegate.blocked_times))
    )
    return {one.id: one for one in rows}


def _kept_with_times(session: Session, ground: Ground) -> Mapping[int, Delegate]:
    def read() -> Mapping[int, Delegate]:
        return read_with_times(session, ground.event_id)

    return kept(session, "who is not there all the time", event_id=ground.event_id, state=ground.state, read=read)


def _with_closings(session: Session, event_id: int) -> list[MeetingTable]:
    rows = session.scalars(
        select(MeetingTable)
        .where(MeetingTable.event_id == event_id, MeetingTable.closings.any())
        .options(selectinload(MeetingTable.closings))
    )
    return list(rows)
