"""Reading across domains."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.platform.audit import AuditEntry, AuditValue
from app.platform.outbox import MailState, OutboxMail


def recent_entries(session: Session, event_id: int, *, most: int = 6) -> list[AuditEntry]:
    """What was changed last, newest first."""
    statement = select(AuditEntry).where(AuditEntry.event_id == event_id)
    return list(session.scalars(statement.order_by(AuditEntry.id.desc()).limit(most)))


def values_of(session: Session, entries: list[AuditEntry]) -> dict[int, list[AuditValue]]:
    """The values before and after of some lines, by line."""
    found: dict[int, list[AuditValue]] = {entry.id: [] for entry in entries}
    for row in session.scalars(select(AuditValue).where(AuditValue.entry_id.in_(found)).order_by(AuditValue.field)):
        found[row.entry_id].append(row)
    return found


def mails_of(session: Session, event_id: int, *, state: MailState | None) -> list[OutboxMail]:
    """The mails of an edition, newest first."""
    statement = select(OutboxMail).where(OutboxMail.event_id == event_id)
    if state is not None:
        statement = statement.where(OutboxMail.state == state)
    return list(session.scalars(statement.order_by(OutboxMail.id.desc())))
