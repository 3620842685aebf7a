"""Handing a form in, through any of the three doors."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.delegations.models import Delegate, Delegation
from app.events.models import Event
from app.events.queries import challenges_of
from app.platform import outbox
from app.platform.actor import Actor
from app.platform.errors import Refused
from app.platform.i18n import gettext as _
from app.platform.tokens import digest, new_token
from app.registration.enums import Door, RegistrationState, Side
from app.registration.forms import FORMS, AnyForm
from app.registration.models import Registration
from app.registration.service.changing import change_state, check_change


@dataclass(frozen=True, kw_only=True)
class Submitted:
    """A registration that was handed in, and the token of the applicant's own link."""

    registration: Registration
    token: str


def submit(
    session: Session,
    *,
    event: Event,
    form: AnyForm,
    base_url: str,
    for_delegation: Delegation | None = None,
    draft: Registration | None = None,
    token: str | None = None,
    actor: Actor,
    now: datetime,
) -> Submitted:
    """Hand a form in; ``draft`` with its ``token`` is the one that was kept, and its link goes on to hold.

    Whoever registers alone may ask to join ``for_delegation``: its focal point gets a mail with the name.

    Raises:
        Refused: registration is not open, a challenge that the event does not have, or a draft that is none any more.
    """
    check_open(event, now)
    check_challenges(session, event, form)
    if draft is not None:
        check_change(draft, version=draft.version, state=RegistrationState.SUBMITTED, side=Side.APPLICANT)
    registration, token = (draft, token) if draft is not None and token is not None else _new(session, event, now=now)
    registration.door = next(door for door, model in FORMS.items() if isinstance(form, model))
    fill_in(registration, form)
    registration.draft, registration.expires_at = {}, None
    registration.submitted_at = now
    registration.for_delegation_id = for_delegation.id if for_delegation else None
    session.flush()  # gives a new one its number, by which it is told from earlier ones
    earlier = session.scalar(
        select(func.count()).where(
            Registration.event_id == event.id,
            func.lower(Registration.contact_email) == form.contact_email.lower(),
            Registration.id != registration.id,
            Registration.submitted_at.is_not(None),
        )
    )
    # The page is the same for all; only the mail, which its owner alone reads, says that the address is known.
    context = {"address": f"{base_url}/r/{token}", "is_known": bool(earlier)}
    change_state(
        session,
        event=event,
        registration=registration,
        state=RegistrationState.SUBMITTED,
        context=context,
        actor=actor,
        now=now,
    )
    if for_delegation is not None:
        _tell_focal_points(session, event, registration, for_delegation, now=now)
    return Submitted(registration=registration, token=token)


def check_open(event: Event, now: datetime) -> None:
    """Whether forms are taken now.

    Raises:
        Refused: not yet, or no longer.
    """
    if event.registration_closes_at is not None and now > event.registration_closes_at:
        raise Refused(_("Registration is closed. Write to the registration desk."))
    if event.registration_opens_at is not None and now < event.registration_opens_at:
        raise Refused(_("Registration has not begun."))


def check_challenges(session: Session, event: Event, form: AnyForm) -> None:
    """Whether the event knows the challenges of a form.

    Raises:
        Refused: it does not; the field is named.
    """
    known = {challenge.code for challenge in challenges_of(session, event.id)}
    for name, chosen in (("needs", form.needs), ("offers", form.offers)):
        unknown = sorted(set(chosen) - known)
        if unknown:
            raise Refused({name: _("The event has no challenge '%(code)s'.") % {"code": unknown[0]}})


def fill_in(registration: Registration, form: AnyForm) -> None:
    """Put the answers and what lists show of them onto the row."""
    registration.party_name, registration.contact_name = form.party_name, form.contact_name
    registration.contact_email, registration.locale = form.contact_email, form.locale
    registration.answers, registration.people = form.model_dump(mode="json"), form.people


def _new(session: Session, event: Event, *, now: datetime) -> tuple[Registration, str]:
    token = new_token()
    registration = Registration(
        event_id=event.id,
        door=Door.DELEGATION,
        state=RegistrationState.DRAFT,
        party_name="",
        contact_name="",
        contact_email="",
        token_digest=digest(token),
        started_at=now,
    )
    session.add(registration)
    return registration, token


def _tell_focal_points(
    session: Session, event: Event, registration: Registration, delegation: Delegation, *, now: datetime
) -> None:
    focal_points = session.scalars(
        select(Delegate).where(
            Delegate.delegation_id == delegation.id,
            Delegate.is_focal_point.is_(True),
            Delegate.is_active.is_(True),
            Delegate.email.is_not(None),
        )
    )
    for focal_point in focal_points:
        assert focal_point.email is not None
        outbox.queue(
            session,
            now=now,
            event_id=event.id,
            cause="registration",
            key=f"registration {registration.id} joins {delegation.id} {focal_point.id}",
            to=focal_point.email,
            locale=focal_point.locale or delegation.locale,
            template="mail/wants_to_join",
            context={
                "event": event,
                "name": focal_point.badge_name,
                "who": registration.contact_name,
                "function": registration.answers.get("function", ""),
                "party": delegation.name,
            },
            is_held=event.is_demonstration,
        )
