"""Registrations as they stand."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from app.delegations.models import Delegate
from app.platform.errors import NotFound
from app.platform.tokens import digest
from app.registration.enums import ErasureState, RegistrationState
from app.registration.models import ErasureRequest, MemberLink, Registration


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


def delegates_of_registration(session: Session, registration: Registration) -> list[Delegate]:
    """The people who came with a registration, by rank; those who joined the delegation with a form of their own are
    not among them.
    """
    if registration.delegate_id is not None:
        return [session.get_one(Delegate, registration.delegate_id)]
    if registration.delegation_id is None:
        return []
    own = select(Registration.delegate_id).where(
        Registration.delegation_id == registration.delegation_id, Registration.delegate_id.is_not(None)
    )
    statement = select(Delegate).where(Delegate.delegation_id == registration.delegation_id, Delegate.id.not_in(own))
    return list(session.scalars(statement.order_by(Delegate.rank, Delegate.id)))


def place_in_line(session: Session, registration: Registration) -> int:
    """The place on the waiting list, from 1: who handed in first is asked first."""
    earlier = or_(
        Registration.submitted_at < registration.submitted_at,
        and_(Registration.submitted_at == registration.submitted_at, Registration.id < registration.id),
    )
    before = select(func.count()).where(
        Registration.event_id == registration.event_id, Registration.state == RegistrationState.WAITING, earlier
    )
    return (session.scalar(before) or 0) + 1


def ended_drafts(session: Session, *, now: datetime) -> list[Registration]:
    """The drafts of all editions whose fourteen days are over."""
    is_over = and_(Registration.expires_at.is_not(None), Registration.expires_at <= now)
    return list(session.scalars(select(Registration).where(Registration.state == RegistrationState.DRAFT, is_over)))


def member_link_by_token(session: Session, token: str) -> MemberLink:
    """The link that a member holds, also one that has ended.

    Raises:
        NotFound: no such link.
    """
    found = session.scalar(select(MemberLink).where(MemberLink.token_digest == digest(token)))
    if found is None:
        raise NotFound
    return found


def newest_links(session: Session, delegate_ids: Collection[int]) -> dict[int, MemberLink]:
    """The newest link of each of these delegates."""
    rows = session.scalars(select(MemberLink).where(MemberLink.delegate_id.in_(delegate_ids)).order_by(MemberLink.id))
    return {link.delegate_id: link for link in rows}


def newest_erasure(session: Session, *, delegate_id: int | None, registration_id: int | None) -> ErasureRequest | None:
    """The last request of a person, or of whoever handed in a form that made no person."""
    if delegate_id is None and registration_id is None:
        return None
    theirs = (
        ErasureRequest.delegate_id == delegate_id
        if delegate_id is not None
        else ErasureRequest.registration_id == registration_id
    )
    return session.scalar(select(ErasureRequest).where(theirs).order_by(ErasureRequest.id.desc()).limit(1))


def erasure_in_event(session: Session, event_id: int, erasure_id: int) -> ErasureRequest:
    """One request to be erased.

    Raises:
        NotFound: the event has no such request.
    """
    found = session.scalar(
        select(ErasureRequest).where(ErasureRequest.event_id == event_id, ErasureRequest.id == erasure_id)
    )
    if found is None:
        raise NotFound
    return found


def open_erasures(session: Session, event_id: int | None = None) -> list[ErasureRequest]:
    """The requests that wait for an answer, of one edition or of all: what is due first stands first."""
    waiting = select(ErasureRequest).where(ErasureRequest.state == ErasureState.OPEN)
    if event_id is not None:
        waiting = waiting.where(ErasureRequest.event_id == event_id)
    return list(session.scalars(waiting.order_by(ErasureRequest.due_on, ErasureRequest.id)))
