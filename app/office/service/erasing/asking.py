"""Erasing oneself: at once where nobody is surprised by it, else as a request that the office answers within a month.

At once is what the law asks without delay. A request it is where erasing alone would leave the edition with a hole that
others fall into (a released agenda that names them, a delegation without a contact, an office without its people), or
where the page cannot prove what is theirs: a form's link is no proof of the mail address on it, and whether two people
of one name are one only somebody who looks can say.
"""

import calendar
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.agenda.models import ReleasedSession
from app.agenda.queries import released_sessions_of_people
from app.delegations.models import Delegate
from app.events.models import Event
from app.events.queries import day_of
from app.office.service.erasing.collecting import Theirs, theirs_of_form, theirs_of_person
from app.office.service.erasing.person import Erased, erase_form, erase_person, holds_office
from app.platform import outbox
from app.platform.actor import Actor
from app.platform.audit import record
from app.platform.errors import Refused
from app.platform.i18n import gettext as _
from app.platform.outbox import ERASED
from app.registration.enums import Door, ErasureCause, ErasureState, RegistrationState
from app.registration.models import ErasureRequest, Registration
from app.registration.queries import newest_erasure


@dataclass(frozen=True, kw_only=True)
class Way:
    """How somebody is erased who asks for it: at once without a ``cause``; ``asked`` is what they asked before."""

    cause: ErasureCause | None
    sessions: tuple[ReleasedSession, ...]
    asked: ErasureRequest | None


def way_of_person(session: Session, delegate: Delegate, *, now: datetime) -> Way:
    """For a delegate who is signed in: their mail address is proved."""
    theirs = theirs_of_person(session, delegate)
    sessions = released_of(session, theirs.rows, now=now)
    asked = newest_erasure(session, delegate_id=delegate.id, registration_id=None)
    return Way(cause=_cause(session, theirs, sessions, now=now), sessions=sessions, asked=asked)


def way_of_form(session: Session, registration: Registration, *, now: datetime) -> Way:
    """For whoever holds the link of a form."""
    asked = newest_erasure(session, delegate_id=registration.delegate_id, registration_id=registration.id)
    if registration.delegate_id is not None:
        theirs = theirs_of_person(session, session.get_one(Delegate, registration.delegate_id))
    else:
        theirs = theirs_of_form(session, registration)
    sessions = released_of(session, theirs.rows, now=now)
    cause = _cause(session, theirs, sessions, now=now)
    if cause is None and _made_a_party(registration):
        cause = ErasureCause.CONTACT
    if cause is None and _reaches_further(registration, theirs):
        cause = ErasureCause.MORE
    return Way(cause=cause, sessions=sessions, asked=asked)


def released_of(session: Session, rows: Collection[Delegate], *, now: datetime) -> tuple[ReleasedSession, ...]:
    """The sessions yet to come on which a released agenda names these people."""
    by_event: dict[int, list[int]] = {}
    for row in rows:
        by_event.setdefault(row.event_id, []).append(row.id)
    placed = [
        one
        for event_id, ids in by_event.items()
        for one, _person in released_sessions_of_people(session, event_id, ids)
    ]
    return tuple({one.id: one for one in placed if one.ends_at > now}.values())


def erase_oneself(
    session: Session,
    *,
    event: Event,
    delegate: Delegate | None,
    registration: Registration | None,
    base_url: str,
    actor: Actor,
    now: datetime,
) -> Erased | ErasureRequest:
    """Erase at once, or note the request; asking twice is asking once.

    Raises:
        Refused: they were erased before.
    """
    if delegate is not None:
        way = way_of_person(session, delegate, now=now)
    elif registration is not None:
        way = way_of_form(session, registration, now=now)
        made = registration.delegate_id
        delegate = session.get_one(Delegate, made) if made is not None else None
    else:
        raise Refused(_("There is nothing to erase."))
    if way.cause is not None:
        if way.asked is not None and way.asked.state is ErasureState.OPEN:
            return way.asked
        return _ask(
            session, event=event, delegate=delegate, registration=registration, cause=way.cause, base_url=base_url,
            actor=actor, now=now,
        )  # fmt: skip
    # The lines of this change name nobody from the start.
    nameless = Actor(account_id=actor.account_id, label=ERASED)
    if delegate is not None:
        erased = erase_person(session, event=event, delegate=delegate, number=str(delegate.id), actor=nameless, now=now)
    else:
        assert registration is not None
        erased = erase_form(
            session, event=event, registration=registration, number=str(registration.id), actor=nameless, now=now
        )
    close_requests(session, erased, also=None, actor=nameless, now=now)
    return erased


def close_requests(
    session: Session, erased: Erased, *, also: ErasureRequest | None, actor: Actor, now: datetime
) -> None:
    """What these people asked for is done."""
    waiting = session.scalars(select(ErasureRequest).where(ErasureRequest.state == ErasureState.OPEN))
    for one in waiting:
        if one.delegate_id in erased.people or one.registration_id in erased.forms or one is also:
            one.state, one.decided_at, one.decided_by_id = ErasureState.ERASED, now, actor.account_id
            session.flush()
            note(session, one, "erasure.done", {"state": ("open", "erased")}, actor=actor, now=now)


