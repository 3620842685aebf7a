"""All that is kept of a person, as values for a file: what they said, what others noted, where they are to be."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.delegations.models import Delegate, PassportDetail, Photo, Recheck
from app.delegations.queries import delegate_in_event, ids_of_person
from app.events.models import Event
from app.platform.audit import AuditEntry
from app.platform.outbox import OutboxMail
from app.printing.queries import itinerary_of_person
from app.registration.models import Registration

COLUMNS = (
    "honorific", "family_name", "given_name", "native_name", "native_language", "badge_name", "function", "email",
    "phone", "rank", "languages", "interpretation_into", "access_needs", "diet", "consents", "locale", "arrives_at",
    "departs_at", "takes_meetings", "invited_at", "registered_at", "approved_at", "accredited_at", "checked_in_at",
)  # fmt: skip


def data_of(session: Session, *, event: Event, delegate_id: int, now: datetime) -> dict[str, Any]:
    """Everything about one delegate of an edition; of others only the names of delegations that they meet."""
    delegate = delegate_in_event(session, event.id, delegate_id)
    ids = ids_of_person(session, delegate.id)
    passport = session.get(PassportDetail, delegate.id)
    account = (
        session.scalar(select(Account).where(Account.email == delegate.email.casefold())) if delegate.email else None
    )
    return {
        "format": "bridge-own-data/1",
        "written_at": _said(now),
        "event": event.name,
        "person": {name: _said(getattr(delegate, name)) for name in COLUMNS},
        "delegation": delegate.delegation.name,
        "passport": passport and {"number": passport.number, "nationality": passport.nationality},
        "blocked_times": [
            {"from": _said(one.starts_at), "to": _said(one.ends_at), "reason": one.reason}
            for one in delegate.blocked_times
        ],
        "photos": [_said(one) for one in session.scalars(select(Photo.uploaded_at).where(Photo.delegate_id.in_(ids)))],
        "fields_in_recheck": [
            {"field": one.field.value, "state": one.state.value, "before": one.before, "after": one.after}
            for one in session.scalars(select(Recheck).where(Recheck.delegate_id.in_(ids)).order_by(Recheck.id))
        ],
        "registrations": [
            {"state": form.state.value, "handed_in_at": _said(form.submitted_at), "answers": form.answers}
            for form in session.scalars(select(Registration).where(Registration.delegate_id.in_(ids)))
        ],
        "account": account and {"opened_at": _said(account.created_at), "last_seen_at": _said(account.last_seen_at)},
        "schedule": _schedule(session, event, delegate),
        "mails": [
            {"subject": mail.subject, "written_at": _said(mail.written_at), "state": mail.state.value}
            for mail in _mails(session, event, delegate)
        ],
        "log": [
            {"at": _said(line.at), "action": line.action} for line in _lines(session, event, [str(one) for one in ids])
        ],
    }


def _schedule(session: Session, event: Event, delegate: Delegate) -> list[dict[str, Any]]:
    itinerary = itinerary_of_person(session, event, delegate)
    return [
        {
            "kind": str(item.kind),
            "from": _said(item.starts_at),
            "to": _said(item.ends_at),
            "title": item.title,
            "place": item.place,
            "table": item.table_number,
            "with": item.counterpart,
        }
        for day in itinerary.days
        for item in day.items
    ]


def _mails(session: Session, event: Event, delegate: Delegate) -> list[OutboxMail]:
    if not delegate.email:
        return []
    statement = select(OutboxMail).where(OutboxMail.event_id == event.id, OutboxMail.recipient == delegate.email)
    return list(session.scalars(statement.order_by(OutboxMail.id)))


def _lines(session: Session, event: Event, ids: list[str]) -> list[AuditEntry]:
    statement = select(AuditEntry).where(
        AuditEntry.event_id == event.id, AuditEntry.entity == "delegate", AuditEntry.entity_id.in_(ids)
    )
    return list(session.scalars(statement.order_by(AuditEntry.id)))


def _said(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
