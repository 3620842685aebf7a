"""Closing tables for some hours, such as a block that is lost, and opening them again."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, selectinload

from app.events.models import Event, MeetingTable, TableClosing
from app.events.queries import days_of
from app.events.shifts import free_of, joined, stretch_of
from app.events.time_grid import TimeGrid
from app.platform.actor import Actor
from app.platform.audit import record
from app.platform.errors import Refused
from app.platform.i18n import gettext as _


def close_tables(
    session: Session,
    *,
    event: Event,
    first: int,
    last: int,
    starts_at: datetime,
    ends_at: datetime,
    is_open: bool,
    actor: Actor,
    now: datetime,
) -> None:
    """Close the tables of these numbers for a stretch of time, or open them again then.

    Runs and offered places count with it at once; meetings that are held there stay and are named on the desk.

    Raises:
        Refused: no table has such a number, an end that is not after its start, or hours on none of the days.
    """
    if last < first:
        raise Refused({"last": _("The last table comes after the first.")})
    stretch = stretch_of(event, days_of(session, event.id), starts_at=starts_at, ends_at=ends_at)
    tables = session.scalars(
        select(MeetingTable)
        .where(MeetingTable.event_id == event.id, MeetingTable.number.between(first, last))
        .options(selectinload(MeetingTable.closings))
        .order_by(MeetingTable.number)
        .with_for_update()
    ).all()
    if not tables:
        raise Refused({"first": _("No table has such a number.")})
    grid = TimeGrid.of(event)
    for table in tables:
        before = [(grid.tick(one.starts_at), grid.tick_after(one.ends_at)) for one in table.closings]
        left = [part for one in before for part in free_of(one, [stretch])]
        after = left if is_open else [*joined([*before, stretch])]
        if after == before:
            continue
        session.execute(delete(TableClosing).where(TableClosing.table_id == table.id))
        session.add_all(
            TableClosing(table_id=table.id, starts_at=grid.instant(start), ends_at=grid.instant(end))
            for start, end in after
        )
        record(
            session,
            actor=actor,
            now=now,
            event_id=event.id,
            action="table.opened" if is_open else "table.closed",
            entity="meeting_table",
            entity_id=table.id,
            changes={"hours": (None, f"{starts_at.isoformat()}/{ends_at.isoformat()}")},
        )
    session.flush()
    for table in tables:
        session.expire(table, ["closings"])
