"""Meetings that take people and tables: held, moved and cancelled."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, inspect, select
from sqlalchemy.orm import Session

from app.claims.enums import HoldingKind
from app.claims.forms import Wanted
from app.claims.service import LockedDays, Walks, calendars, give_back, hold, hold_beside
from app.events.models import Event, MeetingSlot, MeetingTable, Resource, Room
from app.events.queries import walks_in_grains
from app.events.time_grid import TimeGrid
from app.meetings.enums import Answer, MeetingState
from app.meetings.models import Meeting, MeetingWish
from app.platform.actor import Actor
from app.platform.audit import record_change
from app.platform.database.rows import add_new_row, add_row
from app.platform.errors import Conflict

_OF_WISH = select(Meeting).where(Meeting.wish_id == bindparam("wish_id"))


def hold_meeting(
    session: Session,
    *,
    event: Event,
    wish: MeetingWish,
    slot: MeetingSlot,
    table: MeetingTable,
    run_id: int | None = None,
    is_pinned: bool = False,
    walks: Walks | None = None,
    actor: Actor,
    now: datetime,
) -> Meeting:
    """Give an accepted wish a slot and a table, or move it there if it is held already.

    A pinned meeting stays where it is in every later plan. ``walks`` are the ways on foot where they were read before.

    Raises:
        Conflict: the wish is not accepted.
        AlreadyTaken: somebody or the table is held by something else then.
    """
    if wish.answer is not Answer.ACCEPTED:
        raise Conflict("Only an accepted wish can be given a slot.", alternatives=())
    people = wish.delegate_ids
    ways = walks_in_grains(session, event) if walks is None else walks
    with calendars(session, event_id=event.id, person_ids=people, walks=ways):
        # Read behind the lock: two who give the same wish its first slot would both find no meeting.
        meeting = session.scalar(_OF_WISH, {"wish_id": wish.id})
        if meeting is not None:
            forget(session, [meeting])
        holding_id = take(session, event=event, wish=wish, slot=slot, table=table)
    before = (meeting.slot_id, meeting.table_id) if meeting and meeting.state is MeetingState.HELD else None
    is_new = meeting is None
    if meeting is None:
        meeting = Meeting(event_id=event.id, wish_id=wish.id, sequence=0, version=1)
    elif before != (slot.id, table.id):
        meeting.sequence += 1
    meeting.slot_id, meeting.table_id, meeting.state = slot.id, table.id, MeetingState.HELD
    meeting.holding_id, meeting.run_id, meeting.changed_at = holding_id, run_id, now
    meeting.is_pinned = is_pinned
    if is_new:
        add_row(session, meeting)
    if wish.unheld_reason is not None:
        wish.unheld_reason = None
    session.flush()
    record_change(session, meeting, "meeting.held", actor, now, {"place": (before, (slot.id, table.id))})
    return meeting


def hold_first(
    session: Session,
    *,
    event: Event,
    wish: MeetingWish,
    slot: MeetingSlot,
    table: MeetingTable,
    days: LockedDays,
    walks: Walks,
    actor: Actor,
    now: datetime,
) -> Meeting | None:
    """Give an accepted wish its first slot, pinned, beside what its people have; ``days`` are theirs.

    Returns nothing, and takes nothing, where the wish had a meeting before: ``hold_meeting`` knows what to do then.

    Raises:
        AlreadyTaken: the table is held by something else then; the transaction can go on.
    """
    holding_id = hold_beside(session, days=days, wanted=_wanted(session, event, wish, slot, table), walks=walks)
    meeting = Meeting(
        event_id=event.id, wish_id=wish.id, slot_id=slot.id, table_id=table.id, state=MeetingState.HELD,
        holding_id=holding_id, is_pinned=True, sequence=0, version=1, changed_at=now,
    )  # fmt: skip
    # Nobody looks for a meeting beforehand: of two who give the same wish a slot one finds its key taken.
    if add_new_row(session, meeting) is None:
        give_back(session, holding_ids=[holding_id])
        return None
    if wish.unheld_reason is not None:
        wish.unheld_reason = None
    record_change(session, meeting, "meeting.held", actor, now, {"place": (None, (slot.id, table.id))})
    return meeting


def cancel(
    session: Session, *, event: Event, meeting: Meeting, version: int, reason: str, actor: Actor, now: datetime
) -> None:
    """Cancel a held meeting and free its people and its table.

    Raises:
        Conflict: the meeting changed meanwhile.
    """
    if meeting.version != version:
        raise Conflict("This meeting changed meanwhile.", alternatives=())
    if meeting.state is MeetingState.CANCELLED:
        return
    people = meeting.wish.delegate_ids
    with calendars(session, event_id=event.id, person_ids=people, walks=walks_in_grains(session, event)):
        forget(session, [meeting])
    meeting.state, meeting.changed_at = MeetingState.CANCELLED, now
    meeting.sequence += 1
    meeting.wish.unheld_reason = reason
    session.flush()
    record_change(
        session, meeting, "meeting.cancelled", actor, now, {"state": ("held", "cancelled"), "reason": (None, reason)}
    )


def take(session: Session, *, event: Event, wish: MeetingWish, slot: MeetingSlot, table: MeetingTable) -> int:
    """Claim people, table and interpreter of a meeting; returns the holding's ID. Called inside ``calendars``."""
    return hold(session, event_id=event.id, wanted=_wanted(session, event, wish, slot, table))


def _wanted(session: Session, event: Event, wish: MeetingWish, slot: MeetingSlot, table: MeetingTable) -> Wanted:
    grid = TimeGrid.of(event)
    resource = session.get(Resource, wish.resource_id) if wish.resource_id else None
    return Wanted(
        kind=HoldingKind.MEETING,
        start_tick=grid.tick(slot.starts_at),
        end_tick=grid.tick_after(slot.ends_at),
        site_id=_site_of(session, table),
        person_ids=wish.delegate_ids,
        table_id=table.id,
        resources={resource.code: 1} if resource else {},
        capacities={resource.code: resource.capacity} if resource else {},
    )


def _site_of(session: Session, table: MeetingTable) -> int:
    is_known = "room" not in inspect(table).unloaded
    return table.room.site_id if is_known else session.get_one(Room, table.room_id).site_id


def forget(session: Session, meetings: Sequence[Meeting]) -> None:
    """Give back what these meetings hold. Called inside ``calendars``."""
    holdings = [meeting.holding_id for meeting in meetings if meeting.holding_id is not None]
    for meeting in meetings:
        meeting.holding_id = None
    session.flush()
    give_back(session, holding_ids=holdings)
