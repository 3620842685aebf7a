"""Mails of meetings: a wish with the link that answers it, and the answer."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.events.models import Event
from app.meetings.models import MeetingWish
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
        },
        is_held=event.is_demonstration,
    )
