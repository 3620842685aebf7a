"""Who may go in somebody's place: colleagues of the same delegation by rank, each with what stands in the way."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from app.claims.enums import ClaimKind
from app.claims.queries import busy_ticks
from app.delegations.models import Delegate
from app.events.models import Event
from app.events.time_grid import TimeGrid
from app.meetings.models import Meeting

FITTING = 30
"""How many steps of protocol rank a deputy may stand below the person: a mayor's place is not taken by staff."""

BUSY, AWAY, RANK, NOT_APPROVED = "busy", "away", "rank_too_low", "not_approved"


@dataclass(frozen=True, kw_only=True)
class StandIn:
    """A colleague; ``obstacle`` is nothing where they can go, else what stands in the way."""

    delegate: Delegate
    obstacle: str | None


def stand_ins(
    session: Session,
    event: Event,
    delegate: Delegate,
    *,
    starts_at: datetime,
    ends_at: datetime,
    among: Collection[int] = (),
) -> tuple[StandIn, ...]:
    """The colleagues of a delegate for an interval, those who can go first, by rank; ``among`` go there already."""
    colleagues = session.scalars(
        select(Delegate)
        .where(
            Delegate.delegation_id == delegate.delegation_id,
            Delegate.is_active.is_(True),
            Delegate.id != delegate.id,
            Delegate.id.not_in(among),
        )
        .options(selectinload(Delegate.blocked_times))
        .order_by(Delegate.rank, Delegate.id)
    ).all()
    ticks = set(TimeGrid.of(event).ticks(starts_at, ends_at))
    taken = busy_ticks(session, event_id=event.id, kind=ClaimKind.PERSON, resources=[one.id for one in colleagues])
    found = [
        StandIn(
            delegate=one,
            obstacle=_obstacle(one, delegate, starts_at, ends_at, is_busy=bool(ticks & taken.get(str(one.id), set()))),
        )
        for one in colleagues
    ]
    return tuple(sorted(found, key=lambda one: (one.obstacle is not None, one.delegate.rank, one.delegate.id)))


def who_can_go(session: Session, event: Event, meeting: Meeting, instead_of: Delegate) -> list[StandIn]:
    """The colleagues of one of a meeting's people who can go in their place; slot and people must be loaded."""
    slot, among = meeting.slot, meeting.wish.delegate_ids
    found = stand_ins(session, event, instead_of, starts_at=slot.starts_at, ends_at=slot.ends_at, among=among)
    return [one for one in found if one.obstacle is None]


def _obstacle(one: Delegate, person: Delegate, starts_at: datetime, ends_at: datetime, *, is_busy: bool) -> str | None:
    if one.approved_at is None:
        return NOT_APPROVED
    if one.rank > person.rank + FITTING:
        return RANK
    is_blocked = any(block.starts_at < ends_at and starts_at < block.ends_at for block in one.blocked_times)
    is_late = one.arrives_at is not None and starts_at < one.arrives_at
    has_left = one.departs_at is not None and ends_at > one.departs_at
    if is_blocked or is_late or has_left:
        return AWAY
    return BUSY if is_busy else None
