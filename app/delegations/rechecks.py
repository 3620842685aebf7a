"""Fields in re-check and photos, as they stand."""

from collections.abc import Iterable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.delegations.enums import RecheckState
from app.delegations.models import Delegate, Photo, Recheck
from app.platform.errors import NotFound


def waiting_recheck_count(session: Session, event_id: int) -> int:
    """How many fields wait for somebody to look."""
    waiting = (
        select(func.count())
        .select_from(Recheck)
        .join(Delegate, Delegate.id == Recheck.delegate_id)
        .where(Recheck.event_id == event_id, Recheck.state == RecheckState.ASKED, Delegate.is_active.is_(True))
    )
    return session.scalar(waiting) or 0


def rechecks_of(session: Session, delegate_ids: Iterable[int]) -> list[Recheck]:
    """The fields of some people that wait, by person in the order of asking."""
    statement = select(Recheck).where(Recheck.delegate_id.in_(list(delegate_ids)), Recheck.state == RecheckState.ASKED)
    return list(session.scalars(statement.order_by(Recheck.delegate_id, Recheck.asked_at, Recheck.id)))


def recheck_history(session: Session, delegate_id: int) -> list[Recheck]:
    """All fields of a person that ever waited, newest first."""
    statement = select(Recheck).where(Recheck.delegate_id == delegate_id)
    return list(session.scalars(statement.order_by(Recheck.asked_at.desc(), Recheck.id.desc())))


def recheck_in_event(session: Session, event_id: int, recheck_id: int) -> Recheck:
    """One field in re-check.

    Raises:
        NotFound: the event has no such re-check.
    """
    found = session.scalar(select(Recheck).where(Recheck.event_id == event_id, Recheck.id == recheck_id))
    if found is None:
        raise NotFound
    return found


def photo_in_force(session: Session, delegate_id: int) -> Photo | None:
    """The photo that stands on the badge."""
    return session.scalar(select(Photo).where(Photo.delegate_id == delegate_id, Photo.is_in_force.is_(True)))


def photo_of(session: Session, delegate_id: int, photo_id: int) -> Photo:
    """One photo of a person, in force or waiting.

    Raises:
        NotFound: the person has no such photo.
    """
    found = session.scalar(select(Photo).where(Photo.delegate_id == delegate_id, Photo.id == photo_id))
    if found is None:
        raise NotFound
    return found
