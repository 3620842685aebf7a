"""The current draft of an edition."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.agenda.models import AgendaDraft
from app.agenda.queries import current_draft
from app.events.models import Event
from app.platform.actor import Actor
from app.platform.audit import record


def draft_for(session: Session, *, event: Event, actor: Actor, now: datetime) -> AgendaDraft:
    """The current draft of an edition, for a change; the first call makes it.

    Whoever comes second waits for the first (PostgreSQL; SQLite has one writer anyway), so that changes of different
    sessions at the same moment both stand.
    """
    session.execute(
        select(AgendaDraft.id)
        .where(AgendaDraft.event_id == event.id, AgendaDraft.is_current.is_(True))
        .with_for_update()
    )
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
