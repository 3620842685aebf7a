"""Registering a delegation, and seeing where a registration stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import pycountry
from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse

from app.accounts.policies import ANYONE, Access, Policy
from app.accounts.principal import Principal
from app.delegations.enums import Rank
from app.events.models import Event
from app.events.queries import challenges_of, event_of_path
from app.platform.actor import Actor
from app.platform.clock import Now
from app.platform.database.sessions import DbSession, ReadSession
from app.platform.errors import Refused
from app.platform.forms import Bound, FormData, bind
from app.platform.rendering import country_name, render
from app.registration import service
from app.registration.enums import LEGAL_CHANGES, RegistrationState
from app.registration.forms import DelegationForm, intensities_of, rows_of
from app.registration.models import Registration
from app.registration.queries import registration_by_token

router = APIRouter()

EMPTY_ROWS = 3
LANGUAGES = ("ar", "zh", "en", "fr", "ru", "es", "de", "it", "km", "ms", "pt", "fa", "sv", "tr", "vi")

REGISTER = Policy("registration.register", roles=ANYONE, loader=event_of_path)


@dataclass(frozen=True)
class RegistrationIn:
    """A registration and the edition that it is for."""

    event: Event
    registration: Registration


def registration_of_path(session: Session, params: Mapping[str, Any], _principal: Principal) -> RegistrationIn:
    """Loader of a policy: the registration of an applicant's own link."""
    registration = registration_by_token(session, str(params["token"]))
    return RegistrationIn(session.get_one(Event, registration.event_id), registration)


OWN = Policy("registration.own", roles=ANYONE, loader=registration_of_path)


@router.get("/e/{slug}/register")
def register_page(
    request: Request, session: ReadSession, access: Annotated[Access[Event], Depends(REGISTER)]
) -> Response:
    """What do you need from me?"""
    return _form_page(request, session, access.found, Bound(None, {}, {}), rows=[])


@router.post("/e/{slug}/register")
def register(
    request: Request,
    session: DbSession,
    form: FormData,
    now: Now,
    access: Annotated[Access[Event], Depends(REGISTER)],
) -> Response:
    """Hand a delegation in; what cannot be accepted comes back as it was typed."""
    rows = rows_of(form)
    flat = {key: form[key] for key in form if "-" not in key}
    head = str(form.get("head", "0"))
    members = [dict(row, is_head=str(number) == head) for number, row in enumerate(rows)]
    whole = {
        **flat,
        "languages": [str(one) for one in form.getlist("languages")],
        "needs": intensities_of(form, "need"),
        "offers": intensities_of(form, "offer"),
        "members": [{key: text for key, text in member.items() if text != ""} for member in members],
    }
    bound = bind(DelegationForm, whole)
    if "add_row" in form:
        return _form_page(request, session, access.found, Bound(None, {}, bound.typed), rows=rows, more=EMPTY_ROWS)
    if bound.value is None:
        return _form_page(request, session, access.found, bound, rows=rows, status=422)
    try:
        submitted = service.submit(
            session,
            event=access.found,
            form=bound.value,
            base_url=request.app.state.settings.base_url,
            actor=Actor(account_id=access.principal.account_id, label=bound.value.contact_name),
            now=now,
        )
    except Refused as refused:
        # Nothing was written before it was refused: the form comes back as it was typed.
        return _form_page(
            request, session, access.found, Bound(None, refused.errors, bound.typed), rows=rows, status=422
        )
    return RedirectResponse(f"/r/{submitted.token}", status_code=303)


@router.get("/r/{token}")
def my_registration(request: Request, access: Annotated[Access[RegistrationIn], Depends(OWN)]) -> Response:
    """Where do I stand?"""
    found = access.found
    context = {
        "event": found.event,
        "registration": found.registration,
        "may_withdraw": RegistrationState.WITHDRAWN in LEGAL_CHANGES[found.registration.state],
        "token": request.path_params["token"],
    }
    return render(request, "registration/mine.html", context)


@router.post("/r/{token}/withdraw")
def withdraw(
    request: Request,
    session: DbSession,
    form: FormData,
    now: Now,
    access: Annotated[Access[RegistrationIn], Depends(OWN)],
) -> Response:
    """Take the registration back."""
    found = access.found
    version = str(form.get("version", ""))
    service.decide(
        session,
        event=found.event,
        registration=found.registration,
        version=int(version) if version.isdecimal() else -1,
        state=RegistrationState.WITHDRAWN,
        reason=None,
        actor=Actor(account_id=access.principal.account_id, label=found.registration.contact_name),
        now=now,
    )
    return RedirectResponse(f"/r/{request.path_params['token']}", status_code=303)


def _form_page(
    request: Request,
    session: Session,
    event: Event,
    bound: Bound[DelegationForm],
    *,
    rows: list[dict[str, str]],
    more: int = 0,
    status: int = 200,
) -> Response:
    countries = sorted(
        ((one.alpha_2, country_name(one.alpha_2)) for one in pycountry.countries), key=lambda pair: pair[1]
    )
    context = {
        "event": event,
        "form": bound,
        "rows": rows + [{} for _ in range(more or max(1, EMPTY_ROWS - len(rows)))],
        "countries": countries,
        "challenges": challenges_of(session, event.id),
        "languages": LANGUAGES,
        "ranks": [(rank.value, rank.name.lower()) for rank in Rank],
    }
    return render(request, "registration/form.html", context, status=status)
