"""Drafts beside the current one: copied under a name, and made current."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.agenda.drafts import draft_in_event, drafts_of
from app.agenda.models import AgendaDraft, DraftPlacement
from app.events.models import Event
from app.platform.actor import Actor
from app.platform.audit import record
from app.platform.errors import Refused
from app.platform.i18n import gettext as _


def copy_draft(session: Session, *, event: Event, draft_id: int, name: str, actor: Actor, now: datetime) -> AgendaDraft:
    """Keep what stands in a draft under another name; the board goes on with the current one.

    Raises:
        NotFound: the event has no such draft.
        Refused: another draft has this name.
    """
    source = draft_in_event(session, event.id, draft_id)
    if any(one.name.casefold() == name.casefold() for one in drafts_of(session, event.id)):
        raise Refused({"name": _("There is a draft of this name.")})
    copy = AgendaDraft(
        event_id=event.id,
        name=name,
        is_current=False,
        changed_at=now,
        placements=[
            DraftPlacement(session_id=one.session_id, room_id=one.room_id, starts_at=one.starts_at, pin=one.pin)
            for one in source.placements
        ],
    )
    session.add(copy)
    session.flush()
    record(
        session,
        actor=actor,
        now=now,
        event_id=event.id,
        action="agenda.draft_copied",
        entity="agenda_draft",
        entity_id=copy.id,
        changes={"name": (source.name, name)},
    )
    return copy


def make_current(session: Session, *, event: Event, draft_id: int, actor: Actor, now: datetime) -> AgendaDraft:
    """Let the board, runs and releases go on with this draft; the one before stays as it is, under its name.

    Raises:
        NotFound: the event has no such draft.
    """
    session.execute(select(AgendaDraft.id).where(AgendaDraft.event_id == event.id).with_for_update(key_share=True))
    chosen = draft_in_event(session, event.id, draft_id)
    before = next((one for one in drafts_of(session, event.id) if one.is_current), None)
    if before is chosen:
        return chosen
    if before is not None:
        before.is_current = False
        session.flush()
    chosen.is_current = True
    session.flush()
    record(
        session,
        actor=actor,
        now=now,
        event_id=event.id,
        action="agenda.draft_made_current",
        entity="agenda_draft",
        entity_id=chosen.id,
        changes={"current": (before.name if before else None, chosen.name)},
    )
    return chosen
