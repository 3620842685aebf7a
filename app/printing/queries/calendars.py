"""What calendars were told, and the links under which they ask."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.printing.feeds import Told, told_of_row
from app.printing.models import CalendarEntry, CalendarLink


def entries_told(session: Session, delegation_id: int, delegate_id: int | None) -> dict[str, Told]:
    """What calendars were last told of a delegation, or of a delegate, by identifier of the item."""
    rows = session.scalars(
        select(CalendarEntry)
        .where(CalendarEntry.delegation_id == delegation_id, CalendarEntry.delegate_id == (delegate_id or 0))
        .execution_options(populate_existing=True)
    )
    return {
        row.uid: told_of_row(row.uid, row.sequence, row.said, is_cancelled=row.is_cancelled, told_at=row.told_at)
        for row in rows
    }


def link_in_force(session: Session, delegation_id: int, delegate_id: int | None) -> CalendarLink | None:
    """The link that was made last and not revoked."""
    return session.scalar(
        select(CalendarLink)
        .where(
            CalendarLink.delegation_id == delegation_id,
            CalendarLink.delegate_id.is_(None) if delegate_id is None else CalendarLink.delegate_id == delegate_id,
            CalendarLink.revoked_at.is_(None),
        )
        .order_by(CalendarLink.id.desc())
        .limit(1)
    )


def link_by_digest(session: Session, event_id: int, digest: str) -> CalendarLink | None:
    """The link of an edition with this digest, ended ones too."""
    return session.scalar(
        select(CalendarLink).where(CalendarLink.event_id == event_id, CalendarLink.token_digest == digest)
    )
