"""Who said that they cannot come to a session that they are on."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from app.agenda.enums import BINDING_PARTS
from app.agenda.models import AgendaSession, SessionAbsence, SessionPerson
from app.delegations.models import Delegate


def absences_of(session: Session, event_id: int, *, session_id: int | None = None) -> list[SessionAbsence]:
    """Those that an organiser has not settled, with people and session, in the order in which they were said."""
    statement = (
        select(SessionAbsence)
        .join(AgendaSession, AgendaSession.id == SessionAbsence.session_id)
        .where(SessionAbsence.event_id == event_id, AgendaSession.is_cancelled.is_(False))
        .options(
            selectinload(SessionAbsence.session),
            selectinload(SessionAbsence.delegate).selectinload(Delegate.delegation),
            selectinload(SessionAbsence.instead),
        )
        .order_by(SessionAbsence.id)
    )
    if session_id is not None:
        statement = statement.where(SessionAbsence.session_id == session_id)
    return list(session.scalars(statement))


def absence_of(session: Session, *, session_id: int, delegate_id: int) -> SessionAbsence | None:
    """What one person said of one session."""
    return session.scalar(
        select(SessionAbsence)
        .where(SessionAbsence.session_id == session_id, SessionAbsence.delegate_id == delegate_id)
        .options(selectinload(SessionAbsence.instead))
    )


def answers_of(session: Session, delegate_id: int) -> Mapping[int, bool]:
    """The sessions, by number, that count on a person; whether they said that they cannot come."""
    said = select(SessionAbsence.session_id).where(SessionAbsence.delegate_id == delegate_id)
    absent = set(session.scalars(said))
    counted_on = select(SessionPerson.session_id).where(
        SessionPerson.delegate_id == delegate_id, SessionPerson.part.in_(BINDING_PARTS)
    )
    return {session_id: session_id in absent for session_id in session.scalars(counted_on)}
