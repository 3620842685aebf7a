"""A private no, and taking it back."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.delegations.queries import delegate_in_event
from app.events.models import Event
from app.meetings.models import MeetingVeto
from app.platform.actor import Actor
from app.platform.audit import record
from app.platform.errors import NotFound


def veto(
    session: Session, *, event: Event, delegate_id: int, other_id: int, actor: Actor, now: datetime
) -> MeetingVeto:
    """A private no: the two are never placed together by a plan.

    Raises:
        NotFound: one of the two is not of this event, or it is the same person twice.
    """
    if delegate_id == other_id:
        raise NotFound
    delegate_in_event(session, event.id, delegate_id)
    delegate_in_event(session, event.id, other_id)
    standing = _veto_of(session, delegate_id, other_id)
    if standing is not None:
        return standing
    said = MeetingVeto(event_id=event.id, delegate_id=delegate_id, other_delegate_id=other_id)
    session.add(said)
    session.flush()
    record(
        session,
        actor=actor,
        now=now,
        event_id=event.id,
        action="meeting.veto",
        entity="meeting_veto",
        entity_id=said.id,
        changes={},
    )
    return said


def take_back_veto(
    session: Session, *, event: Event, delegate_id: int, other_id: int, actor: Actor, now: datetime
) -> None:
    """The private no is no more; where none stands nothing happens."""
    standing = _veto_of(session, delegate_id, other_id)
    if standing is None:
        return
    record(
        session,
        actor=actor,
        now=now,
        event_id=event.id,
        action="meeting.veto_taken_back",
        entity="meeting_veto",
        entity_id=standing.id,
        changes={},
    )
    session.delete(standing)
    session.flush()


def _veto_of(session: Session, delegate_id: int, other_id: int) -> MeetingVeto | None:
    return session.scalar(
        select(MeetingVeto).where(MeetingVeto.delegate_id == delegate_id, MeetingVeto.other_delegate_id == other_id)
    )
