"""The applicant's own page: where it stands, what was handed in, and what can be changed."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse

from app.accounts.policies import ANYONE, Access, Policy
from app.delegations.groups import contacts_of
from app.delegations.rechecks import photo_in_force, rechecks_of
from app.events.queries import challenges_of
from app.platform.clock import Now
from app.platform.database.sessions import DbSession, ReadSession
from app.platform.errors import Gone
from app.platform.forms import FormData
from app.platform.i18n import gettext as _
from app.platform.rendering import render
from app.registration.enums import CORRECTABLE, RegistrationState, Side, may
from app.registration.forms import form_of
from app.registration.loaders import OwnRegistration, registration_of_link
from app.registration.models import Registration
from app.registration.queries import delegates_of_registration, place_in_line
from app.registration.routes.answering import Asked, show, take

router = APIRouter()

OWN = Policy("registration.own", roles=ANYONE, loader=registration_of_link)

Owning = Annotated[Access[OwnRegistration], Depends(OWN)]


@router.get("/r/{token}")
def my_registration(request: Request, session: ReadSession, now: Now, access: Owning) -> Response:
    """Where do I stand?"""
    own = access.found
    refuse_ended(own.registration, now)
    registration = own.registration
    people = delegates_of_registration(session, registration)
    waiting = rechecks_of(session, [one.id for one in people])
    context = {
        "event": own.event,
        "registration": registration,
        "token": own.token,
        "answers": form_of(registration.door, registration.answers),
        "challenges": {one.code: one for one in challenges_of(session, own.event.id)},
        "people": people,
        "contacts": {one.id: contacts_of(one) for one in people},
        "photos": {one.id: photo_in_force(session, one.id) for one in people},
        "rechecks": {one.id: [row for row in waiting if row.delegate_id == one.id] for one in people},
        "place": place_in_line(session, registration) if registration.state is RegistrationState.WAITING else None,
        "may_correct": registration.state in CORRECTABLE,
        "may_withdraw": may(Side.APPLICANT, registration.state, RegistrationState.WITHDRAWN),
    }
    return render(request, "registration/mine.html", context)


@router.get("/r/{token}/form")
def own_form(request: Request, session: ReadSession, now: Now, access: Owning) -> Response:
    """The form as it was kept or handed in, to go on with or to correct."""
    refuse_ended(access.found.registration, now)
    if access.found.registration.state not in CORRECTABLE | {RegistrationState.DRAFT}:
        return RedirectResponse(f"/r/{access.found.token}", status_code=303)
    return show(_asked(request, session, access))


@router.post("/r/{token}/form")
def answer_own_form(request: Request, session: DbSession, form: FormData, now: Now, access: Owning) -> Response:
    """Hand a kept draft in, or correct what was handed in."""
    refuse_ended(access.found.registration, now)
    return take(_asked(request, session, access), form, now)


def refuse_ended(registration: Registration, now: Now) -> None:
    """A draft is there until its day, also where nobody has swept it away yet."""
    if registration.expires_at is not None and registration.expires_at <= now:
        raise Gone(_("This draft has ended. Drafts are kept for 14 days."))


def _asked(request: Request, session: Session, access: Access[OwnRegistration]) -> Asked:
    own = access.found
    return Asked(
        request=request,
        session=session,
        event=own.event,
        door=own.registration.door,
        principal=access.principal,
        own=own,
    )
