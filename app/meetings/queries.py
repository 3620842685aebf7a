"""Wishes, vetoes and meetings as they stand."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, selectinload

from app.delegations.models import Delegate, Delegation
from app.events.models import MeetingTable, Room
from app.meetings.enums import Answer, MeetingState
from app.meetings.models import Meeting, MeetingSettings, MeetingVeto, MeetingWish, WishPerson
from app.platform.errors import NotFound


def _with_people() -> tuple[Any, ...]:
    person = selectinload(WishPerson.delegate).selectinload(Delegate.delegation).selectinload(Delegation.party)
    return (
        selectinload(MeetingWish.people).options(person),
        selectinload(MeetingWish.from_delegate).selectinload(Delegate.delegation),
        selectinload(MeetingWish.to_delegate).selectinload(Delegate.delegation),
        selectinload(MeetingWish.slot),
    )


def settings_of(session: Session, event_id: int) -> MeetingSettings:
    """Fairness and weights of an edition; those of the scheduler's files where nothing was set."""
    return session.get(MeetingSettings, event_id) or MeetingSettings(event_id=event_id, fairness=None, weights={})


def accepted_wishes_of(session: Session, event_id: int) -> list[MeetingWish]:
    """The wishes that a plan can hold, in the order in which they were made."""
    return list(
        session.scalars(
            select(MeetingWish)
            .where(MeetingWish.event_id == event_id, MeetingWish.answer == Answer.ACCEPTED)
            .options(selectinload(MeetingWish.people))
            .order_by(MeetingWish.id)
        )
    )


def vetoes_of(session: Session, event_id: int) -> list[MeetingVeto]:
    return list(session.scalars(select(MeetingVeto).where(MeetingVeto.event_id == event_id).order_by(MeetingVeto.id)))


def has_veto(session: Session, one_id: int, other_id: int) -> bool:
    """Whether either of two delegates said no to the other."""
    statement = select(func.count()).where(
        or_(
            (MeetingVeto.delegate_id == one_id) & (MeetingVeto.other_delegate_id == other_id),
            (MeetingVeto.delegate_id == other_id) & (MeetingVeto.other_delegate_id == one_id),
        )
    )
    return bool(session.scalar(statement))


def wish_between(session: Session, event_id: int, *, one_id: int, other_id: int, now: datetime) -> MeetingWish | None:
    """The wish of either of two delegates to the other that was accepted or still waits for its answer."""
    return session.scalar(
        select(MeetingWish)
        .where(
            MeetingWish.event_id == event_id,
            or_(
                (MeetingWish.from_delegate_id == one_id) & (MeetingWish.to_delegate_id == other_id),
                (MeetingWish.from_delegate_id == other_id) & (MeetingWish.to_delegate_id == one_id),
            ),
            or_(
                MeetingWish.answer == Answer.ACCEPTED,
                (MeetingWish.answer == Answer.PENDING)
                & (MeetingWish.expires_at.is_(None) | (MeetingWish.expires_at > now)),
            ),
        )
        .order_by(MeetingWish.id)
        .limit(1)
    )


def meetings_of(session: Session, event_id: int, *, slot_ids: Collection[int] | None = None) -> list[Meeting]:
    """Held meetings with wish, people, slot and table, in the order of time and table; all, or those in some slots."""
    statement = select(Meeting).where(Meeting.event_id == event_id, Meeting.state == MeetingState.HELD)
    if slot_ids is not None:
        statement = statement.where(Meeting.slot_id.in_(slot_ids))
    found = session.scalars(
        statement.options(
            selectinload(Meeting.wish).options(*_with_people()),
            selectinload(Meeting.slot),
            selectinload(Meeting.table).selectinload(MeetingTable.room).selectinload(Room.site),
        )
    )
    return sorted(found, key=lambda meeting: (meeting.slot.starts_at, meeting.table.number, meeting.id))


