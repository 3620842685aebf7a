"""The current draft of an edition, and what it holds."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.agenda.models import AgendaDraft, DraftPlacement
from app.agenda.planner import Placed
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


def swap_placements(session: Session, draft: AgendaDraft, proposed: Sequence[Placed]) -> int:
    """Make a draft hold these places and no other; returns how many sessions came, went or moved."""
    wanted = {placed.session_id: placed for placed in proposed}
    present = {placement.session_id: placement for placement in draft.placements}
    changed = 0
    for session_id, placement in present.items():
        placed = wanted.get(session_id)
        if placed is None:
            session.delete(placement)
            changed += 1
        elif (placement.room_id, placement.starts_at) != (placed.room_id, placed.starts_at):
            placement.room_id, placement.starts_at = placed.room_id, placed.starts_at
            changed += 1
    for placed in proposed:
        if placed.session_id not in present:
            session.add(
                DraftPlacement(
                    draft_id=draft.id,
                    session_id=placed.session_id,
                    room_id=placed.room_id,
                    starts_at=placed.starts_at,
                )
            )
            changed += 1
    return changed
