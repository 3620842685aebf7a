"""Placing sessions in the current draft by hand."""

from datetime import datetime
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.agenda.enums import PinKind
from app.agenda.models import AgendaDraft, AgendaSession, DraftPlacement
from app.agenda.queries import current_draft
from app.events.models import Event, Room
from app.platform.actor import Actor
from app.platform.audit import record
from app.platform.errors import Conflict, NotFound

Row = TypeVar("Row", AgendaSession, Room)


def draft_for(session: Session, *, event: Event, actor: Actor, now: datetime) -> AgendaDraft:
    """The current draft of an edition; the first call makes it."""
    draft = current_draft(session, event.id)
    if draft is not None:
        return draft
    draft = AgendaDraft(event_id=event.id, name="Draft 1", is_current=True, changed_at=now, placements=[])
    session.add(draft)
    session.flush()
    record(
        session,
        actor=actor,
        now=now,
        event_id=event.id,
        action="agenda.draft_begun",
        entity="agenda_draft",
        entity_id=draft.id,
        changes={"name": (None, draft.name)},
    )
    return draft


def place(
    session: Session,
    *,
    event: Event,
    session_id: int,
    room_id: int,
    starts_at: datetime,
    version: int | None,
    actor: Actor,
    now: datetime,
) -> DraftPlacement:
    """Give a session a start and a room. Broken rules are shown, not refused: a draft is work in progress.

    Args:
        version: of the placement that the editor saw, ``None`` if it saw none.

    Raises:
        NotFound: the event has no such session or room.
        Conflict: somebody else moved the session meanwhile.
    """
    item = _own(session, AgendaSession, event.id, session_id)
    room = _own(session, Room, event.id, room_id)
    draft = draft_for(session, event=event, actor=actor, now=now)
    placement = _placement(session, draft, item.id)
    if (placement.version if placement else None) != version:
        raise Conflict("This session was moved meanwhile.", alternatives=())
    before = (placement.starts_at.isoformat(), placement.room_id) if placement else None
    if placement is None:
        placement = DraftPlacement(draft_id=draft.id, session_id=item.id, room_id=room.id, starts_at=starts_at)
        session.add(placement)
    placement.starts_at, placement.room_id = starts_at, room.id
    draft.changed_at = now
    session.flush()
    record(
        session,
        actor=actor,
        now=now,
        event_id=event.id,
        action="agenda.placed",
        entity="agenda_session",
        entity_id=item.id,
        changes={"place": (before, (starts_at.isoformat(), room.id))},
    )
    return placement


def put_back(session: Session, *, event: Event, session_id: int, version: int, actor: Actor, now: datetime) -> None:
    """Take a session off the grid, back to those not placed yet.

    Raises:
        NotFound: it has no place in the draft.
        Conflict: somebody else moved it meanwhile.
    """
    draft = draft_for(session, event=event, actor=actor, now=now)
    placement = _placement(session, draft, session_id)
    if placement is None:
        raise NotFound
    if placement.version != version:
        raise Conflict("This session was moved meanwhile.", alternatives=())
    session.delete(placement)
    draft.changed_at = now
    session.flush()
    record(
        session,
        actor=actor,
        now=now,
        event_id=event.id,
        action="agenda.put_back",
        entity="agenda_session",
        entity_id=session_id,
        changes={"place": ((placement.starts_at.isoformat(), placement.room_id), None)},
    )


def pin(
    session: Session, *, event: Event, session_id: int, kind: PinKind, actor: Actor, now: datetime
) -> DraftPlacement:
    """Make a run keep the time, the room or both of a placed session, or neither.

    Raises:
        NotFound: it has no place in the draft.
    """
    draft = draft_for(session, event=event, actor=actor, now=now)
    placement = _placement(session, draft, session_id)
    if placement is None:
        raise NotFound
    before, placement.pin = placement.pin, kind
    session.flush()
    record(
        session,
        actor=actor,
        now=now,
        event_id=event.id,
        action="agenda.pinned",
        entity="agenda_session",
        entity_id=session_id,
        changes={"pin": (before.value, kind.value)},
    )
    return placement


def _placement(session: Session, draft: AgendaDraft, session_id: int) -> DraftPlacement | None:
    return session.scalar(
        select(DraftPlacement).where(DraftPlacement.draft_id == draft.id, DraftPlacement.session_id == session_id)
    )


def _own(session: Session, model: type[Row], event_id: int, row_id: int) -> Row:
    row = session.scalar(select(model).where(model.event_id == event_id, model.id == row_id))
    if row is None:
        raise NotFound
    return row
