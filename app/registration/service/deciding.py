"""The office's decision, and taking a registration back."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.delegations.enums import CaseCityStage
from app.delegations.models import City, Delegate, Delegation, Party
from app.delegations.service import set_listed
from app.events.models import Event
from app.platform.actor import Actor
from app.platform.errors import Refused
from app.platform.i18n import gettext as _
from app.registration.enums import Door, RegistrationState, Side
from app.registration.forms import form_of
from app.registration.models import Registration
from app.registration.queries import delegates_of_registration
from app.registration.service.changing import change_state, check_change
from app.registration.service.making import Approved, make


def approve(
    session: Session, *, event: Event, registration: Registration, version: int, actor: Actor, now: datetime
) -> Approved:
    """Turn a form into what it asks for: a case city, one delegate, or a delegation with its delegates.

    Raises:
        Conflict: the registration changed meanwhile.
        Refused: its state does not lead to approval.
    """
    check_change(registration, version=version, state=RegistrationState.APPROVED, side=Side.OFFICE)
    form = form_of(registration.door, registration.answers)
    assert form is not None, "what was handed in has answers"
    made = make(session, event=event, registration=registration, form=form, now=now)
    registration.party_id, registration.delegation_id = made.party_id, made.delegation_id
    registration.delegate_id = made.delegate_id
    reason_before, registration.reason = registration.reason, None
    registration.decided_at, registration.decided_by_id = now, actor.account_id
    change_state(
        session,
        event=event,
        registration=registration,
        state=RegistrationState.APPROVED,
        context={},
        reason_before=reason_before,
        actor=actor,
        now=now,
    )
    return made


def decide(
    session: Session,
    *,
    event: Event,
    registration: Registration,
    version: int,
    state: RegistrationState,
    reason: str | None,
    actor: Actor,
    now: datetime,
) -> None:
    """Reject, or put on the waiting list.

    Raises:
        Conflict: the registration changed meanwhile.
        Refused: this change is not legal, or a rejection without a reason.
    """
    if state not in {RegistrationState.REJECTED, RegistrationState.WAITING}:
        raise Refused({"state": _("Choose reject or waiting list.")})
    check_change(registration, version=version, state=state, side=Side.OFFICE)
    if state is RegistrationState.REJECTED and not reason:
        raise Refused({"reason": _("Give the reason. The applicant reads it.")})
    reason_before, registration.reason = registration.reason, reason
    registration.decided_at, registration.decided_by_id = now, actor.account_id
    change_state(
        session,
        event=event,
        registration=registration,
        state=state,
        context={},
        reason_before=reason_before,
        actor=actor,
        now=now,
    )


def withdraw(
    session: Session,
    *,
    event: Event,
    registration: Registration,
    version: int,
    side: Side,
    actor: Actor,
    now: datetime,
) -> tuple[int, ...]:
    """Take a registration back; the IDs of delegates who no longer take part because of it.

    What these people hold in the ledger is not known here: ``app.office`` frees it in the same transaction.

    Raises:
        Conflict: the registration changed meanwhile.
        Refused: this change is not legal for this side.
    """
    check_change(registration, version=version, state=RegistrationState.WITHDRAWN, side=side)
    people = delegates_of_registration(session, registration)
    leaving = [person for person in people if person.is_active]
    for person in leaving:
        person.is_active = False
    if registration.door is Door.CITY and registration.party_id is not None:
        session.get_one(City, registration.party_id).stage = CaseCityStage.NONE
    if registration.party_id is not None and not _still_comes(session, registration):
        party = session.get_one(Party, registration.party_id)
        set_listed(session, party=party, is_listed=False, actor=actor, now=now)
    reason_before, registration.reason = registration.reason, None
    registration.decided_at, registration.decided_by_id = now, actor.account_id
    registration.draft, registration.expires_at = {}, None
    change_state(
        session,
        event=event,
        registration=registration,
        state=RegistrationState.WITHDRAWN,
        context={},
        reason_before=reason_before,
        actor=actor,
        now=now,
    )
    return tuple(person.id for person in leaving)


def _still_comes(session: Session, registration: Registration) -> bool:
    """Whether a party takes part without this registration: a case city by its nomination, others by who comes.

    A city that takes its nomination back is no longer named, also where it sends somebody: it can say so anew.
    """
    if registration.door is Door.CITY:
        return False
    nominated = select(Registration.id).where(
        Registration.party_id == registration.party_id,
        Registration.door == Door.CITY,
        Registration.state == RegistrationState.APPROVED,
    )
    coming = (
        select(Delegate.id)
        .join(Delegation, Delegation.id == Delegate.delegation_id)
        .where(Delegation.party_id == registration.party_id, Delegate.is_active.is_(True))
    )
    session.flush()
    return session.scalar(nominated.limit(1)) is not None or session.scalar(coming.limit(1)) is not None
