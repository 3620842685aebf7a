"""Personal data that goes by its date: each kind at once for everybody of an edition, one log line a run."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import CursorResult, Delete, Select, and_, delete, func, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.delegations.models import BlockedTime, Delegate, PassportDetail, Photo, Recheck
from app.events.models import Event
from app.events.queries import day_of, events_by_date
from app.office.privacy import FIELDS, PersonalField
from app.platform import audit
from app.platform.actor import Actor
from app.platform.audit import AuditEntry, AuditValue
from app.registration.models import Question, Registration

PURGER = Actor.system("retention")


@dataclass(frozen=True, kw_only=True)
class Purged:
    """What a run took of one kind of data in one edition, and the day since which it was due."""

    event: str
    code: str
    since: date
    count: int


def purge(session: Session, *, now: datetime) -> tuple[Purged, ...]:
    """Erase what is due in every edition: how many persons or rows lost each kind of data.

    The values of these fields go from the log as well; its lines stay. A run that finds nothing writes nothing.
    """
    gone = tuple(
        Purged(event=event.slug, code=field.code, since=goes_on, count=count)
        for event, field, goes_on in _due(session, now)
        if (count := ERASERS[field.code](session, event))
    )
    ids = {row.slug: row.id for row in session.execute(select(Event.slug, Event.id))}
    # A line an edition: what is kept of it until its log has a newer line must not outlive what was erased.
    for slug in dict.fromkeys(one.event for one in gone):
        audit.record(
            session,
            actor=PURGER,
            now=now,
            event_id=ids[slug],
            action="privacy.purged",
            entity="retention",
            entity_id=now.date().isoformat(),
            changes={f"{one.code} {one.event}"[:80]: (one.count, 0) for one in gone if one.event == slug},
        )
    return gone


def would_purge(session: Session, *, now: datetime) -> tuple[Purged, ...]:
    """What a run at this time would take, by doing it and taking it back: nothing is changed.

    The session writes, so that it counts what stands now; whoever else writes waits for these milliseconds.
    """
    with session.begin_nested() as tried:
        found = purge(session, now=now)
        tried.rollback()
    session.expire_all()
    return found


def is_due(session: Session, *, now: datetime) -> bool:
    """Whether the day of any kind of data has come in any edition."""
    return next(_due(session, now), None) is not None


def _due(session: Session, now: datetime) -> Iterator[tuple[Event, PersonalField, date]]:
    for event in events_by_date(session):
        for field in FIELDS:
            goes_on = field.goes_on(event)
            if goes_on is not None and goes_on <= day_of(event, now):
                yield event, field, goes_on


def _people(event: Event) -> Select[int]:
    return select(Delegate.id).where(Delegate.event_id == event.id)


def _columns(session: Session, event: Event, *columns: InstrumentedAttribute[object | None]) -> int:
    """Empty columns of delegates, and their values in the log."""
    held = and_(Delegate.event_id == event.id, or_(*(column.is_not(None) for column in columns)))
    ids = list(session.scalars(select(Delegate.id).where(held)))
    if ids:
        session.execute(
            update(Delegate)
            .where(Delegate.id.in_(ids))
            .values({column.key: None for column in columns})
            .execution_options(synchronize_session=False)
        )
    # Whoever emptied a field themselves left its old value in the log.
    logged = forget_fields(session, event_id=event.id, entity="delegate", fields=[column.key for column in columns])
    return len(ids) or logged


def forget_fields(session: Session, *, event_id: int, entity: str, fields: Iterable[str]) -> int:
    """Take the values of these fields out of the log: how many stood there."""
    lines = select(AuditEntry.id).where(AuditEntry.event_id == event_id, AuditEntry.entity == entity)
    return _deleted(
        session, delete(AuditValue).where(AuditValue.field.in_(list(fields)), AuditValue.entry_id.in_(lines))
    )


def _passports(session: Session, event: Event) -> int:
    return _deleted(session, delete(PassportDetail).where(PassportDetail.delegate_id.in_(_people(event))))


def _photos(session: Session, event: Event) -> int:
    session.execute(
        delete(Recheck)
        .where(Recheck.event_id == event.id, Recheck.field == "photo")
        .execution_options(synchronize_session=False)
    )
    return _deleted(session, delete(Photo).where(Photo.event_id == event.id))


def _travel(session: Session, event: Event) -> int:
    blocked = BlockedTime.delegate_id.in_(_people(event))
    held = session.scalar(select(func.count()).select_from(BlockedTime).where(blocked, BlockedTime.reason.is_not(None)))
    session.execute(update(BlockedTime).where(blocked).values(reason=None).execution_options(synchronize_session=False))
    return _columns(session, event, Delegate.arrives_at, Delegate.departs_at) + int(held or 0)


def _phones(session: Session, event: Event) -> int:
    """Phones of delegates, and of contacts on what was handed in."""
    forms = session.scalars(select(Registration).where(Registration.event_id == event.id))
    held = [form for form in forms if form.answers.get("contact_phone") or form.draft.get("contact_phone")]
    for form in held:
        form.answers = {name: value for name, value in form.answers.items() if name != "contact_phone"}
        form.draft = {name: value for name, value in form.draft.items() if name != "contact_phone"}
    return _columns(session, event, Delegate.phone) + len(held)


def _questions(session: Session, event: Event) -> int:
    held = Question.event_id == event.id, or_(Question.text != "", Question.answer.is_not(None))
    ids = list(session.scalars(select(Question.id).where(*held)))
    if ids:
        session.execute(
            update(Question)
            .where(Question.id.in_(ids))
            .values(text="", answer=None)
            .execution_options(synchronize_session=False)
        )
    return len(ids)


def _deleted(session: Session, statement: Delete) -> int:
    done = cast("CursorResult[Any]", session.execute(statement.execution_options(synchronize_session=False)))
    return int(done.rowcount or 0)


ERASERS: dict[str, Callable[[Session, Event], int]] = {
    "passport": _passports,
    "diet": lambda session, event: _columns(session, event, Delegate.diet),
    "access_needs": lambda session, event: _columns(session, event, Delegate.access_needs),
    "photo": _photos,
    "travel": _travel,
    "phone": _phones,
    "questions": _questions,
}
"""For each field that goes by its date: what erases it in an edition, and how many it erased."""
