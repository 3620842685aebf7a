"""Letting held mails go, or not."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.events.models import Event
from app.office.queries import mails_of
from app.platform.actor import Actor
from app.platform.audit import record
from app.platform.errors import Refused
from app.platform.outbox import MailState


def decide_mails(
    session: Session,
    *,
    event: Event,
    cause: str,
    is_dropped: bool,
    reason: str | None,
    actor: Actor,
    now: datetime,
) -> int:
    """Queue the held mails of a cause for sending, or drop them; returns how many.

    Raises:
        Refused: mails are dropped without a reason.
    """
    if is_dropped and not reason:
        raise Refused({"reason": "Give the reason. It stands in the log."})
    held = [mail for mail in mails_of(session, event.id, state=MailState.HELD) if mail.cause == cause]
    for mail in held:
        mail.state = MailState.DROPPED if is_dropped else MailState.QUEUED
        mail.reason = reason
    session.flush()
    if held:
        record(
            session,
            actor=actor,
            now=now,
            event_id=event.id,
            action="outbox.dropped" if is_dropped else "outbox.sent",
            entity="outbox",
            entity_id=cause[:60],
            changes={"mails": (None, len(held)), "reason": (None, reason)},
        )
    return len(held)
