"""Case city sessions and the partnerships behind them."""

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from app.agenda.enums import Part
from app.agenda.models import AgendaSession, SessionPerson
from app.pairing.models import Partnership
from app.pairing.queries import STANDING


def session_of_partnership(session: Session, partnership_id: int) -> AgendaSession | None:
    """The case city session of a partnership."""
    return session.scalar(select(AgendaSession).where(AgendaSession.partnership_id == partnership_id))


def has_moderator(session: Session, session_id: int) -> bool:
    """Whether somebody moderates a session."""
    moderates = select(SessionPerson.id).where(
        SessionPerson.session_id == session_id, SessionPerson.part == Part.MODERATOR
    )
    return session.scalar(moderates.limit(1)) is not None


def case_sessions_without_moderator(session: Session, event_id: int) -> list[AgendaSession]:
    """Case city sessions of partnerships that stand in which nobody moderates."""
    moderated = select(SessionPerson.session_id).where(SessionPerson.part == Part.MODERATOR)
    return _written_for(session, event_id, Partnership.state.in_(STANDING), AgendaSession.id.not_in(moderated))


def sessions_without_partnership(session: Session, event_id: int) -> list[AgendaSession]:
    """Sessions that go on although the partnership that they were written for was declined or taken back."""
    return _written_for(session, event_id, Partnership.state.not_in(STANDING))


def _written_for(session: Session, event_id: int, *conditions: ColumnElement[bool]) -> list[AgendaSession]:
    """Sessions that go on and were written for a partnership of the event, where the conditions hold of both."""
    return list(
        session.scalars(
            select(AgendaSession)
            .join(Partnership, Partnership.id == AgendaSession.partnership_id)
            .where(
                AgendaSession.event_id == event_id,
                Partnership.event_id == event_id,
                AgendaSession.is_cancelled.is_(False),
                *conditions,
            )
            .order_by(AgendaSession.id)
        )
    )
