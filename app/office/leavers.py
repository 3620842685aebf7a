"""Who withdrew and is still planned somewhere: nothing of it is kept in silence."""

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.agenda.models import AgendaSession, ReleasedPerson, ReleasedSession, SessionPerson
from app.agenda.queries import newest_release_id
from app.delegations.models import Delegate, Delegation, Party
from app.pairing.enums import PartnershipState
from app.pairing.models import Partnership, PartnershipMember
from app.registration.enums import Door, RegistrationState
from app.registration.models import Registration
from app.visits.enums import VisitState
from app.visits.models import Visit, VisitMember

ENDED = (PartnershipState.DECLINED, PartnershipState.WITHDRAWN)


def planned_without_coming(session: Session, event_id: int) -> list[str]:
    """People who no longer take part and stand on a session, on the released agenda or on a visit, with delegation."""
    on_sessions = (
        select(SessionPerson.delegate_id)
        .join(AgendaSession, AgendaSession.id == SessionPerson.session_id)
        .where(AgendaSession.event_id == event_id)
    )
    released = (
        select(ReleasedPerson.delegate_id)
        .join(ReleasedSession, ReleasedSession.id == ReleasedPerson.released_session_id)
        .where(ReleasedSession.release_id == newest_release_id(event_id))
    )
    on_visits = (
        select(VisitMember.delegate_id)
        .join(Visit, Visit.id == VisitMember.visit_id)
        .where(Visit.event_id == event_id, Visit.state != VisitState.CANCELLED)
    )
    rows = session.execute(
        select(Delegate.badge_name, Delegation.name)
        .join(Delegation, Delegation.id == Delegate.delegation_id)
        .where(
            Delegate.event_id == event_id,
            Delegate.is_active.is_(False),
            or_(Delegate.id.in_(on_sessions), Delegate.id.in_(released), Delegate.id.in_(on_visits)),
        )
        .order_by(Delegate.rank, Delegate.id)
    )
    return [f"{name} ({delegation})" for name, delegation in rows]


def paired_without_coming(session: Session, event_id: int) -> list[str]:
    """Cities whose nomination was withdrawn and that are members of a partnership that goes on."""
    withdrawn = select(Registration.party_id).where(
        Registration.event_id == event_id,
        Registration.door == Door.CITY,
        Registration.state == RegistrationState.WITHDRAWN,
        Registration.party_id.is_not(None),
    )
    approved = select(Registration.party_id).where(
        Registration.event_id == event_id,
        Registration.door == Door.CITY,
        Registration.state == RegistrationState.APPROVED,
        Registration.party_id.is_not(None),
    )
    paired = (
        select(PartnershipMember.party_id)
        .join(Partnership, Partnership.id == PartnershipMember.partnership_id)
        .where(Partnership.event_id == event_id, Partnership.state.not_in(ENDED))
    )
    chosen = select(Party.name).where(Party.id.in_(withdrawn), Party.id.not_in(approved), Party.id.in_(paired))
    return list(session.scalars(chosen.order_by(Party.name)))
