"""Cancelling a meeting for good: the wish ends, what it counted comes back, and its place goes to who waits."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.events.models import Event
from app.meetings.models import Meeting
from app.meetings.service.holding import cancel
from app.meetings.service.waiting import Offered, offer_freed
from app.meetings.service.wishing import end_wish
from app.platform.actor import Actor


def call_off(
    session: Session, *, event: Event, meeting: Meeting, version: int, reason: str, actor: Actor, now: datetime
) -> Offered | None:
    """Cancel a held meeting and end its wish; slot, table and wish with people must be loaded.

    Returns the offer of the freed place, where somebody waits for it.

    Raises:
        Conflict: the meeting changed meanwhile.
    """
    cancel(session, event=event, meeting=meeting, version=version, reason=reason, actor=actor, now=now)
    end_wish(session, wish=meeting.wish, reason=reason, actor=actor, now=now)
    return offer_freed(session, event=event, slot=meeting.slot, table=meeting.table, actor=actor, now=now)
