"""Reading across domains."""

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Literal

from sqlalchemy import ColumnElement, bindparam, func, select
from sqlalchemy.orm import Session

from app.platform.audit import AuditEntry, AuditValue, names_of
from app.platform.outbox import MailState, OutboxMail


@dataclass(frozen=True)
class Doings:
    """What somebody did, once or several times in a row; ``at`` is the last time."""

    at: datetime
    actor: str
    action: str
    times: int


LOOKED_THROUGH = 300
"""How many lines of the log the home looks through."""

_LAST = (
    select(AuditEntry.at, AuditEntry.actor, AuditEntry.action)
    .where(AuditEntry.event_id == bindparam("event_id"), AuditEntry.action.not_like("account.%"))
    .order_by(AuditEntry.id.desc())
    .limit(LOOKED_THROUGH)
)


def recent_doings(session: Session, event_id: int, *, most: int = 6) -> list[Doings]:
    """What was changed last, newest first; the same by the same person in a row is one line. Signing in is none."""
    # Columns, not rows: the home asks at each look.
    entries = session.execute(_LAST, {"event_id": event_id})
    runs = [list(run) for _, run in groupby(entries, key=lambda one: (one.actor, one.action))][:most]
    names = names_of(session, [run[0].actor for run in runs])
    return [Doings(run[0].at, names[run[0].actor], run[0].action, len(run)) for run in runs]


def values_of(session: Session, entries: list[AuditEntry]) -> dict[int, list[AuditValue]]:
    """The values before and after of some lines, by line."""
    found: dict[int, list[AuditValue]] = {entry.id: [] for entry in entries}
    for row in session.scalars(select(AuditValue).where(AuditValue.entry_id.in_(found)).order_by(AuditValue.field)):
        found[row.entry_id].append(row)
    return found


Others = Literal["left out", "too"]
"""Whether mails that belong to no edition, such as links to sign in, are read beside those of one."""


def mails_of(session: Session, event_id: int, *, state: MailState, others: Others = "left out") -> list[OutboxMail]:
    """The mails of an edition in a state, newest first."""
    statement = select(OutboxMail).where(_belongs(event_id, others), OutboxMail.state == state)
    return list(session.scalars(statement.order_by(OutboxMail.id.desc())))


def mail_counts(session: Session, event_id: int, *, others: Others = "left out") -> dict[MailState, int]:
    """How many mails of an edition there are in each state."""
    statement = select(OutboxMail.state, func.count()).where(_belongs(event_id, others)).group_by(OutboxMail.state)
    return {**dict.fromkeys(MailState, 0), **{row.state: row[1] for row in session.execute(statement)}}


def _belongs(event_id: int, others: Others) -> ColumnElement[bool]:
    own = OutboxMail.event_id == event_id
    return own | OutboxMail.event_id.is_(None) if others == "too" else own
