"""Taking a registration back: by the applicant's own link, or by the office for them."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse

from app.accounts.policies import ANYONE, ORGANISERS, Access, Policy
from app.accounts.principal import Principal
from app.events.loaders import number_of
from app.events.queries import event_of_path
from app.office.service.withdrawing import withdraw_registration
from app.platform.clock import Now
from app.platform.database.sessions import DbSession
from app.platform.forms import FormData
from app.registration.enums import Side
from app.registration.loaders import OwnRegistration, registration_of_link
from app.registration.queries import registration_in_event

router = APIRouter()


def registration_of_path(session: Session, params: Mapping[str, Any], principal: Principal) -> OwnRegistration:
    """Loader of a policy: a registration of the event, by its number."""
    event = event_of_path(session, params, principal)
    found = registration_in_event(session, event.id, number_of(params["registration_id"]))
    return OwnRegistration(event, found, "")


OWN = Policy("registration.withdraw_own", roles=ANYONE, loader=registration_of_link)
OFFICE = Policy("registration.withdraw", roles=ORGANISERS, loader=registration_of_path)


@router.post("/r/{token}/withdraw")
def withdraw_own(
    session: DbSession, form: FormData, now: Now, access: Annotated[Access[OwnRegistration], Depends(OWN)]
) -> Response:
    """Take the own registration back."""
    own = access.found
    withdraw_registration(
        session,
        event=own.event,
        registration=own.registration,
        version=_version(form),
        side=Side.APPLICANT,
        actor=own.actor(access.principal),
        now=now,
    )
    return RedirectResponse(f"/r/{own.token}", status_code=303)


@router.post("/e/{slug}/manage/registrations/{registration_id}/withdraw")
def withdraw_for_them(
    session: DbSession, form: FormData, now: Now, access: Annotated[Access[OwnRegistration], Depends(OFFICE)]
) -> Response:
    """Take a registration back that its people said they do not want any more."""
    found = access.found
    withdraw_registration(
        session,
        event=found.event,
        registration=found.registration,
        version=_version(form),
        side=Side.OFFICE,
        actor=access.principal.actor(),
        now=now,
    )
    address = f"/e/{found.event.slug}/manage/registrations/{found.registration.id}"
    return RedirectResponse(address, status_code=303)


def _version(form: FormData) -> int:
    """The version that was looked at; one that no row has where the form says none."""
    version = str(form.get("version", ""))
    return int(version) if version.isdecimal() else -1
