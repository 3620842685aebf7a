"""How many wishes and meetings somebody has."""

from datetime import datetime

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.orm import Session

from app.delegations.models import Delegate
from app.meetings.enums import Answer, MeetingWishLevel
from app.meetings.models import MeetingWish, WishPerson
from app.meetings.queries.wishes import waits

# Put together once: pages that are asked for often ask for them, and every booking.
_BY_ANSWER = (
    select(MeetingWish.answer, func.count())
    .where(MeetingWish.event_id == bindparam("event_id"))
    .group_by(MeetingWish.answer)
)
_USED = select(func.count()).where(
    MeetingWish.event_id == bindparam("event_id"),
    or_(
        (MeetingWish.answer == Answer.ACCEPTED)
        & MeetingWish.id.in_(select(WishPerson.wish_id).where(WishPerson.delegate_id == bindparam("delegate_id"))),
        (MeetingWish.from_delegate_id == bindparam("delegate_id"))
        & (MeetingWish.answer == Answer.PENDING)
        & (MeetingWish.expires_at.is_(None) | (MeetingWish.expires_at > bindparam("now"))),
    ),
)


def answer_counts(session: Session, event_id: int) -> dict[Answer, int]:
    """How many wishes there are in each state."""
    counts = dict.fromkeys(Answer, 0)
    for answer, count in session.execute(_BY_ANSWER, {"event_id": event_id}):
        counts[answer] = count
    return counts


def quota_used(session: Session, event_id: int, delegate_id: int, now: datetime) -> int:
    """How many meetings somebody has agreed to, and has asked for and waits for."""
    given = {"event_id": event_id, "delegate_id": delegate_id, "now": now}
    return session.scalar(_USED, given) or 0


def agreed_count(session: Session, event_id: int, delegate_id: int) -> int:
    """How many meetings somebody has agreed to, with a time or without."""
    mine = select(WishPerson.wish_id).where(WishPerson.delegate_id == delegate_id)
    statement = select(func.count()).where(
        MeetingWish.event_id == event_id, MeetingWish.answer == Answer.ACCEPTED, MeetingWish.id.in_(mine)
    )
    return session.scalar(statement) or 0


def pending_with(session: Session, *, delegation_id: int, delegate_id: int, now: datetime) -> int:
    """How many wishes of one delegation wait for one person's answer."""
    statement = (
        select(func.count())
        .select_from(MeetingWish)
        .join(Delegate, Delegate.id == MeetingWish.from_delegate_id)
        .where(Delegate.delegation_id == delegation_id, MeetingWish.to_delegate_id == delegate_id, waits(now))
    )
    return session.scalar(statement) or 0


def musts_of(session: Session, delegate_id: int, now: datetime) -> int:
    """How many wishes of somebody are a must, waiting or accepted."""
    statement = select(func.count()).where(
        MeetingWish.from_delegate_id == delegate_id,
        MeetingWish.level == MeetingWishLevel.MUST,
        MeetingWish.is_set_by_office.is_(False),
        or_(MeetingWish.answer == Answer.ACCEPTED, waits(now)),
    )
    return session.scalar(statement) or 0