def meetings_of_people(session: Session, event_id: int, delegate_ids: Iterable[int]) -> list[Meeting]:
    """The held meetings of these persons, in the order of time."""
    wishes = select(WishPerson.wish_id).where(WishPerson.delegate_id.in_(list(delegate_ids)))
    found = session.scalars(
        select(Meeting)
        .where(Meeting.event_id == event_id, Meeting.state == MeetingState.HELD, Meeting.wish_id.in_(wishes))
        .options(
            selectinload(Meeting.wish).options(*_with_people()),
            selectinload(Meeting.slot),
            selectinload(Meeting.table).selectinload(MeetingTable.room).selectinload(Room.site),
        )
    )
    return sorted(found, key=lambda meeting: (meeting.slot.starts_at, meeting.id))


def meeting_in_event(session: Session, event_id: int, meeting_id: int) -> Meeting:
    """One held meeting.

    Raises:
        NotFound: the event has no such meeting, or it was cancelled.
    """
    for meeting in meetings_of(session, event_id):
        if meeting.id == meeting_id:
            return meeting
    raise NotFound


def wishes_of_delegate(session: Session, event_id: int, delegate_id: int) -> list[MeetingWish]:
    """All wishes that a delegate made, got or is to take part in, newest first."""
    mine = select(WishPerson.wish_id).where(WishPerson.delegate_id == delegate_id)
    return list(
        session.scalars(
            select(MeetingWish)
            .where(MeetingWish.event_id == event_id, MeetingWish.id.in_(mine))
            .options(*_with_people())
            .order_by(MeetingWish.wished_at.desc(), MeetingWish.id.desc())
        )
    )


def wish_in_event(session: Session, event_id: int, wish_id: int) -> MeetingWish:
    """One wish with its people.

    Raises:
        NotFound: the event has no such wish.
    """
    wish = session.scalar(
        select(MeetingWish).where(MeetingWish.event_id == event_id, MeetingWish.id == wish_id).options(*_with_people())
    )
    if wish is None:
        raise NotFound
    return wish


def wishes_by_id(session: Session, event_id: int, wish_ids: Collection[int]) -> dict[int, MeetingWish]:
    """Wishes with their people, by ID."""
    statement = select(MeetingWish).where(MeetingWish.event_id == event_id, MeetingWish.id.in_(wish_ids))
    return {wish.id: wish for wish in session.scalars(statement.options(*_with_people()))}


def wish_by_token(session: Session, digest: str) -> MeetingWish:
    """The wish that an answer link belongs to.

    Raises:
        NotFound: no such link.
    """
    wish = session.scalar(select(MeetingWish).where(MeetingWish.token_digest == digest).options(*_with_people()))
    if wish is None:
        raise NotFound
    return wish


def answer_counts(session: Session, event_id: int) -> dict[Answer, int]:
    """How many wishes there are in each state."""
    rows = session.execute(
        select(MeetingWish.answer, func.count()).where(MeetingWish.event_id == event_id).group_by(MeetingWish.answer)
    )
    counts = dict.fromkeys(Answer, 0)
    for answer, count in rows:
        counts[answer] = count
    return counts


def overdue_wishes(session: Session, event_id: int, now: datetime) -> list[MeetingWish]:
    """Pending wishes whose time to answer has ended."""
    return list(
        session.scalars(
            select(MeetingWish).where(
                MeetingWish.event_id == event_id,
                MeetingWish.answer == Answer.PENDING,
                MeetingWish.expires_at <= now,
            )
        )
    )


def held_count(session: Session, event_id: int) -> int:
    """How many meetings are held."""
    statement = select(func.count()).where(Meeting.event_id == event_id, Meeting.state == MeetingState.HELD)
    return session.scalar(statement) or 0


def unheld_wish_ids(session: Session, event_id: int) -> list[int]:
    """The accepted wishes that have no slot, in the order in which they were made."""
    held = select(Meeting.wish_id).where(Meeting.event_id == event_id, Meeting.state == MeetingState.HELD)
    statement = select(MeetingWish.id).where(
        MeetingWish.event_id == event_id, MeetingWish.answer == Answer.ACCEPTED, MeetingWish.id.not_in(held)
    )
    return list(session.scalars(statement.order_by(MeetingWish.id)))
