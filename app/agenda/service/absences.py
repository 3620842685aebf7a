"""Somebody cannot come to a session: said by them or for them, settled by an organiser, and nothing moves before."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.agenda.absences import absence_of
from app.agenda.models import AgendaSession, SessionAbsence, SessionPerson
from app.agenda.service.editing import set_person
from app.events.models import Event
from app.platform.actor import Actor
from app.platform.audit import record
from app.platform.errors import Conflict, NotFound
from app.platform.i18n import gettext as _


def say_absent(
    session: Session,
    *,
    item: AgendaSession,
    delegate_id: int,
    instead_id: int | None,
    reason: str | None,
    actor: Actor,
    now: datetime,
) -> SessionAbsence:
    """Note that a person cannot come to a session; said again, the later word counts.

    Raises:
        NotFound: the session does not count on this person.
    """
    if not item.counts_on(delegate_id):
        raise NotFound
    found = absence_of(session, session_id=item.id, delegate_id=delegate_id)
    before = (found.instead_id, found.reason) if found else (None, None)
    if found is None:
        found = SessionAbsence(event_id=item.event_id, session_id=item.id, delegate_id=delegate_id)
        session.add(found)
    found.instead_id, found.reason = instead_id, reason
    found.said_at, found.said_by_id = now, actor.account_id
    session.flush()
    _record(
        session, found, "absence_said", actor, now,
        {"instead_id": (before[0], instead_id), "reason": (before[1], reason)},
    )  # fmt: skip
    return found


def take_back_absence(session: Session, *, absence: SessionAbsence, actor: Actor, now: datetime) -> None:
    """The person comes after all."""
    _record(session, absence, "absence_taken_back", actor, now, {"reason": (absence.reason, None)})
    session.delete(absence)
    session.flush()


def send_instead(
    session: Session, *, event: Event, item: AgendaSession, absence: SessionAbsence, actor: Actor, now: datetime
) -> None:
    """Put who was named in the absent person's place, with their part, order and minutes; the public learns it later.

    Raises:
        Conflict: nobody was named, or the person is not on the session any more.
        Refused: whoever was named takes part no more.
    """
    row = session.scalar(
        select(SessionPerson).where(
            SessionPerson.session_id == item.id, SessionPerson.delegate_id == absence.delegate_id
        )
    )
    if row is None or absence.instead_id is None:
        raise Conflict(_("This changed meanwhile. Look at the session again."))
    part, minutes, position, instead_id = row.part, row.speaking_minutes, row.position, absence.instead_id
    set_person(session, event=event, item=item, delegate_id=absence.delegate_id, part=None, actor=actor, now=now)
    set_person(
        session, event=event, item=item, delegate_id=instead_id, part=part, speaking_minutes=minutes,
        position=position, actor=actor, now=now,
    )  # fmt: skip


def _record(
    session: Session,
    absence: SessionAbsence,
    verb: str,
    actor: Actor,
    now: datetime,
    changes: dict[str, tuple[object, object]],
) -> None:
    record(
        session,
        actor=actor,
        now=now,
        event_id=absence.event_id,
        action=f"agenda.{verb}",
        entity="agenda_session",
        entity_id=absence.session_id,
        changes={f"{name} of person {absence.delegate_id}": change for name, change in changes.items()},
    )
