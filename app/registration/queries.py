"""Registrations as they stand."""

from collections.abc import Mapping

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.platform.errors import NotFound
from app.platform.tokens import digest
from app.registration.enums import RegistrationState
from app.registration.models import Registration


def registrations_of(event_id: int, *, state: RegistrationState | None = None) -> Select[Registration]:
    """A statement for all registrations of an edition, those that wait longest first."""
    statement = select(Registration).where(Registration.event_id == event_id)
    if state is not None:
        statement = statement.where(Registration.state == state)
    return statement.order_by(Registration.submitted_at, Registration.id)


def registration_in_event(session: Session, event_id: int, registration_id: int) -> Registration:
    """One registration.

    Raises:
        NotFound: the event has no such registration.
    """
    found = session.scalar(
        select(Registration).where(Registration.event_id == event_id, Registration.id == registration_id)
    )
    if found is None:
        raise NotFound
    return found


def registration_by_token(session: Session, token: str) -> Registration:
    """The registration that an applicant's link belongs to.

    Raises:
        NotFound: no such link.
    """
    found = session.scalar(select(Registration).where(Registration.token_digest == digest(token)))
    if found is None:
        raise NotFound
    return found


def state_counts(session: Session, event_id: int) -> Mapping[RegistrationState, int]:
    """How many registrations there are in each state."""
    rows = session.execute(
        select(Registration.state, func.count()).where(Registration.event_id == event_id).group_by(Registration.state)
    )
    counts = dict.fromkeys(RegistrationState, 0)
    for state, count in rows:
        counts[state] = count
    return counts