def due_after(asked_on: date) -> date:
    """The last day to answer: one month after the request (GDPR, article 12, 3); a shorter month ends sooner."""
    year, month = (asked_on.year + 1, 1) if asked_on.month == 12 else (asked_on.year, asked_on.month + 1)
    return date(year, month, min(asked_on.day, calendar.monthrange(year, month)[1]))


def addressed(session: Session, request: ErasureRequest) -> tuple[str, str | None, str | None]:
    """Name, mail address and language of whoever asked."""
    if request.delegate_id is not None:
        person = session.get_one(Delegate, request.delegate_id)
        return person.badge_name, person.email, person.locale
    form = session.get_one(Registration, request.registration_id)
    return form.contact_name, form.contact_email or None, form.locale


def tell(
    session: Session,
    event: Event,
    request: ErasureRequest,
    *,
    to: str | None,
    locale: str | None,
    template: str,
    context: dict[str, Any],
    now: datetime,
) -> outbox.OutboxMail | None:
    """Write to the person or to the office about a request, once a template; ``None`` where there is no address."""
    if not to:
        return None
    return outbox.queue(
        session,
        now=now,
        event_id=event.id,
        cause="privacy",
        key=f"{template} {request.id}",
        to=to,
        locale=locale,
        template=f"mail/{template}",
        context={**context, "event": event},
        is_held=event.is_demonstration,
    )


def note(
    session: Session,
    request: ErasureRequest,
    action: str,
    changes: dict[str, tuple[Any, Any]],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """The line in the log of the person or form that it is about."""
    record(
        session,
        actor=actor,
        now=now,
        event_id=request.event_id,
        action=action,
        entity="delegate" if request.delegate_id is not None else "registration",
        entity_id=request.delegate_id or request.registration_id or 0,
        changes=changes,
    )


def _cause(
    session: Session, theirs: Theirs, sessions: tuple[ReleasedSession, ...], *, now: datetime
) -> ErasureCause | None:
    if holds_office(session, theirs, now):
        return ErasureCause.OFFICE
    if sessions:
        return ErasureCause.AGENDA
    if _is_a_contact(session, theirs):
        return ErasureCause.CONTACT
    return ErasureCause.MORE if theirs.likely else None


def _is_a_contact(session: Session, theirs: Theirs) -> bool:
    """Whether others who come are reached through them: as focal point, or as the contact of a form."""
    led = [row.delegation_id for row in theirs.rows if row.is_focal_point and row.is_active]
    led += [
        form.delegation_id
        for form in theirs.found.others
        if form.delegation_id is not None and form.contact_email.lower() in theirs.found.mails
    ]
    others = select(Delegate.id).where(
        Delegate.delegation_id.in_(led), Delegate.is_active.is_(True), Delegate.id.not_in(theirs.people)
    )
    cities = [
        form
        for form in theirs.found.others
        if form.door is Door.CITY
        and form.state is RegistrationState.APPROVED
        and form.contact_email.lower() in theirs.found.mails
    ]
    return bool(cities) or session.scalar(others.limit(1)) is not None


def _made_a_party(registration: Registration) -> bool:
    return registration.door is not Door.INDIVIDUAL and (
        registration.delegation_id is not None or registration.party_id is not None
    )


def _reaches_further(registration: Registration, theirs: Theirs) -> bool:
    """Whether more is theirs, or may be, than this form and the person it made: a link proves no more than these."""
    further = [form for form in theirs.found.own if registration.id not in (form.id, form.duplicate_of_id)]
    others = [row for row in theirs.rows if registration.delegate_id not in (row.id, row.merged_into_id)]
    return bool(further or others or theirs.found.others)


def _ask(
    session: Session,
    *,
    event: Event,
    delegate: Delegate | None,
    registration: Registration | None,
    cause: ErasureCause,
    base_url: str,
    actor: Actor,
    now: datetime,
) -> ErasureRequest:
    request = ErasureRequest(
        event_id=event.id,
        delegate_id=delegate.id if delegate is not None else None,
        registration_id=registration.id if registration is not None else None,
        cause=cause,
        state=ErasureState.OPEN,
        asked_at=now,
        due_on=due_after(day_of(event, now)),
    )
    session.add(request)
    session.flush()
    changes = {"cause": (None, cause.value), "due_on": (None, request.due_on.isoformat())}
    note(session, request, "erasure.asked", changes, actor=actor, now=now)
    name, to, locale = addressed(session, request)
    address = f"{base_url}/e/{event.slug}/manage/erasures"
    for template, recipient, language in (
        ("erasure_asked", to, locale),
        ("erasure_to_answer", event.contact_email, "en"),
    ):
        tell(
            session,
            event,
            request,
            to=recipient,
            locale=language,
            template=template,
            context={"name": name, "asked_on": day_of(event, now), "due_on": request.due_on, "address": address},
            now=now,
        )
    return request
