"""What delegations do outside the agenda."""

from collections.abc import Iterable

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from app.platform.errors import NotFound
from app.visits.enums import VisitState
from app.visits.models import Visit, VisitMember


def visits_of_people(session: Session, event_id: int, delegate_ids: Iterable[int]) -> list[Visit]:
    """The visit items that these persons go to, cancelled ones left out."""
    wanted = sorted(set(delegate_ids))
    going = select(VisitMember.visit_id).where(VisitMember.delegate_id.in_(wanted))
    return list(
        session.scalars(
            select(Visit)
            .where(Visit.event_id == event_id, Visit.id.in_(going), Visit.state != VisitState.CANCELLED)
            .options(selectinload(Visit.members))
            .order_by(Visit.starts_at, Visit.id)
        )
    )


def visit_in_event(session: Session, event_id: int, visit_id: int) -> Visit:
    """One visit item with its members.

    Raises:
        NotFound: the event has no such item.
    """
    visit = session.scalar(
        select(Visit)
        .where(Visit.event_id == event_id, Visit.id == visit_id)
        .options(selectinload(Visit.members).selectinload(VisitMember.delegate))
    )
    if visit is None:
        raise NotFound
    return visit


def unconfirmed_visits(session: Session, event_id: int) -> list[Visit]:
    """The items that wait for protocol to confirm them, with their members, in the order of time."""
    return list(
        session.scalars(
            select(Visit)
            .where(Visit.event_id == event_id, Visit.state.in_((VisitState.DRAFT, VisitState.CHANGED)))
            .options(selectinload(Visit.members).selectinload(VisitMember.delegate))
            .order_by(Visit.starts_at, Visit.id)
        )
    )


def unconfirmed_count(session: Session, event_id: int) -> int:
    """How many items wait for protocol to confirm them."""
    return (
        session.scalar(
            select(func.count()).where(
                Visit.event_id == event_id, Visit.state.in_((VisitState.DRAFT, VisitState.CHANGED))
            )
        )
        or 0
    )
