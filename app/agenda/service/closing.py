"""Closing a room for some hours, and opening it again."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.events.models import Event, EventDay, Room, RoomOpening
from app.events.queries import days_of
from app.events.shifts import Interval, closed_hours, free_of, stretch_of
from app.events.time_grid import TimeGrid
from app.platform.actor import Actor
from app.platform.audit import record
from app.platform.errors import NotFound


def closed_times(event: Event, days: Iterable[EventDay], room: Room) -> tuple[tuple[datetime, datetime], ...]:
    """The hours of the days in which a room is not open, in order; ``room.openings`` must be loaded."""
    grid = TimeGrid.of(event)
    return tuple(
        (grid.instant(start), grid.instant(end)) for day in days for start, end in closed_hours(grid, day, room)
    )


def close_room(
    session: Session,
    *,
    event: Event,
    room_id: int,
    starts_at: datetime,
    ends_at: datetime,
    is_open: bool,
    actor: Actor,
    now: datetime,
) -> None:
    """Close a room for a stretch of time, or open it again then. Drafts and runs count with it at once; what stands in
    it stays there and breaks a rule.

    Raises:
        NotFound: the event has no such room for sessions.
        Refused: an end that is not after its start, or hours on none of the days.
    """
    room = session.scalar(
        select(Room).where(Room.event_id == event.id, Room.id == room_id, Room.takes_sessions).with_for_update()
    )
    if room is None:
        raise NotFound
    days = days_of(session, event.id)
    stretch = stretch_of(event, days, starts_at=starts_at, ends_at=ends_at)
    grid = TimeGrid.of(event)
    rows = session.scalars(select(RoomOpening).where(RoomOpening.room_id == room.id)).all()
    before = _ticks(grid, rows) or [_always(grid, days)]
    parts = free_of(_always(grid, days), before)
    closed = [*parts, stretch] if not is_open else [one for part in parts for one in free_of(part, [stretch])]
    after = free_of(_always(grid, days), closed)
    session.execute(delete(RoomOpening).where(RoomOpening.room_id == room.id))
    if after != (_always(grid, days),):
        session.add_all(
            RoomOpening(room_id=room.id, starts_at=grid.instant(start), ends_at=grid.instant(end))
            for start, end in after
        )
    session.flush()
    session.expire(room)
    record(
        session,
        actor=actor,
        now=now,
        event_id=event.id,
        action="room.opened" if is_open else "room.closed",
        entity="room",
        entity_id=room.id,
        changes={"hours": (None, f"{starts_at.isoformat()}/{ends_at.isoformat()}")},
    )


def _always(grid: TimeGrid, days: Sequence[EventDay]) -> Interval:
    """From half a day before the first day to half a day after the last: a room closed on all days is open at night,
    for no opening at all means always open."""
    return (
        grid.tick(days[0].starts_at - timedelta(hours=12)),
        grid.tick_after(days[-1].ends_at + timedelta(hours=12)),
    )


def _ticks(grid: TimeGrid, openings: Iterable[RoomOpening]) -> list[Interval]:
    return [(grid.tick_after(one.starts_at), grid.tick(one.ends_at)) for one in openings]
