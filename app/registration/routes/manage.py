"""Deciding on registrations."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse

from app.accounts.policies import ORGANISERS, STAFF, Access, Policy
from app.accounts.principal import Principal
from app.events.loaders import number_of
from app.events.models import Event
from app.events.queries import challenges_of, event_of_path
from app.platform.clock import Now
from app.platform.database.sessions import DbSession, ReadSession
from app.platform.errors import Refused
from app.platform.forms import FormData, bind
from app.platform.pagination import paginate
from app.platform.rendering import render
from app.registration import service
from app.registration.enums import LEGAL_CHANGES, RegistrationState
from app.registration.forms import DelegationForm
from app.registration.models import Registration
from app.registration.queries import registration_in_event, registrations_of, state_counts

router = APIRouter()


class DecisionForm(BaseModel):
    """A decision on a registration, with the version that was looked at."""

    state: RegistrationState
    version: int
    reason: str | None = Field(default=None, max_length=2000)


@dataclass(frozen=True)
class RegistrationIn:
    """A registration and the edition that it is for."""

    event: Event
    registration: Registration


def registration_of_path(session: Session, params: Mapping[str, Any], principal: Principal) -> RegistrationIn:
    """Loader of a policy: a registration of the event."""
    event = event_of_path(session, params, principal)
    return RegistrationIn(event, registration_in_event(session, event.id, number_of(params["registration_id"])))


READ = Policy("registrations.read", roles=STAFF, loader=event_of_path)
ONE = Policy("registration.read", roles=STAFF, loader=registration_of_path)
DECIDE = Policy("registration.decide", roles=ORGANISERS, loader=registration_of_path)


@router.get("/e/{slug}/manage/registrations")
def registrations(
    request: Request,
    session: ReadSession,
    access: Annotated[Access[Event], Depends(READ)],
    state: str = "submitted",
    page: int = 1,
) -> Response:
    """Which registrations wait for a decision?"""
    event = access.found
    chosen = RegistrationState(state) if state in set(RegistrationState) else None
    context = {
        "event": event,
        "state": chosen.value if chosen else "",
        "counts": state_counts(session, event.id),
        "page": paginate(session, registrations_of(event.id, state=chosen), page=page),
    }
    return render(request, "registration/registrations.html", context)


@router.get("/e/{slug}/manage/registrations/{registration_id}")
def registration(
    request: Request, session: ReadSession, access: Annotated[Access[RegistrationIn], Depends(ONE)]
) -> Response:
    """Is this right and complete?"""
    found = access.found
    context = {
        "event": found.event,
        "registration": found.registration,
        "answers": _answers(found.registration),
        "challenges": {one.code: one for one in challenges_of(session, found.event.id)},
        "legal": {state.value for state in LEGAL_CHANGES[found.registration.state]},
        "decides": access.principal.role in ORGANISERS,
    }
    return render(request, "registration/registration.html", context)


@router.post("/e/{slug}/manage/registrations/{registration_id}")
def decide(
    session: DbSession, form: FormData, now: Now, access: Annotated[Access[RegistrationIn], Depends(DECIDE)]
) -> Response:
    """Approve, reject, or put on the waiting list."""
    bound = bind(DecisionForm, form)
    if bound.value is None:
        raise Refused(bound.errors)
    found, decision = access.found, bound.value
    actor = access.principal.actor()
    if decision.state is RegistrationState.APPROVED:
        delegation = service.approve(
            session,
            event=found.event,
            registration=found.registration,
            version=decision.version,
            actor=actor,
            now=now,
        )
        return RedirectResponse(f"/e/{found.event.slug}/delegations/{delegation.id}", status_code=303)
    service.decide(
        session,
        event=found.event,
        registration=found.registration,
        version=decision.version,
        state=decision.state,
        reason=decision.reason,
        actor=actor,
        now=now,
    )
    return RedirectResponse(f"/e/{found.event.slug}/manage/registrations", status_code=303)


def _answers(registration: Registration) -> DelegationForm | None:
    """What was handed in; nothing for a draft that nobody has handed in yet."""
    return DelegationForm.model_validate(registration.answers) if registration.answers else None
