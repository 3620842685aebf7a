"""Mails of meetings: a wish with the link that answers it, the answer, and a meeting that no longer takes place."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from app.events.models import Event
from app.meetings.models import Meeting, MeetingWish
from app.platform import outbox


def tell_of_wish(
    session: Session, *, event: Event, wish: MeetingWish, token: str, base_url: str, now: datetime
) -> None:
    """Write to the one who was asked; nothing where no address is known."""
    to, by = wish.to_delegate, wish.from_delegate
    if to.email is None:
        return
    outbox.queue(
        session,
        now=now,
        event_id=event.id,
        cause="meeting wish",
        key=f"wish {wish.id}",
        to=to.email,
        locale=to.locale,
        template="mail/wish",
        context={
            "event": event,
            "name": to.badge_name,
            "who": by.badge_name,
            "whence": by.delegation.name,
            "topic": wish.topic,
            "message": wish.message,
            "starts_at": wish.slot.starts_at if wish.slot else None,
            "address": f"{base_url}/m/{token}",
        },
        is_held=event.is_demonstration,
    )


def tell_of_answer(session: Session, *, event: Event, wish: MeetingWish, now: datetime) -> None:
    """Write to the one who wished; nothing where no address is known."""
    to, by = wish.from_delegate, wish.to_delegate
    if to.email is None:
        return
    outbox.queue(
        session,
        now=now,
        event_id=event.id,
        cause="meeting answer",
        key=f"wish {wish.id} {wish.answer.value}",
        to=to.email,
        locale=to.locale,
        template=f"mail/wish_{wish.answer.value}",
        context={
            "event": event,
            "name": to.badge_name,
            "who": by.badge_name,
            "whence": by.delegation.name,
            "reason": wish.reason,
            "starts_at": wish.slot.starts_at if wish.slot else None,
        },
        is_held=event.is_demonstration,
    )


def tell_of_cancelling(
    session: Session, *, event: Event, meeting: Meeting, without: Collection[int], now: datetime
) -> None:
    """Write to everybody of a cancelled meeting but those who no longer come; these are named by delegation alone."""
    people = [one.delegate for one in meeting.wish.people]
    gone = sorted({one.delegation.name for one in people if one.id in without})
    for to in people:
        if to.id in without or to.email is None:
            continue
        outbox.queue(
            session,
            now=now,
            event_id=event.id,
            cause="meeting cancelled",
            key=f"meeting {meeting.id} cancelled {meeting.sequence} delegate {to.id}",
            to=to.email,
            locale=to.locale,
            template="mail/meeting_cancelled",
            context={
                "event": event,
                "name": to.badge_name,
                "whence": ", ".join(gone),
                "starts_at": meeting.slot.starts_at,
            },
            is_held=event.is_demonstration,
        )
